/** The pace on real parts: workers that share a Redis, and a sink that notes when each mail arrives. The minute is measured by `npm run bench -- pace`. */
import type { Redis } from 'ioredis';
import { describe, expect, onTestFinished } from 'vitest';
import { type DeliverDeps, deliverBatch } from '../../src/deliver/deliver.ts';
import { openLanes } from '../../src/deliver/lanes.ts';
import { openRelayGate } from '../../src/deliver/relay-gate.ts';
import { openTransport } from '../../src/deliver/transport.ts';
import { openTails } from '../../src/deliver/turns.ts';
import { composeNotice } from '../../src/message/message.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { openRedis, untilReady } from '../../src/queue/connect.ts';
import type { BatchJob } from '../../src/queue/jobs.ts';
import type { Marks } from '../../src/queue/marks.ts';
import { openPace } from '../../src/queue/pace.ts';
import { type Arrival, mostInASecond, shareOf } from '../support/arrivals.ts';
import { test } from '../support/redis.ts';
import { openPostOffice, openScriptedRelay, type Step } from '../support/relay.ts';

const template = composeNotice({
  from: { name: 'Tidewater', address: 'news@example.org' },
  subject: 'November',
  email: '<p>Hello</p>',
  text: 'Hello\n',
  date: 0,
  bounceDomain: 'example.org',
});
const going = new AbortController().signal;

async function connected(url: string): Promise<Redis> {
  const redis = openRedis(url);
  onTestFinished(() => redis.disconnect());
  await untilReady(redis);
  return redis;
}

/** A sink that notes who arrived when; `answer` may say something else than yes. */
async function sink(answer: (to: string) => Step | undefined = () => undefined) {
  const arrivals: Arrival[] = [];
  const relay = await openScriptedRelay({
    dot: () => {
      const { to = '' } = relay.mails.pop() ?? {};
      const step = answer(to);
      if (step === undefined) arrivals.push({ to, at: performance.now() });
      return step ?? '250 2.0.0 taken';
    },
  });
  onTestFinished(() => relay.close());
  return { url: relay.url, arrivals };
}

/** A worker without serve: what it begins is a go, and what it tells is kept. */
async function worker(redisUrl: string, relayUrl: string, connections = 5, waits = [1000]) {
  const told = new Map<string, Outcome>();
  const addresses = new Map<number, string>();
  const marks: Marks = {
    worker: 'w-test',
    begin: async () => 'go',
    remember: (_, reader, outcome) => void told.set(addresses.get(reader) ?? '', outcome),
    end: async () => {},
    joined: async () => true,
    leave: async () => {},
  };
  const transport = openTransport({ url: relayUrl, connections });
  onTestFinished(() => transport.close());
  const deps: DeliverDeps = {
    marks,
    transport,
    gate: openRelayGate({ probe: () => transport.probe(), tell: async () => {}, waits }),
    pace: openPace(await connected(redisUrl), 'issue'),
    tails: openTails(),
    template: async () => template,
    lanes: openLanes(connections),
  };
  let batch = 0;
  return {
    told,
    deliver(to: readonly string[], limits: Pick<BatchJob, 'rate' | 'rates'>) {
      batch += 1;
      const rows = to.map((address, i) => ({ reader: batch * 10_000 + i, address, delivery: 'd'.repeat(34) }));
      for (const { reader, address } of rows) addresses.set(reader, address);
      return deliverBatch(deps, { batch, send: 1, epoch: 1, template: 'h', rows, ...limits }, going);
    },
  };
}

const to = (count: number, domain: string): string[] => Array.from({ length: count }, (_, i) => `r${i}@${domain}`);
const span = (arrivals: readonly Arrival[]) => ({ from: arrivals[0]?.at ?? 0, to: arrivals.at(-1)?.at ?? 0 });

describe('the pace', { timeout: 30_000 }, () => {
  test('holds for all workers together: never more than one over the limit in a second, and the limit is used', async ({ redis }) => {
    await (await connected(redis.url)).flushall();
    const { url, arrivals } = await sink();
    const workers = await Promise.all([1, 2, 3].map(() => worker(redis.url, url)));
    await Promise.all(workers.map((each, i) => each.deliver(to(16, `mail${i}.example`), { rate: 10 })));
    expect(arrivals).toHaveLength(48);
    expect(mostInASecond(arrivals)).toBeLessThanOrEqual(11);
    expect(shareOf(arrivals, 10, span(arrivals))).toBeGreaterThanOrEqual(0.97);
  });

  test('of one provider holds too, and neither keeps the others waiting nor their connections', async ({ redis }) => {
    await (await connected(redis.url)).flushall();
    const { url, arrivals } = await sink();
    const workers = await Promise.all([1, 2].map(() => worker(redis.url, url, 2)));
    const mixed = to(200, 'example.com').flatMap((other, i) => (i < 100 ? [`r${i}@gmail.com`, other] : [other]));
    const began = performance.now();
    await Promise.all(workers.map((each) => each.deliver(mixed, { rates: { google: 10 } })));
    const google = arrivals.filter(({ to: address }) => address.endsWith('@gmail.com'));
    const last = Math.max(...arrivals.filter((each) => !google.includes(each)).map(({ at }) => at));
    expect(last - began).toBeLessThan(2000);
    expect(mostInASecond(google)).toBeLessThanOrEqual(11);
    expect(google.length).toBeGreaterThan(20);
    const held = workers.flatMap(({ told }) => [...told].filter(([, { kind }]) => kind === 'not-sent'));
    expect(google.length + held.length).toBe(200); // what its provider cannot take soon is given back …
    for (const [address, { reply, wait }] of held) {
      expect(address).toContain('@gmail.com');
      expect(reply).toBe('waits for the pace of google');
      expect(wait).toBeGreaterThanOrEqual(500); // … for later
    }
    const waits = held.map(([, { wait = 0 }]) => wait).sort((a, b) => a - b);
    expect((waits.at(-1) ?? 0) - (waits[0] ?? 0)).toBeGreaterThan(held.length * 50); // as fast as they can go, not all at once
  });

  test('is kept after a relay that stood still: turns that passed meanwhile are not made up for', async ({ redis }) => {
    await (await connected(redis.url)).flushall();
    const standing = Promise.withResolvers<void>();
    const arrivals: Arrival[] = [];
    const office = await openPostOffice({
      onData(stream, _session, done) {
        stream.resume().on('end', async () => {
          if (arrivals.length === 5) await standing.promise;
          arrivals.push({ to: '', at: performance.now() });
          done();
        });
      },
    });
    onTestFinished(() => office.close());
    const { deliver } = await worker(redis.url, office.url, 1);
    const batches = [1, 2, 3, 4].map((i) => deliver(to(8, `mail${i}.example`), { rate: 20 }));
    await expect.poll(() => arrivals.length, { timeout: 5000 }).toBe(5);
    setTimeout(standing.resolve, 1000);
    await Promise.all(batches);
    expect(arrivals).toHaveLength(32);
    expect(mostInASecond(arrivals)).toBeLessThanOrEqual(21);
  });

  test('of all small domains together is not slowed down by one of them that asks for less', async ({ redis }) => {
    await (await connected(redis.url)).flushall();
    const { url, arrivals } = await sink((address) => (address.endsWith('@slow.example') ? '450 4.7.1 too fast' : undefined));
    const { deliver, told } = await worker(redis.url, url, 2);
    const limits = { rates: { others: 40 } };
    await deliver([...to(1, 'slow.example'), ...to(5, 'a.example')], limits);
    expect(told.get('r0@slow.example')).toMatchObject({ kind: 'deferred', slow: true });
    await new Promise((done) => setTimeout(done, 1100)); // what is known of slowed groups is a second old at most
    const began = performance.now();
    await deliver([...to(2, 'slow.example'), ...to(40, 'b.example')], limits);
    expect(arrivals).toHaveLength(45);
    expect((arrivals.at(-1)?.at ?? 0) - began).toBeLessThan(1500);
  });

  test('of a provider that asks for less in the middle of a batch is kept in the rest of it, the others go on', async ({ redis }) => {
    await (await connected(redis.url)).flushall();
    const { url, arrivals } = await sink((address) => (address === 'r0@gmail.com' ? '450 4.7.28 too fast' : undefined));
    const { deliver, told } = await worker(redis.url, url, 1);
    const began = performance.now();
    await deliver([...to(60, 'gmail.com'), ...to(100, 'example.com')], { rate: 500 });
    const google = arrivals.filter(({ to: address }) => address.endsWith('@gmail.com'));
    const last = Math.max(...arrivals.filter((each) => !google.includes(each)).map(({ at }) => at));
    expect(last - began).toBeLessThan(1000);
    expect(mostInASecond(google)).toBeLessThanOrEqual(22); // 20 a second, and the one that was under way
    expect(told.size).toBe(160);
  });

  test('of a provider that asks us to slow down is halved at once for every worker, others are not touched', async ({ redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const { url } = await sink((address) => (address.endsWith('@yahoo.com') ? '421 4.7.0 [TSS04] come back later' : undefined));
    const first = await worker(redis.url, url, 1);
    await first.deliver([...to(1, 'yahoo.com'), ...to(20, 'example.com')], { rates: { yahoo: 40 } });
    expect(first.told.get('r0@yahoo.com')).toEqual({
      kind: 'not-sent',
      slow: true,
      reply: '421 4.7.0 [TSS04] come back later',
      wait: 60_000,
    });
    expect([...first.told.values()].filter(({ kind }) => kind === 'accepted')).toHaveLength(20);

    const { url: well, arrivals } = await sink();
    const others = await Promise.all([1, 2].map(() => worker(redis.url, well, 2)));
    await Promise.all(others.map((each) => each.deliver(to(20, 'yahoo.com'), { rates: { yahoo: 40 } })));
    expect(mostInASecond(arrivals)).toBeLessThanOrEqual(21);
  });
});

describe('a group that was slowed down', { timeout: 20_000 }, () => {
  /** As if the last plea had been so long ago. */
  const ago = async (redis: Redis, group: string, ms: number) => {
    const [level, at] = ((await redis.hget('g:slow', group)) ?? '').split(':').map(Number);
    await redis.hset('g:slow', group, `${level}:${(at ?? 0) - ms * 1000}`);
  };
  const stepOf = async (pace: ReturnType<typeof openPace>, groupRate?: number) => {
    for (;;) {
      const turn = await pace.take({ rate: undefined, group: 'google', groupRate }, going);
      if (turn?.go === false) return turn.step;
    }
  };

  test('is halved once for what was under way, again for what comes later, and gets it back by the table', async ({ redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const pace = openPace(connection, 'issue');
    expect(await stepOf(pace, 20)).toBeCloseTo(50, -1);
    await pace.slowDown('google');
    await pace.slowDown('google');
    expect(await stepOf(pace, 20)).toBeCloseTo(100, -1);
    await ago(connection, 'google', 6_000);
    await pace.slowDown('google');
    expect(await stepOf(pace, 20)).toBeCloseTo(200, -1);
    await ago(connection, 'google', 121_000);
    expect(await stepOf(pace, 20)).toBeCloseTo(100, -1);
    await ago(connection, 'google', 61_000);
    expect(await stepOf(pace, 20)).toBeCloseTo(50, -1);
    expect(await connection.hkeys('g:slow')).toEqual([]);
  });

  test('without a rate of its own keeps to that of the table until it has recovered', async ({ redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const [pace, other] = [openPace(connection, 'issue'), openPace(connection, 'issue')];
    await pace.slowDown('google');
    expect([...(await other.slowed())]).toEqual(['google']);
    expect(await stepOf(other)).toBeCloseTo(50, -1);
    await ago(connection, 'google', 61_000);
    expect(await pace.take({ rate: undefined, group: 'google', groupRate: undefined }, going)).toEqual({ go: true, wait: 0 });
    expect(await connection.hkeys('g:slow')).toEqual([]);
  });

  test('waits for nothing when Redis was emptied, or its clock set back', async ({ redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const pace = openPace(connection, 'issue');
    const ask = { rate: 10, group: 'google', groupRate: 10 };
    await pace.take(ask, going);
    const ahead = String((Date.now() + 3_600_000) * 1000);
    await connection.mset('g:pace', ahead, 'g:pace:to:google', ahead);
    expect(await pace.take(ask, going)).toEqual({ go: true, wait: 0 });
    await connection.flushall();
    expect(await pace.take(ask, going)).toEqual({ go: true, wait: 0 });
    await pace.slowDown('google');
    await ago(connection, 'google', -3_600_000);
    expect(await stepOf(pace, 10)).toBeCloseTo(200, -1);
  });

  test.for([0.5, 5000])('its turns are given at %d a second', async (rate, { redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const paces = [openPace(connection, 'issue'), openPace(await connected(redis.url), 'issue')];
    const until = performance.now() + 1900;
    const given = await Promise.all(
      paces.map(async (pace) => {
        let turns = 0;
        for (; performance.now() < until; turns += 1)
          await pace.take({ rate, group: 'x', groupRate: undefined }, AbortSignal.timeout(1900));
        return turns;
      }),
    );
    const all = given.reduce((sum, each) => sum + each, 0);
    expect(all).toBeLessThanOrEqual(rate === 0.5 ? 3 : 9900);
    expect(all).toBeGreaterThanOrEqual(rate === 0.5 ? 1 : 2500);
  });

  test('keeps no notice waiting, but the send makes room for it', async ({ redis }) => {
    const connection = await connected(redis.url);
    await connection.flushall();
    const ask = { rate: undefined, group: 'google', groupRate: 1 };
    const notices = openPace(connection, 'notice');
    for (let i = 0; i < 3; i += 1) expect(await notices.take(ask, going)).toEqual({ go: true, wait: 0 });
    expect((await openPace(connection, 'issue').take(ask, going))?.go).toBe(false);
  });
});
