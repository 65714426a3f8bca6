/** Connections to Redis. Ours are opened, kept and closed by us; BullMQ gets options and makes its own. */
import { Redis } from 'ioredis';

/** A connection, for the rooms that are handed one. */
export type { Redis } from 'ioredis';

/** How to reach Redis: `redis://…`, `rediss://…`, or `unix:/path/of/redis.sock`. */
export type RedisUrl = string;

const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500);

/**
 * A line that went dead without a word is given up after this many milliseconds: TCP alone would try for a quarter of an hour, and wait up to two minutes
 * between tries once the line is whole again. Longer than any command that waits, BullMQ's (10 s) included.
 */
const socketTimeout = 20_000;

/** Options for ioredis from a URL; for BullMQ too, whose workers need `maxRetriesPerRequest: null`. */
export function redisOptions(url: RedisUrl) {
  if (url.startsWith('unix:')) return { path: url.slice('unix:'.length), retryStrategy, socketTimeout };
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
    retryStrategy,
    socketTimeout,
  };
}

/**
 * A connection whose commands fail at once while Redis is away, and are never sent again behind our back after a reconnect:
 * the delivery protocol decides itself what an unanswered command means. `onDown` hears of each lost connection.
 */
export function openRedis(url: RedisUrl, onDown: (error: Error) => void = () => {}): Redis {
  const redis = new Redis({
    ...redisOptions(url),
    lazyConnect: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', onDown);
  return redis;
}

/** A connection as `openRedis` makes it, once it is usable. Error after 15 s, with Redis's own reason; nothing is left open then. */
export async function connect(url: RedisUrl): Promise<Redis> {
  const redis = openRedis(url);
  try {
    await untilReady(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** Resolves when the connection is usable. Error after `ms`, with Redis's own reason. */
export async function untilReady(redis: Redis, ms = 15_000): Promise<void> {
  if (redis.status === 'ready') return;
  let reason = 'no answer';
  const note = (error: Error) => {
    reason = error.message;
  };
  redis.on('error', note);
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      new Promise<void>((resolve) => redis.once('ready', () => resolve())),
      new Promise<void>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`Redis is not ready after ${ms / 1000} s: ${reason}`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    redis.off('error', note);
  }
}
