/** The engine of serve: one loop that starts sends, freezes, settles, tops the window up and sweeps; rooms that never meet are joined here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerRequests, type ReaderDeps } from '../audience/audience.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { topUp } from '../fanout/fanout.ts';
import { topUpNotices } from '../fanout/notices.ts';
import { recall, takeBack } from '../fanout/recall.ts';
import { followEnded, sweep, vouch } from '../fanout/sweep.ts';
import type { Log } from '../log.ts';
import type { GroupRates } from '../model/pace.ts';
import { openRedis, type Redis, type RedisUrl, untilReady } from '../queue/connect.ts';
import { readRelayTrouble } from '../queue/engine.ts';
import { openDeliverQueue } from '../queue/jobs.ts';
import { watchRelay } from '../schedule/relay-trouble.ts';
import { freezeStep, startDueSends } from '../schedule/schedule.ts';
import { cancelStep } from '../schedule/steer.ts';
import { voidStrays } from '../schedule/undo-approval.ts';
import { retryUnknowns } from '../schedule/unknowns.ts';
import { finishSends, settle } from '../settle/settle.ts';
import { nextGeneration, noteRelayTrouble } from '../store/engine.ts';
import { openCalendar } from './calendar.ts';
import type { Data } from './data.ts';
import { openReturns } from './returns.ts';

export interface EngineOptions {
  data: Data;
  readers: ReaderDeps;
  redisUrl: RedisUrl;
  privateRedis: boolean;
  /** Whether mail goes to the built-in catcher: a rehearsal never goes over a relay, and no send but a rehearsal into the catcher. */
  rehearsal: boolean;
  baseUrl: string;
  bounceDomain: string | undefined;
  /** Whether readers may leave by mail to that domain. */
  leaveByMail?: boolean;
  rate: number | undefined;
  /** Messages a second by group of domains. */
  rates?: GroupRates | undefined;
  unknownPolicy: 'hold' | 'retry';
  /** Where mail that comes back is taken; absent: nowhere. */
  inbound?: Config['inbound'];
  log: Log;
  /** The clock of everything that comes due. */
  now: () => number;
}

export interface Engine {
  /** Port on which mail that comes back is taken, if any is. */
  readonly inboundPort: number | undefined;
  /** Says that the process of a worker has ended. */
  workerEnded(worker: string): void;
  /** Rejects when the engine had to stop by itself. */
  readonly failed: Promise<never>;
  /** Ends the loop after its present step, and settles what is left in the stream. */
  stop(): Promise<void>;
}

const sweepEveryMs = 30_000;
/** A turn comes several times a second and must stay short; limits of the hour are far below what this allows. */
const requestsPerTurn = 10;

export async function openEngine({
  data,
  readers,
  redisUrl,
  privateRedis,
  unknownPolicy,
  inbound,
  log,
  now,
  ...rest
}: EngineOptions): Promise<Engine> {
  const { db, ring } = data;
  const down = (error: Error) => log.debug('redis.down', { error: error.message });
  const redis = openRedis(redisUrl, down);
  const waiting = openRedis(redisUrl, down);
  await Promise.all([untilReady(redis), untilReady(waiting)]);
  const queue = await openDeliverQueue(redisUrl, rest.rehearsal ? 'rehearse' : 'deliver', down);
  nextGeneration(db, rest.rehearsal);
  const deps = { db, redis, waiting, queue, privateRedis, tokenKeys: ring.tokens, log, now, since: now(), ...rest };
  const calendar = await openCalendar({ db, redisUrl, baseUrl: rest.baseUrl, rehearsal: rest.rehearsal, log, now });
  const { rehearsal, bounceDomain } = rest;
  const returns = await openReturns({ data, redisUrl, inbound, rehearsal, bounceDomain, log, now }).catch(async (error: unknown) => {
    await calendar.close();
    throw error;
  });
  if (!rehearsal) voidStrays({ db, baseUrl: rest.baseUrl, log, now });
  const ended = new Set<string>();
  const relayWatch = watchRelay(deps);
  let stopping = false;
  let sweepAt = 0;
  let relayTrouble: string | null | undefined;

  async function turn(): Promise<void> {
    await vouch(deps);
    if (now() >= sweepAt) {
      await sweep(deps); // before the first lease is granted: what must not run is stopped by then
      sweepAt = now() + sweepEveryMs;
      calendar.look();
    }
    const recalled = await recall(deps);
    startDueSends(deps);
    if (unknownPolicy === 'retry') retryUnknowns(deps);
    answerRequests(readers, requestsPerTurn, now());
    calendar.lookAtNotices();
    const freezing = freezeStep(deps);
    const cancelling = cancelStep(deps);
    const gone = [...ended]; // those who end while it is settled may have told something since
    const { joined, all } = await settle(deps, freezing || cancelling ? 0 : 200);
    if (all) {
      await takeBack(deps, recalled); // else at a later turn: what their workers told must be settled first
      await followEnded(deps, gone);
      for (const worker of gone) ended.delete(worker);
    }
    returns.turn();
    if (joined) sweepAt = 0; // what waited for that worker's word can be resolved
    await topUpNotices(deps);
    await topUp(deps);
    finishSends(deps);
    const trouble = (await readRelayTrouble(redis)).join('; ') || null;
    relayWatch(trouble);
    if (trouble !== relayTrouble) noteRelayTrouble(db, trouble); // asked five times a second: a write that changes nothing still waits for its turn
    relayTrouble = trouble;
  }

  async function run(): Promise<void> {
    let trouble = '';
    while (!stopping) {
      try {
        await turn();
        if (trouble !== '') log.info('engine.goes_on', {});
        trouble = '';
      } catch (error) {
        if (error instanceof AppError) throw error;
        const { message } = error as Error; // Redis away, disk full, another writer too long: nothing is lost, the rows are as they were
        if (message !== trouble) log.warn('engine.waits', { error: message });
        trouble = message;
        sweepAt = 0; // something may be claimed and not published
        await sleep(300);
      }
    }
  }

  const running = run();
  const failed = new Promise<never>((_, reject) => running.catch(reject));
  failed.catch(() => {});
  return {
    inboundPort: returns.port,
    workerEnded: (worker) => void ended.add(worker),
    failed,
    async stop() {
      stopping = true;
      await within(stopMs, Promise.all([running, calendar.close(), returns.close()]));
      await within(stopMs, settleRest(deps));
      await within(stopMs, queue.close());
      redis.disconnect(); // a Redis that hangs must not keep us: what waits for it fails now
      waiting.disconnect();
      await running.catch(() => {});
    },
  };
}

/** How long each step of a stop may wait for a Redis that does not answer. */
const stopMs = 5000;

/** Waits for work that may fail, but not for ever. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work.catch(() => {}), sleep(ms, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}

/** What workers told while stopping. What stays unread is in the stream at the next start. */
async function settleRest(deps: { waiting: Redis } & Parameters<typeof settle>[0]): Promise<void> {
  for (let round = 0; round < 1000; round += 1) if ((await settle(deps, 0)).entries === 0) break;
  finishSends(deps);
}
