/** The parts of the engine on real Redis and real SQLite, turned by hand: a test decides when serve settles, sweeps and tops up. Closed with the test. */
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { topUp } from '../../src/fanout/fanout.ts';
import { topUpNotices } from '../../src/fanout/notices.ts';
import { recall, takeBack } from '../../src/fanout/recall.ts';
import { sweep, vouch } from '../../src/fanout/sweep.ts';
import { openLog } from '../../src/log.ts';
import { openRedis, untilReady } from '../../src/queue/connect.ts';
import { type BatchJob, type DeliverQueue, type JobEnd, openDeliverQueue, takeBatches } from '../../src/queue/jobs.ts';
import { type Marks, openMarks } from '../../src/queue/marks.ts';
import { freezeStep, startDueSends } from '../../src/schedule/schedule.ts';
import { cancelStep } from '../../src/schedule/steer.ts';
import { retryUnknowns } from '../../src/schedule/unknowns.ts';
import { finishSends, settle } from '../../src/settle/settle.ts';
import { nextGeneration } from '../../src/store/engine.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import type { Db } from '../../src/store/open.ts';
import { t0 } from './store.ts';

export interface HandEngine {
  redis: Redis;
  queue: DeliverQueue;
  /** The clock of everything that takes one. */
  clock: { now: number };
  log: string[];
  vouch(): Promise<void>;
  start(): void;
  freeze(): void;
  topUp(): Promise<number>;
  /** Hands out notices; how many. */
  topUpNotices(): Promise<number>;
  settle(): Promise<number>;
  sweep(): Promise<void>;
  /** What a turn does about paused and cancelled sends: stops their batches, settles, takes back what no worker has. */
  recall(): Promise<void>;
  /** Cancels the rows of cancelled sends that are not out. */
  cancel(): void;
  /** What the policy `retry` does at a turn; how many go out again. */
  retry(): number;
  finish(): string[];
  /** Settles every few ms until closed, so that workers get their leases and are told what is committed. */
  keepSettling(): void;
  worker(): Promise<Marks>;
  take(deliver: (job: BatchJob) => Promise<JobEnd>): void;
  /** Before the test's end, for a test that opens another one. */
  close(): Promise<void>;
}

export async function openHandEngine(db: Db, url: string, { rehearsal = false } = {}): Promise<HandEngine> {
  const connect = async (): Promise<Redis> => {
    const redis = openRedis(url);
    await untilReady(redis);
    connections.push(redis);
    return redis;
  };
  const connections: Redis[] = [];
  const workers: Marks[] = [];
  const takers: { close(): Promise<void> }[] = [];
  const redis = await connect();
  await redis.flushall();
  const queue = await openDeliverQueue(url, rehearsal ? 'rehearse' : 'deliver', () => {});
  const clock = { now: t0 };
  const lines: string[] = [];
  const deps = {
    db,
    redis,
    waiting: redis,
    queue,
    privateRedis: true,
    rehearsal,
    tokenKeys: openKeyRing(db, 'secret of the test', t0).tokens,
    baseUrl: 'http://localhost:3000',
    bounceDomain: undefined,
    log: openLog({ level: 'debug', write: (line) => lines.push(line) }),
    now: () => clock.now,
    since: 0,
  };
  nextGeneration(db, rehearsal);
  let settling: Promise<void> | undefined;
  let open = true;
  const engine: HandEngine = {
    redis,
    queue,
    clock,
    log: lines,
    vouch: () => vouch(deps),
    start: () => void startDueSends(deps),
    freeze: () => {
      while (freezeStep(deps));
    },
    topUp: () => topUp(deps),
    topUpNotices: () => topUpNotices(deps),
    settle: async () => (await settle(deps, 0)).entries,
    sweep: () => sweep(deps),
    async recall() {
      const free = await recall(deps);
      await settle(deps, 0);
      await takeBack(deps, free);
    },
    cancel: () => {
      while (cancelStep(deps));
    },
    retry: () => retryUnknowns(deps),
    finish: () => finishSends(deps),
    keepSettling() {
      settling ??= (async () => {
        while (open) {
          await settle(deps, 0);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
    },
    async worker() {
      const marks = openMarks(await connect(), new AbortController().signal);
      workers.push(marks);
      return marks;
    },
    take(deliver) {
      const route = rehearsal ? 'rehearse' : 'deliver';
      const watch = { onError: () => {}, isAway: () => false };
      for (const freight of ['issue', 'notice'] as const) takers.push(takeBatches(url, { route, freight, atOnce: 1 }, deliver, watch));
    },
    async close() {
      if (!open) return;
      for (const taker of takers) await taker.close();
      for (const marks of workers) await marks.leave(0);
      open = false;
      await settling?.catch(() => {});
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
  onTestFinished(engine.close);
  return engine;
}
