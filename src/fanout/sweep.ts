/** The sweep: brings Redis and the rows together again, whatever was lost. Every step may be repeated and may die anywhere (DELIVERY protocol, section 3). */

import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { noSend } from '../model/notice.ts';
import type { Redis } from '../queue/connect.ts';
import {
  dropLease,
  dropLeases,
  dropMarks,
  emptyRedis,
  hasFence,
  hasLease,
  keepsEveryWrite,
  machineBootId,
  readVouched,
  redisRunId,
  refuseEviction,
  vouchFor,
} from '../queue/engine.ts';
import { type EngineId, engineName } from '../queue/scripts.ts';
import { closeBatch } from '../store/deliveries.ts';
import {
  believeRestart,
  type Engine,
  forgetWorker,
  nextEpoch,
  noteWorkerGone,
  type OpenBatch,
  openBatches,
  presentWorkers,
  readEngine,
  retireGoneWorkers,
  silentWorkers,
} from '../store/engine.ts';
import { findNoticeOut } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { getSend } from '../store/sends.ts';
import { type FanoutDeps, publish } from './publish.ts';
import { giveBack } from './recall.ts';

/** How long a silent worker may take to say what it did before its rows are unknown. */
const silenceMs = 60_000;

export interface VouchDeps {
  db: Db;
  redis: Redis;
  /** Whether Redis is the private one, whose append-only file survives its own crash but not the machine's. */
  privateRedis: boolean;
  log: Log;
  now: () => number;
}

/**
 * Makes sure that the Redis that answers is the one the rows count on, and says so to the workers; when it lost something, a new epoch starts.
 * SQLite first, then Redis. Call it at start, after a reconnect, and whenever what Redis says is not ours; it costs two reads when all is well.
 */
export async function vouch({ db, redis, privateRedis, log, now }: VouchDeps): Promise<void> {
  const known = readEngine(db);
  const said = await readVouched(redis);
  const runId = await redisRunId(redis);
  if (said !== undefined && engineName(said) === engineName(known) && known.runId === runId) return;
  if (said !== undefined && said.instance !== known.instance) {
    if (!privateRedis) throw sharedRedis();
    await emptyRedis(redis); // left in the folder by a store that is gone
  }
  if (!privateRedis) await refuseEviction(redis);
  const engine = await nextEngine(db, redis, { known, said, runId, bootId: machineBootId(), privateRedis }, now());
  if (engine.epoch !== known.epoch) {
    log.info('engine.epoch', { epoch: engine.epoch });
    await dropLeases(redis);
  }
  await vouchFor(redis, engine);
}

const sharedRedis = (): AppError =>
  new AppError(
    'redis.shared',
    'The Redis of REDIS_URL is used by another Galley: give this one a database of its own, such as redis://HOST:PORT/1; if the other one is gone, empty its database',
  );

async function nextEngine(
  db: Db,
  redis: Redis,
  at: { known: Engine; said: EngineId | undefined; runId: string; bootId: string; privateRedis: boolean },
  now: number,
): Promise<Engine> {
  const ours = at.said?.instance === at.known.instance && at.said.epoch === at.known.epoch && at.known.epoch > 0;
  const { runId, bootId } = at;
  if (!ours) return nextEpoch(db, { runId, bootId }, now);
  if (at.said?.runId === at.runId && at.known.runId === at.runId) return at.known; // only our generation is new
  const believed = at.privateRedis ? at.bootId !== '' && at.bootId === at.known.bootId : await keepsEveryWrite(redis);
  return believed ? believeRestart(db, { runId, bootId }) : nextEpoch(db, { runId, bootId }, now);
}

export interface SweepDeps extends FanoutDeps {
  log: Log;
  /** When this serve began to listen to its workers. */
  since: number;
}

/** Republishes what lost its fence or its job, resolves batches of older epochs, and follows workers that are gone. */
export async function sweep(deps: SweepDeps): Promise<void> {
  await followWorkers(deps);
  const { epoch } = readEngine(deps.db);
  const open = openBatches(deps.db);
  await resolveOrphans(
    deps,
    open.filter((batch) => batch.epoch !== epoch).map((batch) => batch.id),
  );
  for (const batch of open) {
    if (batch.epoch !== epoch) continue;
    if (!isWanted(deps, batch)) await giveBack(deps, batch.id);
    else if (!(await hasFence(deps.redis, batch.id)) || !(await deps.queue.has(batch.id))) await publish(deps, batch);
  }
  retireGoneWorkers(deps.db);
}

/** Whether what a batch carries is to go out, and by this engine's route. */
function isWanted({ db, rehearsal }: FanoutDeps, { id, sendId }: OpenBatch): boolean {
  if (sendId === noSend) return findNoticeOut(db, id)?.notice.rehearsal === rehearsal;
  const send = getSend(db, sendId);
  return send.state === 'sending' && send.rehearsal === rehearsal;
}

async function followWorkers({ db, redis }: FanoutDeps): Promise<void> {
  for (const worker of presentWorkers(db)) {
    if (!(await hasLease(redis, worker))) noteWorkerGone(db, worker);
  }
}

/**
 * Workers whose processes have ended: their leases need not run out, or the window would count them for half a minute more. Call it once all they told is
 * settled: a hello that came after would bring them back.
 */
export async function followEnded({ db, redis }: Pick<FanoutDeps, 'db' | 'redis'>, ended: Iterable<string>): Promise<void> {
  for (const worker of ended) {
    await dropLease(redis, worker); // first: what it still had on the wire begins nothing any more
    noteWorkerGone(db, worker);
  }
}

/**
 * Batches of an older epoch: once every worker that could have begun something in them has said again all it did, the rest was never begun.
 * After a minute of silence nobody can tell, and the rest is unknown.
 */
async function resolveOrphans({ db, redis, log, now, since }: SweepDeps, orphans: readonly number[]): Promise<void> {
  const { epoch, epochBegan } = readEngine(db);
  const silent = silentWorkers(db, epoch);
  const allSpoke = silent.length === 0;
  if (!allSpoke && now() - Math.max(epochBegan, since) < silenceMs) return; // a serve that was away has not listened
  for (const batch of orphans) {
    closeBatch(db, batch, allSpoke ? new Set() : undefined, now());
    await dropMarks(redis, batch);
  }
  for (const worker of silent) forgetWorker(db, worker);
  if (orphans.length > 0) log.info('engine.orphans', { batches: orphans.length, silent: silent.length });
}
