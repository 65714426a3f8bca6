import { describe, expect } from 'vitest';
import type { BatchJob } from '../../src/queue/jobs.ts';
import { steer } from '../../src/schedule/steer.ts';
import { openBatches } from '../../src/store/engine.ts';
import { deliveries } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { openHandEngine } from '../support/engine.ts';
import { test } from '../support/redis.ts';
import { sampleStore, t0 } from '../support/store.ts';

const accepted = { kind: 'accepted', reply: '250 ok' } as const;

/** A send of 500 readers in three batches, the first of which a worker takes and holds until it is let go. */
async function underWay(url: string) {
  const { db, send } = sampleStore(500);
  const engine = await openHandEngine(db, url);
  await engine.vouch();
  const marks = await engine.worker();
  await expect.poll(() => engine.settle(), { timeout: 10_000 }).toBeGreaterThan(0); // its lease
  engine.start();
  engine.freeze();
  await engine.topUp();
  const jobs: BatchJob[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  engine.take(async (job) => {
    jobs.push(job);
    await held;
    return 'done';
  });
  await expect.poll(() => jobs.length, { timeout: 10_000 }).toBe(1);
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  const steering = (action: 'pause' | 'resume' | 'cancel') => steer({ db, now: () => t0 }, send.id, action, 'operator');
  /** After another turn: how many batches are still open. */
  const openAfterTurn = async () => {
    await engine.recall();
    return openBatches(db).length;
  };
  return { db, id: send.id, engine, marks, job, jobs, letGo, steering, openAfterTurn };
}

describe('recall', { timeout: 30_000 }, () => {
  test('a paused send begins nothing more anywhere; waiting batches come back at once, the one a worker has when that ends it', async ({
    redis,
  }) => {
    const { db, id, engine, marks, job, letGo, steering, openAfterTurn } = await underWay(redis.url);
    expect(openBatches(db)).toHaveLength(3);
    expect(await marks.begin(job, 1)).toBe('go');
    steering('pause');
    await engine.recall();
    for (const { id: batch } of openBatches(db)) expect(await marks.begin({ ...job, batch }, 2)).toBe('closed');
    expect(openBatches(db).map((batch) => batch.id)).toEqual([job.batch]);
    expect(getSend(db, id)).toMatchObject({ state: 'paused', queued: job.rows.length, ready: 500 - job.rows.length });
    marks.remember(job, 1, accepted); // what was begun is finished, and counts
    await marks.end(job);
    letGo();
    await expect.poll(openAfterTurn).toBe(0);
    expect(getSend(db, id)).toMatchObject({ queued: 0, accepted: 1, ready: 499, unknown: 0 });
    expect(await engine.topUp()).toBe(0);
    steering('resume');
    expect(await engine.topUp()).toBe(3);
    expect(getSend(db, id)).toMatchObject({ queued: 499, ready: 0 });
  });

  test('what a worker told before its batch was taken back is settled first: nothing is unknown on the way', async ({ redis }) => {
    const { db, id, engine, marks, job, letGo, steering } = await underWay(redis.url);
    for (const reader of [1, 2, 3]) {
      expect(await marks.begin(job, reader)).toBe('go');
      marks.remember(job, reader, accepted);
    }
    await expect.poll(() => engine.redis.xlen('g:out')).toBe(3);
    letGo(); // the job is over, and its end was lost
    await expect.poll(() => engine.queue.has(job.batch)).toBe(false);
    db.$client.exec(
      "CREATE TRIGGER never BEFORE UPDATE ON sends WHEN NEW.unknown > 0 BEGIN SELECT raise(ABORT, 'unknown on the way'); END",
    );
    steering('pause');
    await engine.recall();
    expect(getSend(db, id)).toMatchObject({ accepted: 3, unknown: 0, queued: 0, ready: 497 });
  });

  test('a cancelled send: rows that wait are cancelled at once, those that are out when they come back, and then it is finished', async ({
    redis,
  }) => {
    const { db, id, engine, marks, job, letGo, steering, openAfterTurn } = await underWay(redis.url);
    expect(await marks.begin(job, 1)).toBe('go');
    steering('cancel');
    await engine.recall();
    engine.cancel();
    expect(engine.finish()).toEqual([]);
    expect(getSend(db, id)).toMatchObject({ cancelled: 500 - job.rows.length, queued: job.rows.length });
    expect(await marks.begin(job, 2)).toBe('closed');
    marks.remember(job, 1, accepted);
    await marks.end(job);
    letGo();
    await expect.poll(openAfterTurn).toBe(0);
    expect(engine.finish()).toEqual(['tidewater/2026-11']);
    expect(getSend(db, id)).toMatchObject({ state: 'cancelled', finishedAt: t0, accepted: 1, cancelled: 499 });
    expect(db.select().from(deliveries).all()).toHaveLength(500);
  });

  test('a batch claimed and not yet published when the send was paused never goes out', async ({ redis }) => {
    const { db, id, engine, jobs, letGo, steering, openAfterTurn } = await underWay(redis.url);
    steering('pause');
    await engine.redis.del(...openBatches(db).map((batch) => `g:m:${batch.id}`));
    for (const { id: batch } of openBatches(db)) await engine.queue.remove(batch);
    await engine.recall();
    letGo();
    await expect.poll(openAfterTurn).toBe(0);
    expect(getSend(db, id)).toMatchObject({ ready: 500, queued: 0 });
    expect(jobs).toHaveLength(1);
  });
});
