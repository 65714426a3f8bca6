/** Readers: those of a publication page by page, one by number or address, and what they change about themselves. */
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm/sql';
import { type SubscriptionState, stateAt } from '../model/consent.ts';
import type { Format } from '../model/edition.ts';
import type { Db } from './open.ts';
import { consents, feedback, inbound, readers, reasons, subscriptions } from './schema.ts';
import { once, statement } from './statement.ts';

export interface ListedReader {
  id: number;
  email: string;
  name: string | null;
  language: string | null;
  attributes: Record<string, string> | null;
  state: SubscriptionState;
  /** What the reader chose to get. */
  format: Format;
}

/** The next `limit` readers of a publication after reader `after`, in the order of their numbers and in every state, as it is at `now`. Empty at the end. */
export function listReaders(db: Db, publicationId: number, after: number, limit: number, now: number): ListedReader[] {
  const rows = db
    .select({
      id: readers.id,
      email: readers.email,
      name: readers.name,
      language: readers.language,
      attributes: readers.attributes,
      state: subscriptions.state,
      pausedUntil: subscriptions.pausedUntil,
      format: subscriptions.format,
    })
    .from(subscriptions)
    .innerJoin(readers, eq(readers.id, subscriptions.readerId))
    .where(and(eq(subscriptions.publicationId, publicationId), gt(subscriptions.readerId, after)))
    .orderBy(asc(subscriptions.readerId))
    .limit(limit)
    .all();
  return rows.map(({ pausedUntil, ...row }) => ({ ...row, state: stateAt(row.state, pausedUntil, now) }));
}

export type Reader = typeof readers.$inferSelect;

const byId = (db: Db) =>
  db
    .select()
    .from(readers)
    .where(eq(readers.id, sql.placeholder('id')))
    .prepare();

export function findReader(db: Db, id: number): Reader | undefined {
  return once(db, byId).get({ id });
}

export function findReaderByKey(db: Db, emailKey: string): Reader | undefined {
  return db.select().from(readers).where(eq(readers.emailKey, emailKey)).get();
}

export function addReader(db: Db, values: Pick<Reader, 'email' | 'emailKey' | 'name' | 'language' | 'createdAt'>): Reader {
  return db.insert(readers).values(values).returning().get();
}

/** Changes what is given and leaves the rest. */
export function changeReader(db: Db, id: number, changes: Partial<Pick<Reader, 'email' | 'emailKey' | 'name' | 'language'>>): void {
  db.update(readers).set(changes).where(eq(readers.id, id)).run();
}

/** Leaves of a reader the number alone: no address, name, attributes, networks, reasons or raw mail. What was agreed to stays, under the number. Within one transaction. */
export function blankReader(db: Db, id: number): void {
  const nothing = { email: '', emailKey: `erased ${id}`, name: null, language: null, attributes: null, importId: null };
  db.update(readers).set(nothing).where(eq(readers.id, id)).run();
  const events = db.select({ id: consents.id }).from(consents).where(eq(consents.readerId, id));
  db.delete(reasons).where(inArray(reasons.consentId, events)).run();
  db.update(consents).set({ network: null, page: null }).where(eq(consents.readerId, id)).run();
  const heard = db.select({ id: feedback.inboundId }).from(feedback).where(eq(feedback.readerId, id));
  db.update(inbound).set({ raw: null, sender: '', recipients: [], note: null }).where(inArray(inbound.id, heard)).run();
  db.update(feedback).set({ diagnostic: null }).where(eq(feedback.readerId, id)).run();
  const named = 'UPDATE deliveries SET name = NULL WHERE send_id IN (SELECT id FROM sends) AND reader_id = ? AND name IS NOT NULL'; // by the primary key
  statement(db, named).run(id);
}
