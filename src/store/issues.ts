/** Issues and their revisions. */
import { and, desc, eq } from 'drizzle-orm/sql';
import type { IssueTree } from '../model/issue.ts';
import type { Db } from './open.ts';
import { issues, revisions } from './schema.ts';
import { inTransaction, statement } from './statement.ts';

export type Revision = typeof revisions.$inferSelect;

export interface NewRevision {
  publicationId: number;
  tree: IssueTree;
  source: string;
  stops: Revision['stops'];
  /** SHA-256 in hex over the tree. */
  hash: string;
  now: number;
}

/** Saves a revision of an issue, the issue itself when it is new. Saving what the newest revision holds already makes no new one. */
export function saveRevision(db: Db, { publicationId, tree, source, stops, hash, now }: NewRevision): Revision {
  return inTransaction(db, () => {
    db.insert(issues).values({ publicationId, number: tree.number, createdAt: now }).onConflictDoNothing().run();
    const newest = findRevision(db, publicationId, tree.number);
    if (newest?.hash === hash && newest.source === source) return newest;
    const issue = db
      .select({ id: issues.id })
      .from(issues)
      .where(and(eq(issues.publicationId, publicationId), eq(issues.number, tree.number)))
      .get();
    if (issue === undefined) throw new Error('an issue just saved is gone');
    const revision = (newest?.revision ?? 0) + 1;
    return db.insert(revisions).values({ issueId: issue.id, revision, tree, source, stops, hash, createdAt: now }).returning().get();
  });
}

/** The newest revision of an issue. */
export function findRevision(db: Db, publicationId: number, number: string): Revision | undefined {
  return db
    .select()
    .from(revisions)
    .innerJoin(issues, eq(issues.id, revisions.issueId))
    .where(and(eq(issues.publicationId, publicationId), eq(issues.number, number)))
    .orderBy(desc(revisions.revision))
    .limit(1)
    .get()?.revisions;
}

/** An issue as a list shows it. */
export interface ListedIssue {
  id: number;
  publicationId: number;
  number: string;
  title: string;
  revision: number;
  changedAt: number;
  /** The revision that was approved, if any was. */
  approved: number | null;
}

/** The issues that were changed last, those of one publication when it is named. Only their titles are read, not the trees. */
export function listIssues(db: Db, limit: number, publicationId?: number): ListedIssue[] {
  const text = `SELECT i.id, i.publication_id AS publicationId, i.number, json_extract(r.tree, '$.title') AS title, r.revision, r.created_at AS changedAt, a.revision AS approved
    FROM issues i JOIN revisions r ON r.issue_id = i.id AND r.revision = (SELECT max(revision) FROM revisions WHERE issue_id = i.id)
    LEFT JOIN approvals a ON a.issue_id = i.id WHERE i.publication_id = coalesce(?, i.publication_id) ORDER BY r.created_at DESC, i.id DESC LIMIT ?`;
  return statement(db, text).all(publicationId ?? null, limit) as ListedIssue[];
}

/** The tree of a revision that something was drawn from. */
export function treeOfRevision(db: Db, issueId: number, revision: number): IssueTree {
  const key = and(eq(revisions.issueId, issueId), eq(revisions.revision, revision));
  const found = db.select({ tree: revisions.tree }).from(revisions).where(key).get();
  if (found === undefined) throw new Error(`revision ${revision} of issue ${issueId} is missing from the store`);
  return found.tree;
}

export type Issue = typeof issues.$inferSelect;

export function findIssueById(db: Db, id: number): Issue | undefined {
  return db.select().from(issues).where(eq(issues.id, id)).get();
}

export function findIssue(db: Db, publicationId: number, number: string): Issue | undefined {
  return db
    .select()
    .from(issues)
    .where(and(eq(issues.publicationId, publicationId), eq(issues.number, number)))
    .get();
}

/** The number of an issue, such as `2026-11`. */
export function getIssueNumber(db: Db, id: number): string {
  const found = db.select({ number: issues.number }).from(issues).where(eq(issues.id, id)).get();
  if (found === undefined) throw new Error(`issue ${id} is missing from the store`);
  return found.number;
}
