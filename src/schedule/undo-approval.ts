/** Undoing approvals: by whoever takes one back, or because the mail would be another than the one that was looked at. */
import { dropApproval, listApproved } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';
import { unscheduleIssue } from '../store/sends.ts';

interface Note {
  at: number;
  actor: string;
  action: string;
  detail?: string;
}

/** Drops an approval and cancels what it scheduled, with the audit. Returns those sends; nothing happens when there is no approval. Call it in a transaction. */
export function undoApproval(db: Db, { issueId, subject }: { issueId: number; subject: string }, note: Note): string[] {
  if (!dropApproval(db, issueId)) return [];
  noteAudit(db, { ...note, subject });
  const names = unscheduleIssue(db, issueId);
  for (const name of names) noteAudit(db, { ...note, action: 'unschedule', subject: name });
  return names;
}

/** Voids the approvals of a publication by which nothing has gone out yet, or that of one issue; `why` stands in the audit. Returns the issues as `SLUG/NUMBER`. */
export function voidApprovals(
  db: Db,
  { id, slug, issueId }: Pick<Publication, 'id' | 'slug'> & { issueId?: number },
  { at, actor, why }: { at: number; actor: string; why: string },
): string[] {
  const standing = listApproved(db, id).filter((issue) => issueId === undefined || issue.issueId === issueId);
  return standing.map(({ issueId: one, number }) => {
    const subject = `${slug}/${number}`;
    undoApproval(db, { issueId: one, subject }, { at, actor, action: 'void', detail: why });
    return subject;
  });
}
