/** The engine's own loop on real Redis, with a clock that the test moves. */
import { describe, expect, onTestFinished } from 'vitest';
import { openLog } from '../../src/log.ts';
import { type EngineOptions, openEngine } from '../../src/main/engine.ts';
import { steer } from '../../src/schedule/steer.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { getSend } from '../../src/store/sends.ts';
import { test } from '../support/redis.ts';
import { readerDeps, sampleStore, t0 } from '../support/store.ts';

const minute = 60_000;

/** An engine without workers over a send to `readers`, at `t0`. */
async function running(url: string, readers: number, unknownPolicy: EngineOptions['unknownPolicy']) {
  const { db, send } = sampleStore(readers);
  const clock = { now: t0 };
  const engine = await openEngine({
    data: { db, ring: openKeyRing(db, 'secret of the test', t0) },
    readers: readerDeps(db),
    redisUrl: url,
    privateRedis: true,
    rehearsal: false,
    baseUrl: 'http://localhost:3000',
    bounceDomain: undefined,
    rate: undefined,
    unknownPolicy,
    log: openLog({ level: 'error', write: () => {} }),
    now: () => clock.now,
  });
  onTestFinished(() => engine.stop());
  return { db, clock, send: () => getSend(db, send.id), id: send.id };
}

describe('the engine', { timeout: 30_000 }, () => {
  for (const [policy, then] of [
    ['retry', { queued: 2, unknown: 0 }],
    ['hold', { queued: 1, unknown: 1 }],
  ] as const)
    test(`with the policy ${policy} an unknown ${policy === 'retry' ? 'goes out again after 30 minutes, not before' : 'waits for a person'}`, async ({
      redis,
    }) => {
      const { db, clock, send } = await running(redis.url, 2, policy);
      await expect.poll(() => send().queued).toBe(2);
      db.$client.exec(
        "UPDATE deliveries SET state = 'unknown', attempts = 1 WHERE reader_id = 1; UPDATE sends SET queued = 1, unknown = 1",
      );
      clock.now += 29 * minute;
      await new Promise((resolve) => setTimeout(resolve, 500)); // a turn or two
      expect(send()).toMatchObject({ queued: 1, unknown: 1 });
      clock.now += 2 * minute;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await expect.poll(() => send()).toMatchObject(then);
    });

  test('a pause brings back what no worker has, a resume hands it out again, a cancel ends the send', async ({ redis }) => {
    const { db, send, id } = await running(redis.url, 30, 'hold');
    const now = () => t0;
    await expect.poll(() => send().queued).toBe(30);
    steer({ db, now }, id, 'pause', 'operator');
    await expect.poll(() => send()).toMatchObject({ state: 'paused', queued: 0, ready: 30 });
    steer({ db, now }, id, 'resume', 'operator');
    await expect.poll(() => send()).toMatchObject({ state: 'sending', queued: 30, ready: 0 });
    steer({ db, now }, id, 'cancel', 'operator');
    await expect.poll(() => send()).toMatchObject({ state: 'cancelled', queued: 0, ready: 0, cancelled: 30, finishedAt: t0 });
  });
});
