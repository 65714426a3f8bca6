/** Reading what waits: each mail is read without the store, then acted on in a transaction of a few dozen. */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import type { FeedbackReport } from '../model/feedback.ts';
import { endReading, type WaitingInbound, waitingInbound } from '../store/inbound.ts';
import { inTransaction } from '../store/statement.ts';
import { type ActDeps, act, type Ending } from './act.ts';
import { readFeedback } from './read/read.ts';

/** Mails to a transaction: under 20 ms on a small machine. */
const mailsAtOnce = 25;

/** While a send goes out, reading takes a tenth of the time: what came back can wait, the mails of a send should not. */
const restsPerWork = 9;

/**
 * Reads and acts on all mails that wait now, until none is left or `stopping`. Returns how each ended. Safe to run twice at once: a mail is acted on once.
 * `isBusy`: whether something more urgent is going on.
 */
export async function readWaiting(deps: ActDeps, stopping: AbortSignal, isBusy: () => boolean): Promise<Record<Ending, number>> {
  const { db, log, now } = deps;
  const counts: Record<Ending, number> = { read: 0, tray: 0, excess: 0, later: 0 };
  while (!stopping.aborted) {
    const began = performance.now();
    const mails = waitingInbound(db, now(), mailsAtOnce);
    if (mails.length === 0) break;
    const reports: Read[] = [];
    for (const mail of mails) {
      reports.push([mail, await readFeedback(mail.raw).catch((error: unknown) => error as Error)]);
      await breathe(); // a turn of the engine may be due
    }
    for (const ending of actOnAll(deps, reports)) counts[ending] += 1;
    if (isBusy()) await sleep((performance.now() - began) * restsPerWork, undefined, { signal: stopping }).catch(() => {});
  }
  if (counts.read + counts.tray + counts.excess > 0) log.info('feedback.read', counts);
  return counts;
}

type Read = readonly [WaitingInbound, FeedbackReport | Error];

/** All in one transaction; when one of them cannot be acted on, each in its own, so that it keeps no other from being read. */
function actOnAll(deps: ActDeps, mails: readonly Read[]): Ending[] {
  const actOn = ([mail, report]: Read): Ending => (report instanceof Error ? unreadable(deps, mail, report) : act(deps, mail, report));
  try {
    return inTransaction(deps.db, () => mails.map(actOn));
  } catch (error) {
    if (isOfStore(error)) throw error; // a full disk, another's long write: later
  }
  return mails.map((each) => {
    try {
      return inTransaction(deps.db, () => actOn(each));
    } catch (error) {
      if (isOfStore(error)) throw error;
      return unreadable(deps, each[0], error as Error);
    }
  });
}

/** Constraints are ours to keep: breaking one is a bug, and not the store's trouble. */
function isOfStore(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_') && !code.startsWith('SQLITE_CONSTRAINT');
}

/** Our own fault: the mail waits in the tray for a better reader. */
function unreadable({ db, log, now }: ActDeps, { id }: WaitingInbound, error: Error): Ending {
  log.error('feedback.unreadable', { inbound: id, error });
  endReading(db, id, { state: 'tray', note: `reading it failed: ${error.message}` }, now());
  return 'tray';
}
