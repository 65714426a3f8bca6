/** The people of the desk by number and address. */
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm/sql';
import type { Role } from '../model/person.ts';
import type { Db } from './open.ts';
import { editors } from './schema.ts';
import { statement } from './statement.ts';

export type Editor = typeof editors.$inferSelect;

/** Whether anybody has joined. Asked at every request of the desk. */
export function anyEditor(db: Db): boolean {
  return statement(db, 'SELECT EXISTS (SELECT 1 FROM editors WHERE joined_at IS NOT NULL AND removed_at IS NULL)').pluck().get() === 1;
}

/** Adds somebody, joined or invited (`joinedAt` null); undefined when the address has its person already. */
export function addEditor(db: Db, values: Omit<Editor, 'id' | 'removedAt' | 'emailKey'> & { emailKey: string }): Editor | undefined {
  return db.insert(editors).values(values).onConflictDoNothing({ target: editors.emailKey }).returning().get();
}

export function findEditor(db: Db, id: number): Editor | undefined {
  return db
    .select()
    .from(editors)
    .where(and(eq(editors.id, id), isNull(editors.removedAt)))
    .get();
}

export function findEditorByKey(db: Db, emailKey: string): Editor | undefined {
  return db.select().from(editors).where(eq(editors.emailKey, emailKey)).get();
}

export function findEditorByHandle(db: Db, handle: Buffer): Editor | undefined {
  return db
    .select()
    .from(editors)
    .where(and(eq(editors.handle, handle), isNull(editors.removedAt)))
    .get();
}

/** Everybody who belongs to the desk or is invited, in the order they came. */
export function listEditors(db: Db): Editor[] {
  return db.select().from(editors).where(isNull(editors.removedAt)).orderBy(editors.id).all();
}

/** Names by number, those of removed people too: for the audit. */
export function editorNames(db: Db): Map<number, string> {
  const rows = statement(db, 'SELECT id, name FROM editors').all() as { id: number; name: string }[];
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Marks that an invitation was taken up; false when it was before. */
export function joinEditor(db: Db, id: number, now: number): boolean {
  return (
    db
      .update(editors)
      .set({ joinedAt: now })
      .where(and(eq(editors.id, id), isNull(editors.joinedAt), isNull(editors.removedAt)))
      .run().changes === 1
  );
}

export function renameEditor(db: Db, id: number, name: string): void {
  db.update(editors).set({ name }).where(eq(editors.id, id)).run();
}

/** How many joined owners there are. */
export function countOwners(db: Db): number {
  return db
    .select({ owners: sql<number>`count(*)` })
    .from(editors)
    .where(and(eq(editors.role, 'owner'), isNotNull(editors.joinedAt), isNull(editors.removedAt)))
    .get()?.owners as number;
}

/** Changes a role; false when it is that already or the person is gone. */
export function changeEditorRole(db: Db, id: number, role: Role): boolean {
  return (
    db
      .update(editors)
      .set({ role })
      .where(and(eq(editors.id, id), isNull(editors.removedAt), sql`${editors.role} <> ${role}`))
      .run().changes === 1
  );
}

/** Takes a person off the desk: number and name stay for the audit, the address goes. False when done before. */
export function removeEditor(db: Db, id: number, now: number): boolean {
  return (
    db
      .update(editors)
      .set({ removedAt: now, email: '', emailKey: null })
      .where(and(eq(editors.id, id), isNull(editors.removedAt)))
      .run().changes === 1
  );
}
