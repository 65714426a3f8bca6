/** Serve's side of the delivery protocol in Redis: vouching, fences, leases, and the stream of outcomes (sections 2 and 3). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { AppError } from '../errors.ts';
import { type OutcomeKind, outcomeKinds } from '../model/outcome.ts';
import {
  closeScript,
  type EngineId,
  engineKey,
  engineName,
  fence,
  leaseKey,
  leaseMs,
  marksKey,
  outcomesKey,
  parseEngineName,
  publishScript,
  relayKey,
  settledKey,
  templateKey,
} from './scripts.ts';

/** What a worker wrote: an outcome, the end of a batch, a hello, a goodbye, or what only a newer worker knows. `at` is the entry's id in the stream. */
export type WorkerEntry =
  | {
      type: 'outcome';
      at: string;
      batch: number;
      send: number;
      reader: number;
      kind: OutcomeKind;
      reply: string;
      wait?: number;
      halt?: true;
      worker: string;
    }
  | { type: 'end'; at: string; batch: number; worker: string }
  | { type: 'hello'; at: string; worker: string; epoch: number }
  | { type: 'bye'; at: string; worker: string }
  | { type: 'strange'; at: string; worker: string };

/** The identity of the Redis that answers: another run id means that it was restarted. Error for a server that has none: its restarts could not be told. */
export async function redisRunId(redis: Redis): Promise<string> {
  const runId = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
  if (runId === undefined)
    throw new AppError('redis.run_id', 'REDIS_URL leads to a server without a run id: Galley needs Redis or Valkey 7 or newer');
  return runId;
}

/** Refuses a Redis that forgets when memory is short: a mark that is forgotten is a mail sent twice. */
export async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    throw new AppError(
      'redis.eviction',
      `The Redis of REDIS_URL evicts keys when memory is short (maxmemory-policy ${policy}): set it to noeviction`,
    );
  }
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

/** What this Redis was last vouched for, if it was. */
export async function readVouched(redis: Redis): Promise<EngineId | undefined> {
  const name = await redis.get(engineKey);
  return name === null ? undefined : parseEngineName(name);
}

/** Says to the workers that this Redis is the one the rows count on; closing batches works from here on. */
export async function vouchFor(redis: Redis, engine: EngineId): Promise<void> {
  await redis.script('LOAD', closeScript(engineName(engine)));
  await redis.set(engineKey, engineName(engine));
}

/** Empties a private Redis that another store left behind in the folder. */
export async function emptyRedis(redis: Redis): Promise<void> {
  await redis.flushdb();
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

/**
 * Stops a batch at once everywhere and reads who was begun. `when`: `ended` by a worker, or `any` time (then a batch without marks was never published).
 * Undefined when nobody can tell: another engine is vouched for, or the marks of an ended batch are gone. An error when Redis was restarted since.
 */
export async function revokeAndRead(
  redis: Redis,
  engine: EngineId,
  batch: number,
  when: 'ended' | 'any',
): Promise<Set<number> | undefined> {
  const name = engineName(engine);
  const sha = createHash('sha1').update(closeScript(name)).digest('hex');
  const fields = (await redis.evalsha(sha, 2, engineKey, marksKey(batch), name, when)) as string[] | null;
  if (fields === null) return undefined;
  return new Set(fields.filter((field) => field !== fence).map(Number));
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
  const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''] = rest;
  if (type === 'o') {
    const kind = outcomeKinds.find((known) => known === d) ?? 'unknown'; // of a newer worker: something was begun, that is all we know
    const row = { batch: Number(a), send: Number(b), reader: Number(c) };
    return {
      type: 'outcome',
      at,
      ...row,
      kind,
      reply: e,
      worker: f,
      ...(g !== '' && { wait: Number(g) }),
      ...(h === 'halt' && { halt: true }),
    };
  }
  if (type === 'e') return { type: 'end', at, batch: Number(a), worker: b };
  if (type === 'h') return { type: 'hello', at, worker: a, epoch: Number(b) };
  if (type === 'b') return { type: 'bye', at, worker: a };
  return { type: 'strange', at, worker: rest.at(-1) ?? '' };
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
