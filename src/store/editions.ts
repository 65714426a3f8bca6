/** Editions: frozen renderings, made once per revision, language and format. */
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm/sql';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CountedLink } from '../model/measure.ts';
import { keepLinks } from './links.ts';
import type { Db } from './open.ts';
import { editions, issues, publications, sends } from './schema.ts';
import { inTransaction, once } from './statement.ts';

export type Edition = typeof editions.$inferSelect;
export type EditionKey = Pick<Edition, 'issueId' | 'revision' | 'language' | 'format' | 'masthead'>;

export function findEdition(db: Db, { issueId, revision, language, format, masthead }: EditionKey): Edition | undefined {
  const key = [
    eq(editions.issueId, issueId),
    eq(editions.revision, revision),
    eq(editions.language, language),
    eq(editions.format, format),
  ];
  return db
    .select()
    .from(editions)
    .where(and(...key, eq(editions.masthead, masthead)))
    .get();
}

export function getEdition(db: Db, id: number): Edition {
  const found = db.select().from(editions).where(eq(editions.id, id)).get();
  if (found === undefined) throw new Error(`edition ${id} is missing from the store`);
  return found;
}

/** Keeps an edition with its counted links; when another process froze the same one first, that one stands. */
export function saveEdition(db: Db, values: Omit<Edition, 'id'>, links: readonly CountedLink[] = []): Edition {
  return inTransaction(db, () => {
    db.insert(editions).values(values).onConflictDoNothing().run();
    const saved = findEdition(db, values);
    if (saved === undefined) throw new Error('an edition just saved is gone');
    keepLinks(db, saved.id, links);
    return saved;
  });
}

/** What is public at `/SLUG/NUMBER`: the newest edition of that issue of which a send has started. A rehearsal never takes the place of what readers got. */
export function findPublishedEdition(db: Db, slug: string, number: string) {
  return db
    .select({
      publication: publications.name,
      number: issues.number,
      revision: editions.revision,
      hash: editions.hash,
      subject: editions.subject,
      page: editions.page,
      pdf: editions.pdf,
      createdAt: editions.createdAt,
    })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, editions.issueId))
    .innerJoin(publications, eq(publications.id, issues.publicationId))
    .where(and(eq(publications.slug, slug), eq(issues.number, number), isNotNull(sends.asOf)))
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
}

/** What is public at `/SLUG/NUMBER.light`: the light edition of what `findPublishedEdition` finds; undefined where that was frozen without one. */
export function findPublishedLight(db: Db, slug: string, number: string) {
  const light = alias(editions, 'light');
  const same = [
    eq(light.issueId, editions.issueId),
    eq(light.revision, editions.revision),
    eq(light.language, editions.language),
    eq(light.masthead, editions.masthead),
  ];
  const row = db
    .select({ hash: light.hash, page: light.page, createdAt: light.createdAt })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, editions.issueId))
    .innerJoin(publications, eq(publications.id, issues.publicationId))
    .leftJoin(light, and(eq(light.format, 'light'), ...same))
    .where(and(eq(publications.slug, slug), eq(issues.number, number), isNotNull(sends.asOf)))
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
  return row?.hash == null || row.page === null || row.createdAt === null
    ? undefined
    : { hash: row.hash, page: row.page, createdAt: row.createdAt };
}

/** The newest public issue of a publication, a real one rather than a rehearsal. */
export function latestIssue(db: Db, publicationId: number): { number: string; subject: string; startedAt: number } | undefined {
  const row = db
    .select({ number: issues.number, subject: editions.subject, startedAt: sends.asOf })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, sends.issueId))
    .where(and(eq(sends.publicationId, publicationId), isNotNull(sends.asOf)))
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
  return row && { ...row, startedAt: row.startedAt ?? 0 };
}

const published = (db: Db) =>
  db
    .select({
      slug: publications.slug,
      publication: publications.name,
      number: issues.number,
      subject: editions.subject,
      startedAt: sends.asOf,
    })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, sends.issueId))
    .innerJoin(publications, eq(publications.id, issues.publicationId))
    .where(isNotNull(sends.asOf))
    .groupBy(sends.issueId)
    .orderBy(desc(sends.id))
    .limit(sql.placeholder('limit'))
    .prepare();

/** Issues that are public, newest first. */
export function listPublished(db: Db, limit: number) {
  return once(db, published).all({ limit });
}
