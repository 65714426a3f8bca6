/** Leaving a publication by link, and taking that back. Both may come twice: the second time changes nothing. */
import { maskAddress } from '../model/address.ts';
import { mailable, moveSubscription, type SubscriptionState } from '../model/consent.ts';
import type { Format } from '../model/edition.ts';
import { mintToken, type TokenSubject } from '../model/token.ts';
import { addNotice } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { inTransaction } from '../store/statement.ts';
import { countEvents, noteReason, type Subscription, subscriptionAt, writeConsentChange } from '../store/subscriptions.ts';
import type { ReaderDeps } from './deps.ts';
import { tidyText } from './row.ts';

/** How a subscription stands, as the reader's pages show it. `maskedAddress` says whose link it is without telling strangers. */
export interface Standing {
  /** Name of the publication, its place in addresses, its language (BCP 47) and time zone. */
  publication: string;
  slug: string;
  language: string;
  zone: string;
  maskedAddress: string;
  /** The language for the reader: the one chosen, else the publication's. */
  speaks: string;
  state: SubscriptionState;
  /** Whether anything is sent there as things stand. */
  mailed: boolean;
  format: Format;
  /** Of a pause: when it ends. */
  pausedUntil?: number;
  /** Where the reader has left: until when `undoLeave` puts the reader back, UTC in milliseconds. */
  undoUntil?: number;
}

/** What the reader's page needs to know. */
export interface LeaveAnswer extends Standing {
  /**
   * `subscribed`: there is something to leave (only from `lookUpLeave`). `left`: left by this call. `already`: nothing to change,
   * it had been done before. `back`: an undo put the reader back. `late`: the days for an undo are over.
   */
  outcome: 'subscribed' | 'left' | 'already' | 'back' | 'late';
}

/** The rows are gone, say after an erase: nothing is sent to this reader, which is what the reader wanted. */
export interface NothingToLeave {
  outcome: 'unknown';
}

/** How the leave came: by the button of our page, by a mail program's POST (RFC 8058), or from the page of the reader's own data. */
export type LeaveWay = 'page' | 'one-click' | 'own';

/** How long a leave may be taken back by its link: 30 days. Later the link may be in other hands, so the reader subscribes anew. */
export const undoDays = 30;
const day = 24 * 60 * 60 * 1000;
const undoMs = undoDays * day;

type Deps = Pick<ReaderDeps, 'db' | 'tokenKeys' | 'languages' | 'rehearsal'>;

/** How things stand, changing nothing: for the page a link opens, because scanners open every link. */
export function lookUpLeave(db: Db, { publication, reader }: TokenSubject, now: number): LeaveAnswer | NothingToLeave {
  const found = subscriptionAt(db, publication, reader, now);
  if (found === undefined) return { outcome: 'unknown' };
  return { outcome: found.state === 'left' ? 'already' : 'subscribed', ...standingOf(found) };
}

/**
 * Makes the reader of a token `left`, together with the event, and remembers the state left from.
 * A forwarded mail carries the link in its text, so whoever leaves by the button may not be the reader: the reader is told, with a way back. Not so
 * after a one-click POST: it comes from the mail program that holds the mail itself with its signed header, and who has just said that they want no mail
 * should not get one more.
 */
export function leave(deps: Deps, subject: TokenSubject, { way, now }: { way: LeaveWay; now: number }): LeaveAnswer | NothingToLeave {
  return inTransaction(deps.db, () => leaveWithin(deps, subject, { way, now }));
}

/** As `leave`, within a transaction of the caller's. */
export function leaveWithin(deps: Deps, subject: TokenSubject, { way, now }: { way: LeaveWay; now: number }): LeaveAnswer | NothingToLeave {
  const { publication: publicationId, reader: readerId, send } = subject;
  const found = subscriptionAt(deps.db, publicationId, readerId, now);
  if (found === undefined) return { outcome: 'unknown' };
  const to = moveSubscription('leave', found.state, found.before);
  if (to === undefined) return { outcome: 'already', ...standingOf(found) };
  const event = { publicationId, readerId, event: 'leave', way } as const;
  const first = countEvents(deps.db, event, now - day) === 0; // who has the link could otherwise fill the reader's mailbox
  writeConsentChange(deps.db, { ...event, ...(send !== 0 && { sendId: send }), to, before: found.state, at: now });
  const left = { ...found, state: to, before: found.state, changedAt: now };
  if (way === 'page' && first && (found.state === 'active' || found.state === 'paused')) tellOfLeave(deps, subject, left, now);
  return { outcome: 'left', ...standingOf(left) };
}

function tellOfLeave({ db, tokenKeys, languages, rehearsal }: Deps, subject: TokenSubject, left: Subscription, now: number): void {
  const { language } = languages.wordsFor(left.speaks ?? left.language);
  const token = mintToken(tokenKeys, 'leave', subject);
  const facts = { kind: 'left', language, token, until: now + undoMs, zone: left.zone } as const;
  addNotice(db, { publicationId: subject.publication, address: left.email, rehearsal, facts, now });
}

/** Puts a reader who left in the last 30 days back to the state left from. */
export function undoLeave(db: Db, { publication, reader, send }: TokenSubject, { now }: { now: number }): LeaveAnswer | NothingToLeave {
  return inTransaction(db, () => {
    const found = subscriptionAt(db, publication, reader, now);
    if (found === undefined) return { outcome: 'unknown' };
    if (found.state === 'left' && now > (undoEnd(found) ?? 0)) return { outcome: 'late', ...standingOf(found) };
    const to = moveSubscription('undo', found.state, found.before);
    if (to === undefined) return { outcome: 'already', ...standingOf(found) };
    const note = { publicationId: publication, readerId: reader, event: 'undo', way: 'page', at: now } as const;
    writeConsentChange(db, { ...note, ...(send !== 0 && { sendId: send }), to });
    return { outcome: 'back', ...standingOf({ ...found, state: to, before: undefined, changedAt: now }) };
  });
}

/** Letters of a reason that are kept. */
export const longestReason = 1000;

/** Notes why a reader left; an empty reason, or one of somebody who has not left, is none. */
export function giveReason(db: Db, { publication, reader }: TokenSubject, { reason, now }: { reason: string; now: number }): void {
  const text = tidyText(reason).slice(0, longestReason).toWellFormed();
  if (text === '') return;
  inTransaction(db, () => {
    const found = subscriptionAt(db, publication, reader, now);
    if (found?.state === 'left') noteReason(db, { publicationId: publication, readerId: reader, text, at: now });
  });
}

function undoEnd({ state, before, changedAt }: Subscription): number | undefined {
  return state === 'left' && before !== undefined ? changedAt + undoMs : undefined;
}

/** What may be shown of a subscription. */
export function standingOf(found: Subscription): Standing {
  const { publication, slug, language, zone, email, speaks, state, format, pausedUntil } = found;
  const undoUntil = undoEnd(found);
  return {
    ...{ publication, slug, language, zone, state, format },
    maskedAddress: maskAddress(email),
    speaks: speaks ?? language,
    mailed: state === mailable,
    ...(state === 'paused' && pausedUntil !== null && { pausedUntil }),
    ...(undoUntil !== undefined && { undoUntil }),
  };
}
