/** The slots' schedulers on real Redis: as the rows say, brought back when Redis forgot, and woken at the instant our own calendar names. */
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished } from 'vitest';
import { parseSlot, slotAfter } from '../../src/model/slot.ts';
import { openRedis, redisOptions, untilReady } from '../../src/queue/connect.ts';
import { openSlotSchedule, type ScheduledSlot } from '../../src/queue/slots.ts';
import { test } from '../support/redis.ts';

const slotOf = (slug: string, text = 'first tuesday 09:00', zone = 'Asia/Karachi'): ScheduledSlot => ({
  slug,
  slot: parseSlot(text),
  zone,
});

async function open(url: string) {
  const redis = openRedis(url);
  await untilReady(redis);
  await redis.flushall();
  const woken: number[] = [];
  const schedule = await openSlotSchedule(
    url,
    () => woken.push(Date.now()),
    () => {},
  );
  const queue = new Queue('slots', { connection: { ...redisOptions(url), maxRetriesPerRequest: 1 } });
  onTestFinished(async () => {
    await schedule.close();
    await queue.close();
    redis.disconnect();
  });
  return { redis, schedule, queue, woken };
}

describe('the schedule of slots', { timeout: 30_000 }, () => {
  test('is what the rows say, and only that', async ({ redis: { url } }) => {
    const { schedule, queue } = await open(url);
    const expected = (slots: ScheduledSlot[]) => new Map(slots.map((each) => [each.slug, slotAfter(each.slot, each.zone, Date.now()).at]));
    const slots = [slotOf('a'), slotOf('b', 'last sunday 02:30', 'Europe/Berlin'), slotOf('c', 'day 28 01:30', 'America/New_York')];
    await schedule.keep(slots);
    expect(await schedule.coming()).toEqual(expected(slots));
    const fewer = [slotOf('b', 'last sunday 03:30', 'Europe/Berlin'), slotOf('c', 'day 28 01:30', 'Asia/Kabul')];
    await schedule.keep(fewer);
    expect(await schedule.coming()).toEqual(expected(fewer));
    expect(await queue.getDelayedCount()).toBe(2);
    await schedule.keep([]);
    expect([await schedule.coming(), await queue.getDelayedCount()]).toEqual([new Map(), 0]);
  });

  test('kept again changes nothing, and comes back after Redis forgot it', async ({ redis: { url } }) => {
    const { redis, schedule } = await open(url);
    const snapshot = async () => Promise.all((await redis.keys('bull:slots:repeat:*')).sort().map((key) => redis.dump(key)));
    await schedule.keep([slotOf('a')]);
    const before = await schedule.coming();
    const state = await snapshot();
    await schedule.keep([slotOf('a')]);
    expect(await snapshot()).toEqual(state);
    await redis.flushall();
    expect(await schedule.coming()).toEqual(new Map());
    await schedule.keep([slotOf('a')]);
    expect(await schedule.coming()).toEqual(before);
  });

  test('wakes once when a slot comes, and then waits for the slot after it', async ({ redis: { url } }) => {
    const { schedule, queue, woken } = await open(url);
    await schedule.keep([slotOf('a')]);
    const first = (await schedule.coming()).get('a') ?? 0;
    const [job] = await queue.getDelayed();
    await job?.promote(); // as if its time had come
    await expect.poll(() => woken.length, { timeout: 10_000 }).toBe(1);
    await expect
      .poll(async () => (await schedule.coming()).get('a'))
      .toBe(slotAfter(parseSlot('first tuesday 09:00'), 'Asia/Karachi', first).at);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([woken.length, await queue.getDelayedCount()]).toEqual([1, 1]);
  });
});
