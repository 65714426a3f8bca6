/** How a publication is run: who signs off, how long a send can be taken back, what becomes of a slot that nobody was there for, who is reminded. */

/**
 * What becomes of a slot found hours late: `late` sends all the same, `ask` holds the send until a person decides, `skip` leaves the issue for the next slot.
 * A table, since people choose from it.
 */
export const missedSlots = {
  ask: 'Hold it and ask',
  late: 'Send it all the same',
  skip: 'Leave it for the next slot',
} as const;
export type MissedSlot = keyof typeof missedSlots;

export interface Customs {
  /** Whether who approves must be another person than who wrote the last revision. */
  twoPeople: boolean;
  /** Minutes in which a send that was ordered for now can be taken back. */
  graceMinutes: number;
  missedSlot: MissedSlot;
  /** Days before a slot on which people are reminded, the earliest first. */
  reminderDays: number[];
  /** Addresses of those who are reminded. */
  reminderTo: string[];
}

export const defaultCustoms: Customs = { twoPeople: false, graceMinutes: 5, missedSlot: 'ask', reminderDays: [], reminderTo: [] };

/** The most minutes a send for now may wait. */
export const mostGraceMinutes = 60;

/** What was done with a revision, which keeps it as it is: the next words make another. `frozen` when it was drawn for good. */
export const points = ['imported', 'restored', 'frozen', 'tested', 'approved', 'scheduled'] as const;
export type Point = (typeof points)[number];

/** A row of revisions takes what one author types within this time. */
export const foldMs = 5 * 60_000;
