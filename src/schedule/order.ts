/** Ordering an approved issue from the desk: for now with time to take it back, for an instant, for the monthly slot; each order made once. */
import { AppError } from '../errors.ts';
import { parseSlot, slotAfter } from '../model/slot.ts';
import { iso } from '../model/zone.ts';
import { type Approval, findApproval, slotApproval } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import { customsOf } from '../store/customs.ts';
import { findDraft, getIssue, type Issue, type Revision } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById, type Publication } from '../store/publications.ts';
import { addSend, openSend, realSend, type Send, steerSend } from '../store/sends.ts';
import { findTakenSlot } from '../store/slots.ts';
import { inTransaction } from '../store/statement.ts';
import { markPoint } from '../store/writing.ts';
import { type EditionDeps, freezeEdition, proofHash } from './approve.ts';
import { nameOf } from './writing.ts';

/** When an issue is to go out. `period` names the slot that the page showed (`2026-12`). */
export type When = { kind: 'now' } | { kind: 'at'; at: number } | { kind: 'slot'; period: string };

export interface SendWish {
  issueId: number;
  when: When;
  /** The hash of the proof that was approved, as the page showed it. */
  hash: string;
  /** The newest real send of the issue that the page knew of; empty for none. Another one since then means that somebody was faster. */
  after: string;
  rehearsal: boolean;
  actor: string;
}

const minute = 60_000;

/**
 * Orders an approved issue. Returns the send, or for the slot its instant. Errors, each 409 in words for the page: not approved (any more), an instant that is
 * past, a slot that is gone, a send that somebody else made meanwhile.
 */
export async function orderSend(deps: EditionDeps, wish: SendWish): Promise<{ send: Send } | { slot: number }> {
  const { db, now } = deps;
  const issue = getIssue(db, wish.issueId);
  const publication = getPublicationById(db, issue.publicationId);
  const { revision } = approved(db, wish);
  const edition = await freezeEdition(deps, publication, revision);
  if (proofHash(edition, getPublicationById(db, issue.publicationId)) !== wish.hash)
    throw refused('changed', 'How the publication looks has changed since the approval. Look at the issue and approve it again.');
  return inTransaction(db, () => {
    const { approval } = approved(db, wish);
    refuseOther(db, issue.id, wish);
    const at = now();
    const order = { publication, issue, approval, revision, at };
    if (wish.when.kind === 'slot') return { slot: putDown(db, order, wish.when.period, wish) };
    if (wish.when.kind === 'at' && wish.when.at <= at)
      throw refused(
        'past',
        `${iso(wish.when.at, publication.zone)} is past (in ${publication.zone}). Choose a time to come, or send it now.`,
      );
    const scheduledFor =
      wish.when.kind === 'at' ? wish.when.at : at + (wish.rehearsal ? 0 : customsOf(db, publication.id).graceMinutes * minute);
    const { waived } = approval;
    const values = {
      publicationId: publication.id,
      issueId: issue.id,
      editionId: edition.id,
      rehearsal: wish.rehearsal,
      waived,
      scheduledFor,
    };
    const send = addSend(db, { issue: nameOf(db, issue), ...values, now: at });
    slotApproval(db, issue.id, null);
    markPoint(db, revision, 'scheduled');
    noteAudit(db, {
      at,
      actor: wish.actor,
      action: wish.rehearsal ? 'rehearse' : 'send',
      subject: send.name,
      detail: `for ${iso(scheduledFor, publication.zone)}`,
    });
    return { send };
  });
}

/** The approval that the page showed, with the revision it is of. */
function approved(db: Db, { issueId, hash }: Pick<SendWish, 'issueId' | 'hash'>): { approval: Approval; revision: Revision } {
  const approval = findApproval(db, issueId);
  const draft = findDraft(db, issueId);
  if (approval === undefined) throw refused('unapproved', 'Nobody has approved this issue (any more), so it was not scheduled.');
  if (draft === undefined || draft.tree === null || draft.revision !== approval.revision || approval.edition !== hash)
    throw refused('changed', 'The issue has changed since it was approved, so it was not scheduled. Look at it and approve it again.');
  return { approval, revision: draft as Revision };
}

function refuseOther(db: Db, issueId: number, { rehearsal, after }: SendWish): void {
  const open = openSend(db, issueId, rehearsal);
  if (open !== undefined)
    throw refused('open', `${open.name} is ${open.state} already, and readers get it once: nothing was ordered a second time.`);
  const last = rehearsal ? '' : (realSend(db, issueId)?.name ?? '');
  if (last !== after && !rehearsal)
    throw refused('sent', `${last} was sent since this page was opened, so yours was not made: it would have been the second.`);
}

interface Putting {
  publication: Publication;
  issue: Issue;
  revision: Revision;
  at: number;
}

/** Puts an issue down for the next slot, when that is still the one the page showed. */
function putDown(db: Db, { publication, issue, revision, at }: Putting, period: string, { rehearsal, actor }: SendWish): number {
  if (rehearsal)
    throw refused('rehearsal', 'Without a relay everything is a rehearsal, and a rehearsal uses up no slot. Send it now, or at a time.');
  if (publication.slot === null) throw refused('no_slot', `${publication.name} has no monthly slot (any more). Choose a time.`);
  const next = nextSlot(db, publication, at);
  if (next.period !== period)
    throw refused(
      'slot_gone',
      `That slot is over or used up: the next one is on ${iso(next.at, publication.zone)} (${publication.zone}). Nothing was scheduled.`,
    );
  slotApproval(db, issue.id, at);
  markPoint(db, revision, 'scheduled');
  noteAudit(db, { at, actor, action: 'slot', subject: nameOf(db, issue), detail: period });
  return next.at;
}

/** The next slot of a publication that is not used up, and its month. */
export function nextSlot(
  db: Db,
  { id, slot, zone }: Pick<Publication, 'id' | 'slot' | 'zone'>,
  after: number,
): { period: string; at: number } {
  const parsed = parseSlot(slot ?? '');
  let next = slotAfter(parsed, zone, after);
  while (findTakenSlot(db, id, next.period) !== undefined) next = slotAfter(parsed, zone, next.at);
  return next;
}

/**
 * Takes an order back while nothing of it has gone out: a send that has not begun is cancelled, an issue that waits for its slot waits no more. The approval
 * stays. Error 409 when it has begun.
 */
export function takeBackOrder(
  { db, now }: Pick<EditionDeps, 'db' | 'now'>,
  { issueId, rehearsal, actor }: Pick<SendWish, 'issueId' | 'rehearsal' | 'actor'>,
): void {
  const issue = getIssue(db, issueId);
  inTransaction(db, () => {
    const at = now();
    const open = openSend(db, issueId, rehearsal);
    if (open !== undefined && open.asOf !== null)
      throw refused('begun', `${open.name} has begun, so it cannot be taken back. It can be paused or stopped where it is followed.`);
    if (open !== undefined) steerSend(db, open.id, 'cancel', { actor, now: at });
    const slotted = findApproval(db, issueId)?.slottedAt ?? null;
    if (open === undefined && slotted === null) throw refused('nothing', 'There is nothing to take back: it is not scheduled (any more).');
    slotApproval(db, issueId, null);
    if (slotted !== null) noteAudit(db, { at, actor, action: 'unslot', subject: nameOf(db, issue) });
  });
}

const refused = (what: string, text: string): AppError => new AppError(`order.${what}`, text, { status: 409 });
