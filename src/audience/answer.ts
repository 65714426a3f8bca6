/** Answering what was asked for at an address: who is written to, who is not, and when. Nobody outside sees which it was. */
import { liftedByOptIn, stateAt } from '../model/consent.ts';
import type { NoticeFacts } from '../model/notice.ts';
import { hourlyLimits, lifetimeMs, patienceMs } from '../model/request.ts';
import { mintToken } from '../model/token.ts';
import { addNotice, noticedSince } from '../store/notices.ts';
import { findPublicationById, type Publication } from '../store/publications.ts';
import { findReaderByKey } from '../store/readers.ts';
import { addressIsFull, answerRequest, anyWaiting, forgetRequests, hourOf, type Request, waitingRequests } from '../store/requests.ts';
import { inTransaction } from '../store/statement.ts';
import { findSubscription } from '../store/subscriptions.ts';
import { allPublications, suppressionHash, suppressionsOf } from '../store/suppressions.ts';
import type { ReaderDeps } from './deps.ts';
import { requestedIssue } from './full-issue.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * Looks at the oldest requests that wait, at most `limit` in one call, each in a transaction of its own: a notice is written, or the request is dropped, or
 * it goes on waiting for the limits of the hour. Returns how many were looked at. Also forgets requests that are past everything. May be called at any time.
 */
export function answerRequests(deps: ReaderDeps, limit: number, now: number): number {
  const { db } = deps;
  forgetRequests(db, limit, now);
  if (!anyWaiting(db)) return 0;
  const waiting = waitingRequests(db, limit, now);
  for (const request of waiting) {
    if (!inTransaction(db, () => answer(deps, request, now))) break;
  }
  return waiting.length;
}

/** False when the hour is full: then all others wait too. */
function answer(deps: ReaderDeps, request: Request, now: number): boolean {
  const { db, rehearsal } = deps;
  const publication = findPublicationById(db, request.publicationId);
  const facts = publication && factsFor(deps, publication, request, now);
  if (publication === undefined || facts === undefined || now - request.askedAt > patienceMs) {
    answerRequest(db, request.id, 'dropped');
    return true;
  }
  const { written, asked } = hourOf(db, now);
  if (written >= hourlyLimits.all.most) {
    tellOfBrake(deps, publication, asked, now);
    return false;
  }
  const id = addNotice(db, { publicationId: publication.id, address: request.email, rehearsal, facts, now });
  answerRequest(db, request.id, facts.kind === 'known' ? 'used' : 'asked', { id, at: now });
  return true;
}

/** What the address is told, if it may be written to at all. */
function factsFor({ db, ...deps }: ReaderDeps, publication: Publication, request: Request, now: number): NoticeFacts | undefined {
  if (isBarred({ db, ...deps }, request.emailKey, publication.id) || addressIsFull(db, request.emailKey, request.kind, now))
    return undefined;
  const { language } = deps.languages.wordsFor(request.language);
  const token = mintToken(deps.tokenKeys, 'request', { publication: publication.id, reader: request.id, send: 0 });
  const link = { language, token };
  switch (request.kind) {
    case 'own':
      return { kind: 'own', ...link, minutes: lifetimeMs.own / 60_000 };
    case 'pdf': {
      const reader = findReaderByKey(db, request.emailKey);
      const state = reader && findSubscription(db, publication.id, reader.id)?.state;
      const number = requestedIssue(db, request.issueId);
      return number !== undefined && (state === 'active' || state === 'paused') ? { kind: 'full-issue', ...link, number } : undefined;
    }
    case 'address':
      return { kind: 'new-address', ...link, days: lifetimeMs.address / day };
    case 'subscribe': {
      const reader = findReaderByKey(db, request.emailKey);
      const found = reader && findSubscription(db, publication.id, reader.id);
      const state = found && stateAt(found.state, found.pausedUntil, now);
      if (state === 'suspended') return undefined;
      if (reader === undefined || state !== 'active') return { kind: 'confirm', ...link, days: lifetimeMs.subscribe / day };
      const own = mintToken(deps.tokenKeys, 'preferences', { publication: publication.id, reader: reader.id, send: 0 });
      return { kind: 'known', language, token: own };
    }
  }
}

/** Whether an address is suppressed in a way that its owner cannot lift: after a complaint or a hard bounce, or by a person's word. */
export function isBarred(
  { db, suppressionKey }: Pick<ReaderDeps, 'db' | 'suppressionKey'>,
  emailKey: string,
  publicationId: number,
): boolean {
  const held = suppressionsOf(db, suppressionHash(suppressionKey, emailKey));
  return held.some((one) => [allPublications, publicationId].includes(one.publicationId) && !liftedByOptIn.includes(one.reason));
}

/** Once a day. */
function tellOfBrake({ db, rehearsal }: ReaderDeps, publication: Publication, asked: number, now: number): void {
  if (noticedSince(db, 'signup-brake', now - day)) return;
  const address = publication.replyTo ?? publication.fromAddress;
  addNotice(db, { publicationId: publication.id, address, rehearsal, facts: { kind: 'signup-brake', asked }, now });
}
