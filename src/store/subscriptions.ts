/** One reader's consent to one publication: as it stands, and every change of it with the event that caused it. */
import { and, eq } from 'drizzle-orm/sql';
import { type ConsentMove, moveSubscription, type SubscriptionState } from '../model/consent.ts';
import type { Db } from './open.ts';
import { publications, readers, subscriptions } from './schema.ts';
import { statement } from './statement.ts';

/** A subscription as its reader's page needs it. */
export interface Subscription {
  publication: string;
  language: string;
  email: string;
  state: SubscriptionState;
  before: SubscriptionState | undefined;
  changedAt: number;
}

export function findSubscription(db: Db, publicationId: number, readerId: number): Subscription | undefined {
  const row = db
    .select({
      publication: publications.name,
      language: publications.language,
      email: readers.email,
      state: subscriptions.state,
      before: subscriptions.before,
      changedAt: subscriptions.changedAt,
    })
    .from(subscriptions)
    .innerJoin(readers, eq(readers.id, subscriptions.readerId))
    .innerJoin(publications, eq(publications.id, subscriptions.publicationId))
    .where(and(eq(subscriptions.publicationId, publicationId), eq(subscriptions.readerId, readerId)))
    .get();
  return row && { ...row, before: row.before ?? undefined };
}

/** A change of consent. `before` is what an undo goes back to; `sendId` the send whose mail it came from. */
export interface ConsentChange {
  publicationId: number;
  readerId: number;
  event: ConsentMove;
  way: string;
  sendId?: number | undefined;
  /** The event of feedback that caused it. */
  feedbackId?: number | undefined;
  to: SubscriptionState;
  before?: SubscriptionState | undefined;
  at: number;
}

/** Writes a change and its event. Call it in the transaction that read the state, so that the two belong together. */
export function writeConsentChange(
  db: Db,
  { publicationId, readerId, event, way, sendId, feedbackId, to, before, at }: ConsentChange,
): void {
  const move = 'UPDATE subscriptions SET state = ?, before = ?, changed_at = ? WHERE publication_id = ? AND reader_id = ?';
  statement(db, move).run(to, before ?? null, at, publicationId, readerId);
  const note = 'INSERT INTO consents (publication_id, reader_id, event, way, send_id, feedback_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)';
  statement(db, note).run(publicationId, readerId, event, way, sendId ?? null, feedbackId ?? null, at);
}

/** What moves subscriptions of a reader, and how it came. */
export interface ReaderMove extends Pick<ConsentChange, 'readerId' | 'way' | 'sendId' | 'feedbackId' | 'at'> {
  move: Exclude<ConsentMove, 'undo'>;
  /** Only this one; else all the reader has. */
  publicationId?: number | undefined;
}

type ReaderSubscription = Pick<typeof subscriptions.$inferSelect, 'publicationId' | 'state' | 'before'>;

/** Moves a reader's subscriptions as `model/consent.ts` allows, each with its event; returns how many moved. Call it in the transaction of what caused it. */
export function moveReader(db: Db, { move, publicationId, readerId, ...by }: ReaderMove): number {
  const mine = `SELECT publication_id AS publicationId, state, before FROM subscriptions
    WHERE publication_id IN (SELECT id FROM publications WHERE id = coalesce(?, id)) AND reader_id = ?`; // by the primary key, which begins with the publication
  let moved = 0;
  for (const row of statement(db, mine).all(publicationId ?? null, readerId) as ReaderSubscription[]) {
    const to = moveSubscription(move, row.state, row.before ?? undefined);
    if (to === undefined) continue;
    const before = move === 'reinstate' ? undefined : row.state;
    writeConsentChange(db, { publicationId: row.publicationId, readerId, event: move, to, before, ...by });
    moved += 1;
  }
  return moved;
}
