/** A running service: the lock, Redis, the catcher when there is no relay, the engine, the workers as child processes. With the web beside it, it is serve. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepNames, type ReaderDeps, resumeImports } from '../audience/audience.ts';
import { openCatcher } from '../catcher/catcher.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { languages } from '../model/words/words.ts';
import { openPrivateRedis, type PrivateRedis } from '../queue/private-redis.ts';
import { lockDataFolder } from '../store/lock.ts';
import { closeStore } from '../store/open.ts';
import { openWeb } from '../web/web.ts';
import { startWorkers, workerEnvironment } from './children.ts';
import { type Data, makeFolder, openData } from './data.ts';
import { readDkimKeys } from './dkim.ts';
import { openTxtLookup, warnOfRecords } from './dkim-dns.ts';
import { openEngine } from './engine.ts';
import type { Environment } from './environment.ts';

export interface ServiceOptions {
  config: Config;
  env: Environment;
  log: Log;
  workers: number;
  /** Whether pages are served too. */
  web: boolean;
  /** The command that runs it, for whoever finds the data folder taken. */
  command: string;
  /** The clock of everything that comes due; the machine's when absent. */
  now?: () => number;
}

export interface Service {
  readonly data: Data;
  /** Where the pages are; undefined without web. */
  readonly url: string | undefined;
  /** Port on which mail that comes back is taken, if any is. */
  readonly inboundPort: number | undefined;
  /** Rejects when a part had to stop by itself. */
  readonly failed: Promise<never>;
  /** Stops everything in order: pages, workers, engine, Redis; nothing is left running. */
  stop(): Promise<void>;
}

/** Starts the parts in order; whatever fails, those already started are stopped again. */
export async function openService({ config, env, log, workers, web, command, now = Date.now }: ServiceOptions): Promise<Service> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    makeFolder(config.dataDir);
    stops.push(lockDataFolder(config.dataDir, command));
    const data = openData(config);
    stops.push(() => closeStore(data.db));
    const leftovers = new AbortController(); // of an import that was killed: finished beside everything else, a large one takes its time
    const resumed = resumeImports({ db: data.db, dataDir: config.dataDir, suppressionKey: data.ring.suppression }, leftovers.signal).catch(
      (error: unknown) => log.warn('import.not_resumed', { error }),
    );
    stops.push(async () => {
      leftovers.abort();
      await resumed;
    });
    const catcher = config.smtp === undefined ? await openCatcher({ folder: join(config.dataDir, 'catcher') }) : undefined;
    if (catcher !== undefined) stops.push(() => catcher.close());
    const dkim = readDkimKeys(config);
    const lookUpTxt = openTxtLookup();
    const pages = web
      ? await openWeb({
          readers: readerDeps(config, data),
          sessionsKey: data.ring.sessions,
          config: { ...config, leaveByMail: leaveByMail(config) },
          dkim,
          lookUpTxt,
          log,
          now,
          ...(catcher && { catcher }),
        })
      : undefined;
    if (pages !== undefined) stops.push(() => pages.close());
    if (web) {
      const names = keepNames({ db: data.db, log });
      stops.push(() => names.close());
    }
    const redis = await openServiceRedis(config, env, log);
    stops.push(() => redis.stop());
    const engine = await openEngine({ ...engineOptions(config, data, redis, log), now });
    stops.push(() => engine.stop());
    const children = startWorkers({
      count: workers,
      env: workerEnvironment(config, env, redis.url, catcher?.url),
      rehearsal: catcher !== undefined,
      lifeline: redis.lifeline,
      ended: engine.workerEnded,
      log,
    });
    redis.onRestart(children.replace);
    stops.push(() => children.stop());
    if (web && dkim !== undefined && catcher === undefined) {
      const leaving = new AbortController();
      void warnOfRecords(log, lookUpTxt, dkim, leaving.signal); // beside everything else: the DNS takes its time, and nothing hangs on its answer
      stops.push(() => leaving.abort());
    }
    return { data, url: pages?.url, inboundPort: engine.inboundPort, failed: engine.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the rules of consent work with. */
function readerDeps({ dataDir, rehearsal }: Config, { db, ring }: Data): ReaderDeps {
  return { db, tokenKeys: ring.tokens, suppressionKey: ring.suppression, languages, rehearsal, dataDir };
}

/** Whether readers may leave by mail: a domain of its own for what comes back says that it is read, by the pipe at least. */
const leaveByMail = ({ inbound, bounceDomain }: Config): boolean => inbound !== undefined || bounceDomain !== undefined;

function engineOptions(config: Config, data: Data, redis: ServiceRedis, log: Log) {
  const { smtp, redis: given, baseUrl, bounceDomain, ratePerSecond, ratesByDomain, unknownPolicy, inbound } = config;
  return {
    data,
    readers: readerDeps(config, data),
    redisUrl: redis.url,
    privateRedis: given === undefined,
    rehearsal: smtp === undefined,
    baseUrl,
    bounceDomain,
    leaveByMail: leaveByMail(config),
    rate: ratePerSecond,
    rates: ratesByDomain,
    unknownPolicy,
    inbound,
    log,
  };
}

interface ServiceRedis {
  url: string;
  /** For the workers' stdio: a private Redis lives until serve and its last worker are gone. */
  lifeline(): number | undefined;
  /** Called when a private Redis has been started again, with another lifeline. */
  onRestart(listener: () => void): void;
  stop(): Promise<void>;
}

/** The Redis of REDIS_URL, or a private one that is started again should it die. */
async function openServiceRedis({ redis: given, dataDir }: Config, env: Environment, log: Log): Promise<ServiceRedis> {
  if (given !== undefined) return { url: given.url, lifeline: () => undefined, onRestart: () => {}, stop: async () => {} };
  const start = (): Promise<PrivateRedis> => openPrivateRedis(join(dataDir, 'redis'), { path: env['PATH'] ?? '' });
  const stopping = new AbortController();
  let current = await start();
  let restarted = (): void => {};
  const keep = async (): Promise<void> => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 30_000)) {
      await current.ended;
      if (stopping.signal.aborted) return;
      await current.stop(); // it is gone: this lets go of its lifeline
      try {
        current = await start();
        if (stopping.signal.aborted) return await current.stop();
        wait = 500;
        log.warn('redis.restarted', {});
        restarted();
      } catch (error) {
        log.error('redis.gone', { error });
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  const keeping = keep();
  return {
    url: current.url,
    lifeline: () => current.lifeline,
    onRestart: (listener) => {
      restarted = listener;
    },
    async stop() {
      stopping.abort();
      await current.stop();
      await keeping;
    },
  };
}
