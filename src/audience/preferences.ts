/** What a reader may change by the link in each mail. The mail may have been passed on, so it is little, told to the reader, and shows nobody who they are. */
import { moveSubscription, pauseEnd, pauseMonths } from '../model/consent.ts';
import { formats } from '../model/edition.ts';
import { mintToken, type TokenSubject } from '../model/token.ts';
import { addNotice } from '../store/notices.ts';
import { changeReader, findReader } from '../store/readers.ts';
import { addRequest } from '../store/requests.ts';
import { inTransaction } from '../store/statement.ts';
import { countEvents, setFormat, subscriptionAt, writeConsentChange } from '../store/subscriptions.ts';
import type { ReaderDeps } from './deps.ts';

const day = 24 * 60 * 60 * 1000;

/** Pauses for 1 to 3 months; a second time counts from then. The reader is told, as after a leave by link. False when nothing is sent anyway, or for another number of months. */
export function pause(deps: ReaderDeps, subject: TokenSubject, { months, now }: { months: number; now: number }): boolean {
  const { publication: publicationId, reader: readerId, send } = subject;
  if (!pauseMonths.some((allowed) => allowed === months)) return false;
  return inTransaction(deps.db, () => {
    const found = subscriptionAt(deps.db, publicationId, readerId, now);
    const to = found && moveSubscription('pause', found.state, found.before);
    if (found === undefined || to === undefined) return false;
    const until = pauseEnd(now, months);
    const event = { publicationId, readerId, event: 'pause', way: 'page' } as const;
    const first = countEvents(deps.db, event, now - day) === 0;
    writeConsentChange(deps.db, { ...event, ...(send !== 0 && { sendId: send }), to, until, at: now });
    if (first) {
      const { language } = deps.languages.wordsFor(found.speaks ?? found.language);
      const token = mintToken(deps.tokenKeys, 'preferences', subject);
      const facts = { kind: 'paused', language, token, until, zone: found.zone } as const;
      addNotice(deps.db, { publicationId, address: found.email, rehearsal: deps.rehearsal, facts, now });
    }
    return true;
  });
}

/** Ends a pause now. False when there is none. */
export function resume({ db }: Pick<ReaderDeps, 'db'>, subject: TokenSubject, now: number): boolean {
  const { publication: publicationId, reader: readerId, send } = subject;
  return inTransaction(db, () => {
    const found = subscriptionAt(db, publicationId, readerId, now);
    const to = found && moveSubscription('resume', found.state, found.before);
    if (to === undefined) return false;
    writeConsentChange(db, { publicationId, readerId, event: 'resume', way: 'page', ...(send !== 0 && { sendId: send }), to, at: now });
    return true;
  });
}

/** Keeps the language of pages and notices, of those that are offered, and the format, which holds from the next send on; anything else is left as it was. */
export function choose(
  { db, languages }: ReaderDeps,
  { publication, reader }: TokenSubject,
  { language, format }: { language?: string | undefined; format?: string | undefined },
): void {
  inTransaction(db, () => {
    const chosen = formats.find((offered) => offered === format);
    if (languages.offered.some((offered) => offered.language === language) && language !== undefined)
      changeReader(db, reader, { language });
    if (chosen !== undefined) setFormat(db, publication, reader, chosen);
  });
}

/** Asks for the link to the reader's own data: it is mailed to the address, whoever asks. `busy`: too much came from this network. */
export function askForOwn(
  { db }: Pick<ReaderDeps, 'db'>,
  subject: TokenSubject,
  { network, now }: { network: string; now: number },
): 'noted' | 'busy' {
  const reader = findReader(db, subject.reader);
  const found = subscriptionAt(db, subject.publication, subject.reader, now);
  if (reader === undefined || found === undefined || reader.email === '') return 'noted';
  const noted = addRequest(db, {
    publicationId: subject.publication,
    kind: 'own',
    readerId: reader.id,
    email: reader.email,
    emailKey: reader.emailKey,
    domain: reader.email.slice(reader.email.lastIndexOf('@') + 1),
    name: null,
    language: found.speaks ?? found.language,
    way: 'page',
    textHash: null,
    page: null,
    network,
    askedAt: now,
  });
  return noted ? 'noted' : 'busy';
}
