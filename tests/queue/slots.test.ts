/** The slots' schedulers on real Redis: as the rows say, brought back when Redis forgot, and woken at the instant our own calendar names. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished } from 'vitest';
import { parseSlot, slotAfter } from '../../src/model/slot.ts';
import { iso } from '../../src/model/zone.ts';
import { openRedis, redisOptions, untilReady } from '../../src/queue/connect.ts';
import { openPrivateRedis } from '../../src/queue/private-redis.ts';
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

  test('wakes at the wall time of its slot before and after the clocks change', async ({ redis: { url } }) => {
    const { schedule, queue, woken } = await open(url);
    const zones = { berlin: 'Europe/Berlin', lordHowe: 'Australia/Lord_Howe', newYork: 'America/New_York' };
    await schedule.keep(Object.entries(zones).map(([slug, zone]) => slotOf(slug, 'day 15 09:00', zone)));
    const offsets = new Map(Object.keys(zones).map((slug) => [slug, new Set<string>()]));
    for (let month = 1; month <= 12; month += 1) {
      const before = await schedule.coming();
      for (const [slug, zone] of Object.entries(zones)) {
        const shown = iso(before.get(slug) ?? 0, zone);
        expect(shown).toMatch(/-15T09:00[+-]/);
        offsets.get(slug)?.add(shown.slice(-6));
      }
      for (const job of await queue.getDelayed()) await job.promote();
      await expect.poll(() => woken.length, { timeout: 10_000, interval: 10 }).toBe(3 * month);
    }
    expect([...offsets.values()].map((seen) => [...seen].sort())).toEqual([
      ['+01:00', '+02:00'],
      ['+10:30', '+11:00'],
      ['-04:00', '-05:00'],
    ]);
  });

  test('is set right by keep when it was woken before its time, and waits for that slot again', async ({ redis: { url } }) => {
    const { schedule, queue, woken } = await open(url);
    await schedule.keep([slotOf('a')]);
    const before = await schedule.coming();
    const [job] = await queue.getDelayed();
    await job?.promote();
    await expect.poll(async () => [woken.length, await queue.getActiveCount()], { timeout: 10_000 }).toEqual([1, 0]);
    expect(await schedule.coming()).not.toEqual(before);
    await schedule.keep([slotOf('a')]);
    expect([await schedule.coming(), await queue.getDelayedCount()]).toEqual([before, 1]);
  });

  test('gets its job back from keep when only the job was lost', async ({ redis: { url } }) => {
    const { redis, schedule, queue } = await open(url);
    await schedule.keep([slotOf('a')]);
    const [job] = await queue.getDelayed();
    await redis.zrem('bull:slots:delayed', String(job?.id));
    await redis.del(`bull:slots:${job?.id}`);
    expect(await queue.getDelayedCount()).toBe(0);
    await schedule.keep([slotOf('a')]);
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([job?.id]);
  });

  test('is not moved by keep while its time has come and nobody has taken the job yet', async ({ redis: { url } }) => {
    const { redis, schedule, queue, woken } = await open(url);
    await queue.pause(); // as when the process that takes jobs is not there
    await schedule.keep([slotOf('a')]);
    const [job] = await queue.getDelayed();
    await job?.promote();
    const due = await redis.zrange('bull:slots:repeat', '0', '-1', 'WITHSCORES');
    await schedule.keep([slotOf('a')]);
    expect(await redis.zrange('bull:slots:repeat', '0', '-1', 'WITHSCORES')).toEqual(due);
    await queue.resume();
    await expect.poll(() => woken.length, { timeout: 10_000 }).toBe(1);
  });

  test('fails while Redis is away instead of waiting for it, and closes all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const server = await openPrivateRedis(folder, { path: process.env['PATH'] ?? '', durable: false });
    onTestFinished(() => server.stop());
    let lost = 0;
    const schedule = await openSlotSchedule(
      server.url,
      () => {},
      () => {
        lost += 1;
      },
    );
    await schedule.keep([slotOf('a')]);
    await server.stop();
    await expect.poll(() => lost, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect(schedule.keep([slotOf('a')])).rejects.toThrow();
    await expect(schedule.coming()).rejects.toThrow();
    await schedule.close();
    const again = await openPrivateRedis(folder, { path: process.env['PATH'] ?? '', durable: false });
    onTestFinished(() => again.stop());
    const redis = openRedis(again.url);
    onTestFinished(() => redis.disconnect());
    await untilReady(redis);
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than the longest wait between two tries to connect
    expect(
      String(await redis.client('LIST'))
        .trim()
        .split('\n'),
    ).toHaveLength(1); // nobody but this test
  });
});
