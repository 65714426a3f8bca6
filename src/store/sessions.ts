/** Sessions of the desk: found by the hash of their token at every request, listed, ended. */
import { and, desc, eq, ne, sql } from 'drizzle-orm/sql';
import { idleMs, type Person } from '../model/person.ts';
import type { Db } from './open.ts';
import { sessions } from './schema.ts';
import { statement } from './statement.ts';

export type Session = typeof sessions.$inferSelect;

export function addSession(db: Db, values: Omit<Session, 'id'>): Session {
  return db.insert(sessions).values(values).returning().get();
}

/** Whose session it is, with its number and the instant of the last proof; undefined when it is over, idle too long, or of somebody who is gone. */
export interface FoundSession extends Person {
  session: number;
  seenAt: number;
  provedAt: number;
}

export function findSession(db: Db, hash: Buffer, now: number): FoundSession | undefined {
  const text = `SELECT s.id AS session, s.seen_at AS seenAt, s.proved_at AS provedAt, e.id, e.name, e.email, e.role FROM sessions s
    JOIN editors e ON e.id = s.editor_id WHERE s.hash = ? AND s.seen_at > ? AND e.removed_at IS NULL AND e.joined_at IS NOT NULL`;
  return statement(db, text).get(hash, now - idleMs) as FoundSession | undefined;
}

/** Notes that a session was used. */
export function touchSession(db: Db, id: number, now: number): void {
  statement(db, 'UPDATE sessions SET seen_at = ? WHERE id = ?').run(now, id);
}

/** Notes that its person showed again who they are; under a new token, so that one taken before is worth nothing. */
export function proveSession(db: Db, id: number, hash: Buffer, now: number): void {
  db.update(sessions).set({ hash, provedAt: now, seenAt: now }).where(eq(sessions.id, id)).run();
}

/** Where somebody is signed in, the newest use first. */
export function listSessions(db: Db, editorId: number, now: number): Session[] {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.editorId, editorId), sql`${sessions.seenAt} > ${now - idleMs}`))
    .orderBy(desc(sessions.seenAt), desc(sessions.id))
    .all();
}

/** Ends one session of a person; false when there is none. */
export function endSession(db: Db, id: number, editorId: number): boolean {
  return (
    db
      .delete(sessions)
      .where(and(eq(sessions.id, id), eq(sessions.editorId, editorId)))
      .run().changes === 1
  );
}

/** Ends every session of a person, but for one when it is named. Returns how many. */
export function endSessions(db: Db, editorId: number, but = 0): number {
  return db
    .delete(sessions)
    .where(and(eq(sessions.editorId, editorId), ne(sessions.id, but)))
    .run().changes;
}

/** Forgets sessions that nobody used for too long. */
export function forgetSessions(db: Db, now: number): void {
  statement(db, 'DELETE FROM sessions WHERE seen_at <= ?').run(now - idleMs);
}
