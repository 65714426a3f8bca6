/** The queue of mails to read on real Redis: no mail that came during a reading is left, and an emptied Redis costs one more nudge. */
import { describe, expect, onTestFinished } from 'vitest';
import { openRedis, untilReady } from '../../src/queue/connect.ts';
import { openInboundQueue } from '../../src/queue/inbound.ts';
import { test } from '../support/redis.ts';

/** A reader that takes what waits when it begins, and goes on until told. */
async function open(url: string) {
  const redis = openRedis(url);
  await untilReady(redis);
  await redis.flushall();
  const box = { waiting: 0, read: 0, times: 0, hold: Promise.resolve() };
  const queue = await openInboundQueue(
    url,
    async () => {
      box.times += 1;
      const taken = box.waiting;
      box.waiting = 0;
      await box.hold;
      box.read += taken;
    },
    () => {},
  );
  onTestFinished(async () => {
    await queue.close();
    redis.disconnect();
  });
  const arrive = () => {
    box.waiting += 1;
    queue.nudge();
  };
  return { redis, box, queue, arrive };
}

describe('the queue of mails', { timeout: 30_000 }, () => {
  test('wakes the reader; what comes while it reads wakes it again, and a flood does not wake it once per mail', async ({
    redis: { url },
  }) => {
    const { box, arrive } = await open(url);
    let go = (): void => {};
    box.hold = new Promise((resolve) => {
      go = resolve;
    });
    arrive();
    await expect.poll(() => box.times, { timeout: 10_000 }).toBe(1);
    for (let mail = 0; mail < 500; mail += 1) arrive();
    go();
    await expect.poll(() => box.read, { timeout: 10_000 }).toBe(501);
    expect(box.times).toBeLessThan(10);
  });

  test('when Redis was emptied, the next nudge is heard', async ({ redis: { url } }) => {
    const { box, arrive, redis, queue } = await open(url);
    arrive();
    await expect.poll(() => box.read, { timeout: 10_000 }).toBe(1);
    await redis.flushall();
    box.waiting += 1; // a mail whose job went with the Redis
    const asEachTurnDoes = (): number => {
      queue.nudge();
      return box.read;
    };
    await expect.poll(asEachTurnDoes, { timeout: 15_000, interval: 200 }).toBe(2);
  });
});
