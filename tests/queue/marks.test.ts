import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { openRedis, untilReady } from '../../src/queue/connect.ts';
import {
  acknowledge,
  dropLeases,
  grantLease,
  hasFence,
  publishFence,
  readEntries,
  redisRunId,
  revokeAndRead,
  vouchFor,
  type WorkerEntry,
} from '../../src/queue/engine.ts';
import { type Marks, openMarks } from '../../src/queue/marks.ts';
import { test } from '../support/redis.ts';

const accepted = { kind: 'accepted', reply: '250 2.0.0 Ok' } as const;

/** Serve's half, by hand: vouches, grants leases to whoever says hello, keeps what it read. */
function serveHalf(redis: Redis) {
  const entries: WorkerEntry[] = [];
  let engine = { epoch: 1, runId: '', generation: 1, instance: 'store' };
  let seen = '0';
  let open = true;
  const loop = async () => {
    while (open) {
      for (const entry of await readEntries(redis, seen, 100, 0)) {
        entries.push(entry);
        seen = entry.at;
        if (entry.type === 'hello' && entry.epoch === engine.epoch) await grantLease(redis, entry.worker, entry.epoch);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  let running: Promise<void> | undefined;
  return {
    entries,
    engine: () => engine,
    async vouch(epoch: number) {
      engine = { epoch, runId: await redisRunId(redis), generation: 1, instance: 'store' };
      await dropLeases(redis);
      await vouchFor(redis, engine);
      running ??= loop();
    },
    rewind() {
      seen = '0';
    },
    async stop() {
      open = false;
      await running;
    },
  };
}

describe('marks', { timeout: 20_000 }, () => {
  let connections: Redis[] = [];
  let opened: Marks[] = [];
  let serve: ReturnType<typeof serveHalf>;
  let url = '';
  let stopping = new AbortController();

  async function connect(): Promise<Redis> {
    const redis = openRedis(url);
    await untilReady(redis);
    connections.push(redis);
    return redis;
  }
  async function worker(): Promise<Marks> {
    const marks = openMarks(await connect(), stopping.signal);
    opened.push(marks);
    return marks;
  }
  const attempt = (batch: number, epoch = 1) => ({ batch, send: 7, epoch });
  const outcomes = () =>
    serve.entries.filter((entry) => entry.type === 'outcome').map(({ batch, reader, kind }) => `${batch}:${reader} ${kind}`);

  beforeEach<{ redis: { url: string } }>(async ({ redis }) => {
    url = redis.url;
    const first = await connect();
    await first.flushall();
    serve = serveHalf(first);
  });
  afterEach(async () => {
    await Promise.all(opened.map((marks) => marks.leave(0)));
    await serve.stop();
    for (const redis of connections) redis.disconnect();
    connections = [];
    opened = [];
    stopping = new AbortController();
  });

  test('a message is begun once per batch and reader, by whichever worker asks first', async () => {
    await serve.vouch(1);
    await publishFence(connections[0] as Redis, serve.engine(), 5);
    const [one, two] = [await worker(), await worker()];
    const answers = await Promise.all([
      one.begin(attempt(5), 1),
      two.begin(attempt(5), 1),
      one.begin(attempt(5), 2),
      two.begin(attempt(5), 2),
    ]);
    expect(answers.filter((answer) => answer === 'go')).toHaveLength(2);
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(2);
    expect(await one.begin(attempt(5), 1)).toBe('taken');
  });

  test('nothing is begun in a batch without a fence, nor in one that was revoked, and publishing again does not lift a revoke', async () => {
    await serve.vouch(1);
    const redis = connections[0] as Redis;
    const marks = await worker();
    expect(await marks.begin(attempt(5), 1)).toBe('closed');
    await publishFence(redis, serve.engine(), 6);
    expect(await marks.begin(attempt(6), 1)).toBe('go');
    expect(await revokeAndRead(redis, serve.engine(), 6, 'ended')).toEqual(new Set([1]));
    await publishFence(redis, serve.engine(), 6);
    expect(await marks.begin(attempt(6), 2)).toBe('closed');
    expect(await revokeAndRead(redis, serve.engine(), 99, 'ended')).toBeUndefined();
    expect(await revokeAndRead(redis, serve.engine(), 98, 'any')).toEqual(new Set()); // never published, so nobody began anything
  });

  test('a fence is published only by the serve that is vouched for', async () => {
    await serve.vouch(1);
    await publishFence(connections[0] as Redis, { ...serve.engine(), generation: 0 }, 5);
    expect(await hasFence(connections[0] as Redis, 5)).toBe(false);
  });

  test('a worker waits while nobody vouches for this Redis', async () => {
    const marks = await worker();
    let answered = false;
    const begun = marks.begin(attempt(5), 1).then((answer) => {
      answered = true;
      return answer;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    await serve.vouch(1);
    expect(await begun).toBe('closed');
  });

  test('a batch of an older epoch is let go', async () => {
    await serve.vouch(2);
    const marks = await worker();
    expect(await marks.begin(attempt(5, 1), 1)).toBe('lease');
    expect(await marks.joined(1)).toBe(false);
    expect(await marks.joined(2)).toBe(true);
  });

  test('a worker whose lease is gone begins nothing until it has said hello again', async () => {
    await serve.vouch(1);
    const redis = connections[0] as Redis;
    await publishFence(redis, serve.engine(), 5);
    const marks = await worker();
    expect(await marks.begin(attempt(5), 1)).toBe('go');
    await dropLeases(redis);
    expect(await marks.begin(attempt(5), 2)).toBe('lease');
    expect(await marks.begin(attempt(5), 3)).toBe('go');
    expect(serve.entries.filter((entry) => entry.type === 'hello')).toHaveLength(2);
  });

  test('an end is written after every outcome of its batch', async () => {
    await serve.vouch(1);
    await publishFence(connections[0] as Redis, serve.engine(), 5);
    const marks = await worker();
    for (let reader = 1; reader <= 50; reader += 1) {
      await marks.begin(attempt(5), reader);
      marks.remember(attempt(5), reader, accepted);
    }
    await marks.end(attempt(5));
    await expect.poll(() => serve.entries.at(-1)?.type).toBe('end');
    expect(outcomes()).toHaveLength(50);
  });

  test('after Redis was emptied a worker says again all that is not committed, and what is in flight as unknown', async () => {
    await serve.vouch(1);
    const redis = connections[0] as Redis;
    await publishFence(redis, serve.engine(), 5);
    const marks = await worker();
    for (const reader of [1, 2, 3]) expect(await marks.begin(attempt(5), reader)).toBe('go');
    marks.remember(attempt(5), 1, accepted);
    marks.remember(attempt(5), 2, accepted);
    await expect.poll(() => outcomes()).toHaveLength(2);
    await redis.flushall();
    serve.entries.length = 0;
    serve.rewind();
    await serve.vouch(2);
    await expect.poll(() => serve.entries.some((entry) => entry.type === 'hello')).toBe(true);
    expect(outcomes().sort()).toEqual(['5:1 accepted', '5:2 accepted', '5:3 unknown']);
    marks.remember(attempt(5), 3, accepted); // its real outcome follows and heals it
    await expect.poll(() => outcomes()).toContain('5:3 accepted');
  });

  test('what serve has committed is not said again', async () => {
    await serve.vouch(1);
    const redis = connections[0] as Redis;
    await publishFence(redis, serve.engine(), 5);
    const marks = await worker();
    await marks.begin(attempt(5), 1);
    marks.remember(attempt(5), 1, accepted);
    await expect.poll(() => outcomes()).toHaveLength(1);
    await acknowledge(redis, 1, serve.entries.at(-1)?.at ?? '');
    expect(await readEntries(redis, '0', 10, 0)).toEqual([]);
    await marks.leave(5000);
    await expect.poll(() => serve.entries.at(-1)?.type).toBe('bye');
    expect(outcomes()).toHaveLength(1);
  });
});
