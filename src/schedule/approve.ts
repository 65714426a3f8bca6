/** Approval: an issue may go out as its newest revision stands, and its edition is frozen. A later revision voids it. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { checkParts, checkSize } from '../issue/issue.ts';
import type { Drawing, Masthead } from '../model/edition.ts';
import { assetsOf, type Finding, type IssueTree } from '../model/issue.ts';
import { findApproval, listAwaiting, saveApproval, slotApproval } from '../store/approvals.ts';
import { findAssets, storeAsset } from '../store/assets.ts';
import { noteAudit } from '../store/audit.ts';
import { customsOf } from '../store/customs.ts';
import { dropProofs, type Edition, findEdition, saveEdition } from '../store/editions.ts';
import { findDraft, findIssue, findRevision, type NewRevision, type Revision, saveRevision } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';
import { realSend, unscheduleIssue } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';
import { sealRevision, tagOf } from '../store/writing.ts';

export interface EditionDeps {
  db: Db;
  draw: (tree: IssueTree, masthead: Masthead, figures: Map<string, Uint8Array>) => Promise<Drawing>;
  baseUrl: string;
  now: () => number;
}

export interface Order {
  publication: Publication;
  number: string;
  /** Checks waived, each with its written reason. */
  waived: Record<string, string>;
  /** Who orders it: `operator` from the command line. */
  actor: string;
}

/**
 * Approves the newest revision of an issue for its publication's slots: the next one, or a later one when other approved issues wait before it. Approving what
 * waits already changes nothing. Returns the revision and how many approved issues go out before it.
 * Errors: no such issue; one that went out or is going out; a stop that is not waived; a mail too large; words of one's own where two people are asked for; a
 * text that was saved meanwhile.
 */
export async function approveIssue(deps: EditionDeps, order: Order): Promise<{ revision: number; before: number }> {
  const { db, now } = deps;
  const { publication, actor, waived } = order;
  const issue = `${publication.slug}/${order.number}`;
  refuseSent(db, getRevision(db, order).issueId, issue);
  const { revision, proof } = await frozenForSending(deps, order);
  inTransaction(db, () => {
    refuseSent(db, revision.issueId, issue); // somebody may have sent it while we drew
    refuseOlder(db, revision, issue);
    const at = now();
    const waits = listAwaiting(db, publication.id, at).some(({ approval }) => approval.issueId === revision.issueId);
    if (waits && findApproval(db, revision.issueId)?.revision === revision.revision) return;
    if (isApproved(db, revision, proof)) {
      slotApproval(db, revision.issueId, at); // who approved it stays who approved it
      noteAudit(db, { at, actor, action: 'slot', subject: issue });
      return;
    }
    saveApproval(db, { issueId: revision.issueId, revision: revision.revision, waived, actor, approvedAt: at, edition: proof });
    noteApproval(db, { at, actor, issue, revision, proof, waived });
  });
  const awaiting = listAwaiting(db, publication.id, now());
  const before = awaiting.findIndex(({ approval }) => approval.issueId === revision.issueId);
  return { revision: revision.revision, before: Math.max(0, before) };
}

function refuseSent(db: Db, issueId: number, issue: string): void {
  const sent = realSend(db, issueId);
  if (sent === undefined) return;
  const text = `${sent.name} is ${sent.state}: a slot would mail its readers twice. galley send ${issue} makes a second send of it, knowingly`;
  throw new AppError('issue.sent', text, { status: 409 });
}

/**
 * Saves a revision of an issue. When it says something new, sends of the issue that have not started are cancelled, and its approval counts for nothing any more:
 * what goes out is what somebody approved. `unscheduled` names those sends, `voided` says whether an approval waited for a slot.
 */
export function reviseIssue(db: Db, values: NewRevision, actor: string): { revision: Revision; unscheduled: string[]; voided: boolean } {
  const { publicationId, tree, now } = values;
  return inTransaction(db, () => {
    const awaiting = listAwaiting(db, publicationId, now).map(({ revision }) => revision);
    const before = findRevision(db, publicationId, tree.number);
    const revision = saveRevision(db, values);
    if (revision.id === before?.id) return { revision, unscheduled: [], voided: false };
    const unscheduled = unscheduleIssue(db, revision.issueId);
    for (const subject of unscheduled)
      noteAudit(db, { at: now, actor, action: 'unschedule', subject, detail: `revision ${revision.revision}` });
    return { revision, unscheduled, voided: awaiting.some(({ id }) => id === before?.id) };
  });
}

/** Writes the approval of a revision into the audit, with what was waived for it. */
export function noteApproval(
  db: Db,
  of: { at: number; actor: string; issue: string; revision: Revision; proof: string; waived: Record<string, string> },
): void {
  const reasons = Object.entries(of.waived).map(([check, reason]) => `; ${check} waived: ${reason}`);
  const detail = `revision ${of.revision.revision}, proof ${of.proof}${reasons.join('')}`;
  noteAudit(db, { at: of.at, actor: of.actor, action: 'approve', subject: of.issue, detail });
}

/**
 * Names what an approval is of: the edition, which is all that is drawn, and what else of a publication stands in its mails, SHA-256 in hex. Kept with the
 * approval, so that whatever goes out by it is the same to the letter.
 */
export function proofHash({ hash }: Pick<Edition, 'hash'>, { fromAddress, replyTo }: Pick<Publication, 'fromAddress' | 'replyTo'>): string {
  return createHash('sha256')
    .update(JSON.stringify([hash, fromAddress, replyTo]))
    .digest('hex');
}

/** The newest revision of an issue, checked and with its edition frozen: what may go over a relay, and its proof. Errors: as `approveIssue`. */
export async function frozenForSending(deps: EditionDeps, order: Order): Promise<{ revision: Revision; edition: Edition; proof: string }> {
  const revision = getRevision(deps.db, order);
  refuseStops(revision, order);
  const edition = await freezeEdition(deps, order.publication, revision);
  const stop = drawnFindings(deps.db, edition, order.publication).find(
    ({ severity, check }) => severity === 'stop' && order.waived[check] === undefined,
  );
  if (stop !== undefined)
    throw new AppError('send.unfit', `${stop.problem}. ${stop.remedy} Or send it all the same with --waive ${stop.check}=REASON`);
  const proof = proofHash(edition, order.publication);
  if (!isApproved(deps.db, revision, proof)) refuseOwnWords(deps.db, order.publication.id, revision, order.actor);
  return { revision, edition, proof };
}

/** Whether a revision is approved by this very proof. */
export function isApproved(db: Db, { issueId, revision }: Revision, proof: string): boolean {
  const approval = findApproval(db, issueId);
  return approval?.revision === revision && approval.edition === proof;
}

/** Error 409 when a publication asks for two people and the one who acts wrote the last words. */
export function refuseOwnWords(db: Db, publicationId: number, { actor: author }: Revision, actor: string): void {
  if (author !== actor || !customsOf(db, publicationId).twoPeople) return;
  const text = 'This publication asks for two people, and the last words of this issue are yours. Somebody else has to approve it.';
  throw new AppError('approve.two_people', text, { status: 409 });
}

/** Error 409 when a text was saved after the one that was drawn: its writer has not been passed over. */
export function refuseOlder(db: Db, revision: Revision, issue: string): void {
  const newest = findDraft(db, revision.issueId);
  if (newest !== undefined && tagOf(newest) === tagOf(revision)) return;
  throw new AppError('issue.changed', `${issue} changed while it was drawn: look at it again`, { status: 409 });
}

/** What is found wrong with the mails of an edition, the full one and the light one. */
export function drawnFindings(db: Db, edition: Edition, { postalAddress }: Pick<Publication, 'postalAddress'>): Finding[] {
  const light = findEdition(db, { ...edition, format: 'light' }) ?? edition;
  return ([edition, light] as const).flatMap(({ email, plainText: text, format }) => [
    ...checkSize(email, format),
    ...checkParts({ email, text }, postalAddress),
  ]);
}

/** The newest revision of an issue. Error when there is no such issue. */
export function getRevision(db: Db, { publication, number }: Pick<Order, 'publication' | 'number'>): Revision {
  const revision = findRevision(db, publication.id, number);
  if (revision !== undefined) return revision;
  const issue = `${publication.slug}/${number}`;
  if (findIssue(db, publication.id, number) !== undefined)
    throw new AppError('issue.unread', `${issue} cannot be read as it stands: its text has mistakes. Open it on the desk and mend them`, {
      status: 409,
    });
  throw new AppError('issue.not_found', `No issue ${issue}: add it with galley issue add FILE --publication ${publication.slug}`, {
    status: 404,
  });
}

function refuseStops(revision: Revision, { waived, publication, number }: Order): void {
  const left = revision.stops.filter(({ check }) => waived[check] === undefined);
  if (left.length === 0) return;
  const lines = left.map(({ line, problem }) => `  line ${line}: ${problem}`);
  const checks = [...new Set(left.map(({ check }) => check))].map((check) => `--waive ${check}=REASON`).join(' ');
  throw new AppError(
    'send.stopped',
    `${publication.slug}/${number} is not ready to go over a relay:\n${lines.join('\n')}\nMend the issue, or send it all the same with ${checks}`,
  );
}

/**
 * A publication as its drawings need it. Without a brand, counting, or a PDF for readers only, the key is left out, so that editions frozen before there were
 * such keep their hash; with one of them it is another edition, and the sends of the one before keep their links.
 */
export function mastheadOf({ slug, name, postalAddress, brand, measure, pdf }: Publication, baseUrl: string): Masthead {
  const chosen = {
    ...(brand !== null && { brand }),
    ...(measure === 'on' && { counted: true as const }),
    ...(pdf === 'readers' && { pdf }),
  };
  return { slug, name, postalAddress, baseUrl, pictureBase: `${baseUrl}/a/`, ...chosen };
}

/** Names what a publication is drawn for. */
export function mastheadHash(publication: Publication, baseUrl: string): string {
  return createHash('sha256')
    .update(JSON.stringify(mastheadOf(publication, baseUrl)))
    .digest('hex');
}

/** What names the full edition of a revision for the publication as it is. */
export function editionKey(publication: Publication, baseUrl: string, { issueId, revision, tree }: Revision) {
  return { issueId, revision, language: tree.language, format: 'full' as const, masthead: mastheadHash(publication, baseUrl) };
}

/**
 * The full edition of a revision for the publication as it is, drawn once and kept with the light one: what readers get, on the pages and in the PDF too, never
 * changes after this. One that was frozen before there were light ones gets its light one now. Error 409 when the revision is being written at this moment.
 */
export async function freezeEdition({ db, draw, baseUrl, now }: EditionDeps, publication: Publication, read: Revision): Promise<Edition> {
  const { tree } = read;
  const drawnFor = mastheadOf(publication, baseUrl);
  const key = editionKey(publication, baseUrl, read);
  const frozen = findEdition(db, key);
  if (frozen !== undefined && findEdition(db, { ...key, format: 'light' }) !== undefined) return frozen;
  if (!sealRevision(db, read))
    throw new AppError('issue.changed', 'The issue is being written at this moment: look at it again', { status: 409 });
  const shown = assetsOf(tree);
  const logo = drawnFor.brand?.logo?.asset;
  const figures = findAssets(db, logo === undefined ? shown : [...shown, logo]);
  const drawing = await draw(tree, drawnFor, figures);
  for (const picture of drawing.pictures) storeAsset(db, picture);
  const { subject, email, text, page, light } = drawing;
  const drawn = (parts: { email: string; page: string; pdf: Buffer }, besides: string[] = []) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([subject, parts.email, text, parts.page, ...besides]))
      .update(parts.pdf)
      .digest('hex');
    return { ...key, ...parts, hash, subject, plainText: text, createdAt: now() };
  };
  return inTransaction(db, () => {
    dropProofs(db, key); // each holds a PDF, perhaps of 25 MB
    const small = drawn({ email: light.email, page: light.page, pdf: Buffer.of() });
    saveEdition(db, { ...small, format: 'light' });
    return saveEdition(db, drawn({ email, page, pdf: Buffer.from(drawing.pdf) }, [small.hash]), drawing.links); // who approves one approves both
  });
}
