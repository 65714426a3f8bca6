import { expect, test } from 'vitest';
import { instantsOf, iso, isZone, parseWhen } from '../../src/model/zone.ts';

const wall = (month: number, day: number, hour: number, minute = 0) => ({ year: 2026, month, day, hour, minute });

test.each([
  ['Asia/Karachi', wall(12, 1, 9), '2026-12-01T09:00+05:00'],
  ['Asia/Kabul', wall(12, 1, 9), '2026-12-01T09:00+04:30'],
  ['America/New_York', wall(7, 1, 9), '2026-07-01T09:00-04:00'],
  ['UTC', wall(1, 1, 0), '2026-01-01T00:00+00:00'],
])('an ordinary hour in %s is one instant', (zone, at, text) => {
  const [instant, ...more] = instantsOf(at, zone);
  expect(more).toEqual([]);
  expect(iso(instant ?? 0, zone)).toBe(text);
});

test('the hour that does not exist has no instant, the hour that comes twice has two', () => {
  expect(instantsOf(wall(3, 29, 2, 30), 'Europe/Berlin')).toEqual([]);
  expect(instantsOf(wall(10, 25, 2, 30), 'Europe/Berlin').map((instant) => iso(instant, 'Europe/Berlin'))).toEqual([
    '2026-10-25T02:30+02:00',
    '2026-10-25T02:30+01:00',
  ]);
});

test.each([
  ['2026-12-01T09:00', '2026-12-01T04:00:00.000Z'],
  ['2026-12-01 09:00', '2026-12-01T04:00:00.000Z'],
  ['2026-12-01T09:00Z', '2026-12-01T09:00:00.000Z'],
  ['2026-12-01T09:00:30+04:30', '2026-12-01T04:30:30.000Z'],
  ['2026-12-01', '2026-11-30T19:00:00.000Z'],
])('WHEN %s for a publication in Karachi is %s', (text, instant) => {
  const when = parseWhen(text, 'Asia/Karachi');
  expect('instant' in when && new Date(when.instant).toISOString()).toBe(instant);
});

test.each([
  ['tomorrow', 'UTC', /write 2026-12-01T09:00/],
  ['2026-02-30T09:00', 'UTC', /no calendar has/],
  ['2026-02-20T09:00+99:00', 'UTC', /no place on earth/],
  ['2026-12-01T25:00', 'UTC', /no calendar has/],
  ['2026-03-29T02:30', 'Europe/Berlin', /does not exist in Europe\/Berlin/],
  ['2026-10-25T02:30', 'Europe/Berlin', /comes twice .*2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00/],
])('WHEN %s in %s is refused with what would be right', (text, zone, problem) => {
  const when = parseWhen(text, zone);
  expect('problem' in when && when.problem).toMatch(problem);
});

test('a zone is known by its name only', () => {
  expect([isZone('Asia/Karachi'), isZone('UTC'), isZone('Pakistan Time'), isZone('')]).toEqual([true, true, false, false]);
});
