/** What somebody must show once, and how often it was tried: rows that go with their use or their time. */
import { and, eq, gt } from 'drizzle-orm/sql';
import { type TryKind, tryLimits } from '../model/person.ts';
import { forgetNotices } from './notices.ts';
import type { Db } from './open.ts';
import { proofs, tries } from './schema.ts';
import { statement } from './statement.ts';

export type Proof = typeof proofs.$inferSelect;

export function addProof(db: Db, values: Proof): void {
  db.insert(proofs).values(values).run();
}

/** Names the notice that carries a proof, which is emptied when the proof goes. */
export function nameProofNotice(db: Db, hash: Buffer, noticeId: number): void {
  db.update(proofs).set({ noticeId }).where(eq(proofs.hash, hash)).run();
}

/** A proof that still waits. */
export function findProof(db: Db, hash: Buffer, now: number): Proof | undefined {
  return db
    .select()
    .from(proofs)
    .where(and(eq(proofs.hash, hash), gt(proofs.expiresAt, now)))
    .get();
}

/** Takes a proof: of two who come with it at once, one gets it. The notice that carried it loses its link. */
export function takeProof(db: Db, hash: Buffer, now: number): Proof | undefined {
  const taken = db
    .delete(proofs)
    .where(and(eq(proofs.hash, hash), gt(proofs.expiresAt, now)))
    .returning()
    .get();
  if (taken?.noticeId !== null && taken?.noticeId !== undefined) forgetNotices(db, { id: taken.noticeId }, now);
  return taken;
}

/** Forgets what nobody showed in time, with the links in its notices. */
export function forgetProofs(db: Db, now: number): void {
  const gone = db.$client.prepare('DELETE FROM proofs WHERE expires_at <= ? RETURNING notice_id').pluck().all(now) as (number | null)[];
  for (const id of gone) if (id !== null) forgetNotices(db, { id }, now);
}

/** Forgets whatever waits for a person. */
export function forgetProofsOf(db: Db, editorId: number, now: number): void {
  const gone = db.delete(proofs).where(eq(proofs.editorId, editorId)).returning({ notice: proofs.noticeId }).all();
  for (const { notice } of gone) if (notice !== null) forgetNotices(db, { id: notice }, now);
}

/** When the invitation of a person ends; undefined when none waits. */
export function invitationEnd(db: Db, editorId: number): number | undefined {
  return db
    .select({ end: proofs.expiresAt })
    .from(proofs)
    .where(and(eq(proofs.editorId, editorId), eq(proofs.kind, 'invitation')))
    .get()?.end;
}

/** Notes a try; false when there were too many from this network within the hour. */
export function noteTry(db: Db, kind: TryKind, network: string, now: number): boolean {
  const since = now - tryLimits.within;
  statement(db, 'DELETE FROM tries WHERE at <= ?').run(since);
  const count = statement(db, 'SELECT count(*) FROM tries WHERE kind = ? AND network = ? AND at > ?');
  if ((count.pluck().get(kind, network, since) as number) >= tryLimits[kind].most) return false;
  db.insert(tries).values({ kind, network, at: now }).run();
  return true;
}
