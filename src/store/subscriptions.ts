/** One reader's consent to one publication: as it stands, and every change of it with the event that caused it. */
import { and, desc, eq, inArray, sql } from 'drizzle-orm/sql';
import { type ConsentEvent, type ConsentMove, moveSubscription, type SubscriptionState, stateAt } from '../model/consent.ts';
import type { Format } from '../model/edition.ts';
import type { Db } from './open.ts';
import { consents, consentTexts, imports, publications, readers, reasons, subscriptions } from './schema.ts';
import { once, statement } from './statement.ts';

/** A subscription as its reader's page needs it. */
export interface Subscription {
  publication: string;
  slug: string;
  /** The publication's language and time zone. */
  language: string;
  zone: string;
  email: string;
  /** The language the reader chose for pages and notices. */
  speaks: string | null;
  state: SubscriptionState;
  before: SubscriptionState | undefined;
  pausedUntil: number | null;
  format: Format;
  changedAt: number;
}

/** The condition in SQL that a subscription may be mailed at an instant, which is its one parameter: what `stateAt` says. */
export const mailableAt = (table: string): string =>
  `(${table}.state = 'active' OR ${table}.state = 'paused' AND ${table}.paused_until <= ?)`;

const ofReader = (db: Db) =>
  db
    .select({
      publication: publications.name,
      slug: publications.slug,
      language: publications.language,
      zone: publications.zone,
      email: readers.email,
      speaks: readers.language,
      state: subscriptions.state,
      before: subscriptions.before,
      pausedUntil: subscriptions.pausedUntil,
      format: subscriptions.format,
      changedAt: subscriptions.changedAt,
    })
    .from(subscriptions)
    .innerJoin(readers, eq(readers.id, subscriptions.readerId))
    .innerJoin(publications, eq(publications.id, subscriptions.publicationId))
    .where(and(eq(subscriptions.publicationId, sql.placeholder('publicationId')), eq(subscriptions.readerId, sql.placeholder('readerId'))))
    .prepare();

export function findSubscription(db: Db, publicationId: number, readerId: number): Subscription | undefined {
  const row = once(db, ofReader).get({ publicationId, readerId });
  return row && { ...row, before: row.before ?? undefined };
}

/** As `findSubscription`, with the state as it is at an instant: a pause that is over is one no more. */
export function subscriptionAt(db: Db, publicationId: number, readerId: number, instant: number): Subscription | undefined {
  const found = findSubscription(db, publicationId, readerId);
  return found && { ...found, state: stateAt(found.state, found.pausedUntil, instant) };
}

/** An event of consent: what happened, and where it came from. */
export interface ConsentNote {
  publicationId: number;
  readerId: number;
  event: ConsentEvent;
  way: string;
  /** The send whose mail it came from. */
  sendId?: number | undefined;
  /** The event of feedback that caused it. */
  feedbackId?: number | undefined;
  /** The words agreed to, the page they stood on, the network it came from. */
  textHash?: string | undefined;
  page?: string | undefined;
  network?: string | undefined;
  /** Of a pause: when it ends. */
  until?: number | undefined;
  at: number;
}

/** A change of consent. `before` is what an undo goes back to. */
export interface ConsentChange extends ConsentNote {
  to: SubscriptionState;
  before?: SubscriptionState | undefined;
}

/** Writes a change and its event; returns the event's number. Call it in the transaction that read the state, so that the two belong together. */
export function writeConsentChange(db: Db, { to, before, ...note }: ConsentChange): number {
  const { publicationId, readerId, at, until } = note;
  const move = `UPDATE subscriptions SET state = ?, before = ?, changed_at = ?, paused_until = coalesce(?, paused_until)
    WHERE publication_id = ? AND reader_id = ?`;
  statement(db, move).run(to, before ?? null, at, until ?? null, publicationId, readerId);
  return noteConsent(db, note);
}

/** Writes an event that moves nothing by itself. */
export function noteConsent(db: Db, note: ConsentNote): number {
  const { publicationId, readerId, event, way, sendId, feedbackId, textHash, page, network, until, at } = note;
  const text = `INSERT INTO consents (publication_id, reader_id, event, way, send_id, feedback_id, text_hash, page, network, until, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const optional = [sendId, feedbackId, textHash, page, network, until].map((value) => value ?? null);
  return Number(statement(db, text).run(publicationId, readerId, event, way, ...optional, at).lastInsertRowid);
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

/** The plus keeps SQLite from the index of leaves, by which it would look through everybody's: it chooses anew when it sees which event is asked for. */
export const eventsSince = 'SELECT count(*) FROM consents WHERE reader_id = ? AND +publication_id = ? AND event = ? AND way = ? AND at > ?';

/** How often an event came in this way since an instant. */
export function countEvents(
  db: Db,
  { publicationId, readerId, event, way }: Pick<ConsentNote, 'publicationId' | 'readerId' | 'event' | 'way'>,
  since: number,
): number {
  return Number(statement(db, eventsSince).pluck().get(readerId, publicationId, event, way, since));
}

/** Begins a subscription; nothing happens when there is one. */
export function addSubscription(
  db: Db,
  row: { publicationId: number; readerId: number; state: SubscriptionState; changedAt: number },
): void {
  db.insert(subscriptions).values(row).onConflictDoNothing().run();
}

/** What the reader chose to get. */
export function setFormat(db: Db, publicationId: number, readerId: number, format: Format): void {
  const mine = and(eq(subscriptions.publicationId, publicationId), eq(subscriptions.readerId, readerId));
  db.update(subscriptions).set({ format }).where(mine).run();
}

const held = (db: Db) =>
  db
    .select({ subscription: subscriptions, publication: publications })
    .from(subscriptions)
    .innerJoin(publications, eq(publications.id, subscriptions.publicationId))
    .where(
      and(
        inArray(subscriptions.publicationId, db.select({ id: publications.id }).from(publications)), // by the primary key, which begins with it
        eq(subscriptions.readerId, sql.placeholder('reader')),
      ),
    )
    .orderBy(publications.id)
    .prepare();

const events = (db: Db) =>
  db
    .select({
      consent: consents,
      slug: publications.slug,
      words: sql<string | null>`coalesce(${consentTexts.text}, ${imports.consent})`,
      reason: reasons.text,
    })
    .from(consents)
    .leftJoin(publications, eq(publications.id, consents.publicationId))
    .leftJoin(consentTexts, eq(consentTexts.hash, consents.textHash))
    .leftJoin(imports, eq(imports.id, consents.importId))
    .leftJoin(reasons, eq(reasons.consentId, consents.id))
    .where(eq(consents.readerId, sql.placeholder('reader')))
    .orderBy(consents.id)
    .prepare();

/** Every subscription of a reader, and every event of them, the oldest first, with the words agreed to. */
export function consentHistory(db: Db, reader: number) {
  return { held: once(db, held).all({ reader }), events: once(db, events).all({ reader }) };
}

/** Keeps the words that are agreed to, once. */
export function keepConsentText(db: Db, row: typeof consentTexts.$inferInsert): void {
  db.insert(consentTexts).values(row).onConflictDoNothing().run();
}

/** Notes why a reader left, with the newest leave; a second reason for the same leave takes the place of the first. False when there was no leave. */
export function noteReason(
  db: Db,
  { publicationId, readerId, text, at }: { publicationId: number; readerId: number; text: string; at: number },
): boolean {
  const leaves = and(eq(consents.publicationId, publicationId), eq(consents.readerId, readerId), eq(consents.event, 'leave'));
  const last = db.select({ id: consents.id }).from(consents).where(leaves).orderBy(desc(consents.id)).limit(1).get();
  if (last === undefined) return false;
  db.insert(reasons).values({ consentId: last.id, text, at }).onConflictDoUpdate({ target: reasons.consentId, set: { text, at } }).run();
  return true;
}
