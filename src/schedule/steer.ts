/** Steering a send under way: pause, resume, cancel. A command changes the row; the engine of whichever serve runs sees it within a second. */
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { movesOfSend, type SendState, type SteerAction } from '../model/send.ts';
import { cancelRows } from '../store/deliveries.ts';
import type { Db } from '../store/open.ts';
import { type Send, steerSend, unfinishedSends } from '../store/sends.ts';

const participles = { pause: 'paused', resume: 'resumed', cancel: 'cancelled' } as const satisfies Record<SteerAction, string>;

const reasons: Partial<Record<SendState, string>> = {
  sent: 'it has gone out',
  cancelled: 'it was cancelled',
};

/**
 * Pauses, resumes or cancels a send; returns it as it is then, and whether this call changed anything: a repeat does not. Error for a send that is over.
 * `actor` stands in the audit: `operator` from the command line.
 */
export function steer(
  { db, now }: { db: Db; now: () => number },
  id: number,
  action: SteerAction,
  actor: string,
): { send: Send; changed: boolean } {
  const { send, changed } = steerSend(db, id, action, { actor, now: now() });
  const done: readonly SendState[] = movesOfSend[action].done;
  if (changed || done.includes(send.state)) return { send, changed };
  throw new AppError(`send.${action}`, `${send.name} cannot be ${participles[action]}: ${reasons[send.state] ?? `it is ${send.state}`}`, {
    status: 409,
  });
}

/** Rows per transaction of a cancel: under 20 ms on a small machine. */
const cancelRowsAtOnce = 1000;

/**
 * Cancels the next rows of each cancelled send that are not out. False when there is nothing left to cancel now: what is out comes back through the close
 * of its batch.
 */
export function cancelStep({ db, log, now }: { db: Db; log: Log; now: () => number }): boolean {
  let more = false;
  for (const send of unfinishedSends(db)) {
    if (send.state !== 'cancelled' || send.ready + send.deferred === 0) continue;
    const rows = cancelRows(db, send.id, cancelRowsAtOnce, now());
    log.debug('send.cancelling', { send: send.name, rows });
    more = rows === cancelRowsAtOnce || more;
  }
  return more;
}
