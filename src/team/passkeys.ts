/** Passkeys (WebAuthn Level 3): made by who is signed in or sets the desk up, shown to sign in or to prove again who acts. The library checks, rows decide. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { AppError } from '../errors.ts';
import { proofMs } from '../model/person.ts';
import { noteAudit } from '../store/audit.ts';
import { type Editor, findEditor } from '../store/editors.ts';
import { addPasskey, findPasskey, listPasskeys, usePasskey } from '../store/passkeys.ts';
import { addProof, forgetProofs, noteTry, type Proof, takeProof } from '../store/proofs.ts';
import { inTransaction } from '../store/statement.ts';
import { readNewcomer } from './newcomer.ts';
import { browserWords, hashOf, newSecret, type TeamDeps } from './sessions.ts';
import { makeOwner, newHandle } from './set-up.ts';

/** Where passkeys are made and used: they belong to a domain for good, and say from which page they were asked. */
export interface PasskeySite {
  /** Host name, without a port. */
  domain: string;
  /** `https://news.example.org`, or `http://localhost:3000`. */
  origin: string;
}

/** What the browser is asked, and the secret its cookie keeps until it answers. */
export interface Asked {
  options: object;
  secret: string;
}

type Use = 'make' | 'set-up' | 'show';

/** Asks the browser of who is signed in for a new passkey. */
export async function askToMake(deps: TeamDeps, site: PasskeySite, editor: Editor): Promise<Asked> {
  const exclude = listPasskeys(deps.db, editor.id).map(({ id, transports }) => ({ id, transports }));
  const options = await makingOptions(site, editor, exclude);
  return { options, secret: keep(deps, 'make', options.challenge, editor.id) };
}

/** Asks the browser of who sets the desk up for their first passkey. The code was checked; the owner is made when the passkey is. */
export async function askToMakeFirst(deps: TeamDeps, site: PasskeySite, typed: { name: string; email: string }): Promise<Asked> {
  const { name, address } = readNewcomer(typed);
  const handle = newHandle();
  const options = await makingOptions(site, { handle, email: address.address, name }, []);
  const facts = { name, email: address.address, handle: handle.toString('base64url') };
  return { options, secret: keep(deps, 'set-up', options.challenge, undefined, facts) };
}

/** EdDSA, ES256, RS256 (COSE): every passkey knows one of them. Asked for its own list, the library tries what is experimental in Node. */
const algorithms = [-8, -7, -257];

const makingOptions = (
  { domain }: PasskeySite,
  { handle, email, name }: Pick<Editor, 'handle' | 'email' | 'name'>,
  exclude: { id: string; transports: string[] }[],
) =>
  generateRegistrationOptions({
    rpName: 'Galley',
    rpID: domain,
    userName: email,
    userDisplayName: name,
    userID: new Uint8Array(handle),
    supportedAlgorithmIDs: algorithms,
    attestationType: 'none',
    excludeCredentials: exclude,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });

/** Keeps a new passkey; `first`: of the owner whom the set-up makes with it. Returns its person. Error: the answer is not one to what was asked. */
export async function keepMade(
  deps: TeamDeps,
  site: PasskeySite,
  { secret, answer, agent, first = false }: { secret: string; answer: unknown; agent: string; first?: boolean },
): Promise<number> {
  const { db, now } = deps;
  const asked = take(deps, secret, first ? 'set-up' : 'make');
  const response = answer as RegistrationResponseJSON;
  const { challenge = '' } = asked.facts;
  const { registrationInfo: made } = await checked(
    verifyRegistrationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: site.origin, expectedRPID: site.domain },
      supportedAlgorithmIDs: algorithms,
    }),
  );
  if (made === undefined) throw notGood();
  const { id, publicKey, counter, transports = [] } = made.credential;
  return inTransaction(db, () => {
    const editorId = first ? ownerOf(deps, asked.facts) : asked.editorId;
    if (editorId === null || findEditor(db, editorId) === undefined) throw notGood();
    const about = { domain: site.domain, name: browserWords(agent), createdAt: now(), usedAt: now() };
    const kept = addPasskey(db, { id, editorId, publicKey: Buffer.from(publicKey), counter, transports: [...transports], ...about });
    if (!kept) throw new AppError('passkey.known', 'This passkey is kept already.', { status: 409 });
    noteAudit(db, { at: now(), actor: `person ${editorId}`, action: 'passkey add', subject: `person ${editorId}` });
    return editorId;
  });
}

const ownerOf = (deps: TeamDeps, { name = '', email = '', handle = '' }: Record<string, string>): number =>
  makeOwner(deps, { name, email }, Buffer.from(handle, 'base64url'));

/** Asks a browser to show a passkey: any of this domain, or one of a person's when it is known who they are. Error: too many tries. */
export async function askToShow(deps: TeamDeps, site: PasskeySite, network: string, editorId?: number): Promise<Asked> {
  const { db, now } = deps;
  if (!noteTry(db, 'passkey', network, now()))
    throw new AppError('passkey.busy', 'Too many tries from here. Try again in an hour.', { status: 429 });
  const own = editorId === undefined ? [] : listPasskeys(db, editorId);
  const allowCredentials = own.filter(({ domain }) => domain === site.domain).map(({ id, transports }) => ({ id, transports }));
  const options = await generateAuthenticationOptions({ rpID: site.domain, userVerification: 'required', allowCredentials });
  return { options, secret: keep(deps, 'show', options.challenge, editorId) };
}

/** Whose passkey was shown. Error: it is nobody's, or not an answer to what was asked; each asking takes one answer. */
export async function readShown(
  deps: TeamDeps,
  site: PasskeySite,
  { secret, answer }: { secret: string; answer: unknown },
): Promise<number> {
  const { db, now } = deps;
  const asked = take(deps, secret, 'show');
  const response = answer as AuthenticationResponseJSON;
  const passkey = typeof response?.id === 'string' ? findPasskey(db, response.id) : undefined;
  const editor = passkey && findEditor(db, passkey.editorId);
  if (passkey === undefined || editor === undefined || (asked.editorId !== null && asked.editorId !== editor.id)) throw notGood();
  const handle = response.response?.userHandle;
  if (handle !== undefined && handle !== editor.handle.toString('base64url')) throw notGood();
  const credential = {
    id: passkey.id,
    publicKey: new Uint8Array(passkey.publicKey),
    counter: passkey.counter,
    transports: passkey.transports,
  };
  const { challenge = '' } = asked.facts;
  const { verified, authenticationInfo } = await checked(
    verifyAuthenticationResponse({
      response,
      credential,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.domain,
    }),
  );
  if (!verified) throw notGood();
  usePasskey(db, passkey.id, authenticationInfo.newCounter, now());
  return editor.id;
}

function keep({ db, now }: TeamDeps, use: Use, challenge: string, editorId: number | undefined, more: Record<string, string> = {}): string {
  const secret = newSecret();
  const times = { createdAt: now(), expiresAt: now() + proofMs.passkey };
  forgetProofs(db, now());
  addProof(db, {
    hash: hashOf(secret),
    kind: 'passkey',
    editorId: editorId ?? null,
    browser: null,
    facts: { use, challenge, ...more },
    noticeId: null,
    ...times,
  });
  return secret;
}

function take({ db, now }: TeamDeps, secret: string, use: Use): Pick<Proof, 'editorId' | 'facts'> {
  const proof = secret === '' ? undefined : takeProof(db, hashOf(secret), now());
  if (proof?.kind !== 'passkey' || proof.facts['use'] !== use) throw notGood();
  return proof;
}

/** The library throws for what does not fit: an answer is good or it is not, and why is nobody's affair but ours. */
async function checked<T>(verifying: Promise<T>): Promise<T> {
  try {
    return await verifying;
  } catch (cause) {
    throw notGood(cause);
  }
}

const notGood = (cause?: unknown) =>
  new AppError(
    'passkey.refused',
    'This passkey was not taken: it is not known here, or the question was answered before or took too long. Try again, or use a link.',
    {
      status: 400,
      cause,
    },
  );
