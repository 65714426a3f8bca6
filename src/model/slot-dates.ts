/** The coming instants of a slot, and what the clocks do to each: for whoever chooses one. Pure. */
import { type Slot, slotAfter } from './slot.ts';
import { instantsOf, offsetAt } from './zone.ts';

export interface SlotDate {
  /** Milliseconds UTC. */
  at: number;
  /** `skipped`: the clocks are put forward over the slot's time, so it comes an hour or so later by them. `twice`: they are put back over it, and the first time counts. */
  clocks: 'plain' | 'skipped' | 'twice';
}

/** The next `count` instants of a slot after an instant (ms UTC), in order. */
export function slotDates(slot: Slot, zone: string, after: number, count: number): SlotDate[] {
  const dates: SlotDate[] = [];
  let last = after;
  for (let i = 0; i < count; i += 1) {
    const { at } = slotAfter(slot, zone, last);
    dates.push({ at, clocks: clocksAt(slot, zone, at) });
    last = at;
  }
  return dates;
}

/** By the wall time that was asked for, on the day that the zone's clocks show then. */
function clocksAt({ hour, minute }: Slot, zone: string, at: number): SlotDate['clocks'] {
  const shown = new Date(at + offsetAt(at, zone));
  const [year, month, day] = [shown.getUTCFullYear(), shown.getUTCMonth() + 1, shown.getUTCDate()];
  const { length } = instantsOf({ year, month, day, hour, minute }, zone);
  return length === 0 ? 'skipped' : length > 1 ? 'twice' : 'plain';
}
