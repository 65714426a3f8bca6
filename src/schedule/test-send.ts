/** A test of an issue: the very mail that readers would get, to whoever is named, marked as a test. It is a notice, so it never counts as a send. */
import { AppError } from '../errors.ts';
import { composeTemplate, issueInput } from '../message/message.ts';
import { parseAddresses } from '../model/address.ts';
import { noteAudit } from '../store/audit.ts';
import { findDraft, getIssue, type Revision } from '../store/issues.ts';
import { addComposedNotice, testedSince } from '../store/notices.ts';
import { getPublicationById } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { markPoint } from '../store/writing.ts';
import { type EditionDeps, freezeEdition } from './approve.ts';
import { nameOf } from './writing.ts';

export interface TestDeps extends EditionDeps {
  bounceDomain: string | undefined;
  leaveByMail: boolean;
  rehearsal: boolean;
}

const hour = 3_600_000;
const testsPerHour = 100;
const mostAtOnce = 10;

/**
 * Writes tests of the newest text of an issue to addresses as typed, separated by commas, spaces or lines. Returns the addresses. Errors in words for the
 * page: no address or one that is none (422), a text that cannot be read (409), too many (429); then nothing is sent to anybody.
 */
export async function sendTest(deps: TestDeps, { issueId, to, actor }: { issueId: number; to: string; actor: string }): Promise<string[]> {
  const { db, now, rehearsal, baseUrl, bounceDomain, leaveByMail } = deps;
  const addresses = readAddresses(to);
  const issue = getIssue(db, issueId);
  const draft = findDraft(db, issueId);
  if (draft === undefined || draft.tree === null)
    throw new AppError(
      'test.unread',
      'The text cannot be read as it stands, so there is no mail to test: mend what is marked as a mistake first.',
      { status: 409 },
    );
  const publication = getPublicationById(db, issue.publicationId);
  const edition = await freezeEdition(deps, publication, draft as Revision);
  const marked = { ...edition, subject: `[Test] ${edition.subject}` };
  const input = issueInput({ publication, edition: marked, campaign: 'test', date: now(), baseUrl, bounceDomain, leaveByMail });
  const template = JSON.stringify(composeTemplate({ ...input, test: true }));
  inTransaction(db, () => {
    if (testedSince(db, now() - hour) + addresses.length > testsPerHour)
      throw new AppError('test.busy', `${testsPerHour} tests an hour are enough for this desk: try again later.`, { status: 429 });
    const facts = { kind: 'test', issue: nameOf(db, issue), revision: draft.revision } as const;
    for (const address of addresses)
      addComposedNotice(db, { publicationId: publication.id, address, rehearsal, facts, template, now: now() });
    markPoint(db, draft, 'tested');
    noteAudit(db, { at: now(), actor, action: 'test', subject: facts.issue, detail: `revision ${draft.revision}, to ${addresses.length}` });
  });
  return addresses;
}

function readAddresses(typed: string): string[] {
  const wrong = (text: string) => new AppError('test.address', text, { status: 422 });
  const read = parseAddresses(typed);
  if (!Array.isArray(read)) throw wrong(`“${read.word.slice(0, 80)}” ${read.problem}: ${read.remedy}. Nothing was sent.`);
  if (read.length === 0) throw wrong('Say where the test goes: an address, or several with commas between them.');
  if (read.length > mostAtOnce) throw wrong(`A test goes to at most ${mostAtOnce} addresses at a time, and these are ${read.length}.`);
  return read;
}
