/** Readers of a publication, page by page. */
import { and, asc, eq, gt } from 'drizzle-orm/sql';
import type { SubscriptionState } from '../model/consent.ts';
import type { Db } from './open.ts';
import { readers, subscriptions } from './schema.ts';

export interface ListedReader {
  id: number;
  email: string;
  name: string | null;
  language: string | null;
  attributes: Record<string, string> | null;
  state: SubscriptionState;
}

/** The next `limit` readers of a publication after reader `after`, in the order of their numbers and in every state. Empty at the end. */
export function listReaders(db: Db, publicationId: number, after: number, limit: number): ListedReader[] {
  return db
    .select({
      id: readers.id,
      email: readers.email,
      name: readers.name,
      language: readers.language,
      attributes: readers.attributes,
      state: subscriptions.state,
    })
    .from(subscriptions)
    .innerJoin(readers, eq(readers.id, subscriptions.readerId))
    .where(and(eq(subscriptions.publicationId, publicationId), gt(subscriptions.readerId, after)))
    .orderBy(asc(subscriptions.readerId))
    .limit(limit)
    .all();
}

/** The number of the reader with this address (its key, see `model/address.ts`). */
export function findReader(db: Db, addressKey: string): number | undefined {
  return db.select({ id: readers.id }).from(readers).where(eq(readers.emailKey, addressKey)).get()?.id;
}
