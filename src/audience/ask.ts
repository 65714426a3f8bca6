/** Asking to get a publication: what is written when somebody types an address into a form. Whether it is known, suppressed or new plays no part here. */
import { createHash } from 'node:crypto';
import type { Address } from '../model/address.ts';
import type { Db } from '../store/open.ts';
import { addRequest } from '../store/requests.ts';
import { keepConsentText } from '../store/subscriptions.ts';
import type { ReaderDeps } from './deps.ts';
import { parsePersonName } from './row.ts';

/** What was asked, and where: kept word for word with the consent that may come of it. */
export interface Asking {
  publicationId: number;
  address: Address;
  name?: string | undefined;
  /** The language of pages and notices from now on. */
  language: string;
  /** The words that were agreed to, as they stood on the page. */
  words: string;
  /** The language of those words. */
  wordsLanguage: string;
  /** By our own page, or through the API. */
  way: 'page' | 'api';
  /** Address of the page on which the words stood. */
  page: string;
  /** As `networkOf` gives it. */
  network: string;
  now: number;
}

/**
 * Writes down that an address was asked for. `answerRequests` looks at it later, so that the answer here, and the time it takes, tell nobody
 * whether the address is known. `busy`: too much came from this network within an hour.
 */
export function askToSubscribe({ db }: Pick<ReaderDeps, 'db'>, asking: Asking): 'noted' | 'busy' {
  const { publicationId, address, language, way, page, network, now } = asking;
  const noted = addRequest(db, {
    publicationId,
    kind: 'subscribe',
    readerId: null,
    email: address.address,
    emailKey: address.key,
    domain: address.domain,
    name: parsePersonName(asking.name ?? '') ?? null,
    language,
    way,
    textHash: keepWords(db, asking.wordsLanguage, asking.words),
    page,
    network,
    askedAt: now,
  });
  return noted ? 'noted' : 'busy';
}

/** Keeps words that are agreed to and returns their version: a hash of language and text. */
export function keepWords(db: Db, language: string, text: string): string {
  const hash = createHash('sha256').update(`${language}\0${text}`).digest('hex');
  keepConsentText(db, { hash, language, text });
  return hash;
}
