/** Approvals: which revision of an issue may go out. One counts only while no newer revision and no send came after it. */
import { eq, sql } from 'drizzle-orm/sql';
import { findRevision, type Revision } from './issues.ts';
import type { Db } from './open.ts';
import { approvals } from './schema.ts';
import { once, statement } from './statement.ts';

export type Approval = typeof approvals.$inferSelect;

/** Approves a revision; an earlier approval of the issue is replaced. Unless it says otherwise, the issue waits for its slot from then on. */
export function saveApproval(
  db: Db,
  approval: Omit<Approval, 'edition' | 'slottedAt'> & Partial<Pick<Approval, 'edition' | 'slottedAt'>>,
): void {
  const { issueId, ...given } = approval;
  const values = { edition: null, slottedAt: given.approvedAt, ...given };
  db.insert(approvals)
    .values({ issueId, ...values })
    .onConflictDoUpdate({ target: approvals.issueId, set: values })
    .run();
}

/** Lets an approved issue wait for its slot from now on, or no more (null). */
export function slotApproval(db: Db, issueId: number, slottedAt: number | null): void {
  db.update(approvals).set({ slottedAt }).where(eq(approvals.issueId, issueId)).run();
}

/** Takes an approval back; false when there was none. */
export function dropApproval(db: Db, issueId: number): boolean {
  return db.delete(approvals).where(eq(approvals.issueId, issueId)).run().changes === 1;
}

const approvalById = (db: Db) =>
  db
    .select()
    .from(approvals)
    .where(eq(approvals.issueId, sql.placeholder('issueId')))
    .prepare();

export function findApproval(db: Db, issueId: number): Approval | undefined {
  return once(db, approvalById).get({ issueId });
}

/** An approved issue that waits for its slot. */
export interface Awaiting {
  approval: Approval;
  number: string;
  revision: Revision;
}

/**
 * Issues of a publication that were approved and put down for a slot at `until` or before, in the order of their approval: the newest revision is the one
 * approved, and no real send was made since they were put down.
 */
export function listAwaiting(db: Db, publicationId: number, until: number): Awaiting[] {
  const text = `SELECT a.issue_id AS issueId, i.number FROM approvals a JOIN issues i ON i.id = a.issue_id
    WHERE i.publication_id = ? AND a.approved_at <= ? AND a.slotted_at <= ?
      AND a.revision = (SELECT max(revision) FROM revisions r WHERE r.issue_id = a.issue_id)
      AND NOT EXISTS (SELECT 1 FROM sends s WHERE s.issue_id = a.issue_id AND s.rehearsal = 0 AND s.created_at >= a.slotted_at)
    ORDER BY a.approved_at, a.issue_id`;
  const found = statement(db, text).all(publicationId, until, until) as { issueId: number; number: string }[];
  return found.flatMap(({ issueId, number }) => {
    const approval = findApproval(db, issueId);
    const revision = findRevision(db, publicationId, number);
    return approval && revision ? [{ approval, number, revision }] : [];
  });
}

/** Issues of a publication whose newest revision is approved, while nothing has gone out by that approval or something is still to go out by it. */
export function listApproved(db: Db, publicationId: number): { issueId: number; number: string }[] {
  const real = 'SELECT 1 FROM sends s WHERE s.issue_id = a.issue_id AND s.rehearsal = 0';
  const text = `SELECT a.issue_id AS issueId, i.number FROM approvals a JOIN issues i ON i.id = a.issue_id
    WHERE i.publication_id = ? AND a.revision = (SELECT max(revision) FROM revisions r WHERE r.issue_id = a.issue_id)
      AND (NOT EXISTS (${real} AND s.as_of IS NOT NULL AND s.created_at >= a.approved_at)
        OR EXISTS (${real} AND s.as_of IS NULL AND s.state IN ('scheduled', 'paused')))
    ORDER BY a.issue_id`;
  return statement(db, text).all(publicationId) as { issueId: number; number: string }[];
}
