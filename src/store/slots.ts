/** Slots of publications that are used up: each month has one, and it is taken once. */
import { and, eq } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { slots } from './schema.ts';

export type TakenSlot = typeof slots.$inferSelect;

/** The slot of a month, when it is used up. */
export function findTakenSlot(db: Db, publicationId: number, period: string): TakenSlot | undefined {
  return db
    .select()
    .from(slots)
    .where(and(eq(slots.publicationId, publicationId), eq(slots.period, period)))
    .get();
}

/** Uses a slot up. An error when it was: call it in the transaction that looked. */
export function saveTakenSlot(db: Db, slot: TakenSlot): void {
  db.insert(slots).values(slot).run();
}

/** Whether a send was made by a slot. */
export function isSlotSend(db: Db, sendId: number): boolean {
  return db.select({ id: slots.sendId }).from(slots).where(eq(slots.sendId, sendId)).get() !== undefined;
}
