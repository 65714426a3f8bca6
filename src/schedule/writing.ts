/** Writing an issue on the desk: every word is kept before it is read, and a change undoes what was approved or scheduled. */
import { AppError } from '../errors.ts';
import { limits, monthAfter, printIssue, skeletonOf } from '../issue/issue.ts';
import { cleanLine } from '../model/clean.ts';
import { blocksOf, uploadedPdf } from '../model/issue.ts';
import { iso } from '../model/zone.ts';
import type { Studio } from '../render/render.ts';
import { findApproval } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import { dropWaiver, saveWaiver, waiversOf } from '../store/customs.ts';
import { type Draft, findDraft, findDraftAt, getIssue, type Issue, latestTree } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById, type Publication } from '../store/publications.ts';
import { unscheduleIssue } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';
import { beginIssue, listFiles, type NewText, noteReading, renumberIssue, saveText } from '../store/writing.ts';
import { keptOf, type Reading, readText, type TextDeps } from './issue-text.ts';
import { voidApprovals } from './undo-approval.ts';

export interface WritingDeps extends TextDeps {
  studio: Pick<Studio, 'admitPdf' | 'admitPicture'>;
  now: () => number;
}

type TextToKeep = Omit<NewText, 'now'>;

export interface KeptText {
  /** `stale`: somebody saved another text meanwhile; nothing was changed, and `draft` is theirs. */
  outcome: 'saved' | 'same' | 'stale';
  draft: Draft;
  /** Sends that had not started and are cancelled, since the issue changed. */
  unscheduled: string[];
  /** Whether it was approved as it was before. */
  voided: boolean;
}

/**
 * Saves a text on the disk, read or not; then reads it, so that lists and commands know what it is. `tag` names the text that was changed.
 * Errors: a text larger than any issue (413), no such issue.
 */
export async function keepText(deps: WritingDeps, { issueId, source, tag, actor, point, anew = false }: TextToKeep): Promise<KeptText> {
  const { db, now } = deps;
  refuseLarge(source);
  const issue = getIssue(db, issueId);
  const kept = inTransaction(db, (): KeptText => {
    const before = findDraft(db, issueId);
    const saved = saveText(db, { issueId, source, tag, actor, anew, now: now(), ...(point !== undefined && { point }) });
    if (saved.outcome !== 'saved') return { ...saved, unscheduled: [], voided: false };
    const unscheduled = unscheduleIssue(db, issueId);
    const voided = before !== undefined && findApproval(db, issueId)?.revision === before.revision;
    const noted = { at: now(), actor, detail: `revision ${saved.draft.revision}` };
    for (const subject of unscheduled) noteAudit(db, { ...noted, action: 'unschedule', subject });
    if (voided) noteAudit(db, { ...noted, action: 'void', subject: nameOf(db, issue) });
    return { ...saved, unscheduled, voided };
  });
  if (kept.outcome === 'saved' || kept.draft.errors === null) await readDraft(deps, issue, kept.draft);
  return kept;
}

/**
 * The newest text of an issue, as the desk shows it. A text that came by command before its files were kept with it names files that the desk has not: then
 * the tree is printed, with the names of what is stored. Error 404 when the issue has no text.
 */
export function openIssue({ db }: Pick<WritingDeps, 'db'>, issue: Issue): Draft {
  const draft = findDraft(db, issue.id);
  if (draft === undefined) throw new AppError('issue.not_found', 'There is no such issue (any more).', { status: 404 });
  if (draft.actor !== 'operator' || draft.tree === null || listFiles(db, issue.id).length > 0) return draft;
  const shows = [...blocksOf(draft.tree)].some(({ t }) => t === 'figure' || t === 'chart') || uploadedPdf(draft.tree) !== undefined;
  return shows ? { ...draft, source: printIssue(draft.tree).source } : draft;
}

/** Reads the newest text of an issue when nobody has: the process that saved it was killed before. */
export async function readUnread(deps: WritingDeps, issue: Issue): Promise<void> {
  const draft = findDraft(deps.db, issue.id);
  if (draft?.errors === null) await readDraft(deps, issue, draft);
}

/** Reads a saved text and notes with it what it is; the issue takes the number that the text gives it. */
export async function readDraft(deps: WritingDeps, issue: Issue, draft: Draft): Promise<Reading> {
  const reading = await readText(deps, issue, draft.source);
  const { db } = deps;
  inTransaction(db, () => {
    if (!noteReading(db, draft, keptOf(reading))) return; // saved anew meanwhile: that text is read next
    if (reading.tree !== undefined && reading.tree.number !== issue.number) renumberIssue(db, issue, reading.tree.number);
  });
  return reading;
}

/** `SLUG/NUMBER`, as commands and the audit name an issue. */
export function nameOf(db: Db, { publicationId, number }: Pick<Issue, 'publicationId' | 'number'>): string {
  return `${getPublicationById(db, publicationId).slug}/${number}`;
}

export function refuseLarge(source: string): void {
  const bytes = Buffer.byteLength(source);
  if (bytes <= limits.bytes) return;
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  throw new AppError(
    'issue.too_large',
    `This text is ${megabytes} MB, and an issue holds at most 2 MB. Nothing was saved; what was saved before is as it was.`,
    {
      status: 413,
    },
  );
}

/**
 * Begins an issue with a text. Its number is what the text says, else the next month. Errors: the publication has an issue of that number (409, with the way
 * to it).
 */
export async function beginText(
  deps: WritingDeps,
  { publication, source, actor }: { publication: Publication; source: string; actor: string },
): Promise<Issue> {
  const { db, now } = deps;
  refuseLarge(source);
  const { tree } = await deps.parser.parse(source);
  const number = tree !== undefined && tree.number !== '' ? tree.number : numberTyped(source, now());
  const id = beginIssue(db, publication.id, number, now());
  if (id === undefined)
    throw new AppError(
      'issue.taken',
      `${publication.name} has an issue ${number} already. Write on in that one, or give this text another number.`,
      {
        status: 409,
      },
    );
  await keepText(deps, { issueId: id, source, tag: undefined, actor, point: 'imported' });
  return getIssue(db, id);
}

/** The number of a text that cannot be read, as far as its front matter says it. */
function numberTyped(source: string, now: number): string {
  const typed = /^(?:number|period):[ \t]*["']?([\w.-]{1,20})/m.exec(source)?.[1];
  return typed ?? `draft-${now.toString(36)}`;
}

/** Makes an older text the newest one again, as a revision of its own. */
export async function restoreText(
  deps: WritingDeps,
  { issueId, revision, tag, actor }: { issueId: number; revision: number; tag: string; actor: string },
): Promise<KeptText> {
  const old = findDraftAt(deps.db, issueId, revision);
  if (old === undefined) throw new AppError('issue.revision', 'There is no such revision of this issue.', { status: 404 });
  return keepText(deps, { issueId, source: old.source, tag, actor, point: 'restored' });
}

/** Waives stops of one check with a reason, or takes that back (`reason` empty); both are in the audit, and void an approval that was given before. */
export function waive(
  { db, now }: Pick<WritingDeps, 'db' | 'now'>,
  {
    issueId,
    check,
    problems,
    reason,
    actor,
  }: { issueId: number; check: string; problems: readonly string[]; reason: string; actor: string },
): void {
  const issue = getIssue(db, issueId);
  const given = cleanLine(reason).slice(0, 500);
  inTransaction(db, () => {
    const at = now();
    const before = waiversOf(db, issueId).filter((waiver) => waiver.check === check);
    const isSaid = (problem: string): boolean => before.some((waiver) => waiver.problem === problem && waiver.reason === given);
    for (const problem of new Set(problems)) {
      if (isSaid(problem) || (given === '' && !dropWaiver(db, { issueId, check, problem }))) continue;
      if (given !== '') saveWaiver(db, { issueId, check, problem, reason: given, actor, at });
      const detail = [check, problem, ...(given === '' ? [] : [given])].join(': ');
      noteAudit(db, { at, actor, action: given === '' ? 'unwaive' : 'waive', subject: nameOf(db, issue), detail });
      voidApprovals(db, { ...getPublicationById(db, issue.publicationId), issueId }, { at, actor, why: `waiver of ${check}` });
    }
  });
}

/** The text that the next issue of a publication begins with: its last one's sections, and the month after it or this one. */
export function nextText({ db, now }: Pick<WritingDeps, 'db' | 'now'>, { id, name, language, zone }: Publication): string {
  const last = latestTree(db, id);
  const month = iso(now(), zone).slice(0, 7);
  const period = last?.period === undefined || last.period < month ? month : monthAfter(last.period);
  return skeletonOf(last, { publication: name, language, period });
}

/** A text without front matter gets that of the next issue, so that what somebody has in a file can be begun with. */
export function withFront(deps: Pick<WritingDeps, 'db' | 'now'>, publication: Publication, source: string): string {
  if (/^\s*---[ \t]*(?:\r?\n|$)/.test(source.replace(/^\ufeff/, ''))) return source;
  const front = /^---\n[\s\S]*?\n---\n/.exec(nextText(deps, publication))?.[0] ?? '';
  return `${front}\n${source}`;
}
