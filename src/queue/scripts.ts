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

/** What serve vouches for: `epoch.runId.generation`. */
export function engineName(engine: { epoch: number; runId: string; generation: number }): string {
  return `${engine.epoch}.${engine.runId}.${engine.generation}`;
}

/**
 * begin: KEYS marks, lease; ARGV epoch, reader, worker. Answers `go` at most once per batch and reader; `lease` or `closed` when it may not; else who began it.
 * The first line binds the script's SHA to the engine: in a Redis nobody vouched for, it is not there.
 */
export function beginScript(engine: string): string {
  return `-- ${engine}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'lease' end
if redis.call('HGET', KEYS[1], '${fence}') ~= ARGV[1] then return 'closed' end
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 1 then return 'go' end
return redis.call('HGET', KEYS[1], ARGV[2])`;
}

/** publish: KEYS engine, marks; ARGV engine, epoch. Sets the fence of a batch once; refuses a dead serve's command that was still on the wire. */
export const publishScript = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('HSETNX', KEYS[2], '${fence}', ARGV[2])`;

/**
 * pace: KEYS bucket; ARGV messages per second. One slot of the common rate; answers the milliseconds to wait before using it (GCRA, a burst of a tenth of a second).
 * Redis's own clock, so that all workers share it.
 */
export const paceScript = `local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local step = 1000000 / tonumber(ARGV[1])
local next = tonumber(redis.call('GET', KEYS[1]) or '0')
local floor = now - math.max(step, 100000)
if next < floor then next = floor end
redis.call('SET', KEYS[1], string.format('%.0f', next + step), 'PX', 60000)
return math.max(0, math.ceil((next - now) / 1000))`;
