/** The pace that all workers share through Redis: so many messages a second to the relay, and to the domains of each provider, who may ask for less. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type GroupRates, halveAgainAfterMs, recoverAfterMs, slowedRate } from '../model/pace.ts';
import type { Freight } from './jobs.ts';

/** What one message asks for: the relay's rate, and the group that its address belongs to, with the rate of that group if it has one. */
export interface PaceAsk {
  rate: number | undefined;
  group: string;
  groupRate: number | undefined;
}

/** `go` after `wait` ms; or the group's next turn is `wait` ms away, and its turns are `step` ms apart: nothing was taken. */
export type Turn = { go: true; wait: number } | { go: false; wait: number; step: number };

export interface Pace {
  /**
   * Asks for the next turn of a message, waiting until the relay's is near; undefined when `stopping` is aborted meanwhile. Those of this worker are asked one
   * after the other. Fails while Redis is away.
   */
  take(ask: PaceAsk, stopping: AbortSignal): Promise<Turn | undefined>;
  /** Notes that a group asked us to slow down: its rate is halved for everybody. */
  slowDown(group: string): Promise<void>;
  /** The groups that have been slowed down, as they were known a second ago; empty while Redis is away. */
  slowed(): Promise<ReadonlySet<string>>;
  /**
   * Milliseconds until each of `rows` messages to a group is worth looking at again, when its turns are `step` ms apart: spread, so that they come as they can
   * go. `recovers`: it was slowed down, and its turns may come closer together soon.
   */
  hold(group: string, rows: number, { step, recovers }: { step: number; recovers: boolean }): Promise<number[]>;
}

const slowKey = 'g:slow';
const bucketOf = (group: string): string => `g:pace:to:${group}`;
const holdKey = (group: string): string => `g:hold:${group}`;

/** A pace is kept a little below its limit: what is late by a few milliseconds and meets what is on time must not be over it (98 to 100 % over a minute). */
const share = 0.99;

/**
 * A row waits at least so long, or it would come back before its batch is closed; and at most so long, because a provider may recover, or its rate be set anew.
 * Each look at a row costs a claim and an outcome, so where nothing recovers there are few.
 */
const holdMs = { least: 500, most: 3_600_000, mostOfSlowed: 600_000 } as const;
/** Rows come back somewhat faster than they can go: a turn without a row is lost, a row without a turn waits again. */
const holdShare = 0.6;

/**
 * A turn is given so long before it comes: later, each would be late by what a look and a timer take; earlier, a worker that the machine had forgotten for a
 * moment would have many of them at once.
 */
const soonMs = 50;

/** A bucket is never filled so far ahead, not even by notices: where one is, Redis's clock was set back, and nobody waits until it is that late again. */
const aheadMs = 60_000;

/** Microseconds, and how often a group is halved now: what it had, less what its silence since has taken back. */
const readLevel = `local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local recover = {${recoverAfterMs.map((ms) => ms * 1000).join(',')}}
local level, since = 0, now
local slow = redis.call('HGET', '${slowKey}', ARGV[1])
if slow then
  local a, b = string.match(slow, '(%d+):(%d+)')
  level, since = tonumber(a), math.min(now, tonumber(b))
  while level > 0 and now - since >= recover[level] do
    since = since + recover[level]
    level = level - 1
  end
end
`;

/**
 * take: KEYS the group's bucket, then the relay's to wait for, and others that it is charged to as well; ARGV group, its rate or '', its rate once slowed,
 * the relay's rate or '', and `wait` or `charge` for a message that the group does not keep waiting. GCRA in microseconds on Redis's own clock, so that all
 * workers share it; what fell behind is lost, never caught up. Answers 1 and the wait; 2 and the wait for the relay; 0, the wait for the group
 * and the time between two of its turns.
 */
const takeScript = `${readLevel}
local keep, soon = ${share}, ${soonMs * 1000}
local ms = function(microseconds) return math.max(0, math.ceil(microseconds / 1000)) end
local turn = function(key, step)
  local next = tonumber(redis.call('GET', key) or '0')
  if next - now > ${aheadMs * 1000} + 2 * step then return now end
  return math.max(now, next)
end
local charge = function(key, from, step) redis.call('SET', key, string.format('%.0f', from + step), 'PX', math.ceil(60000 + step / 500)) end
local rate = tonumber(ARGV[4])
local step = rate and 1000000 / (rate * keep)
local slot = rate and turn(KEYS[2], step) or now
if slot - now > soon then return {2, ms(slot - now - soon) + 1, 0} end
local groupRate = tonumber(ARGV[2]) or (level > 0 and tonumber(ARGV[3]) * 2) or nil
if slow and level == 0 then redis.call('HDEL', '${slowKey}', ARGV[1]) end
local wait = slot - now
if groupRate then
  local apart = 1000000 * 2 ^ level / (groupRate * keep)
  local next = turn(KEYS[1], apart)
  if ARGV[5] == 'wait' then
    local ahead = next - slot - (rate and 0 or soon)
    if ahead > 0 then return {0, ms(ahead) + 1, ms(apart)} end
    wait = math.max(wait, next - now)
  end
  charge(KEYS[1], next, apart)
end
for i = 2, #KEYS do charge(KEYS[i], turn(KEYS[i], step), step) end
return {1, ms(wait), 0}`;

/** slowDown: ARGV group. Halved once more, but for what was under way when it was halved last. */
const slowScript = `${readLevel}
if level > 0 and now - since < ${halveAgainAfterMs * 1000} then return level end
level = math.min(level + 1, #recover)
redis.call('HSET', '${slowKey}', ARGV[1], string.format('%d:%.0f', level, now))
return level`;

/** hold: KEYS the group's pointer; ARGV rows, milliseconds between two, the least and the most to wait. Answers how long the first one waits. */
const holdScript = `local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local first = math.max(now + tonumber(ARGV[3]), tonumber(redis.call('GET', KEYS[1]) or '0'))
local next = math.min(first + tonumber(ARGV[1]) * tonumber(ARGV[2]), now + tonumber(ARGV[4]))
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', ${2 * holdMs.most})
return first - now`;

/** Milliseconds that a look at the slowed groups is good for. */
const slowedForMs = 1000;

/** The pace for messages of one freight. A notice does not wait for turns that a send has taken, nor for a group, but is charged to both: the send makes room afterwards. */
export function openPace(redis: Redis, freight: Freight): Pace {
  const relay = freight === 'notice' ? ['g:pace:notices', 'g:pace'] : ['g:pace'];
  const manner = freight === 'notice' ? 'charge' : 'wait';
  let known: { at: number; groups: Set<string> } | undefined;
  const waiting: { limited: (() => void)[]; free: (() => void)[] } = { limited: [], free: [] };
  let asking = false;

  /** Whose group has few turns is asked for first: one that comes while others wait for the relay would be missed. */
  async function oneByOne<T>(limited: boolean, ask: () => Promise<T>): Promise<T> {
    if (asking) await new Promise<void>((resolve) => waiting[limited ? 'limited' : 'free'].push(resolve));
    asking = true;
    try {
      return await ask();
    } finally {
      const next = waiting.limited.shift() ?? waiting.free.shift();
      if (next === undefined) asking = false;
      else next();
    }
  }

  async function untilNear({ rate, group, groupRate }: PaceAsk, stopping: AbortSignal): Promise<Turn | undefined> {
    const keys = [bucketOf(group), ...(rate === undefined ? [] : relay)];
    const given = [group, String(groupRate ?? ''), String(slowedRate(group)), String(rate ?? ''), manner];
    while (!stopping.aborted) {
      const [said, wait, step] = (await redis.eval(takeScript, keys.length, ...keys, ...given)) as [number, number, number];
      if (said === 1) return { go: true, wait };
      if (said === 0) return { go: false, wait, step };
      await sleep(wait, undefined, { signal: stopping }).catch(() => {});
    }
    return undefined;
  }

  return {
    take(ask, stopping) {
      const limited = ask.groupRate !== undefined || known?.groups.has(ask.group) === true;
      return oneByOne(limited, () => untilNear(ask, stopping));
    },
    async slowDown(group) {
      known?.groups.add(group);
      await redis.eval(slowScript, 0, group);
    },
    async slowed() {
      const now = performance.now();
      if (known === undefined || now - known.at > slowedForMs) {
        const groups = await redis.hkeys(slowKey).catch(() => []);
        known = { at: now, groups: new Set(groups) };
      }
      return known.groups;
    },
    async hold(group, rows, { step, recovers }) {
      const apart = Math.max(1, Math.floor(step * holdShare));
      const most = recovers ? holdMs.mostOfSlowed : holdMs.most;
      const given = [rows, apart, holdMs.least, most].map(String);
      const first = Number(await redis.eval(holdScript, 1, holdKey(group), ...given));
      // beyond the most they are strewn, or all of them would come back at once
      return Array.from({ length: rows }, (_, row) => {
        const wait = first + row * apart;
        return wait <= most ? wait : Math.round(most * (0.5 + Math.random() / 2));
      });
    },
  };
}

/** The rate of a group, if the settings name one. */
export function rateOf(group: string, rates: GroupRates): number | undefined {
  return Object.hasOwn(rates, group) ? rates[group] : undefined;
}
