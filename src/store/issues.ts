/** Issues and their revisions. */
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm/sql';
import { AppError } from '../errors.ts';
import type { IssueTree } from '../model/issue.ts';
import type { Db } from './open.ts';
import { issues, revisions } from './schema.ts';
import { inTransaction, once, statement } from './statement.ts';

/** A text as it was saved; its tree is null while nothing could be read from it. */
export type Draft = typeof revisions.$inferSelect;
/** A text that was read: what can be drawn and sent. */
export type Revision = Draft & { tree: IssueTree };
export type Issue = typeof issues.$inferSelect;

export interface NewRevision {
  publicationId: number;
  tree: IssueTree;
  source: string;
  stops: Revision['stops'];
  /** SHA-256 in hex over the tree. */
  hash: string;
  now: number;
  /** Who wrote it; `operator` for the command line. */
  actor?: string;
}

/** Saves a revision of an issue, the issue itself when it is new. Saving what the newest revision holds already makes no new one. */
export function saveRevision(db: Db, { publicationId, tree, source, stops, hash, now, actor = 'operator' }: NewRevision): Revision {
  return inTransaction(db, () => {
    db.insert(issues).values({ publicationId, number: tree.number, createdAt: now }).onConflictDoNothing().run();
    const issue = findIssue(db, publicationId, tree.number);
    if (issue === undefined) throw new Error('an issue just saved is gone');
    const newest = findDraft(db, issue.id);
    if (isRead(newest) && newest.hash === hash && newest.source === source) return newest;
    const revision = (newest?.revision ?? 0) + 1;
    const values = { issueId: issue.id, revision, tree, source, stops, errors: 0, hash, actor, points: [], createdAt: now, changedAt: now };
    return db.insert(revisions).values(values).returning().get() as Revision;
  });
}

const isRead = (draft: Draft | undefined): draft is Revision => draft !== undefined && draft.tree !== null;

/** The newest revision of an issue, when it could be read: an older one is not what its editors mean any more. */
export function findRevision(db: Db, publicationId: number, number: string): Revision | undefined {
  const issue = findIssue(db, publicationId, number);
  const newest = issue && findDraft(db, issue.id);
  return isRead(newest) ? newest : undefined;
}

export function findIssue(db: Db, publicationId: number, number: string): Issue | undefined {
  return db
    .select()
    .from(issues)
    .where(and(eq(issues.publicationId, publicationId), eq(issues.number, number)))
    .get();
}

const issueById = (db: Db) =>
  db
    .select()
    .from(issues)
    .where(eq(issues.id, sql.placeholder('id')))
    .prepare();

/** The issue with that number. Error 404 when there is none. */
export function getIssue(db: Db, id: number): Issue {
  const found = once(db, issueById).get({ id });
  if (found === undefined) throw new AppError('issue.not_found', 'There is no such issue (any more).', { status: 404 });
  return found;
}

const newestDraft = (db: Db) =>
  db
    .select()
    .from(revisions)
    .where(eq(revisions.issueId, sql.placeholder('issueId')))
    .orderBy(desc(revisions.revision))
    .limit(1)
    .prepare();

/** The newest text of an issue. */
export function findDraft(db: Db, issueId: number): Draft | undefined {
  return once(db, newestDraft).get({ issueId });
}

/** The text of an issue as a revision has it. */
export function findDraftAt(db: Db, issueId: number, revision: number): Draft | undefined {
  return db
    .select()
    .from(revisions)
    .where(and(eq(revisions.issueId, issueId), eq(revisions.revision, revision)))
    .get();
}

/** The issue of a publication that is about the latest month, by its newest tree; undefined when none could ever be read. Of each issue one tree is looked into. */
export function latestTree(db: Db, publicationId: number): IssueTree | undefined {
  const newest = 'SELECT id FROM revisions WHERE issue_id = i.id AND tree IS NOT NULL ORDER BY revision DESC LIMIT 1';
  const text = `SELECT r.id FROM issues i JOIN revisions r ON r.id = (${newest}) WHERE i.publication_id = ?
    ORDER BY coalesce(json_extract(r.tree, '$.period'), '') DESC, i.id DESC LIMIT 1`;
  const id = statement(db, text).pluck().get(publicationId) as number | undefined;
  return id === undefined ? undefined : (db.select().from(revisions).where(eq(revisions.id, id)).get()?.tree ?? undefined);
}

/** The newest tree of an issue; undefined when it could never be read. */
export function latestTreeOf(db: Db, issueId: number): IssueTree | undefined {
  const newest = db
    .select({ tree: revisions.tree })
    .from(revisions)
    .where(and(eq(revisions.issueId, issueId), isNotNull(revisions.tree)))
    .orderBy(desc(revisions.revision))
    .limit(1)
    .get();
  return newest?.tree ?? undefined;
}

/** The tree of a revision that something was drawn from. */
export function treeOfRevision(db: Db, issueId: number, revision: number): IssueTree {
  const key = and(eq(revisions.issueId, issueId), eq(revisions.revision, revision));
  const found = db.select({ tree: revisions.tree }).from(revisions).where(key).get();
  if (found === undefined || found.tree === null) throw new Error(`revision ${revision} of issue ${issueId} is missing from the store`);
  return found.tree;
}

export function findIssueById(db: Db, id: number): Issue | undefined {
  return once(db, issueById).get({ id });
}

/** The number of an issue, such as `2026-11`. */
export function getIssueNumber(db: Db, id: number): string {
  const found = db.select({ number: issues.number }).from(issues).where(eq(issues.id, id)).get();
  if (found === undefined) throw new Error(`issue ${id} is missing from the store`);
  return found.number;
}
