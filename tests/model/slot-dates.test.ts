/** The coming dates of a slot: in order, one a month, and what the clocks do to each. */
import { expect, test } from 'vitest';
import { parseSlot } from '../../src/model/slot.ts';
import { slotDates } from '../../src/model/slot-dates.ts';

const after = Date.parse('2027-01-01T00:00Z');
const dates = (slot: string, zone: string) =>
  slotDates(parseSlot(slot), zone, after, 12).map(({ at, clocks }) => [new Date(at).toISOString().slice(0, 16), clocks] as const);

test('every month has one, and a quiet zone changes none', () => {
  const all = dates('day 15 09:00', 'Asia/Karachi');
  expect(all.map(([at]) => at)).toEqual(Array.from({ length: 12 }, (_, i) => `2027-${String(i + 1).padStart(2, '0')}-15T04:00`));
  expect(new Set(all.map(([, clocks]) => clocks))).toEqual(new Set(['plain']));
});

test.each([
  ['Europe/Berlin', 'last sunday 02:30', '2027-03-28T01:30', '2027-10-31T00:30'],
  ['America/New_York', 'second sunday 02:15', '2027-03-14T07:15', undefined],
  ['America/New_York', 'first sunday 01:00', undefined, '2027-11-07T05:00'],
  ['Australia/Lord_Howe', 'first sunday 02:10', '2027-10-02T15:40', undefined],
])('%s, %s: skipped at %s, twice at %s', (zone, slot, skipped, twice) => {
  const odd = dates(slot, zone).filter(([, clocks]) => clocks !== 'plain');
  expect(odd.find(([, clocks]) => clocks === 'skipped')?.[0]).toBe(skipped);
  expect(odd.find(([, clocks]) => clocks === 'twice')?.[0]).toBe(twice);
});

test('a slot that the clocks skip at midnight is noticed too', () => {
  expect(dates('first sunday 00:00', 'America/Havana').filter(([, clocks]) => clocks !== 'plain').length).toBeGreaterThan(0);
});
