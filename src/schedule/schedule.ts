/** Scheduling: approval, the frozen edition, the send's row; then its start and the freeze of its audience. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { checkSize } from '../issue/issue.ts';
import type { Log } from '../log.ts';
import type { Drawing, Masthead } from '../model/edition.ts';
import { blocksOf, type IssueTree } from '../model/issue.ts';
import { findAssets, storeAsset } from '../store/assets.ts';
import { noteAudit } from '../store/audit.ts';
import { type Edition, findEdition, saveEdition } from '../store/editions.ts';
import { findRevision, type Revision } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';
import { addSend, dueSends, freezeChunk, openSend, type Send, sendsInState, startSend } from '../store/sends.ts';

export interface ScheduleDeps {
  db: Db;
  draw: (tree: IssueTree, masthead: Masthead, figures: Map<string, Uint8Array>) => Promise<Drawing>;
  baseUrl: string;
  now: () => number;
}

export interface SendOrder {
  publication: Publication;
  number: string;
  /** When to start, in ms UTC; the present or earlier means at once. */
  at: number;
  /** Whether mail goes to the built-in catcher and not to a relay. */
  rehearsal: boolean;
  /** Checks waived, each with its written reason. */
  waived: Record<string, string>;
  /** Who orders it: `operator` from the command line. */
  actor: string;
}

/**
 * Approves the newest revision of an issue, freezes its edition and schedules a send of it.
 * Errors: no such issue; a send of it that is not over yet (`send.open`); a stop that is not waived, a mail too large (a rehearsal needs no waivers).
 */
export async function scheduleSend(deps: ScheduleDeps, order: SendOrder): Promise<Send> {
  const { db, now } = deps;
  const { publication, number } = order;
  const issue = `${publication.slug}/${number}`;
  const revision = findRevision(db, publication.id, number);
  if (revision === undefined) {
    throw new AppError('issue.not_found', `No issue ${issue}: add it with galley issue add FILE --publication ${publication.slug}`, {
      status: 404,
    });
  }
  const open = openSend(db, revision.issueId, order.rehearsal);
  if (open !== undefined) {
    const text = `${open.name} is ${open.state} and not over yet: a second send would mail its readers twice. galley status ${open.name} shows how it goes`;
    throw new AppError('send.open', text, { status: 409 });
  }
  if (!order.rehearsal) refuseStops(revision, order.waived, issue);
  const edition = await freezeEdition(deps, publication, revision);
  const size = checkSize(edition.email).find((finding) => finding.severity === 'stop');
  if (size !== undefined && !order.rehearsal && order.waived['size'] === undefined) {
    throw new AppError('send.too_large', `${size.problem}. ${size.remedy} Or send it all the same with --waive size=REASON`);
  }
  const { issueId } = revision;
  const { rehearsal, waived, actor } = order;
  const send = addSend(db, {
    issue,
    publicationId: publication.id,
    issueId,
    editionId: edition.id,
    rehearsal,
    waived,
    scheduledFor: order.at,
    now: now(),
  });
  const reasons = Object.entries(waived).map(([check, reason]) => `${check} waived: ${reason}`);
  noteAudit(db, { at: now(), actor, action: 'approve', subject: issue, detail: `revision ${revision.revision}, edition ${edition.hash}` });
  noteAudit(db, { at: now(), actor, action: 'send', subject: send.name, ...(reasons.length > 0 && { detail: reasons.join('; ') }) });
  return send;
}

function refuseStops(revision: Revision, waived: Record<string, string>, issue: string): void {
  const left = revision.stops.filter(({ check }) => waived[check] === undefined);
  if (left.length === 0) return;
  const lines = left.map(({ line, problem }) => `  line ${line}: ${problem}`);
  const checks = [...new Set(left.map(({ check }) => check))].map((check) => `--waive ${check}=REASON`).join(' ');
  throw new AppError(
    'send.stopped',
    `${issue} is not ready to go over a relay:\n${lines.join('\n')}\nMend the issue, or send it all the same with ${checks}`,
  );
}

/** The edition of a revision for the publication as it is, drawn once and kept: what readers get, on the page and in the PDF too, never changes after this. */
export async function freezeEdition(
  { db, draw, baseUrl, now }: ScheduleDeps,
  publication: Publication,
  { issueId, revision, tree }: Revision,
): Promise<Edition> {
  const { slug, name, postalAddress } = publication;
  const drawnFor = { slug, name, postalAddress, baseUrl, pictureBase: `${baseUrl}/a/` };
  const masthead = createHash('sha256').update(JSON.stringify(drawnFor)).digest('hex');
  const key = { issueId, revision, language: tree.language, format: 'full' as const, masthead };
  const frozen = findEdition(db, key);
  if (frozen !== undefined) return frozen;
  const figures = findAssets(
    db,
    [...blocksOf(tree)].filter((block) => block.t === 'figure').map((block) => block.asset),
  );
  const drawing = await draw(tree, { slug, name, postalAddress, baseUrl, pictureBase: `${baseUrl}/a/` }, figures);
  for (const picture of drawing.pictures) storeAsset(db, picture);
  const { subject, email, text, page } = drawing;
  const pdf = Buffer.from(drawing.pdf);
  const hash = createHash('sha256')
    .update(JSON.stringify([subject, email, text, page]))
    .update(pdf)
    .digest('hex');
  return saveEdition(db, { ...key, hash, subject, email, plainText: text, page, pdf, createdAt: now() });
}

/** Starts what is due; returns the sends that started. */
export function startDueSends({ db, rehearsal, log, now }: { db: Db; rehearsal: boolean; log: Log; now: () => number }): Send[] {
  const started = dueSends(db, rehearsal, now()).filter((send) => startSend(db, send.id, now()));
  for (const send of started) log.info('send.started', { send: send.name, rehearsal: send.rehearsal });
  return started;
}

/** Rows per transaction of a freeze: well under 20 ms on a small machine, so that serve stays quick meanwhile. */
const freezeRows = 2000;

/** Writes the next rows of each started send that is not wholly frozen yet; false when there is nothing left to write. */
export function freezeStep({ db, now }: { db: Db; now: () => number }): boolean {
  let more = false;
  for (const send of sendsInState(db, 'sending')) if (!send.frozen) more = freezeChunk(db, send.id, freezeRows, now()) || more;
  return more;
}
