import { describe, expect } from 'vitest';
import { hasFence } from '../../src/queue/engine.ts';
import type { BatchJob } from '../../src/queue/jobs.ts';
import { openBatches } from '../../src/store/engine.ts';
import { notices, sends } from '../../src/store/schema.ts';
import { getSend, steerSend } from '../../src/store/sends.ts';
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
  test('refusals that turn out to be about us are taken back, the send is paused and its editors are told, once', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await joined(redis.url, 4);
    const reply = '554 5.7.1 <x@example.com>: Relay access denied';
    for (const reader of [1, 2, 3]) expect(await worker.begin(attempt, reader)).toBe('go');
    for (const reader of [1, 2]) worker.remember(attempt, reader, { kind: 'refused', reply, senderScope: true });
    const settled = async () => {
      await engine.settle();
      return getSend(db, id);
    };
    await expect.poll(settled).toMatchObject({ refused: 2 });
    for (const reader of [1, 2, 3]) worker.remember(attempt, reader, { kind: 'not-sent', reply, relay: true, halt: true });
    await expect.poll(settled).toMatchObject({ state: 'paused', refused: 0, ready: 3, queued: 1 });
    const told = () => db.select({ facts: notices.facts }).from(notices).all();
    expect(told()).toEqual([{ facts: { kind: 'send-halted', send: 'tidewater/2026-11', reply } }]);
    steerSend(db, id, 'resume', { actor: 'operator', now: engine.clock.now });
    worker.remember(attempt, 1, { kind: 'not-sent', reply, relay: true, halt: true }); // told again, as a hello does
    await expect.poll(() => engine.settle()).toBeGreaterThan(0);
    expect(getSend(db, id).state).toBe('sending');
    expect(told()).toHaveLength(1);
    const handed = Promise.withResolvers<BatchJob>();
    engine.take(async (job) => {
      if (job.batch !== attempt.batch) handed.resolve(job);
      return 'done';
    });
    expect(await engine.topUp()).toBe(1);
    expect((await handed.promise).rows.map(({ reader, takenBack }) => [reader, takenBack])).toEqual(
      [1, 2, 3].map((reader) => [reader, true]),
    );
  });

  test('a row that must wait for the pace of its provider is ready, and handed out again when it is due', async ({ redis }) => {
    const { db, id, engine, worker, attempt } = await joined(redis.url, 2);
    for (const reader of [1, 2]) expect(await worker.begin(attempt, reader)).toBe('go');
    worker.remember(attempt, 1, { kind: 'accepted', reply: '250 ok' });
    worker.remember(attempt, 2, { kind: 'not-sent', reply: 'waits for the pace of google', wait: 60_000 });
    await worker.end(attempt);
    await expect
      .poll(async () => {
        await engine.settle();
        return openBatches(db).length;
      })
      .toBe(0);
    expect(getSend(db, id)).toMatchObject({ accepted: 1, ready: 1, deferred: 0 });
    expect(await engine.topUp()).toBe(0);
    engine.finish();
    expect(getSend(db, id).state).toBe('sending');
    engine.clock.now += 60_000;
    expect(await engine.topUp()).toBe(1);
  });

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
