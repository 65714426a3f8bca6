/** A running service: the lock, Redis, the catcher when there is no relay, the engine, the workers as child processes. With the web beside it, it is serve. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { resumeImports } from '../audience/audience.ts';
import { type Catcher, openCatcher } from '../catcher/catcher.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { openPrivateRedis, type PrivateRedis } from '../queue/private-redis.ts';
import { lockDataFolder } from '../store/lock.ts';
import { closeStore } from '../store/open.ts';
import { openWeb } from '../web/web.ts';
import { type Data, makeFolder, openData } from './data.ts';
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
}

export interface Service {
  readonly data: Data;
  /** Where the pages are; undefined without web. */
  readonly url: string | undefined;
  /** Rejects when a part had to stop by itself. */
  readonly failed: Promise<never>;
  /** Stops everything in order: pages, workers, engine, Redis; nothing is left running. */
  stop(): Promise<void>;
}

/** Starts the parts in order; whatever fails, those already started are stopped again. */
export async function openService({ config, env, log, workers, web, command }: ServiceOptions): Promise<Service> {
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
    const pages = web ? await openWeb({ db: data.db, tokenKeys: data.ring.tokens, config, log, ...(catcher && { catcher }) }) : undefined;
    if (pages !== undefined) stops.push(() => pages.close());
    const redis = await openServiceRedis(config, env, log);
    stops.push(() => redis.stop());
    const engine = await openEngine(engineOptions(config, data, redis, log));
    stops.push(() => engine.stop());
    const children = startWorkers(workers, workerEnvironment(config, env, redis, catcher), redis.lifeline, log);
    stops.push(() => children.stop());
    return { data, url: pages?.url, failed: engine.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function engineOptions({ smtp, redis: given, baseUrl, bounceDomain, ratePerSecond }: Config, data: Data, redis: ServiceRedis, log: Log) {
  return {
    data,
    redisUrl: redis.url,
    privateRedis: given === undefined,
    rehearsal: smtp === undefined,
    baseUrl,
    bounceDomain,
    rate: ratePerSecond,
    log,
  };
}

interface ServiceRedis {
  url: string;
  /** For the workers' stdio: a private Redis lives until serve and its last worker are gone. */
  lifeline(): number | undefined;
  stop(): Promise<void>;
}

/** The Redis of REDIS_URL, or a private one that is started again should it die. */
async function openServiceRedis({ redis: given, dataDir }: Config, env: Environment, log: Log): Promise<ServiceRedis> {
  if (given !== undefined) return { url: given.url, lifeline: () => undefined, stop: async () => {} };
  const start = (): Promise<PrivateRedis> => openPrivateRedis(join(dataDir, 'redis'), { path: env['PATH'] ?? '' });
  let stopping = false;
  let current = await start();
  const watch = (redis: PrivateRedis): void => {
    void redis.ended.then(async () => {
      if (stopping) return;
      log.warn('redis.restarted', {});
      try {
        current = await start();
        watch(current);
      } catch (error) {
        log.error('redis.gone', { error: (error as Error).message });
      }
    });
  };
  watch(current);
  return {
    url: current.url,
    lifeline: () => current.lifeline,
    async stop() {
      stopping = true;
      await current.stop();
    },
  };
}

/** What a worker child gets: the settings of this process, with the Redis and the relay that serve uses. No key of the store is among them. */
function workerEnvironment(config: Config, env: Environment, redis: ServiceRedis, catcher: Catcher | undefined): Environment {
  const { SECRET_KEY: _, ...rest } = env;
  return {
    ...rest,
    DATA_DIR: config.dataDir,
    REDIS_URL: redis.url,
    SMTP_URL: config.smtp?.url ?? catcher?.url,
    LOG_LEVEL: config.logLevel,
  };
}

/** Runs `count` workers as child processes; one that dies is started again. */
function startWorkers(count: number, env: Environment, lifeline: () => number | undefined, log: Log): { stop(): Promise<void> } {
  const children = new Set<ChildProcess>();
  let stopping = false;
  const start = (): void => {
    const child = fork(join(import.meta.dirname, '../main.ts'), ['work'], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', lifeline() ?? 'ignore'],
    });
    children.add(child);
    child.once('exit', (code, signal) => {
      children.delete(child);
      if (stopping) return;
      log.warn('worker.restarted', { code, signal });
      setTimeout(() => !stopping && start(), 500);
    });
  };
  for (let i = 0; i < count; i += 1) start();
  return {
    async stop() {
      stopping = true;
      await Promise.all(
        [...children].map((child) => {
          const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
          child.kill('SIGTERM');
          const killer = setTimeout(() => child.kill('SIGKILL'), 30_000);
          return gone.finally(() => clearTimeout(killer));
        }),
      );
    },
  };
}
