/** Suppressed addresses, which the store knows only as keyed hashes. */
import { createHmac, type KeyObject } from 'node:crypto';
import { and, asc, eq, sql } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { suppressions } from './schema.ts';
import { once, statement } from './statement.ts';

export type Suppression = typeof suppressions.$inferSelect;

/** Why an address is suppressed. The first two are lifted only with a written reason, the last by its reader too (`model/consent.ts`). */
export const suppressionReasons = ['complaint', 'hard-bounce', 'person', 'erase'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

/** Stands for every publication. */
export const allPublications = 0;

/** What stands in `suppressions` for an address: HMAC-SHA256 of its key form (see `model/address.ts`) under the key `suppression` of the ring. Many in a row want a KeyObject: five times as fast as octets. */
export function suppressionHash(suppressionKey: Uint8Array | KeyObject, addressKey: string): Buffer {
  return createHmac('sha256', suppressionKey).update(addressKey).digest();
}

/** Suppresses an address; the first reason stands. False when it is so already. */
export function addSuppression(db: Db, row: Omit<Suppression, 'reason'> & { reason: SuppressionReason }): boolean {
  const text = 'INSERT OR IGNORE INTO suppressions (hash, publication_id, reason, at) VALUES (?, ?, ?, ?)';
  return statement(db, text).run(row.hash, row.publicationId, row.reason, row.at).changes === 1;
}

/** Takes a suppression back; false when there is none, or, with `reason` or `at`, none of that reason or instant. */
export function dropSuppression(
  db: Db,
  { hash, publicationId, reason, at }: Pick<Suppression, 'hash' | 'publicationId'> & { reason?: SuppressionReason; at?: number },
): boolean {
  const same = and(
    eq(suppressions.hash, hash),
    eq(suppressions.publicationId, publicationId),
    reason === undefined ? undefined : eq(suppressions.reason, reason),
    at === undefined ? undefined : eq(suppressions.at, at),
  );
  return db.delete(suppressions).where(same).run().changes === 1;
}

const ofHash = (db: Db) =>
  db
    .select()
    .from(suppressions)
    .where(eq(suppressions.hash, sql.placeholder('hash')))
    .orderBy(asc(suppressions.publicationId))
    .prepare();

/** What keeps an address from being mailed. */
export function suppressionsOf(db: Db, hash: Buffer): Suppression[] {
  return once(db, ofHash).all({ hash });
}

/** All suppressions, the oldest first. */
export function listSuppressions(db: Db): Suppression[] {
  return db.select().from(suppressions).orderBy(asc(suppressions.at)).all();
}
