/** Serve's side of the delivery protocol in Redis: vouching, fences, leases, and the stream of outcomes (sections 2 and 3). */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { type OutcomeKind, outcomeKinds } from '../model/outcome.ts';
import {
  engineKey,
  engineName,
  fence,
  leaseKey,
  leaseMs,
  marksKey,
  outcomesKey,
  publishScript,
  relayKey,
  revoked,
  settledKey,
  templateKey,
} from './scripts.ts';

type EngineId = { epoch: number; runId: string; generation: number };

/** What a worker wrote: an outcome, the end of a batch, a hello, a goodbye. `at` is the entry's id in the stream. */
export type WorkerEntry =
  | { type: 'outcome'; at: string; batch: number; send: number; reader: number; kind: OutcomeKind; reply: string; worker: string }
  | { type: 'end'; at: string; batch: number; worker: string }
  | { type: 'hello'; at: string; worker: string; epoch: number }
  | { type: 'bye'; at: string; worker: string };

/** The identity of the Redis that answers: another run id means that it was restarted. */
export async function redisRunId(redis: Redis): Promise<string> {
  return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? '';
}

/** The machine's boot: page cache survives a killed Redis, not a power loss. Empty where the system does not tell. */
export function machineBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Whether a Redis that is not ours to start keeps every write it acknowledged: append-only, fsync always, never a replica. */
export async function keepsEveryWrite(redis: Redis): Promise<boolean> {
  try {
    const [, appendonly] = (await redis.config('GET', 'appendonly')) as string[];
    const [, appendfsync] = (await redis.config('GET', 'appendfsync')) as string[];
    const neverReplica = /^master_replid2:0+\s*$/m.test(await redis.info('replication'));
    return appendonly === 'yes' && appendfsync === 'always' && neverReplica;
  } catch {
    return false; // CONFIG is often forbidden at a hosted Redis: believe nothing
  }
}

export function readVouched(redis: Redis): Promise<string | null> {
  return redis.get(engineKey);
}

export async function vouchFor(redis: Redis, engine: EngineId): Promise<void> {
  await redis.set(engineKey, engineName(engine));
}

/** Takes every worker's lease away: a new epoch starts with hellos. */
export async function dropLeases(redis: Redis): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', leaseKey('*'), 'COUNT', 500);
    if (keys.length > 0) await redis.del(...keys);
    cursor = next;
  } while (cursor !== '0');
}

export async function grantLease(redis: Redis, worker: string, epoch: number): Promise<void> {
  await redis.set(leaseKey(worker), String(epoch), 'PX', leaseMs);
}

export async function hasLease(redis: Redis, worker: string): Promise<boolean> {
  return (await redis.exists(leaseKey(worker))) === 1;
}

export async function dropLease(redis: Redis, worker: string): Promise<void> {
  await redis.del(leaseKey(worker));
}

/** Sets the fence of a batch if it has none and Redis is still the one we vouched for. */
export async function publishFence(redis: Redis, engine: EngineId, batch: number): Promise<void> {
  await redis.eval(publishScript, 2, engineKey, marksKey(batch), engineName(engine), String(engine.epoch));
}

export async function hasFence(redis: Redis, batch: number): Promise<boolean> {
  return (await redis.hexists(marksKey(batch), fence)) === 1;
}

/** Stops a batch at once everywhere and reads who was begun. Undefined when its marks are not there (then nobody can tell). */
export async function revokeAndRead(redis: Redis, batch: number): Promise<Set<number> | undefined> {
  if (!(await hasFence(redis, batch))) return undefined;
  const results = await redis.multi().hset(marksKey(batch), fence, revoked).hgetall(marksKey(batch)).exec();
  const marks = (results?.[1]?.[1] ?? {}) as Record<string, string>;
  return new Set(
    Object.keys(marks)
      .filter((field) => field !== fence)
      .map(Number),
  );
}

/** Forgets a batch's marks: only after the commit that closed it. */
export async function dropMarks(redis: Redis, batch: number): Promise<void> {
  await redis.del(marksKey(batch));
}

/** Up to `limit` entries after `after` (`0` for the oldest kept), waiting up to `blockMs` for the first; 0 does not wait. Needs a connection of its own when it waits. */
export async function readEntries(redis: Redis, after: string, limit: number, blockMs: number): Promise<WorkerEntry[]> {
  const answer =
    blockMs > 0
      ? await redis.xread('COUNT', limit, 'BLOCK', blockMs, 'STREAMS', outcomesKey, after)
      : await redis.xread('COUNT', limit, 'STREAMS', outcomesKey, after);
  return (answer?.[0]?.[1] ?? []).map(([at, fields]) => parseEntry(at, fields));
}

function parseEntry(at: string, [type, ...rest]: string[]): WorkerEntry {
  const [a = '', b = '', c = '', d = '', e = '', f = ''] = rest;
  if (type === 'o') {
    const kind = outcomeKinds.find((known) => known === d);
    if (kind !== undefined) return { type: 'outcome', at, batch: Number(a), send: Number(b), reader: Number(c), kind, reply: e, worker: f };
  }
  if (type === 'e') return { type: 'end', at, batch: Number(a), worker: b };
  if (type === 'h') return { type: 'hello', at, worker: a, epoch: Number(b) };
  if (type === 'b') return { type: 'bye', at, worker: a };
  throw new Error(`entry ${at} of ${outcomesKey} is of no known type: ${type}`);
}

/** Tells workers what is committed, after removing it from the stream: they may forget it. */
export async function acknowledge(redis: Redis, epoch: number, last: string): Promise<void> {
  const [ms, sequence] = last.split('-');
  await redis.xtrim(outcomesKey, 'MINID', '=', `${ms}-${Number(sequence) + 1}`);
  await redis.set(settledKey, `${epoch}:${last}`);
}

/** Keeps a send's message template in Redis for the workers, for a week after its last batch. */
export async function keepTemplate(redis: Redis, hash: string, json: () => string): Promise<void> {
  const week = 7 * 24 * 3600;
  if ((await redis.expire(templateKey(hash), week)) === 0) await redis.set(templateKey(hash), json(), 'EX', week);
}

/** What workers say of a relay that does not take mail, newest words of each; empty when all is well. */
export async function readRelayTrouble(redis: Redis): Promise<string[]> {
  return [...new Set(Object.values(await redis.hgetall(relayKey)))];
}
