/** Saying yes: the owner of an address opens the link that was mailed there and presses its button. Each request is used once. */
import { maskAddress } from '../model/address.ts';
import { liftedByOptIn, moveSubscription, stateAt } from '../model/consent.ts';
import { lifetimeMs, type RequestKind } from '../model/request.ts';
import { mintToken, type TokenSubject } from '../model/token.ts';
import { addNotice } from '../store/notices.ts';
import { findPublicationById, type Publication } from '../store/publications.ts';
import { latestIssue } from '../store/published.ts';
import { addReader, changeReader, findReaderByKey, type Reader } from '../store/readers.ts';
import { findRequest, type Request, useRequest } from '../store/requests.ts';
import { inTransaction } from '../store/statement.ts';
import { addSubscription, findSubscription, noteConsent, writeConsentChange } from '../store/subscriptions.ts';
import { allPublications, dropSuppression, suppressionHash, suppressionsOf } from '../store/suppressions.ts';
import { isBarred } from './answer.ts';
import type { ReaderDeps } from './deps.ts';

/** What the page of such a link shows. */
export interface RequestAnswer {
  /**
   * `open`: it may be said yes to (only from `lookUpRequest`). `done`: said yes by this call. `expired`: used, too old, or made for an address that may not
   * be written to any more. `taken`: the new address belongs to another reader, so nothing changed.
   */
  outcome: 'open' | 'done' | 'expired' | 'taken';
  kind: RequestKind;
  publication: string;
  slug: string;
  /** The publication's language, and the reader's. */
  language: string;
  speaks: string;
  maskedAddress: string;
  /** Once done: token of the reader's preferences (`subscribe`), or of the page of their data (`own`). */
  token?: string;
}

/** The request is forgotten. */
export interface NoRequest {
  outcome: 'unknown';
}

/** How things stand with a request, changing nothing: for the page its link opens, because scanners open every link. */
export function lookUpRequest({ db }: Pick<ReaderDeps, 'db'>, subject: TokenSubject, now: number): RequestAnswer | NoRequest {
  const found = findAsked(db, subject);
  return found === undefined ? { outcome: 'unknown' } : describe(found, isOpen(found.request, now) ? 'open' : 'expired');
}

/** Says yes to a request, once, with all that follows from it in one transaction. */
export function confirmRequest(deps: ReaderDeps, subject: TokenSubject, by: { network: string; now: number }): RequestAnswer | NoRequest {
  return inTransaction(deps.db, () => {
    const found = findAsked(deps.db, subject);
    if (found === undefined) return { outcome: 'unknown' };
    const { request, publication } = found;
    if (!isOpen(request, by.now) || isBarred(deps, request.emailKey, publication.id)) return describe(found, 'expired');
    if (!useRequest(deps.db, request.id, by.now)) return describe(found, 'expired');
    switch (request.kind) {
      case 'subscribe':
        return { ...describe(found, 'done'), token: join(deps, found, by) };
      case 'own':
        return { ...describe(found, 'done'), token: mintToken(deps.tokenKeys, 'own', subject) };
      case 'address':
        return describe(found, moveTo(deps, request) ? 'done' : 'taken');
    }
  });
}

/** A link to a full issue is a request too, but there is nothing to say yes to: it opens the PDF. */
type Confirmable = Request & { kind: Exclude<RequestKind, 'pdf'> };

interface Asked {
  request: Confirmable;
  publication: Publication;
}

function findAsked(db: ReaderDeps['db'], { publication: publicationId, reader: id }: TokenSubject): Asked | undefined {
  const request = findRequest(db, id);
  const publication = findPublicationById(db, publicationId);
  return request === undefined || publication === undefined || !isConfirmable(request) ? undefined : { request, publication };
}

const isConfirmable = (request: Request): request is Confirmable => request.kind !== 'pdf';

const isOpen = ({ state, kind, writtenAt }: Request, now: number): boolean =>
  state === 'asked' && writtenAt !== null && now - writtenAt <= lifetimeMs[kind];

function describe({ request, publication }: Asked, outcome: RequestAnswer['outcome']): RequestAnswer {
  const { name, slug, language } = publication;
  const { kind, language: speaks, email } = request;
  return { outcome, kind, publication: name, slug, language, speaks, maskedAddress: maskAddress(email) };
}

/** Makes the owner of the address a reader with an active subscription: what was asked and what was confirmed stand in their history. Returns the token of the preferences. */
function join(deps: ReaderDeps, { request, publication }: Asked, { network, now }: { network: string; now: number }): string {
  const { db, tokenKeys } = deps;
  liftWhatTheReaderMay(deps, request.emailKey, publication.id);
  const { email, emailKey, name, language } = request;
  const known = findReaderByKey(db, emailKey);
  const reader: Reader = known ?? addReader(db, { email, emailKey, name, language, createdAt: now });
  if (known !== undefined) changeReader(db, known.id, { language, ...(known.name === null && { name }) });
  const event = { publicationId: publication.id, readerId: reader.id } as const;
  const { way, textHash, page, network: askedFrom, askedAt } = request;
  addSubscription(db, { ...event, state: 'pending', changedAt: now });
  const asked = { textHash: textHash ?? undefined, page: page ?? undefined, network: askedFrom };
  noteConsent(db, { ...event, event: 'subscribe', way, ...asked, at: askedAt });
  const found = findSubscription(db, publication.id, reader.id);
  const state = found === undefined ? 'pending' : stateAt(found.state, found.pausedUntil, now);
  const to = moveSubscription('confirm', state, found?.before);
  const note = { ...event, event: 'confirm', way: 'page', network, at: now } as const;
  if (to === undefined) noteConsent(db, note);
  else writeConsentChange(db, { ...note, to });
  const token = mintToken(tokenKeys, 'preferences', { publication: publication.id, reader: reader.id, send: 0 });
  if (publication.welcome && to !== undefined) welcome(deps, publication, { reader, token, now });
  return token;
}

function liftWhatTheReaderMay({ db, suppressionKey }: ReaderDeps, emailKey: string, publicationId: number): void {
  const hash = suppressionHash(suppressionKey, emailKey);
  for (const { publicationId: of, reason } of suppressionsOf(db, hash)) {
    if ([allPublications, publicationId].includes(of) && liftedByOptIn.includes(reason)) dropSuppression(db, { hash, publicationId: of });
  }
}

function welcome(
  { db, languages, rehearsal }: ReaderDeps,
  publication: Publication,
  { reader, token, now }: { reader: Reader; token: string; now: number },
): void {
  const latest = latestIssue(db, publication.id, rehearsal);
  const { language } = languages.wordsFor(reader.language ?? publication.language);
  const issue = latest && { latest: { title: latest.subject, number: latest.number } };
  addNotice(db, {
    publicationId: publication.id,
    address: reader.email,
    rehearsal,
    facts: { kind: 'welcome', language, token, ...issue },
    now,
  });
}

/** Gives a reader the address that has just said yes; false when it is another reader's. */
function moveTo({ db }: ReaderDeps, { readerId, email, emailKey }: Request): boolean {
  const holder = findReaderByKey(db, emailKey);
  if (readerId === null || (holder !== undefined && holder.id !== readerId)) return false;
  changeReader(db, readerId, { email, emailKey });
  return true;
}
