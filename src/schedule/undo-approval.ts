/** Undoing approvals: by whoever takes one back, or because the mail would be another than the one that was looked at. */
import type { Log } from '../log.ts';
import { dropApproval, listApproved } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import { tellEditors } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';
import { sendMaterial, sendsInState, unscheduleIssue } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';
import { mastheadHash } from './approve.ts';

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

/**
 * Voids what waits for its time in an edition drawn for another address of this service: its links would lead there. Editors are told, since nobody who changes
 * BASE_URL sees the desk. Call it before anything starts.
 */
export function voidStrays({ db, baseUrl, log, now }: { db: Db; baseUrl: string; log: Log; now: () => number }): void {
  for (const { id, issueId, asOf, rehearsal, missed } of sendsInState(db, 'scheduled', 'paused')) {
    if (asOf !== null || rehearsal || missed) continue;
    const { edition, publication } = sendMaterial(db, id);
    if (edition.masthead === mastheadHash(publication, baseUrl)) continue;
    inTransaction(db, () => {
      const note = { at: now(), actor: 'schedule', why: `drawn for another address than ${baseUrl}, or another look` };
      for (const issue of voidApprovals(db, { ...publication, issueId }, note)) {
        tellEditors(db, { publication, rehearsal: false, facts: { kind: 'approval-void', issue }, now: now() });
        log.warn('approval.void', { issue });
      }
    });
  }
}
