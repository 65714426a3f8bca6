import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeSlot, parseSlot, type Slot, slotAfter, slotAt, slotBefore } from '../../src/model/slot.ts';
import { instantsOf, iso, offsetAt } from '../../src/model/zone.ts';

describe('a slot as typed', () => {
  test.each([
    ['first tuesday 09:00', 'first tuesday 09:00'],
    ['  Last  FRIDAY 9:05 ', 'last friday 09:05'],
    ['day 15 23:59', 'day 15 23:59'],
    ['fourth sunday 00:00', 'fourth sunday 00:00'],
  ])('%j is read as %j', (typed, canonical) => expect(describeSlot(parseSlot(typed))).toBe(canonical));

  test.each([
    ['', /three words/],
    ['tuesday 09:00', /three words/],
    ['first tuesday 09:00 Asia/Karachi', /three words/],
    ['first tuesday 9am', /"9am" is no time from 00:00 to 23:59/],
    ['first tuesday 24:00', /"24:00" is no time/],
    ['first tuseday 09:00', /did you mean tuesday\?/],
    ['frist tuesday 09:00', /did you mean first\?/],
    ['fifth tuesday 09:00', /"fifth" is none of first, second, third, fourth, last/],
    ['day 31 09:00', /"31" is no day that every month has, 1 to 28/],
    ['day 0 09:00', /1 to 28/],
  ])('%j is refused with what would be right', (typed, why) => {
    expect(() => parseSlot(typed)).toThrow(why);
    expect(() => parseSlot(typed)).toThrow(/such as "first tuesday 09:00"/);
  });
});

test.each([
  ['first tuesday 09:00', 'Asia/Karachi', '2026-12', '2026-12-01T09:00+05:00'],
  ['fourth tuesday 09:00', 'Asia/Karachi', '2026-12', '2026-12-22T09:00+05:00'],
  ['last tuesday 09:00', 'Asia/Karachi', '2026-12', '2026-12-29T09:00+05:00'],
  ['last sunday 10:00', 'UTC', '2026-02', '2026-02-22T10:00+00:00'],
  ['last saturday 10:00', 'UTC', '2028-02', '2028-02-26T10:00+00:00'],
  ['first sunday 10:00', 'UTC', '2026-11', '2026-11-01T10:00+00:00'],
  ['day 1 00:00', 'Pacific/Kiritimati', '2027-01', '2027-01-01T00:00+14:00'],
  // the clocks: Berlin goes forward on 29 March and back on 25 October, New York on 8 March and 1 November, Lord Howe by half an hour
  ['last sunday 01:59', 'Europe/Berlin', '2026-03', '2026-03-29T01:59+01:00'],
  ['last sunday 02:30', 'Europe/Berlin', '2026-03', '2026-03-29T03:30+02:00'],
  ['last sunday 03:00', 'Europe/Berlin', '2026-03', '2026-03-29T03:00+02:00'],
  ['last sunday 02:30', 'Europe/Berlin', '2026-10', '2026-10-25T02:30+02:00'],
  ['last sunday 03:00', 'Europe/Berlin', '2026-10', '2026-10-25T03:00+01:00'],
  ['second sunday 02:00', 'America/New_York', '2026-03', '2026-03-08T03:00-04:00'],
  ['first sunday 01:30', 'America/New_York', '2026-11', '2026-11-01T01:30-04:00'],
  ['first sunday 02:15', 'Australia/Lord_Howe', '2026-10', '2026-10-04T02:45+11:00'],
  ['first sunday 01:45', 'Australia/Lord_Howe', '2026-04', '2026-04-05T01:45+11:00'],
])('%s in %s is in %s at %s', (text, zone, period, shown) => expect(iso(slotAt(parseSlot(text), zone, period), zone)).toBe(shown));

test('a slot of a month begins to be past at its instant, on the zone’s calendar and not on ours', () => {
  const slot = parseSlot('day 1 00:30');
  const zone = 'Pacific/Kiritimati'; // there it is January while it is New Year’s Eve in UTC
  const at = Date.parse('2026-12-31T10:30Z');
  expect(slotAfter(slot, zone, at - 1)).toEqual({ period: '2027-01', at });
  expect(slotBefore(slot, zone, at - 1).period).toBe('2026-12');
  expect(slotBefore(slot, zone, at)).toEqual({ period: '2027-01', at });
  expect(slotAfter(slot, zone, at).period).toBe('2027-02');
});

const zones = ['UTC', 'Asia/Karachi', 'Asia/Kabul', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'Australia/Lord_Howe'];
const anyZone = fc.constantFrom(...zones, 'Africa/Casablanca', 'America/Santiago', 'Pacific/Apia', 'Pacific/Kiritimati', 'Etc/GMT+12');
const anyTime = { hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) };
const anySlot: fc.Arbitrary<Slot> = fc.oneof(
  fc.record({
    ordinal: fc.constantFrom('first', 'second', 'third', 'fourth', 'last'),
    weekday: fc.constantFrom('sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'),
    ...anyTime,
  }),
  fc.record({ day: fc.integer({ min: 1, max: 28 }), ...anyTime }),
);
const anyInstant = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2045, 0) });

describe('any slot, anywhere, at any time', () => {
  test('describes itself so that it is read back', () => {
    fc.assert(
      fc.property(anySlot, (slot) => {
        expect(parseSlot(describeSlot(slot))).toEqual(slot);
      }),
    );
  });

  test('comes once a month, at its own hour unless the clocks skip it', () => {
    fc.assert(
      fc.property(anySlot, anyZone, anyInstant, (slot, zone, instant) => {
        let last = slotBefore(slot, zone, instant);
        expect(last.at).toBeLessThanOrEqual(instant);
        expect(slotAfter(slot, zone, instant).at).toBeGreaterThan(instant);
        expect(slotAfter(slot, zone, last.at)).toEqual(slotAfter(slot, zone, instant));
        for (let month = 0; month < 12; month += 1) {
          const next = slotAfter(slot, zone, last.at);
          const [year = 0, number = 0] = last.period.split('-').map(Number);
          expect(next.period).toBe(new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7));
          expect(slotBefore(slot, zone, next.at)).toEqual(next);
          const shown = new Date(next.at + offsetAt(next.at, zone));
          const wall = { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
          if (shown.getUTCHours() !== slot.hour || shown.getUTCMinutes() !== slot.minute)
            expect(instantsOf({ ...wall, hour: slot.hour, minute: slot.minute }, zone)).toEqual([]);
          last = next;
        }
      }),
      { numRuns: 300 },
    );
  });
});
