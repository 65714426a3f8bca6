/** Delivery workers as child processes of serve: started, started again, replaced, stopped. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Environment } from './environment.ts';

export interface WorkersOptions {
  count: number;
  env: Environment;
  /** Whether they carry rehearsals into the catcher. */
  rehearsal: boolean;
  /** A file descriptor that each of them holds while it lives. */
  lifeline: () => number | undefined;
  /** Hears of a worker whose process has ended, by the name it had said. */
  ended: (worker: string) => void;
  log: Log;
}

/** What a worker says to the serve that started it. */
export interface WorkerName {
  worker: string;
}

export interface Workers {
  /** Stops each and starts another in its place, with the lifeline of now. */
  replace(): void;
  /** Stops all; each finishes what it has begun. */
  stop(): Promise<void>;
}

/** What a worker child gets: the settings of this process, with the Redis and the relay that serve uses. No key of the store is among them. */
export function workerEnvironment(config: Config, env: Environment, redisUrl: string, catcherUrl: string | undefined): Environment {
  const { SECRET_KEY: _, ...rest } = env;
  return { ...rest, DATA_DIR: config.dataDir, REDIS_URL: redisUrl, SMTP_URL: config.smtp?.url ?? catcherUrl, LOG_LEVEL: config.logLevel };
}

/** Runs `count` workers; one that ends while it should not is started again. */
export function startWorkers({ count, env, rehearsal, lifeline, ended, log }: WorkersOptions): Workers {
  const children = new Set<ChildProcess>();
  const leaving = new WeakSet<ChildProcess>();
  let stopping = false;
  const start = (): void => {
    const child = fork(join(import.meta.dirname, '../main.ts'), ['work', ...(rehearsal ? ['--rehearsal'] : [])], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', lifeline() ?? 'ignore'],
    });
    children.add(child);
    let worker: string | undefined;
    child.on('message', (said: WorkerName) => {
      worker = said.worker;
    });
    child.once('exit', (code, signal) => {
      children.delete(child);
      if (worker !== undefined) ended(worker);
      if (stopping) return;
      if (!leaving.has(child)) log.warn('worker.restarted', { code, signal });
      setTimeout(() => !stopping && start(), 500);
    });
  };
  for (let i = 0; i < count; i += 1) start();
  return {
    replace() {
      for (const child of children) {
        leaving.add(child);
        child.kill('SIGTERM');
      }
    },
    async stop() {
      stopping = true;
      await Promise.all([...children].map(stopOne));
    },
  };
}

async function stopOne(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await gone;
  clearTimeout(killer);
}
