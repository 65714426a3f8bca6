/** A publication's monthly slot: `first tuesday 09:00` or `day 15 09:00`, on the clocks of its zone. One instant a month, whatever the clocks do. */
import { AppError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { instantsOf, offsetAt } from './zone.ts';

export const ordinals = ['first', 'second', 'third', 'fourth', 'last'] as const;
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Which day of the month, and when on that day. */
export type Slot = { hour: number; minute: number } & (
  | { ordinal: (typeof ordinals)[number]; weekday: (typeof weekdays)[number] }
  /** 1 to 28: every month has it. */
  | { day: number }
);

/** The slot of one month; `at` in ms UTC, `period` as `2026-12`, the month on the zone's calendar. */
export interface SlotInstant {
  period: string;
  at: number;
}

/** Reads a slot as typed. Error `publication.slot` says what would be right. */
export function parseSlot(text: string): Slot {
  const [which = '', day = '', time = '', ...more] = text.trim().toLowerCase().split(/\s+/);
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  const wrong = (why: string): AppError =>
    new AppError(
      'publication.slot',
      `"${text}" is no monthly slot: ${why.replace(/(?<!\?)$/, '.')} Write first, second, third, fourth or last, a weekday and a time, such as "first tuesday 09:00"; or "day 15 09:00"`,
    );
  if (time === '' || more.length > 0) throw wrong('it takes three words, which day of the month and when');
  if (hour === undefined || minute === undefined) throw wrong(`"${time}" is no time from 00:00 to 23:59`);
  const at = { hour: Number(hour), minute: Number(minute) };
  if (which === 'day') {
    if (!/^\d{1,2}$/.test(day) || Number(day) < 1 || Number(day) > 28) throw wrong(`"${day}" is no day that every month has, 1 to 28`);
    return { day: Number(day), ...at };
  }
  return { ordinal: oneOf(which, ordinals, wrong), weekday: oneOf(day, weekdays, wrong), ...at };
}

function oneOf<T extends string>(typed: string, known: readonly T[], wrong: (why: string) => AppError): T {
  const found = known.find((word) => word === typed);
  if (found !== undefined) return found;
  const meant = nearest(typed, known);
  throw wrong(`"${typed}" is none of ${known.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

/** The slot in its one spelling; `parseSlot` reads it back. */
export function describeSlot(slot: Slot): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = 'day' in slot ? `day ${slot.day}` : `${slot.ordinal} ${slot.weekday}`;
  return `${day} ${two(slot.hour)}:${two(slot.minute)}`;
}

/**
 * The instant of the slot in a month (`2026-12`). An hour that the clocks skip is read by what they showed before (02:30 becomes 03:30), of an hour that comes
 * twice the first counts (RFC 5545 section 3.3.5).
 */
export function slotAt(slot: Slot, zone: string, period: string): number {
  const [year = 0, month = 0] = period.split('-').map(Number);
  const { hour, minute } = slot;
  const day = 'day' in slot ? slot.day : dayOf(slot, year, month);
  const [first] = instantsOf({ year, month, day, hour, minute }, zone);
  if (first !== undefined) return first;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  return asUtc - offsetAt(asUtc - 86_400_000, zone);
}

function dayOf({ ordinal, weekday }: Extract<Slot, { ordinal: string }>, year: number, month: number): number {
  const wanted = weekdays.indexOf(weekday);
  if (ordinal === 'last') {
    const last = new Date(Date.UTC(year, month, 0));
    return last.getUTCDate() - ((last.getUTCDay() - wanted + 7) % 7);
  }
  const firstOfMonth = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return 1 + ((wanted - firstOfMonth + 7) % 7) + 7 * ordinals.indexOf(ordinal);
}

/** The latest slot at or before an instant (ms UTC). */
export function slotBefore(slot: Slot, zone: string, instant: number): SlotInstant {
  const around = slotsAround(slot, zone, instant);
  return around.findLast(({ at }) => at <= instant) ?? nowhere(instant);
}

/** The first slot after an instant (ms UTC). */
export function slotAfter(slot: Slot, zone: string, instant: number): SlotInstant {
  const around = slotsAround(slot, zone, instant);
  return around.find(({ at }) => at > instant) ?? nowhere(instant);
}

/** The slots of the month that the zone's calendar shows and of both its neighbours, in order. */
function slotsAround(slot: Slot, zone: string, instant: number): SlotInstant[] {
  const shown = new Date(instant + offsetAt(instant, zone));
  return [-1, 0, 1].map((months) => {
    const period = new Date(Date.UTC(shown.getUTCFullYear(), shown.getUTCMonth() + months, 1)).toISOString().slice(0, 7);
    return { period, at: slotAt(slot, zone, period) };
  });
}

function nowhere(instant: number): never {
  throw new RangeError(`no slot around ${instant}`);
}
