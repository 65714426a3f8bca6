/** Scheduling: the send's row; then its start and the freeze of its audience. */
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { iso } from '../model/zone.ts';
import { saveApproval } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import { customsOf } from '../store/customs.ts';
import { tellEditors } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import {
  addSend,
  dueSends,
  freezeChunk,
  holdSend,
  openSend,
  realSend,
  type Send,
  sendMaterial,
  sendsInState,
  startSend,
} from '../store/sends.ts';
import { isSlotSend } from '../store/slots.ts';
import { inTransaction } from '../store/statement.ts';
import {
  type EditionDeps,
  freezeEdition,
  frozenForSending,
  getRevision,
  isApproved,
  noteApproval,
  type Order,
  refuseOlder,
} from './approve.ts';
import { lateMs } from './slots.ts';

export type { EditionDeps } from './approve.ts';
export { mastheadOf } from './approve.ts';
export { takeFiles } from './issue-files.ts';
export { type Reading, readText } from './issue-text.ts';
export { sendToMissed } from './missed.ts';
export { nextSlot, orderSend, takeBackOrder, type When } from './order.ts';
export { type Look, openPreviews, type Previews } from './previews.ts';
export { beginPublication, revisePublication } from './publications.ts';
export { type Missing, missingFor } from './reminders.ts';
export { type ForApproval, findProof, makeProof, type Stop, signOff, stopsOf, withdrawApproval } from './signoff.ts';
export { beginSlot } from './slots.ts';
export { steer } from './steer.ts';
export { sendTest, type TestDeps } from './test-send.ts';
export { voidApprovals } from './undo-approval.ts';
export { dismissUnknowns, resendUnknowns } from './unknowns.ts';
export {
  beginText,
  type KeptText,
  keepText,
  nameOf,
  nextText,
  openIssue,
  readUnread,
  refuseLarge,
  restoreText,
  type WritingDeps,
  waive,
  withFront,
} from './writing.ts';

export interface SendOrder extends Order {
  /** When to start, in ms UTC; the present or earlier means at once. */
  at: number;
  /** Whether mail goes to the built-in catcher and not to a relay. */
  rehearsal: boolean;
}

/**
 * Approves the newest revision of an issue, freezes its edition and schedules a send of it. A rehearsal approves nothing and needs no waivers.
 * Errors: no such issue; a send of it that is not over yet (`send.open`); a stop that is not waived, a mail too large; where two people are asked for, words of
 * one's own that nobody has approved; a text that was saved meanwhile.
 */
export async function scheduleSend(deps: EditionDeps, order: SendOrder): Promise<Send> {
  const { db, now } = deps;
  const { publication, number, rehearsal, waived, actor } = order;
  const issue = `${publication.slug}/${number}`;
  const known = refuseSecond(db, getRevision(db, order).issueId, rehearsal);
  const { revision, edition, proof } = rehearsal ? await frozenForRehearsal(deps, order) : await frozenForSending(deps, order);
  const { issueId } = revision;
  return inTransaction(db, () => {
    const latest = refuseSecond(db, issueId, rehearsal);
    if (!rehearsal && latest !== known) throw openError(latest); // a slot, or somebody else, made one while we drew, and it has gone out already
    const at = now();
    if (!rehearsal) refuseOlder(db, revision, issue);
    if (!rehearsal && !isApproved(db, revision, proof)) {
      saveApproval(db, { issueId, revision: revision.revision, waived, actor, approvedAt: at, edition: proof });
      noteApproval(db, { at, actor, issue, revision, proof, waived });
    }
    const values = { publicationId: publication.id, issueId, editionId: edition.id, rehearsal, waived, scheduledFor: order.at };
    const send = addSend(db, { issue, ...values, now: at });
    noteAudit(db, { at, actor, action: rehearsal ? 'rehearse' : 'send', subject: send.name });
    return send;
  });
}

async function frozenForRehearsal(deps: EditionDeps, order: SendOrder) {
  const revision = getRevision(deps.db, order);
  return { revision, edition: await freezeEdition(deps, order.publication, revision), proof: '' };
}

/** Refuses while a send of the issue is not over; returns the name of the newest real one that is, if there is one. */
function refuseSecond(db: Db, issueId: number, rehearsal: boolean): string | undefined {
  const open = openSend(db, issueId, rehearsal);
  if (open !== undefined) throw openError(open.name, `${open.state} and not over yet`);
  return realSend(db, issueId)?.name;
}

function openError(name = 'the issue', state = 'just sent'): AppError {
  const text = `${name} is ${state}: a second send would mail its readers twice. galley status ${name} shows how it goes`;
  return new AppError('send.open', text, { status: 409 });
}

/** Starts what is due and returns it. What was due long ago, while nothing ran, is paused instead, and the editors are told; unless it is of a slot whose publication asks to send late. */
export function startDueSends({ db, rehearsal, log, now }: { db: Db; rehearsal: boolean; log: Log; now: () => number }): Send[] {
  const due = dueSends(db, rehearsal, now());
  const isLate = (send: Send) =>
    now() - send.scheduledFor > lateMs && !(isSlotSend(db, send.id) && customsOf(db, send.publicationId).missedSlot === 'late');
  const [late, timely] = [due.filter(isLate), due.filter((send) => !isLate(send))];
  for (const send of late) if (holdLate(db, send, now())) log.warn('send.late', { send: send.name });
  const started = timely.filter((send) => startSend(db, send.id, now()));
  for (const send of started) log.info('send.started', { send: send.name, rehearsal: send.rehearsal });
  return started;
}

function holdLate(db: Db, { id, name: send, scheduledFor, rehearsal }: Send, now: number): boolean {
  return inTransaction(db, () => {
    if (!holdSend(db, id)) return false;
    noteAudit(db, { at: now, actor: 'schedule', action: 'late', subject: send });
    const { publication } = sendMaterial(db, id);
    const { zone } = publication;
    const hours = Math.floor((now - scheduledFor) / 3_600_000);
    tellEditors(db, { publication, rehearsal, facts: { kind: 'send-late', send, at: iso(scheduledFor, zone), zone, hours }, now });
    return true;
  });
}

/** Rows per transaction of a freeze: well under 20 ms on a small machine, so that serve stays quick meanwhile. */
const freezeRows = 2000;

/** Writes the next rows of each started send that is not wholly frozen yet; false when there is nothing left to write. */
export function freezeStep({ db, now }: { db: Db; now: () => number }): boolean {
  let more = false;
  for (const send of sendsInState(db, 'sending')) if (!send.frozen) more = freezeChunk(db, send.id, freezeRows, now()) || more;
  return more;
}
