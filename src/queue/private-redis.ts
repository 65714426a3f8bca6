/** The private Redis: a server of our own on a unix socket in the data folder, for everybody who has set no REDIS_URL. */
import type { ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { removeShortSocket, shortSocket } from './short-socket.ts';
import { holdOn, type Lifeline, startWatched } from './watchdog.ts';

export interface PrivateRedis {
  /** The path of the socket. */
  readonly socket: string;
  /** The same as a RedisUrl: `unix:` and the path. */
  readonly url: string;
  /** The server's own process. */
  readonly pid: number;
  /** True when the server was there already, left behind by a killed serve. */
  readonly adopted: boolean;
  /** A file descriptor for a worker's stdio (any place after the third): the server lives until this process and every child that got it are gone. */
  readonly lifeline: number;
  /** Resolves when the server has ended, by `stop` or on its own. */
  readonly ended: Promise<void>;
  /** Ends the server: SHUTDOWN, and SIGKILL after `stopMs`. Call it when its clients are closed. */
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
  /** The PATH to find `valkey-server` or `redis-server` on. */
  readonly path: string;
  /** Off for tests: nothing is written to disk. Default true. */
  readonly durable?: boolean;
  /** How long it may take to be ready, loading its file included. Default 30 s. */
  readonly startMs?: number;
  /** How long it may take to stop. Default 10 s. */
  readonly stopMs?: number;
}

/**
 * Opens the private Redis with its files and its socket in `folder` (made, mode 0700): adopts the server that a killed serve left there, else starts one.
 * The caller must hold the lock of the data folder. Two servers on one folder would ruin its append-only file, so an old one that no watchdog guards
 * any more is shut down first, and one that is just ending is waited for.
 * Errors: `redis.missing` (no server on PATH), `redis.failed` (it died while starting, its last lines are quoted; or `startMs` is over).
 */
export async function openPrivateRedis(
  folder: string,
  { path, durable = true, startMs = 30_000, stopMs = 10_000 }: PrivateRedisOptions,
): Promise<PrivateRedis> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const home = realpathSync(folder);
  const socket = shortSocket(home);
  const until = Date.now() + startMs;
  const old = await adopt(home, socket, until);
  const { lifeline, ended } = old ?? (await start(home, socket, { program: serverOn(path), durable, until }));
  const pid = await serverPid(socket);
  return {
    socket,
    url: `unix:${socket}`,
    pid,
    adopted: old !== undefined,
    lifeline: lifeline.fd,
    ended,
    async stop() {
      const killer = setTimeout(() => isAlive(pid) && process.kill(pid, 'SIGKILL'), stopMs);
      await ask(socket, 'SHUTDOWN'); // acts at once, a signal only at the server's next tenth of a second
      await ended;
      clearTimeout(killer);
      lifeline.letGo();
      removeShortSocket(socket, home);
    },
  };
}

interface Running {
  readonly lifeline: Lifeline;
  readonly ended: Promise<void>;
}

/** Takes over the server that listens on the socket. Resolves with undefined when there is none, and it is certain that none is coming up or ending. */
async function adopt(folder: string, socket: string, until: number): Promise<Running | undefined> {
  let lifeline: Lifeline | undefined;
  for (let answer = ''; Date.now() < until; await sleep(5)) {
    lifeline ??= holdOn(folder);
    if (lifeline && !lifeline.knock()) {
      lifeline.letGo();
      lifeline = undefined;
    }
    answer = await ask(socket, 'PING');
    const listens = answer !== 'ENOENT' && answer !== 'ECONNREFUSED';
    if (lifeline && answer === '+PONG' && lifeline.heard()) return { lifeline, ended: untilGone(await serverPid(socket)) };
    if (!lifeline && !listens) return undefined;
    if (!lifeline) await ask(socket, 'SHUTDOWN');
  }
  lifeline?.letGo();
  throw new AppError(
    'redis.failed',
    `An older Redis holds ${folder} but does not answer: end the process that listens on ${socket}, then start again`,
    { status: 503 },
  );
}

async function start(
  folder: string,
  socket: string,
  { program, durable, until }: { program: string; durable: boolean; until: number },
): Promise<Running> {
  // `appendfsync no` writes before it answers, so a killed Redis forgets nothing; `everysec` postpones the write itself while the disk is slow.
  const settings = { port: '0', unixsocket: socket, unixsocketperm: '700', dir: folder, loglevel: 'warning', daemonize: 'no' };
  const keeping = { save: '', appendonly: durable ? 'yes' : 'no', appendfsync: 'no', 'maxmemory-policy': 'noeviction' };
  const logFile = join(folder, 'redis.log');
  const log = openSync(logFile, 'w', 0o600);
  const args = Object.entries({ ...settings, ...keeping }).flatMap(([name, value]) => [`--${name}`, value]);
  const { child, lifeline } = startWatched(folder, [program, ...args], log);
  closeSync(log);
  const ended = childEnd(child);
  const why = await Promise.race([untilReady(socket, until), ended.then(() => 'it ended')]);
  if (why === undefined) return { lifeline, ended };
  lifeline.letGo();
  const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-4).join('\n  ');
  throw new AppError('redis.failed', `The private Redis (${program}) did not start: ${why}\n  ${lines}`, { status: 503 });
}

function childEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

/** Resolves with undefined when the server takes commands, else with what it said last. */
async function untilReady(socket: string, until: number): Promise<string | undefined> {
  let answer = '';
  while (Date.now() < until) {
    answer = await ask(socket, 'PING');
    if (answer === '+PONG') return undefined;
    await sleep(answer.startsWith('-LOADING') ? 50 : 3);
  }
  return `it was not ready in time (${answer})`;
}

/** Resolves when a process that is not our child has ended. Asking keeps no process alive. */
function untilGone(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve();
    }, 50);
    timer.unref();
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function serverPid(socket: string): Promise<number> {
  const answer = await ask(socket, 'INFO server', /process_id:(\d+)\r\n/);
  const pid = Number(answer);
  if (!(pid > 0)) throw new AppError('redis.failed', `The private Redis does not tell its process (${answer})`, { status: 503 });
  return pid;
}

/** Whether a server that could be started is on that PATH. */
export function hasRedisServer(path: string): boolean {
  return findServer(path) !== undefined;
}

function findServer(path: string): string | undefined {
  for (const program of ['valkey-server', 'redis-server']) {
    for (const folder of path.split(delimiter).filter(Boolean)) {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return join(folder, program);
      } catch {}
    }
  }
  return undefined;
}

function serverOn(path: string): string {
  const found = findServer(path);
  if (found !== undefined) return found;
  throw new AppError(
    'redis.missing',
    'No valkey-server or redis-server on PATH: install one (Debian: apt-get install redis-server), or set REDIS_URL',
    { status: 503 },
  );
}

/** One command over a connection of its own. Resolves with the first match of `wanted` (by default the first line), or with the system's error code. */
function ask(socket: string, command: string, wanted = /^(.*?)\r\n/): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const line = createConnection(socket, () => line.write(`${command}\r\n`));
    const done = (answer: string) => {
      line.destroy();
      resolve(answer);
    };
    line.setTimeout(1000, () => done('ETIMEDOUT'));
    line.on('data', (data) => {
      heard += data.toString();
      const found = wanted.exec(heard);
      if (found) done(found[1] ?? '');
    });
    line.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    line.once('close', () => done('closed'));
  });
}
