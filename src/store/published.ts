/** What is public: the issues that a send has carried out into the world and nobody has taken back, each in the edition that was sent last. */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm/sql';
import { alias } from 'drizzle-orm/sqlite-core';
import { type Db, dataVersion } from './open.ts';
import { editions, issues, publications, sends } from './schema.ts';
import { statement } from './statement.ts';

/**
 * A send makes its issue public when it starts, unless the issue was withdrawn, or the send was cancelled before anybody could have got it. A rehearsal does so
 * only where mail goes to the built-in catcher anyway (`rehearsal`): there it stands for the real thing.
 */
const isPublic = (rehearsal: boolean): SQL =>
  sql`sends.as_of IS NOT NULL AND issues.withdrawn_at IS NULL
    AND (sends.state <> 'cancelled' OR sends.accepted + sends.unknown > 0) AND sends.rehearsal <= ${rehearsal ? 1 : 0}`;

/** Two numbers that are the same as before only when nothing in the store has changed since: commits of other connections, and rows changed by this one. */
export function storeVersion(db: Db): string {
  return `${dataVersion(db)}.${statement(db, 'SELECT total_changes()').pluck().get()}`;
}

export type PublishedEdition = NonNullable<ReturnType<typeof findPublishedEdition>>;

/** What is public at `/SLUG/NUMBER`: the edition that was sent last. A rehearsal never takes the place of what readers got. */
export function findPublishedEdition(db: Db, slug: string, number: string, rehearsal: boolean) {
  return db
    .select({
      edition: editions.id,
      issue: issues.id,
      publication: publications,
      number: issues.number,
      hash: editions.hash,
      subject: editions.subject,
      createdAt: editions.createdAt,
    })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, editions.issueId))
    .innerJoin(publications, eq(publications.id, issues.publicationId))
    .where(sql`${publications.slug} = ${slug} AND ${issues.number} = ${number} AND ${isPublic(rehearsal)}`)
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
}

/** What is public at `/SLUG/NUMBER.light`: the light edition of what `findPublishedEdition` finds; undefined where that was frozen without one. */
export function findPublishedLight(db: Db, slug: string, number: string, rehearsal: boolean) {
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
    .where(sql`${publications.slug} = ${slug} AND ${issues.number} = ${number} AND ${isPublic(rehearsal)}`)
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
  return row?.hash == null || row.page === null || row.createdAt === null
    ? undefined
    : { hash: row.hash, page: row.page, createdAt: row.createdAt };
}

/** The web page of an edition. */
export function pageOfEdition(db: Db, edition: number): string {
  return statement(db, 'SELECT page FROM editions WHERE id = ?').pluck().get(edition) as string;
}

/** Length of an edition's PDF in bytes. */
export function pdfLength(db: Db, edition: number): number {
  return statement(db, 'SELECT length(pdf) FROM editions WHERE id = ?').pluck().get(edition) as number;
}

/** The bytes of an edition's PDF from `start` to `end`, both included; a file of 25 MB is not read for its last hundred bytes. */
export function pdfBytes(db: Db, edition: number, { start, end }: { start: number; end: number }): Buffer {
  const part = statement(db, 'SELECT substr(pdf, ?, ?) FROM editions WHERE id = ?').pluck();
  return part.get(start + 1, end - start + 1, edition) as Buffer;
}

/** An issue of a publication as the archive and the feeds list it. */
export interface PublishedIssue {
  issue: number;
  number: string;
  /** The edition shown, the revision it was drawn from, and its hash. */
  edition: number;
  revision: number;
  hash: string;
  language: string;
  /** Starts of the first send that made it public, and of the one whose edition is shown. */
  firstAt: number;
  updatedAt: number;
}

/** The public issues of a publication, those published last first. */
export function publishedIssues(db: Db, publicationId: number, rehearsal: boolean): PublishedIssue[] {
  const rows = db
    .select({
      issue: issues.id,
      number: issues.number,
      edition: editions.id,
      revision: editions.revision,
      hash: editions.hash,
      language: editions.language,
      startedAt: sends.asOf,
      rehearsed: sends.rehearsal,
    })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, sends.issueId))
    .where(sql`${sends.publicationId} = ${publicationId} AND ${isPublic(rehearsal)}`)
    .orderBy(sends.rehearsal, desc(sends.id))
    .all();
  const found = new Map<number, PublishedIssue & { rehearsed: boolean }>();
  for (const { startedAt, ...row } of rows) {
    const at = startedAt ?? 0;
    const known = found.get(row.issue);
    if (known === undefined) found.set(row.issue, { ...row, firstAt: at, updatedAt: at });
    else if (known.rehearsed === row.rehearsed) known.firstAt = Math.min(known.firstAt, at);
  }
  return [...found.values()].map(({ rehearsed: _, ...issue }) => issue).sort((a, b) => b.firstAt - a.firstAt || b.issue - a.issue);
}

/** What a revision says of itself, without the rest of its tree: that is a hundred times as long. */
export function titleOfRevision(db: Db, issue: number, revision: number): { title: string; summary: string; period: string | null } {
  const text = `SELECT json_extract(tree, '$.title', '$.summary', '$.period') FROM revisions WHERE issue_id = ? AND revision = ?`;
  const [title, summary, period] = JSON.parse(String(statement(db, text).pluck().get(issue, revision))) as [string, string, string | null];
  return { title, summary, period };
}

/** The newest public issue of a publication. */
export function latestIssue(
  db: Db,
  publicationId: number,
  rehearsal: boolean,
): { number: string; subject: string; startedAt: number } | undefined {
  const row = db
    .select({ number: issues.number, subject: editions.subject, startedAt: sends.asOf })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, sends.issueId))
    .where(sql`${sends.publicationId} = ${publicationId} AND ${isPublic(rehearsal)}`)
    .orderBy(sends.rehearsal, desc(sends.id))
    .limit(1)
    .get();
  return row && { ...row, startedAt: row.startedAt ?? 0 };
}

/** Issues of all publications that are public, newest first. */
export function listPublished(db: Db, limit: number, rehearsal: boolean) {
  return db
    .select({ slug: publications.slug, publication: publications.name, number: issues.number, subject: editions.subject })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(issues, eq(issues.id, sends.issueId))
    .innerJoin(publications, eq(publications.id, issues.publicationId))
    .where(isPublic(rehearsal))
    .groupBy(sends.issueId)
    .orderBy(desc(sends.id))
    .limit(limit)
    .all();
}

/** Takes an issue off the web, or puts it back: false when it was so already. What readers hold in their mailboxes stays theirs. */
export function withdrawIssue(db: Db, issue: number, at: number | null): boolean {
  const text = `UPDATE issues SET withdrawn_at = ? WHERE id = ? AND (withdrawn_at IS NULL) = (? IS NOT NULL)`;
  return statement(db, text).run(at, issue, at).changes === 1;
}
