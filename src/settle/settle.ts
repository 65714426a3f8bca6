/** Settling: what workers wrote to the stream becomes rows, a few hundred to a transaction; ends close batches, hellos get leases (DELIVERY protocol, section 3). */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { deliveryStates, sumHolds } from '../model/delivery.ts';
import { noSend } from '../model/notice.ts';
import type { ReportedOutcome } from '../model/outcome.ts';
import type { Redis } from '../queue/connect.ts';
import { acknowledge, dropLease, dropMarks, grantLease, readEntries, revokeAndRead, type WorkerEntry } from '../queue/engine.ts';
import { applyOutcomes, closeBatch } from '../store/deliveries.ts';
import { findBatch, forgetWorker, readEngine, registerWorker } from '../store/engine.ts';
import type { Db } from '../store/open.ts';
import { finishSend, getSend, unfinishedSends } from '../store/sends.ts';

export interface SettleDeps {
  db: Db;
  redis: Redis;
  /** A connection of its own for reads that wait. */
  waiting: Redis;
  log: Log;
  now: () => number;
}

export interface Settled {
  /** Entries taken from the stream. */
  entries: number;
  /** Some worker joined: batches may be waiting for it. */
  joined: boolean;
  /** Everything that was told before this call is settled. */
  all: boolean;
}

const entriesAtOnce = 500;
/** Outcomes come one by one, and each turn costs a commit and a dozen questions: what comes within so many milliseconds of the first is settled with it. */
const gatherMs = 25;

/**
 * Reads what workers told, at most 500 entries, waiting up to `blockMs` for the first and then a moment for more; commits it; then removes it from the stream and tells the workers.
 * Dying between the commit and the removal applies the same entries again, which changes nothing.
 */
export async function settle(deps: SettleDeps, blockMs: number): Promise<Settled> {
  const waited = blockMs > 0 && (await readEntries(deps.waiting, '0', 1, blockMs)).length > 0;
  if (waited) await sleep(gatherMs);
  const entries = waited || blockMs === 0 ? await readEntries(deps.waiting, '0', entriesAtOnce, 0) : [];
  const last = entries.at(-1);
  if (last === undefined) return { entries: 0, joined: false, all: true };
  let joined = false;
  for (const run of runs(entries)) {
    const outcomes = run.filter((entry) => entry.type === 'outcome');
    if (outcomes.length > 0) {
      applyOutcomes(deps.db, outcomes, deps.now());
      for (const outcome of outcomes) if (outcome.send === noSend) tellNotice(deps.log, outcome);
    } else for (const entry of run) joined = (await settleOther(deps, entry)) || joined;
  }
  checkSums(deps);
  await acknowledge(deps.redis, readEngine(deps.db).epoch, last.at);
  return { entries: entries.length, joined, all: entries.length < entriesAtOnce };
}

/** A notice has no page where somebody would see that it did not arrive. */
function tellNotice(log: Log, { reader: notice, kind, reply }: ReportedOutcome): void {
  if (kind === 'accepted') log.info('notice.accepted', { notice });
  else log.warn(`notice.${kind}`, { notice, reply });
}

/** Neighbouring outcomes together, everything else alone, in the stream's order. */
function runs(entries: readonly WorkerEntry[]): WorkerEntry[][] {
  const found: WorkerEntry[][] = [];
  for (const entry of entries) {
    const before = found.at(-1);
    if (entry.type === 'outcome' && before?.[0]?.type === 'outcome') before.push(entry);
    else found.push([entry]);
  }
  return found;
}

async function settleOther({ db, redis, now, log }: SettleDeps, entry: WorkerEntry): Promise<boolean> {
  const { epoch } = readEngine(db);
  if (entry.type === 'hello' && entry.epoch === epoch) {
    registerWorker(db, entry.worker, epoch); // before the lease: whoever may hold a mark is known
    await grantLease(redis, entry.worker, epoch);
    return true;
  }
  if (entry.type === 'bye') {
    await dropLease(redis, entry.worker);
    forgetWorker(db, entry.worker);
  }
  if (entry.type === 'end') await settleEnd({ db, redis, now }, entry.batch);
  if (entry.type === 'strange') log.warn('settle.strange', { worker: entry.worker, at: entry.at });
  return false;
}

async function settleEnd({ db, redis, now }: Pick<SettleDeps, 'db' | 'redis' | 'now'>, batch: number): Promise<void> {
  const open = findBatch(db, batch);
  const engine = readEngine(db);
  if (open !== undefined) {
    if (open.epoch !== engine.epoch) return;
    const begun = await revokeAndRead(redis, engine, batch, 'ended');
    if (begun === undefined) return;
    closeBatch(db, batch, begun, now());
  }
  await dropMarks(redis, batch); // after the commit: until then the marks are the only witness
}

/** The promise that holds at every moment. A break is our bug: it stops the sending rather than the truth. */
function checkSums({ db }: SettleDeps): void {
  for (const send of unfinishedSends(db)) {
    if (!sumHolds(send.prepared, send)) {
      const counts = deliveryStates.map((state) => `${state} ${send[state]}`).join(', ');
      throw new AppError(
        'settle.sum',
        `The counts of send ${send.name} do not add up: prepared ${send.prepared}, ${counts}. Please report this.`,
      );
    }
  }
}

/** Ends the sends of which nothing is left to do, cancelled ones too; returns their names. */
export function finishSends({ db, log, now }: Pick<SettleDeps, 'db' | 'log' | 'now'>): string[] {
  const names: string[] = [];
  for (const { id } of unfinishedSends(db)) {
    if (!finishSend(db, id, now())) continue;
    const { name: send, state, accepted, refused, unknown, cancelled } = getSend(db, id);
    names.push(send);
    log.info('send.finished', { send, state, accepted, refused, unknown, cancelled });
  }
  return names;
}
