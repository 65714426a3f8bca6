/** Names of the keys in Redis and the two scripts of the delivery protocol (section 2). One Redis, no cluster. */

export const engineKey = 'g:engine';
export const outcomesKey = 'g:out';
export const settledKey = 'g:settled';
export const relayKey = 'g:relay';
export const marksKey = (batch: number): string => `g:m:${batch}`;
export const leaseKey = (worker: string): string => `g:w:${worker}`;
export const templateKey = (hash: string): string => `g:t:${hash}`;

/** Field of a batch's marks that holds the epoch while the batch may go on: its fence. */
export const fence = '~';
/** Value of a fence that stopped its batch. A removed field would be made anew by the sweep. */
export const revoked = 'x';

export const leaseMs = 30_000;

/** What names the engine of one store on one run of one Redis. */
export interface EngineId {
  epoch: number;
  runId: string;
  generation: number;
  /** Random, one per store: two stores must never meet in one Redis. */
  instance: string;
}

/** What serve vouches for: `epoch.runId.generation.instance`. */
export function engineName({ epoch, runId, generation, instance }: EngineId): string {
  return `${epoch}.${runId}.${generation}.${instance}`;
}

/** The parts of an engine's name; numbers are NaN where it is no such name. */
export function parseEngineName(name: string): EngineId {
  const [epoch = '', runId = '', generation = '', instance = ''] = name.split('.');
  return { epoch: Number(epoch), runId, generation: Number(generation), instance };
}

/**
 * begin: KEYS marks, lease; ARGV epoch, reader, question. Answers `go` at most once per batch and reader; `lease` or `closed` when it may not; else the question
 * that began it. Each question has a name of its own, so that asking it again after a lost answer tells our own go from somebody's, or from our own of before.
 * The first line binds the script's SHA to the engine: in a Redis nobody vouched for, it is not there.
 */
export function beginScript(engine: string): string {
  return `-- ${engine}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'lease' end
if redis.call('HGET', KEYS[1], '${fence}') ~= ARGV[1] then return 'closed' end
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 1 then return 'go' end
return redis.call('HGET', KEYS[1], ARGV[2])`;
}

/**
 * close: KEYS engine, marks; ARGV engine, `ended` or `any`. Stops a batch everywhere and answers the fields of its marks, in one step. False when Redis is not
 * the one vouched for, and for `ended` when the marks are gone: an end without marks cannot tell who was begun. Bound to the engine like begin.
 */
export function closeScript(engine: string): string {
  return `-- ${engine}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
if ARGV[2] == 'ended' and redis.call('HEXISTS', KEYS[2], '${fence}') == 0 then return false end
redis.call('HSET', KEYS[2], '${fence}', '${revoked}')
return redis.call('HKEYS', KEYS[2])`;
}

/** publish: KEYS engine, marks; ARGV engine, epoch. Sets the fence of a batch once; refuses a dead serve's command that was still on the wire. */
export const publishScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('HSETNX', KEYS[2], '${fence}', ARGV[2])`;
