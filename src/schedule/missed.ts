/** Sending to the missed: one more send of an issue, in the very edition that went out, to those of its readers who have it from no send so far. */
import { AppError } from '../errors.ts';
import { noteAudit } from '../store/audit.ts';
import { getIssueNumber } from '../store/issues.ts';
import { countMissed } from '../store/missed.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById } from '../store/publications.ts';
import { addSend, newestStarted, openSend, type Send, unfinishedSends } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';

/** Up to so many of the missed are counted. */
export const missedCounted = 10_000;

/**
 * Schedules a send to those whom the sends of an issue missed: refused, or cancelled, and not suspended, left or paused since. Not those who may have it
 * already: whoever is unknown is for `resendUnknowns`. Nothing is drawn or approved anew: they get what the others got.
 * `actor` stands in the audit. Errors, each 409: a send of the issue that is not over, none that has begun, nobody missed.
 */
export function sendToMissed(
  { db, now }: { db: Db; now: () => number },
  { issueId, rehearsal, actor }: { issueId: number; rehearsal: boolean; actor: string },
): Send {
  return inTransaction(db, () => {
    const open =
      openSend(db, issueId, rehearsal) ?? unfinishedSends(db).find((send) => send.issueId === issueId && send.rehearsal === rehearsal);
    if (open !== undefined) throw refused('open', `${open.name} is not over yet: whom it missed is known when it is`);
    const last = newestStarted(db, issueId, rehearsal);
    if (last === undefined) throw refused('none', 'No send of this issue has begun: send it first');
    const at = now();
    if (countMissed(db, last.id, 1, at) === 0)
      throw refused(
        'nobody',
        `${last.name} missed nobody who may be mailed: those it did not reach have left, are suspended, or may have it already`,
      );
    const { publicationId, editionId } = last;
    const { slug } = getPublicationById(db, publicationId);
    const issue = `${slug}/${getIssueNumber(db, issueId)}`;
    const order = { issue, publicationId, issueId, editionId, rehearsal, waived: last.waived, scheduledFor: at, missed: true };
    const send = addSend(db, { ...order, now: at });
    noteAudit(db, { at, actor, action: 'missed', subject: send.name });
    return send;
  });
}

const refused = (what: string, text: string) => new AppError(`missed.${what}`, text, { status: 409 });
