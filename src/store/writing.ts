/** The text of an issue while it is written: saved as it was typed, folded, read afterwards, kept at the points where something was done with it. */
import { and, eq, sql } from 'drizzle-orm/sql';
import { foldMs, type Point } from '../model/customs.ts';
import type { IssueTree } from '../model/issue.ts';
import { type Draft, findDraft } from './issues.ts';
import type { Db } from './open.ts';
import { issueFiles, issues, revisions } from './schema.ts';
import { inTransaction, once, statement } from './statement.ts';

/** What names a saved text: its revision and how often that was saved. Every save changes it. */
export const tagOf = ({ revision, saves }: Pick<Draft, 'revision' | 'saves'>): string => `${revision}.${saves}`;

export interface NewText {
  issueId: number;
  source: string;
  /** The tag of the text that was changed; undefined overwrites whatever there is. */
  tag: string | undefined;
  actor: string;
  point?: Point;
  /** Saves it even when these words are the newest already: a file that they name is another. */
  anew?: boolean;
  now: number;
}

/**
 * Saves a text. `stale`: somebody saved another one since `tag`; nothing was changed and theirs is returned. A text that is the newest already is not saved
 * again. Words of the same author within five minutes stay one row, unless something was done with it.
 */
export function saveText(
  db: Db,
  { issueId, source, tag, actor, point, anew = false, now }: NewText,
): { outcome: 'saved' | 'same' | 'stale'; draft: Draft } {
  return inTransaction(db, () => {
    const newest = findDraft(db, issueId);
    if (!anew && newest !== undefined && newest.source === source) return { outcome: 'same', draft: newest };
    if (newest !== undefined && tag !== undefined && tag !== tagOf(newest)) return { outcome: 'stale', draft: newest };
    const unread = { source, tree: null, stops: [], errors: null, hash: '', changedAt: now };
    if (newest !== undefined && point === undefined && folds(db, newest, actor, now)) {
      const saves = newest.saves + 1;
      const draft = db
        .update(revisions)
        .set({ ...unread, saves })
        .where(eq(revisions.id, newest.id))
        .returning()
        .get();
      return { outcome: 'saved', draft };
    }
    const revision = (newest?.revision ?? 0) + 1;
    const values = { ...unread, issueId, revision, actor, points: point === undefined ? [] : [point], createdAt: now };
    return { outcome: 'saved', draft: db.insert(revisions).values(values).returning().get() };
  });
}

/** Whether the next words go into this row: the same author's, of a moment ago, and nothing was done with it. */
function folds(db: Db, { issueId, revision, actor: author, points, createdAt }: Draft, actor: string, now: number): boolean {
  if (author !== actor || points.length > 0 || now - createdAt >= foldMs || now < createdAt) return false;
  const used = 'SELECT EXISTS (SELECT 1 FROM editions WHERE issue_id = ? AND revision = ?)';
  return statement(db, used).pluck().get(issueId, revision) === 0;
}

/** What was read from a text. */
export interface ReadText {
  tree: IssueTree | null;
  stops: Draft['stops'];
  errors: number;
  hash: string;
}

/** Notes what was read from a text; nothing when it was saved anew meanwhile. */
export function noteReading(db: Db, { id, saves }: Pick<Draft, 'id' | 'saves'>, read: ReadText): boolean {
  return (
    db
      .update(revisions)
      .set(read)
      .where(and(eq(revisions.id, id), eq(revisions.saves, saves)))
      .run().changes === 1
  );
}

/** Marks that something was done with a revision; it is kept as it is from then on. */
export function markPoint(db: Db, { id }: Pick<Draft, 'id'>, point: Point): void {
  const text = `UPDATE revisions SET points = json_insert(points, '$[#]', ?) WHERE id = ? AND NOT EXISTS (SELECT 1 FROM json_each(points) WHERE value = ?)`;
  statement(db, text).run(point, id, point);
}

/** Keeps a revision as it is from now on, before it is drawn for good. False when it was saved anew meanwhile: then what was read of it is another text. */
export function sealRevision(db: Db, { id, saves }: Pick<Draft, 'id' | 'saves'>): boolean {
  return inTransaction(db, () => {
    const now = db.select({ saves: revisions.saves }).from(revisions).where(eq(revisions.id, id)).get();
    if (now?.saves !== saves) return false;
    markPoint(db, { id }, 'frozen');
    return true;
  });
}

/** A revision as the history lists it. */
export type ListedRevision = Pick<Draft, 'id' | 'revision' | 'actor' | 'points' | 'errors' | 'createdAt' | 'changedAt'> & { bytes: number };

/** The newest revisions of an issue, without their texts. */
export function listRevisions(db: Db, issueId: number, limit: number): ListedRevision[] {
  const { id, revision, actor, points, errors, createdAt, changedAt } = revisions;
  return db
    .select({ id, revision, actor, points, errors, createdAt, changedAt, bytes: sql<number>`octet_length(${revisions.source})` })
    .from(revisions)
    .where(eq(revisions.issueId, issueId))
    .orderBy(sql`${revision} DESC`)
    .limit(limit)
    .all();
}

/** Begins an issue without a text. Undefined when the publication has one of that number. */
export function beginIssue(db: Db, publicationId: number, number: string, now: number): number | undefined {
  return db.insert(issues).values({ publicationId, number, createdAt: now }).onConflictDoNothing().returning({ id: issues.id }).get()?.id;
}

/** Whether an issue may take a number: `taken` by another of its publication, or `sent`, when its own stands in the address of what went out. */
export function isNumberFree(
  db: Db,
  { id, publicationId }: { id: number; publicationId: number },
  number: string,
): 'free' | 'taken' | 'sent' {
  const other = 'SELECT EXISTS (SELECT 1 FROM issues WHERE publication_id = ? AND number = ? AND id <> ?)';
  if (statement(db, other).pluck().get(publicationId, number, id) === 1) return 'taken';
  const sent = 'SELECT EXISTS (SELECT 1 FROM sends WHERE issue_id = ? AND as_of IS NOT NULL AND rehearsal = 0)';
  return statement(db, sent).pluck().get(id) === 1 ? 'sent' : 'free';
}

/** Gives an issue another number, where it may. */
export function renumberIssue(db: Db, issue: { id: number; publicationId: number }, number: string): boolean {
  return inTransaction(db, () => {
    if (isNumberFree(db, issue, number) !== 'free') return false;
    return db.update(issues).set({ number }).where(eq(issues.id, issue.id)).run().changes === 1;
  });
}

export type IssueFile = typeof issueFiles.$inferSelect;

/** Keeps what an issue's text names by a path; a later file of the same path takes its place. */
export function keepFile(db: Db, { issueId, path, ...rest }: IssueFile): void {
  db.insert(issueFiles)
    .values({ issueId, path, ...rest })
    .onConflictDoUpdate({ target: [issueFiles.issueId, issueFiles.path], set: rest })
    .run();
}

export function findFile(db: Db, issueId: number, path: string): IssueFile | undefined {
  return db
    .select()
    .from(issueFiles)
    .where(and(eq(issueFiles.issueId, issueId), eq(issueFiles.path, path)))
    .get();
}

const filesOf = (db: Db) =>
  db
    .select({ path: issueFiles.path, asset: issueFiles.asset, addedAt: issueFiles.addedAt })
    .from(issueFiles)
    .where(eq(issueFiles.issueId, sql.placeholder('issueId')))
    .orderBy(issueFiles.path)
    .prepare();

/** The files of an issue by path, without the text of tables. */
export function listFiles(db: Db, issueId: number): { path: string; asset: string | null; addedAt: number }[] {
  return once(db, filesOf).all({ issueId });
}
