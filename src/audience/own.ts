/** A reader's own data: seen, changed, taken along and erased by whoever opened the link that was mailed to the address, for half an hour. */
import type { Address } from '../model/address.ts';
import { moveSubscription, type SubscriptionState, stateAt } from '../model/consent.ts';
import { openMs } from '../model/request.ts';
import type { TokenSubject } from '../model/token.ts';
import { findPublicationById, listPublications } from '../store/publications.ts';
import { changeReader, findReader, type Reader } from '../store/readers.ts';
import { addRequest, findRequest } from '../store/requests.ts';
import { inTransaction } from '../store/statement.ts';
import { addSubscription, consentHistory, findSubscription, noteConsent, writeConsentChange } from '../store/subscriptions.ts';
import { isBarred } from './answer.ts';
import { keepWords } from './ask.ts';
import type { ReaderDeps } from './deps.ts';
import { leaveWithin } from './leave.ts';
import { parsePersonName } from './row.ts';

/** What the page of a reader's own data shows. */
export interface OwnData {
  reader: Reader;
  /** The publication whose link it was. */
  publication: { id: number; name: string; slug: string; language: string };
  speaks: string;
  /** Every publication of the house, and how the reader stands with it; `pending` for one never subscribed to. */
  held: { id: number; name: string; language: string; state: SubscriptionState }[];
}

/** The data that a token of kind `own` opens; undefined when its half hour is over or the reader is gone. */
export function ownData({ db }: Pick<ReaderDeps, 'db'>, subject: TokenSubject, now: number): OwnData | undefined {
  const request = findRequest(db, subject.reader);
  if (request?.kind !== 'own' || request.usedAt === null || now - request.usedAt > openMs || request.readerId === null) return undefined;
  const reader = findReader(db, request.readerId);
  const publication = findPublicationById(db, request.publicationId);
  if (reader === undefined || publication === undefined || reader.email === '') return undefined;
  const held = listPublications(db).map(({ id, name, language }) => {
    const found = findSubscription(db, id, reader.id);
    return { id, name, language, state: found === undefined ? ('pending' as const) : stateAt(found.state, found.pausedUntil, now) };
  });
  return { reader, publication, speaks: reader.language ?? publication.language, held };
}

/** Changes or takes away the name. */
export function rename({ db }: Pick<ReaderDeps, 'db'>, { reader }: OwnData, name: string): void {
  changeReader(db, reader.id, { name: parsePersonName(name) ?? null });
}

/** Asks for another address, which is written to and must say yes. `busy`: too much came from this network. */
export function askNewAddress(
  { db }: Pick<ReaderDeps, 'db'>,
  { reader, publication, speaks }: OwnData,
  { address, key, domain }: Address,
  { network, now }: { network: string; now: number },
): 'noted' | 'busy' {
  const who = { publicationId: publication.id, readerId: reader.id, email: address, emailKey: key, domain, name: null, language: speaks };
  const noted = addRequest(db, { ...who, kind: 'address', way: 'own', textHash: null, page: null, network, askedAt: now });
  return noted ? 'noted' : 'busy';
}

/**
 * Makes the reader's publications those of `wanted`, by number: joins and leaves what that takes, each with its event. Opening the mailed link was the
 * confirmation. `words` says what was agreed to for a publication. What an address is barred from is left alone.
 */
export function setPublications(
  deps: ReaderDeps,
  { reader, held }: OwnData,
  wanted: readonly number[],
  by: { words: (publication: string) => string; language: string; page: string; network: string; now: number },
): void {
  const { db } = deps;
  const { page, network, now: at } = by;
  inTransaction(db, () => {
    for (const { id: publicationId, name, state } of held) {
      if (!wanted.includes(publicationId)) {
        if (state === 'active' || state === 'paused')
          leaveWithin(deps, { publication: publicationId, reader: reader.id, send: 0 }, { way: 'own', now: at });
        continue;
      }
      const to = state === 'paused' ? undefined : moveSubscription('confirm', state, undefined);
      if (to === undefined || isBarred(deps, reader.emailKey, publicationId)) continue;
      const note = { publicationId, readerId: reader.id, way: 'own', network, at };
      addSubscription(db, { publicationId, readerId: reader.id, state: 'pending', changedAt: at });
      noteConsent(db, { ...note, event: 'subscribe', page, textHash: keepWords(db, by.language, by.words(name)) });
      writeConsentChange(db, { ...note, event: 'confirm', to });
    }
  });
}

/** All that is stored about a reader, to be taken along as JSON. */
export function dataOf({ db }: Pick<ReaderDeps, 'db'>, { reader }: OwnData, now: number) {
  const { held, events } = consentHistory(db, reader.id);
  const time = (instant: number) => new Date(instant).toISOString();
  return {
    address: reader.email,
    name: reader.name,
    language: reader.language,
    attributes: reader.attributes,
    since: time(reader.createdAt),
    subscriptions: held.map(({ subscription, publication }) => ({
      publication: publication.slug,
      name: publication.name,
      state: stateAt(subscription.state, subscription.pausedUntil, now),
      format: subscription.format,
      ...(subscription.pausedUntil !== null && { pausedUntil: time(subscription.pausedUntil) }),
    })),
    history: events.map(({ consent, slug, words, reason }) => ({
      at: time(consent.at),
      publication: slug,
      event: consent.event,
      way: consent.way,
      ...(words !== null && { words }),
      ...(consent.page !== null && { page: consent.page }),
      ...(consent.network !== null && { network: consent.network }),
      ...(consent.until !== null && { until: time(consent.until) }),
      ...(reason !== null && { reason }),
    })),
  };
}
