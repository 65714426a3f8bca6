import { describe, expect } from 'vitest';
import { hasFence } from '../../src/queue/engine.ts';
import { openBatches } from '../../src/store/engine.ts';
import { sends } from '../../src/store/schema.ts';
import { getSend } from '../../src/store/sends.ts';
import { openHandEngine } from '../support/engine.ts';
import { test } from '../support/redis.ts';
import { sampleStore } from '../support/store.ts';

async function joined(url: string, readers: number) {
  const { db, send } = sampleStore(readers);
  const engine = await openHandEngine(db, url);
  await engine.vouch();
  engine.start();
  engine.freeze();
  await engine.topUp();
  const worker = await engine.worker();
  await expect.poll(() => engine.settle(), { timeout: 10_000 }).toBeGreaterThan(0);
  const batch = openBatches(db)[0]?.id ?? 0;
  return { db, id: send.id, engine, worker, attempt: { batch, send: send.id, epoch: 1 + 1 } };
}

describe('settle', { timeout: 20_000 }, () => {
  test('outcomes become rows, the end closes the batch, the marks go after the commit, and the send is sent', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await joined(redis.url, 4);
    const kinds = ['accepted', 'refused', 'unknown'] as const;
    for (const [index, kind] of kinds.entries()) {
      expect(await worker.begin(attempt, index + 1)).toBe('go');
      worker.remember(attempt, index + 1, { kind, reply: `${kind}!` });
    }
    expect(await worker.begin(attempt, 4)).toBe('go');
    worker.remember(attempt, 4, { kind: 'accepted', reply: '250 ok' });
    await worker.end(attempt);
    await expect
      .poll(async () => {
        await engine.settle();
        return openBatches(db).length;
      })
      .toBe(0);
    expect(await hasFence(engine.redis, attempt.batch)).toBe(false);
    expect(getSend(db, id)).toMatchObject({ accepted: 2, refused: 1, unknown: 1, queued: 0 });
    expect(engine.finish()).toEqual(['tidewater/2026-11']);
    expect(getSend(db, id).state).toBe('sent');
  });

  test('the same entries applied again, as after a death between commit and trim, change nothing', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await joined(redis.url, 2);
    await worker.begin(attempt, 1);
    worker.remember(attempt, 1, { kind: 'accepted', reply: '250 ok' });
    await expect.poll(() => engine.redis.xlen('g:out')).toBe(1);
    const [entry] = await engine.redis.xrange('g:out', '-', '+');
    await engine.settle();
    const before = getSend(db, id);
    await engine.redis.xadd('g:out', '*', ...(entry?.[1] ?? []));
    expect(await engine.settle()).toBe(1);
    expect(getSend(db, id)).toEqual(before);
  });

  test('an end whose marks are gone is ignored: it cannot tell who was begun', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await joined(redis.url, 2);
    await worker.begin(attempt, 1);
    await engine.redis.del(`g:m:${attempt.batch}`);
    await worker.end(attempt);
    await expect.poll(() => engine.settle()).toBe(1);
    expect(openBatches(db)).toHaveLength(1);
    expect(getSend(db, id)).toMatchObject({ queued: 2, ready: 0 });
  });

  test('counts that do not add up stop the engine with the numbers', async ({ redis }) => {
    const { db, engine, worker, attempt } = await joined(redis.url, 2);
    db.update(sends).set({ prepared: 5 }).run();
    await worker.begin(attempt, 1);
    worker.remember(attempt, 1, { kind: 'accepted', reply: '250 ok' });
    await expect.poll(() => engine.redis.xlen('g:out')).toBe(1);
    await expect(engine.settle()).rejects.toThrow(/do not add up: prepared 5/);
  });
});
