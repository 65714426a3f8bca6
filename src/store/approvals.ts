/** Approvals: which revision of an issue may go out. One counts only while no newer revision and no send came after it. */
import { eq } from 'drizzle-orm/sql';
import { findRevision, type Revision } from './issues.ts';
import type { Db } from './open.ts';
import { approvals } from './schema.ts';
import { statement } from './statement.ts';

export type Approval = typeof approvals.$inferSelect;

/** Approves a revision; an earlier approval of the issue is replaced. */
export function saveApproval(db: Db, approval: Approval): void {
  const { issueId: _, ...rest } = approval;
  db.insert(approvals).values(approval).onConflictDoUpdate({ target: approvals.issueId, set: rest }).run();
}

export function findApproval(db: Db, issueId: number): Approval | undefined {
  return db.select().from(approvals).where(eq(approvals.issueId, issueId)).get();
}

/** An approved issue that waits for its slot. */
export interface Awaiting {
  approval: Approval;
  number: string;
  revision: Revision;
}

/**
 * Issues of a publication that were approved at `until` or before and wait for a slot, in the order of their approval: the newest revision is the one
 * approved, and no real send was made since.
 */
export function listAwaiting(db: Db, publicationId: number, until: number): Awaiting[] {
  const text = `SELECT a.issue_id AS issueId, i.number FROM approvals a JOIN issues i ON i.id = a.issue_id
    WHERE i.publication_id = ? AND a.approved_at <= ?
      AND a.revision = (SELECT max(revision) FROM revisions r WHERE r.issue_id = a.issue_id)
      AND NOT EXISTS (SELECT 1 FROM sends s WHERE s.issue_id = a.issue_id AND s.rehearsal = 0 AND s.created_at >= a.approved_at)
    ORDER BY a.approved_at, a.issue_id`;
  const found = statement(db, text).all(publicationId, until) as { issueId: number; number: string }[];
  return found.flatMap(({ issueId, number }) => {
    const approval = findApproval(db, issueId);
    const revision = findRevision(db, publicationId, number);
    return approval && revision ? [{ approval, number, revision }] : [];
  });
}
