/** Passkeys by the id their maker gave them. */
import { and, eq } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { passkeys } from './schema.ts';

export type Passkey = typeof passkeys.$inferSelect;

/** Keeps a passkey; false when it is somebody's already. */
export function addPasskey(db: Db, values: Passkey): boolean {
  return db.insert(passkeys).values(values).onConflictDoNothing().run().changes === 1;
}

export function findPasskey(db: Db, id: string): Passkey | undefined {
  return db.select().from(passkeys).where(eq(passkeys.id, id)).get();
}

/** A person's passkeys, the oldest first. */
export function listPasskeys(db: Db, editorId: number): Passkey[] {
  return db.select().from(passkeys).where(eq(passkeys.editorId, editorId)).orderBy(passkeys.createdAt).all();
}

/** Notes a use, with the counter the passkey told. */
export function usePasskey(db: Db, id: string, counter: number, now: number): void {
  db.update(passkeys).set({ counter, usedAt: now }).where(eq(passkeys.id, id)).run();
}

/** Forgets a person's passkey; false when there is none. */
export function removePasskey(db: Db, id: string, editorId: number): boolean {
  return (
    db
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), eq(passkeys.editorId, editorId)))
      .run().changes === 1
  );
}

export function removePasskeys(db: Db, editorId: number): void {
  db.delete(passkeys).where(eq(passkeys.editorId, editorId)).run();
}
