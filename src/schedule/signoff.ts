/** Sign-off on the desk: what was looked at is approved by its hash, and only that goes out; a form that comes back late is told what changed meanwhile. */
import { AppError } from '../errors.ts';
import type { Finding } from '../model/issue.ts';
import { findApproval, saveApproval } from '../store/approvals.ts';
import { type Waiver, waiversOf } from '../store/customs.ts';
import { type Edition, findEdition } from '../store/editions.ts';
import { findDraft, getIssue, type Issue, type Revision } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById, type Publication } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { markPoint, tagOf } from '../store/writing.ts';
import { drawnFindings, type EditionDeps, editionKey, freezeEdition, noteApproval, proofHash, refuseOwnWords } from './approve.ts';
import { undoApproval } from './undo-approval.ts';
import { nameOf } from './writing.ts';

/** A finding that stops an issue, and why it may go out all the same when somebody answered for it. */
export interface Stop extends Pick<Finding, 'check' | 'line' | 'problem'> {
  waiver: Waiver | undefined;
}

/** The stops among findings, with what was waived. */
export function stopsOf(db: Db, issueId: number, findings: readonly Pick<Finding, 'check' | 'line' | 'problem' | 'severity'>[]): Stop[] {
  const waived = waiversOf(db, issueId);
  return findings
    .filter(({ severity }) => severity === 'stop')
    .map(({ check, line, problem }) => ({
      check,
      line,
      problem,
      waiver: waived.find((one) => one.check === check && one.problem === problem),
    }));
}

/** What somebody is asked to approve. */
export interface ForApproval {
  /** Names the text it was drawn from. */
  tag: string;
  revision: Revision;
  edition: Edition;
  /** What is approved, by name: the edition and who its mail comes from. */
  hash: string;
  stops: Stop[];
}

/** The newest text of an issue drawn as it would go out, and kept. Undefined while it cannot be read. Errors: what cannot be drawn. */
export async function makeProof(deps: EditionDeps, issue: Issue): Promise<ForApproval | undefined> {
  const { db } = deps;
  const draft = findDraft(db, issue.id);
  if (draft === undefined || draft.tree === null) return undefined;
  const publication = getPublicationById(db, issue.publicationId);
  const edition = await freezeEdition(deps, publication, draft as Revision);
  return proofOf(db, issue, publication, draft as Revision, edition);
}

/** The proof of the newest text, when it has been made for the publication as it looks now. Draws nothing. */
export function findProof({ db, baseUrl }: Pick<EditionDeps, 'db' | 'baseUrl'>, issue: Issue): ForApproval | undefined {
  const draft = findDraft(db, issue.id);
  if (draft === undefined || draft.tree === null) return undefined;
  const publication = getPublicationById(db, issue.publicationId);
  const edition = findEdition(db, editionKey(publication, baseUrl, draft as Revision));
  return edition && proofOf(db, issue, publication, draft as Revision, edition);
}

function proofOf(db: Db, { id }: Issue, publication: Publication, revision: Revision, edition: Edition): ForApproval {
  const stops = stopsOf(db, id, [...readStops(revision), ...drawnFindings(db, edition, publication)]);
  return { tag: tagOf(revision), revision, edition, hash: proofHash(edition, publication), stops };
}

const readStops = ({ stops }: Revision) => stops.map((stop) => ({ ...stop, severity: 'stop' as const }));

export interface SignOff {
  issueId: number;
  /** The hash of the proof that was looked at. */
  hash: string;
  actor: string;
}

/**
 * Approves an issue as it was looked at. Approving that again changes nothing. Errors, each 409 in words for the page: the text or the publication changed
 * since; a stop is neither mended nor waived; two people are asked for and this one wrote it.
 */
export async function signOff(deps: EditionDeps, { issueId, hash, actor }: SignOff): Promise<void> {
  const { db, now } = deps;
  const issue = getIssue(db, issueId);
  const seen = await makeProof(deps, issue);
  if (seen === undefined && findDraft(db, issueId)?.errors === null) throw changed(); // saved at this moment, and not read yet
  if (seen === undefined)
    throw refused(
      'unread',
      'The text cannot be read as it stands, so there is nothing to approve: mend what is marked as a mistake first.',
    );
  const { revision, edition, stops, tag } = seen;
  if (seen.hash !== hash) throw changed();
  const open = stops.find(({ waiver }) => waiver === undefined);
  if (open !== undefined)
    throw refused('stopped', `Something still stops it: ${open.problem}. Mend it, or say why it may go out all the same.`);
  refuseOwnWords(db, issue.publicationId, revision, actor);
  inTransaction(db, () => {
    const newest = findDraft(db, issueId);
    if (newest === undefined || tagOf(newest) !== tag) throw changed();
    if (proofHash(edition, getPublicationById(db, issue.publicationId)) !== hash) throw changed();
    const before = findApproval(db, issueId);
    if (before?.revision === revision.revision && before.edition === hash) return;
    const at = now();
    const waived = waivedOf(stops);
    saveApproval(db, { issueId, revision: revision.revision, waived, actor, approvedAt: at, edition: hash, slottedAt: null });
    noteApproval(db, { at, actor, issue: nameOf(db, issue), revision, proof: hash, waived });
    markPoint(db, newest, 'approved');
  });
}

const refused = (what: string, text: string): AppError => new AppError(`approve.${what}`, text, { status: 409 });
const changed = (): AppError =>
  refused(
    'changed',
    'The issue, or how its publication looks, has changed since this page was opened, so nothing was approved. Look at it again.',
  );

/** Reasons by check, as a send keeps them. */
function waivedOf(stops: readonly Stop[]): Record<string, string> {
  const reasons = new Map<string, string[]>();
  for (const { check, waiver } of stops) if (waiver !== undefined) reasons.set(check, [...(reasons.get(check) ?? []), waiver.reason]);
  return Object.fromEntries([...reasons].map(([check, all]) => [check, [...new Set(all)].join('; ')]));
}

/**
 * Takes an approval back, and what was scheduled by it. Returns the sends that are cancelled; nothing happens when there is no approval. Error 409: it is
 * somebody else's, and who asks may only take their own back.
 */
export function withdrawApproval(
  { db, now }: Pick<EditionDeps, 'db' | 'now'>,
  { issueId, actor, onlyOwn = false }: { issueId: number; actor: string; onlyOwn?: boolean },
): string[] {
  const issue = getIssue(db, issueId);
  return inTransaction(db, () => {
    if (onlyOwn && (findApproval(db, issueId)?.actor ?? actor) !== actor)
      throw refused('not_theirs', 'Somebody else approved it: they can take that back, or an editor can.');
    return undoApproval(db, { issueId, subject: nameOf(db, issue) }, { at: now(), actor, action: 'unapprove' });
  });
}
