/** Links that sign in, each once: by mail for ten minutes in the browser that asked, from the command line for ten minutes, as an invitation for seven days. */
import { AppError } from '../errors.ts';
import { isAddressProblem, parseAddress } from '../model/address.ts';
import type { NoticeFacts } from '../model/notice.ts';
import { linksPerHour, proofMs, roleWords, type SignInWay } from '../model/person.ts';
import { noteAudit } from '../store/audit.ts';
import { type Editor, findEditor, findEditorByKey, joinEditor, listEditors, renameEditor } from '../store/editors.ts';
import { addNotice, noticesTo } from '../store/notices.ts';
import { addProof, findProof, forgetProofs, nameProofNotice, noteTry, type Proof, takeProof } from '../store/proofs.ts';
import { listPublications } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { readName } from './newcomer.ts';
import { hashOf, newSecret, type TeamDeps } from './sessions.ts';

export interface LinkDeps extends TeamDeps {
  /** Whether mail goes into the built-in catcher. */
  rehearsal: boolean;
}

/** Whether a mail can be sent at all: it goes out under a publication's sender. */
export function canMail({ db }: TeamDeps): boolean {
  return listPublications(db).length > 0;
}

/**
 * Sends a link to an address if it is somebody's of the desk. The answer is the same for every address: `asked`; `busy` when too many were asked for from
 * this network. `back` is where it leads, `browser` is the secret in the cookie of the browser that asks: the link works nowhere else.
 */
export function askForLink(
  deps: LinkDeps,
  { email, browser, back, network }: { email: string; browser: string; back: string; network: string },
): 'asked' | 'busy' {
  const { db, now } = deps;
  const parsed = parseAddress(email);
  if (isAddressProblem(parsed)) throw new AppError('team.address', `The address ${parsed.problem}: ${parsed.remedy}.`, { status: 422 });
  return inTransaction(db, () => {
    forgetProofs(db, now());
    if (!noteTry(db, 'mail', network, now())) return 'busy';
    const editor = findEditorByKey(db, parsed.key);
    if (editor === undefined || noticesTo(db, editor.email, 'sign-in', now() - 3_600_000) >= linksPerHour) return 'asked';
    mailProof(deps, editor, { kind: 'mail', browser: hashOf(browser), facts: { back } }, (token) => ({
      kind: 'sign-in',
      token,
      minutes: proofMs.mail / 60_000,
    }));
    return 'asked';
  });
}

/** Sends somebody their invitation. Within the transaction that adds them. Returns its link's token, which whoever cannot mail hands over by themselves. */
export function mailInvitation(deps: LinkDeps, editor: Editor, by: string): string {
  return mailProof(deps, editor, { kind: 'invitation', browser: null, facts: {} }, (token) => ({
    kind: 'invitation',
    token,
    by,
    role: roleWords[editor.role].label.toLowerCase(),
    days: proofMs.invitation / 86_400_000,
  }));
}

function mailProof(
  { db, now, rehearsal }: LinkDeps,
  editor: Editor,
  link: NewLink & { kind: 'mail' | 'invitation' },
  factsOf: (token: string) => NoticeFacts,
): string {
  const token = keepLink(db, editor.id, link, now());
  const [publication] = listPublications(db);
  // In a rehearsal others see the caught mails, and an invitation is bound to no browser: it is handed over instead.
  if (publication === undefined || (rehearsal && link.kind === 'invitation')) return token;
  const notice = addNotice(db, { publicationId: publication.id, address: editor.email, rehearsal, facts: factsOf(token), now: now() });
  nameProofNotice(db, hashOf(token), notice);
  return token;
}

/** A link before it is kept. */
type NewLink = Pick<Proof, 'browser' | 'facts'> & { kind: 'mail' | 'invitation' | 'command' };

function keepLink(db: TeamDeps['db'], editorId: number, link: NewLink, now: number): string {
  const token = newSecret();
  const times = { createdAt: now, expiresAt: now + proofMs[link.kind] };
  addProof(db, { hash: hashOf(token), editorId, ...link, noticeId: null, ...times });
  return token;
}

/** Makes a link for whoever has the command line. Error: nobody has this address; it names those who are there. */
export function commandLink({ db, now }: TeamDeps, email: string): string {
  const parsed = parseAddress(email);
  const editor = isAddressProblem(parsed) ? undefined : findEditorByKey(db, parsed.key);
  if (editor === undefined) {
    const there = listEditors(db).map((each) => each.email);
    throw new AppError('team.unknown', `Nobody of the desk has the address ${email}: there is ${there.join(', ')}`);
  }
  return inTransaction(db, () => {
    noteAudit(db, { at: now(), actor: 'operator', action: 'login', subject: `person ${editor.id}` });
    return keepLink(db, editor.id, { kind: 'command', browser: null, facts: {} }, now());
  });
}

/** What a link is good for: nothing any more, nothing in this browser, or signing somebody in. */
export type LinkState = 'gone' | 'elsewhere' | { editor: Editor; way: SignInWay; back: string | undefined };

const ways = { mail: 'mail', command: 'command', invitation: 'invitation' } as const;

/** Looks at a link and leaves it as it is: mail programs open links to see what is behind them. */
export function lookAtLink({ db, now }: TeamDeps, token: string, browser: string): LinkState {
  const proof = findProof(db, hashOf(token), now());
  const editor = proof?.editorId == null ? undefined : findEditor(db, proof.editorId);
  if (proof === undefined || proof.kind === 'passkey' || editor === undefined) return 'gone';
  if (proof.browser !== null && !proof.browser.equals(hashOf(browser))) return 'elsewhere';
  return { editor, way: ways[proof.kind], back: proof.facts['back'] };
}

/** Uses a link up; who was invited has joined by it, under the name they give. */
export function useLink(deps: TeamDeps, { token, browser, name }: { token: string; browser: string; name: string }): LinkState {
  const { db, now } = deps;
  return inTransaction(db, () => {
    const state = lookAtLink(deps, token, browser);
    if (typeof state === 'string' || takeProof(db, hashOf(token), now()) === undefined) return typeof state === 'string' ? state : 'gone';
    const { editor } = state;
    if (joinEditor(db, editor.id, now())) {
      if (readName(name) !== '') renameEditor(db, editor.id, readName(name));
      noteAudit(db, { at: now(), actor: `person ${editor.id}`, action: 'team join', subject: `person ${editor.id}` });
    }
    return state;
  });
}
