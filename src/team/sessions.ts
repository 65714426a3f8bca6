/** Being signed in: a random token in a cookie, its hash in a row. */
import { createHash, randomBytes } from 'node:crypto';
import type { Person, SignInWay } from '../model/person.ts';
import type { Db } from '../store/open.ts';
import { addSession, type FoundSession, findSession, forgetSessions, proveSession, touchSession } from '../store/sessions.ts';

export interface TeamDeps {
  db: Db;
  now: () => number;
}

/** Who asks, and by which session. */
export interface Signed {
  person: Person;
  session: number;
  /** When they last showed who they are. */
  provedAt: number;
}

/** What is known of where a session is used. */
export interface Where {
  /** As the browser names itself. */
  agent: string;
  /** As `networkOf` gives it. */
  network: string;
}

/** A use is noted this often at most: a row is not written for each request. */
const noteEveryMs = 60_000;

/** SHA-256 of a secret of 32 random bytes: nothing slower is needed where there is nothing to guess. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** 32 random bytes, in base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Signs a person in and returns the token for the cookie. */
export function openSession({ db, now }: TeamDeps, editorId: number, way: SignInWay, { agent, network }: Where): string {
  const [token, at] = [newSecret(), now()];
  forgetSessions(db, at);
  const times = { createdAt: at, seenAt: at, provedAt: at };
  addSession(db, { hash: hashOf(token), editorId, way, browser: browserWords(agent), network, ...times });
  return token;
}

/** Whose token this is; undefined when the session is over. Notes its use. */
export function sessionOf({ db, now }: TeamDeps, token: string): Signed | undefined {
  const at = now();
  const found = token === '' ? undefined : findSession(db, hashOf(token), at);
  if (found === undefined) return undefined;
  if (at - found.seenAt > noteEveryMs) touchSession(db, found.session, at);
  return signed(found);
}

/** Notes a fresh proof of who is signed in, and returns the token that the session has from now on. */
export function renewProof({ db, now }: TeamDeps, session: number): string {
  const token = newSecret();
  proveSession(db, session, hashOf(token), now());
  return token;
}

function signed({ id, name, email, role, session, provedAt }: FoundSession): Signed {
  return { person: { id, name, email, role }, session, provedAt };
}

/** Browsers and systems by the word in their name, the more particular ones first. */
const browsers: readonly [RegExp, string][] = [
  [/Firefox\//, 'Firefox'],
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Chrome\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: readonly [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** `Firefox on Windows`, for the list of sessions; never the whole name, which says more than anybody needs. */
export function browserWords(agent: string): string {
  const named = (table: readonly [RegExp, string][]) => table.find(([pattern]) => pattern.test(agent))?.[1];
  const [browser, system] = [named(browsers), named(systems)];
  return browser === undefined ? 'Some program' : system === undefined ? browser : `${browser} on ${system}`;
}
