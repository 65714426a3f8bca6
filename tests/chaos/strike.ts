/** How a fault strikes a running round: signals to processes of its own folder, an emptied Redis, orders to its relay. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis, untilReady } from '../../src/queue/connect.ts';
import { shortSocket } from '../../src/queue/short-socket.ts';
import type { Fault, Harm, Strike } from './faults.ts';
import type { ChaosRelay } from './relay.ts';
import { type Found, processesOf } from './service.ts';

export interface Target {
  readonly folder: string;
  readonly relay: ChaosRelay;
  /** Counts what was met. */
  readonly harm: Harm;
  /** Waits for the end of serve, which was killed, and starts it again after `ms`. */
  restartServe(ms: number): Promise<void>;
}

/** Strikes; resolves when all that belongs to the fault is over, and what died runs again. */
export async function strike(target: Target, { fault, lasts, worker, cuts }: Strike): Promise<void> {
  const { folder, relay, harm } = target;
  const workers = (): Found[] => processesOf(folder).filter(({ kind }) => kind === 'worker');
  const oneWorker = (): Found[] => {
    const all = workers();
    return all.slice(worker % Math.max(1, all.length)).slice(0, 1);
  };
  const kill = (found: readonly Found[]): void => {
    for (const { pid, kind } of found) if (signal(pid, 'SIGKILL') && kind === 'worker') harm.killed += 1;
  };
  const kinds = (...wanted: Found['kind'][]): Found[] => processesOf(folder).filter(({ kind }) => wanted.includes(kind));

  const strikes: Record<Fault, () => Promise<void> | void> = {
    worker: () => kill(oneWorker()),
    workers: () => kill(workers()),
    redis: () => kill(kinds('redis')),
    async serve() {
      kill(kinds('serve'));
      await target.restartServe(lasts);
    },
    async all() {
      kill(kinds('serve', 'worker', 'redis'));
      await target.restartServe(lasts);
    },
    async stop() {
      const stopped = oneWorker();
      for (const { pid } of stopped) signal(pid, 'SIGSTOP');
      await sleep(lasts);
      for (const { pid } of stopped) signal(pid, 'SIGCONT');
      await sleep(3000); // it finds its lease gone, says what it did, and is heard
    },
    empty: () => emptyRedis(folder),
    async loss() {
      kill(oneWorker());
      await sleep(lasts);
      await emptyRedis(folder);
    },
    drop() {
      harm.cutOff += workers().length;
      relay.fail({ fault: 'drop', ms: lasts, cuts });
    },
    delay: () => relay.fail({ fault: 'delay', ms: lasts, cuts }),
    'mid-DATA': () => relay.fail({ fault: 'mid-DATA', ms: lasts, cuts }),
    'after-dot': () => relay.fail({ fault: 'after-dot', ms: lasts, cuts }),
  };
  await strikes[fault]();
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it ended by itself
  }
}

/** FLUSHALL at the private Redis, as soon as there is one. */
async function emptyRedis(folder: string): Promise<void> {
  const redis = openRedis(`unix:${shortSocket(join(realpathSync(folder), 'data', 'redis'))}`);
  try {
    await untilReady(redis, 30_000);
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
