import { describe, expect } from 'vitest';
import { followEnded, vouch } from '../../src/fanout/sweep.ts';
import { openLog } from '../../src/log.ts';
import { dropMarks, grantLease, hasLease } from '../../src/queue/engine.ts';
import { openBatches, presentWorkers, readEngine, registerWorker, silentWorkers } from '../../src/store/engine.ts';
import type { Db } from '../../src/store/open.ts';
import { sends } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { type HandEngine, openHandEngine } from '../support/engine.ts';
import { test } from '../support/redis.ts';
import { sampleStore, t0 } from '../support/store.ts';

const accepted = { kind: 'accepted', reply: '250 ok' } as const;

/** A send of three readers, handed out in one batch, with a worker that has its lease. */
async function handedOut(url: string) {
  const { db, send } = sampleStore(3);
  const engine = await openHandEngine(db, url);
  await engine.vouch();
  engine.keepSettling();
  const worker = await engine.worker();
  engine.start();
  engine.freeze();
  await engine.topUp();
  const batch = openBatches(db)[0];
  if (batch === undefined) throw new Error('no batch');
  await worker.joined(batch.epoch);
  return { db, id: send.id, engine, worker, attempt: { batch: batch.id, send: send.id, epoch: batch.epoch } };
}

function counts(db: Db, id: number) {
  const { ready, queued, accepted: taken, unknown } = getSend(db, id);
  return { ready, queued, accepted: taken, unknown };
}

/** Redis lost everything, and serve notices. */
async function emptied(engine: HandEngine): Promise<void> {
  await engine.redis.flushall();
  await engine.vouch();
}

describe('the sweep', { timeout: 30_000 }, () => {
  test('a batch whose job or fence is lost is published again, and nothing else changes', async ({ redis }) => {
    const { db, id, engine, attempt } = await handedOut(redis.url);
    await dropMarks(engine.redis, attempt.batch);
    const keys = await engine.redis.keys('bull:deliver:*');
    await engine.redis.del(...keys);
    expect(await engine.queue.has(attempt.batch)).toBe(false);
    await engine.sweep();
    expect(await engine.queue.has(attempt.batch)).toBe(true);
    expect(counts(db, id)).toEqual({ ready: 0, queued: 3, accepted: 0, unknown: 0 });
  });

  test('a worker whose process has ended counts no longer, before its lease runs out; its batch is left to the next one', async ({
    redis,
  }) => {
    const { db, id, engine, worker, attempt } = await handedOut(redis.url);
    registerWorker(db, 'w-dead', attempt.epoch);
    await grantLease(engine.redis, 'w-dead', attempt.epoch);
    expect(presentWorkers(db)).toHaveLength(2);
    await followEnded({ db, redis: engine.redis }, ['w-dead', 'w-never-heard-of']);
    expect(presentWorkers(db)).toEqual([worker.worker]);
    expect(await hasLease(engine.redis, 'w-dead')).toBe(false);
    expect(await worker.begin(attempt, 1)).toBe('go');
    expect(counts(db, id)).toEqual({ ready: 0, queued: 3, accepted: 0, unknown: 0 });
    expect(silentWorkers(db, attempt.epoch + 1)).toContain('w-dead'); // its marks may still be open: a loss of Redis waits for its word
  });

  test('an emptied Redis starts a new epoch, and with its workers alive nothing is lost and nothing unknown', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await handedOut(redis.url);
    expect(await worker.begin(attempt, 1)).toBe('go');
    worker.remember(attempt, 1, accepted);
    expect(await worker.begin(attempt, 2)).toBe('go'); // in flight while Redis is emptied
    await emptied(engine);
    expect(readEngine(db).epoch).toBe(attempt.epoch + 1);
    await expect.poll(() => silentWorkers(db, readEngine(db).epoch), { timeout: 10_000 }).toEqual([]);
    await engine.sweep();
    expect(counts(db, id)).toEqual({ ready: 1, queued: 0, accepted: 1, unknown: 1 });
    worker.remember(attempt, 2, accepted);
    await expect.poll(() => counts(db, id)).toEqual({ ready: 1, queued: 0, accepted: 2, unknown: 0 });
  });

  test('an emptied Redis and a worker that stays silent: after a minute, and not before, what it held is unknown', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await handedOut(redis.url);
    expect(await worker.begin(attempt, 1)).toBe('go');
    db.$client.exec(`INSERT INTO workers (id, epoch) VALUES ('w-dead', ${attempt.epoch})`);
    await emptied(engine);
    await expect.poll(() => counts(db, id).queued, { timeout: 10_000 }).toBe(2); // the live worker said that one was in flight
    await engine.sweep();
    expect(counts(db, id).queued).toBe(2);
    engine.clock.now += 61_000;
    await engine.sweep();
    expect(counts(db, id)).toEqual({ ready: 0, queued: 0, accepted: 0, unknown: 3 });
    expect(silentWorkers(db, readEngine(db).epoch)).toEqual([]);
  });

  test('a batch of a send that no longer runs is stopped, and its rows come back when its worker has ended it', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await handedOut(redis.url);
    expect(await worker.begin(attempt, 1)).toBe('go');
    db.update(sends).set({ state: 'paused' }).run();
    await engine.sweep();
    expect(await worker.begin(attempt, 2)).toBe('closed');
    worker.remember(attempt, 1, accepted);
    await worker.end(attempt);
    await expect.poll(() => counts(db, id)).toEqual({ ready: 2, queued: 0, accepted: 1, unknown: 0 });
  });

  test('a new serve on an untouched Redis goes on in the same epoch; another Redis means a new one', async ({ redis }) => {
    const { db, engine, attempt } = await handedOut(redis.url);
    await engine.vouch();
    expect(readEngine(db).epoch).toBe(attempt.epoch);
    const { generation, instance } = readEngine(db);
    await engine.redis.set('g:engine', `${attempt.epoch}.some-other-run.${generation}.${instance}`);
    db.$client.exec("UPDATE engine SET run_id = 'some-other-run', boot_id = 'before the power was cut'");
    await engine.vouch();
    expect(readEngine(db).epoch).toBe(attempt.epoch + 1);
  });

  test('a worker whose lease is gone is forgotten once no open batch could carry its mark', async ({ redis }) => {
    const { db, engine, worker, attempt } = await handedOut(redis.url);
    const registered = () => (db.$client.prepare('SELECT id FROM workers').pluck().all() as string[]).includes('w-gone');
    db.$client.exec(`INSERT INTO workers (id, epoch) VALUES ('w-gone', ${attempt.epoch})`);
    await engine.sweep();
    expect(registered()).toBe(true);
    for (const reader of [1, 2, 3]) {
      await worker.begin(attempt, reader);
      worker.remember(attempt, reader, accepted);
    }
    await worker.end(attempt);
    await expect.poll(() => openBatches(db)).toEqual([]);
    await engine.sweep();
    expect(registered()).toBe(false);
  });

  test('a batch that was claimed and never published is given back when its send stops', async ({ redis }) => {
    const { db, id, engine, attempt } = await handedOut(redis.url);
    await dropMarks(engine.redis, attempt.batch);
    await engine.queue.remove(attempt.batch);
    db.update(sends).set({ state: 'cancelled' }).run();
    await engine.sweep();
    expect(openBatches(db)).toEqual([]);
    expect(getSend(db, id)).toMatchObject({ queued: 0, cancelled: 3 });
  });

  test('a Redis that another store uses is refused when it is shared, and emptied when it is our own folder’s', async ({ redis }) => {
    const { db, engine } = await handedOut(redis.url);
    await engine.redis.set('g:engine', '1.run.1.0123456789abcdef');
    const deps = { db, redis: engine.redis, log: openLog({ level: 'error', write: () => {} }), now: () => t0 };
    await expect(vouch({ ...deps, privateRedis: false })).rejects.toThrow(/used by another Galley: give this one a database of its own/);
    await engine.redis.set('g:m:99', 'of the other store');
    await vouch({ ...deps, privateRedis: true });
    expect(await engine.redis.exists('g:m:99')).toBe(0);
  });

  test('a shared Redis that evicts keys is refused with the setting that is right', async ({ redis }) => {
    const { db, engine } = await handedOut(redis.url);
    await engine.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await engine.redis.del('g:engine');
    const deps = { db, redis: engine.redis, log: openLog({ level: 'error', write: () => {} }), now: () => t0, privateRedis: false };
    await expect(vouch(deps)).rejects.toThrow(/allkeys-lru\): set it to noeviction/);
    await engine.redis.config('SET', 'maxmemory-policy', 'noeviction');
  });
});
