/** Leaving a publication by link, and taking that back. Both may come twice: the second time changes nothing. */
import { maskAddress } from '../model/address.ts';
import { type ConsentMove, mailable, moveSubscription } from '../model/consent.ts';
import type { TokenSubject } from '../model/token.ts';
import type { Db } from '../store/open.ts';
import { inTransaction } from '../store/statement.ts';
import { findSubscription, type Subscription, writeConsentChange } from '../store/subscriptions.ts';

/** What the reader's page needs to know. `maskedAddress` says whose link it is without telling strangers. */
export interface LeaveAnswer {
  /**
   * `subscribed`: there is something to leave (only from `lookUpLeave`). `left`: left by this call. `already`: nothing to change,
   * it had been done before. `back`: an undo put the reader back. `late`: the days for an undo are over.
   */
  outcome: 'subscribed' | 'left' | 'already' | 'back' | 'late';
  /** Name of the publication. */
  publication: string;
  /** Its language, as a BCP 47 tag. */
  language: string;
  maskedAddress: string;
  /** Whether anything is sent there as things stand. */
  mailed: boolean;
  /** Where the reader has left: until when `undoLeave` puts the reader back, UTC in milliseconds. */
  undoUntil?: number;
}

/** The rows are gone, say after an erase: nothing is sent to this reader, which is what the reader wanted. */
export interface NothingToLeave {
  outcome: 'unknown';
}

/** How the leave came: by the button of our page, or by a mail program's POST (RFC 8058). */
export type LeaveWay = 'page' | 'one-click';

/** How long a leave may be taken back by its link: 30 days. Later the link may be in other hands, so the reader subscribes anew. */
export const undoDays = 30;
const undoMs = undoDays * 24 * 60 * 60 * 1000;

/** How things stand, changing nothing: for the page a link opens, because scanners open every link. */
export function lookUpLeave(db: Db, subject: TokenSubject): LeaveAnswer | NothingToLeave {
  const found = findSubscription(db, subject.publication, subject.reader);
  if (found === undefined) return { outcome: 'unknown' };
  return describe(found, found.state === 'left' ? 'already' : 'subscribed');
}

/** Makes the reader of a token `left`, together with the event, and remembers the state left from. */
export function leave(db: Db, subject: TokenSubject, { way, now }: { way: LeaveWay; now: number }): LeaveAnswer | NothingToLeave {
  return change(db, subject, { move: 'leave', way, now });
}

/** Puts a reader who left in the last 30 days back to the state left from. */
export function undoLeave(db: Db, subject: TokenSubject, { now }: { now: number }): LeaveAnswer | NothingToLeave {
  return change(db, subject, { move: 'undo', way: 'page', now });
}

function change(
  db: Db,
  subject: TokenSubject,
  { move, way, now }: { move: ConsentMove; way: LeaveWay; now: number },
): LeaveAnswer | NothingToLeave {
  return inTransaction(db, () => {
    const found = findSubscription(db, subject.publication, subject.reader);
    if (found === undefined) return { outcome: 'unknown' };
    const to = moveSubscription(move, found.state, found.before);
    if (move === 'undo' && found.state === 'left' && now > (undoEnd(found) ?? 0)) return describe(found, 'late');
    if (to === undefined) return describe(found, 'already');
    const before = move === 'leave' ? found.state : undefined;
    const { publication: publicationId, reader: readerId, send } = subject;
    writeConsentChange(db, { publicationId, readerId, event: move, way, sendId: send === 0 ? undefined : send, to, before, at: now });
    return describe({ ...found, state: to, before, changedAt: now }, move === 'leave' ? 'left' : 'back');
  });
}

function undoEnd({ state, before, changedAt }: Subscription): number | undefined {
  return state === 'left' && before !== undefined ? changedAt + undoMs : undefined;
}

function describe(found: Subscription, outcome: LeaveAnswer['outcome']): LeaveAnswer {
  const { publication, language, email, state } = found;
  const undoUntil = undoEnd(found);
  return {
    outcome,
    publication,
    language,
    maskedAddress: maskAddress(email),
    mailed: state === mailable,
    ...(undoUntil !== undefined && { undoUntil }),
  };
}
