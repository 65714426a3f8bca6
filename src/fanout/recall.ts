/** Recall: a paused or cancelled send stops on every worker at its next message, and what was handed out of it comes back (DELIVERY protocol, section 3). */
import { dropMarks, revokeAndRead } from '../queue/engine.ts';
import { closeBatch } from '../store/deliveries.ts';
import { batchesToRecall, findBatch, readEngine } from '../store/engine.ts';
import type { FanoutDeps } from './publish.ts';

/**
 * Stops the open batches of sends that a person paused or cancelled, and takes their jobs out of the queue. Returns the batches that no worker has: to be
 * taken back once all that was told so far is settled. Called every turn; without a batch to stop it costs one query of SQLite.
 */
export async function recall({ db, redis, queue }: FanoutDeps): Promise<number[]> {
  const engine = readEngine(db);
  const open = batchesToRecall(db, engine.epoch);
  for (const { id } of open) await revokeAndRead(redis, engine, id, 'any'); // all of them first: the next begin anywhere answers `closed`
  const free: number[] = [];
  for (const { id } of open) if (await queue.remove(id)) free.push(id);
  return free;
}

/** Closes batches that no worker has. The others are ended by the worker that has them, or by the next one when that is dead. */
export async function takeBack({ db, redis, now }: FanoutDeps, batches: readonly number[]): Promise<void> {
  for (const batch of batches) {
    if (findBatch(db, batch) === undefined) continue; // its worker's word came first
    const begun = await revokeAndRead(redis, readEngine(db), batch, 'any');
    if (begun === undefined) continue;
    closeBatch(db, batch, begun, now());
    await dropMarks(redis, batch);
  }
}

/**
 * A batch of a send that no longer runs, or runs by the other route: stopped everywhere, and closed unless a worker has it. What was begun and not told
 * yet stays out until that worker ends it.
 */
export async function giveBack(deps: FanoutDeps, batch: number): Promise<void> {
  const stopped = await revokeAndRead(deps.redis, readEngine(deps.db), batch, 'any');
  if (stopped !== undefined && (await deps.queue.remove(batch))) await takeBack(deps, [batch]);
}
