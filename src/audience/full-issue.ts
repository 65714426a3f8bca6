/** The full issue as PDF where only readers may have it: a link of their own in each mail, and a fresh one by mail for those whose link is too old. */
import { type Address, parseAddress } from '../model/address.ts';
import { lifetimeMs } from '../model/request.ts';
import { readToken } from '../model/token.ts';
import { findIssueById } from '../store/issues.ts';
import type { Publication } from '../store/publications.ts';
import { findReader, findReaderByKey, type Reader } from '../store/readers.ts';
import { addRequest, findRequest } from '../store/requests.ts';
import { findSendById } from '../store/sends.ts';
import type { ReaderDeps } from './deps.ts';

/** How long the link in a mail works, from the start of its send. */
export const mailedLinkMs = 30 * 24 * 60 * 60 * 1000;

/** What a link is good for: the PDF, or, once it is too old, a fresh one to the same reader. */
export type FullIssueLink = { outcome: 'open' } | { outcome: 'expired'; reader: number | undefined } | { outcome: 'none' };

/** Looks at the token of a link to the full issue. Forwarded links work too: a PDF is easier forwarded than its link. */
export function lookUpFullIssue(
  { db, tokenKeys }: Pick<ReaderDeps, 'db' | 'tokenKeys'>,
  of: { publicationId: number; issueId: number; token: string; now: number },
): FullIssueLink {
  const mailed = readToken(tokenKeys, 'pdf', of.token);
  if (mailed !== undefined && mailed.publication === of.publicationId) {
    const send = findSendById(db, mailed.send);
    if (send?.issueId !== of.issueId) return { outcome: 'none' };
    return of.now - (send.asOf ?? of.now) <= mailedLinkMs ? { outcome: 'open' } : { outcome: 'expired', reader: mailed.reader };
  }
  const fresh = readToken(tokenKeys, 'request', of.token);
  const request = fresh && findRequest(db, fresh.reader);
  if (fresh === undefined || fresh.publication !== of.publicationId) return { outcome: 'none' };
  if (request === undefined) return { outcome: 'expired', reader: undefined }; // forgotten since
  if (request.kind !== 'pdf' || request.issueId !== of.issueId || request.writtenAt === null) return { outcome: 'none' };
  if (of.now - request.writtenAt <= lifetimeMs.pdf) return { outcome: 'open' };
  return { outcome: 'expired', reader: findReaderByKey(db, request.emailKey)?.id };
}

/**
 * Asks for a fresh link, for an address that somebody typed or for the reader of a link that is too old. It is mailed to the address if it is a reader's,
 * which nobody sees from here. `busy`: too much came from this network within an hour.
 */
export function askForFullIssue(
  { db }: Pick<ReaderDeps, 'db'>,
  who: Address | { reader: number },
  of: { publication: Publication; issueId: number; network: string; now: number },
): 'noted' | 'busy' {
  const reader = 'reader' in who ? findReader(db, who.reader) : findReaderByKey(db, who.key);
  const address = 'reader' in who ? addressOf(reader) : who;
  if (address === undefined) return 'noted'; // erased
  const noted = addRequest(db, {
    publicationId: of.publication.id,
    issueId: of.issueId,
    kind: 'pdf',
    readerId: null, // looked up when it is answered, so that what is written says nothing
    email: address.address,
    emailKey: address.key,
    domain: address.domain,
    name: null,
    language: reader?.language ?? of.publication.language,
    way: 'page',
    textHash: null,
    page: null,
    network: of.network,
    askedAt: of.now,
  });
  return noted ? 'noted' : 'busy';
}

function addressOf(reader: Reader | undefined): Address | undefined {
  const parsed = parseAddress(reader?.email ?? '');
  return 'problem' in parsed ? undefined : parsed;
}

/** The number of the issue that a request is about, as long as it is on the web. */
export function requestedIssue(db: ReaderDeps['db'], issueId: number | null): string | undefined {
  const issue = issueId === null ? undefined : findIssueById(db, issueId);
  return issue?.withdrawnAt === null ? issue.number : undefined;
}
