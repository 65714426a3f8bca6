/** Fanout: ready rows become batches, batches become jobs, and only a bounded window of them is in Redis at a time (DELIVERY protocol, section 3). */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { claimBatch } from '../store/deliveries.ts';
import { findBatch, presentWorkers } from '../store/engine.ts';
import type { Db } from '../store/open.ts';
import { getSend, rowsOut, runningSends } from '../store/sends.ts';
import { composeSend, type FanoutDeps, publish } from './publish.ts';

/** Rows of the largest batch. A claim is one transaction, which holds everybody up; and stopping and losing Redis stay cheap. */
const batchRowsAtMost = 200;

/**
 * How many rows go into a batch and how many may be out at once. With a rate, a batch is at most about two seconds of a worker's share of it, and the window
 * two to three seconds of all of it; what a loss of Redis with a silent worker turns unknown is this window.
 */
export function windowFor(workers: number, rate: number | undefined): { batch: number; window: number } {
  if (rate === undefined) return { batch: batchRowsAtMost, window: batchRowsAtMost * 3 * workers };
  const batch = Math.max(1, Math.min(batchRowsAtMost, Math.ceil((2 * rate) / workers)));
  return { batch, window: Math.max(batch * workers, Math.ceil(3 * rate)) };
}

/** Claims and publishes batches until the window is full or nothing is ready; returns how many. A send whose message cannot be composed is passed over. */
export async function topUp(deps: FanoutDeps & { log: Log }): Promise<number> {
  const { db, rehearsal, now } = deps;
  const { batch: size, window } = windowFor(Math.max(1, presentWorkers(db).length), deps.rate);
  let published = 0;
  let out = rowsOut(db);
  for (const send of runningSends(db, rehearsal)) {
    if (!canCompose(deps, send.id)) continue;
    while (out < window) {
      const { batch, rows } = claimBatch(db, send.id, size, now());
      if (rows === 0) break;
      const open = batch === undefined ? undefined : findBatch(db, batch);
      if (open !== undefined) {
        out += await publish(deps, open); // after the commit: a job must never be ahead of its rows
        published += 1;
      } else await setImmediate(); // all of them had left: the next ones, after whoever else waits
    }
  }
  return published;
}

const reported = new WeakMap<Db, Set<number>>();

/** Composes before anything is claimed: rows must not be out for a message that cannot be made. */
function canCompose(deps: FanoutDeps & { log: Log }, sendId: number): boolean {
  try {
    composeSend(deps, sendId);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const known = reported.get(deps.db) ?? new Set();
    reported.set(deps.db, known);
    if (!known.has(sendId)) deps.log.error('send.message', { send: getSend(deps.db, sendId).name, error });
    known.add(sendId);
    return false;
  }
}
