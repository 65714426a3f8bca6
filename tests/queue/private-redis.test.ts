/** The private Redis of a data folder: started once, adopted after a killed serve, gone when nobody is left who needs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { openPrivateRedis } from '../../src/queue/private-redis.ts';

const path = process.env['PATH'] ?? '';
const holder = join(import.meta.dirname, '../support/redis-holder.ts');

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a holder process and resolves with what it says about its Redis. */
async function hold(folder: string, workers = 0): Promise<{ serve: ChildProcess; pid: number; adopted: boolean; workers: number[] }> {
  const serve = spawn(process.execPath, [holder, folder, String(workers)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(serve);
  for await (const line of createInterface(serve.stdout)) return { serve, ...JSON.parse(line) };
  throw new Error('the holder ended without a word');
}

/** False also for a process that has ended and whose parent, killed before it, cannot notice. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Sends one command and resolves with the last line of the answer, which must come in one piece. */
function say(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = createConnection(socket, () => line.write(`${command}\r\n`));
    line.once('data', (data) => {
      line.destroy();
      resolve(data.toString().trimEnd().split('\r\n').at(-1) ?? '');
    });
    line.once('error', reject);
  });
}

const gone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 20 }).toBe(false);

test('it listens on a socket that only this user can reach, never evicts, and writes each command before it answers', async () => {
  const folder = join(newFolder(), 'redis');
  const redis = await openPrivateRedis(folder, { path });
  onTestFinished(() => redis.stop());
  expect(redis).toMatchObject({ adopted: false, socket: join(folder, 'redis.sock'), url: `unix:${redis.socket}` });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(redis.socket).mode & 0o077).toBe(0);
  expect(await say(redis.socket, 'CONFIG GET appendonly')).toBe('yes');
  expect(await say(redis.socket, 'CONFIG GET appendfsync')).toBe('no');
  expect(await say(redis.socket, 'CONFIG GET maxmemory-policy')).toBe('noeviction');
  expect(await say(redis.socket, 'CONFIG GET save')).toBe('$0');
});

test('what it was told is there after a stop and a new start', async () => {
  const folder = newFolder();
  const first = await openPrivateRedis(folder, { path });
  await say(first.socket, 'SET word kept');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await openPrivateRedis(folder, { path });
  onTestFinished(() => second.stop());
  expect(await say(second.socket, 'GET word')).toBe('kept');
});

test('a Redis killed by -9 reports its end, and what it acknowledged is there in the next one', async () => {
  const folder = newFolder();
  const first = await openPrivateRedis(folder, { path });
  expect(await say(first.socket, 'SET word kept')).toBe('+OK');
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await openPrivateRedis(folder, { path });
  onTestFinished(() => second.stop());
  expect(await say(second.socket, 'GET word')).toBe('kept');
});

describe('when serve is killed', () => {
  test('without workers, its Redis ends too', async () => {
    const { serve, pid } = await hold(newFolder());
    serve.kill('SIGKILL');
    await gone(pid);
  });

  test('Redis lives as long as one worker does, and the next serve adopts it instead of starting a second one', async () => {
    const folder = newFolder();
    const first = await hold(folder, 2);
    const [one = 0, two = 0] = first.workers;
    first.serve.kill('SIGKILL');
    await gone(first.serve.pid ?? 0);
    process.kill(one, 'SIGKILL');
    await gone(one);
    const second = await hold(folder);
    expect(second).toMatchObject({ adopted: true, pid: first.pid });
    process.kill(two, 'SIGKILL');
    await gone(two);
    expect(isAlive(first.pid)).toBe(true);
    second.serve.kill('SIGKILL');
    await gone(first.pid);
  });

  test('Redis ends with the last worker when no serve comes back', async () => {
    const { serve, pid, workers } = await hold(newFolder(), 1);
    serve.kill('SIGKILL');
    await gone(serve.pid ?? 0);
    expect(isAlive(pid)).toBe(true);
    for (const worker of workers) process.kill(worker, 'SIGKILL');
    await gone(pid);
  });

  test('a serve that starts again and again at once finds exactly one Redis each time', async () => {
    const folder = newFolder();
    for (let round = 0; round < 4; round++) {
      const { serve, pid } = await hold(folder);
      serve.kill('SIGKILL');
      const next = await hold(folder);
      expect(isAlive(next.pid)).toBe(true);
      expect(next.pid === pid || !isAlive(pid)).toBe(true);
      next.serve.kill('SIGTERM');
      await gone(next.pid);
    }
  });
});

test('an adopted Redis is stopped by its new owner, and its end is reported', async () => {
  const folder = newFolder();
  const { serve, pid, workers } = await hold(folder, 1);
  serve.kill('SIGKILL');
  await gone(serve.pid ?? 0);
  const redis = await openPrivateRedis(folder, { path });
  expect(redis).toMatchObject({ adopted: true, pid });
  await redis.stop();
  await redis.ended;
  expect(isAlive(pid)).toBe(false);
  for (const worker of workers) process.kill(worker, 'SIGKILL');
});

test('an old Redis that no watchdog guards is shut down before a new one starts', async () => {
  const folder = newFolder();
  const unguarded = spawn('redis-server', ['--port', '0', '--unixsocket', join(folder, 'redis.sock'), '--dir', folder], {
    stdio: 'ignore',
  });
  children.push(unguarded);
  await expect.poll(() => say(join(folder, 'redis.sock'), 'PING').catch(() => ''), { interval: 10 }).toBe('+PONG');
  const redis = await openPrivateRedis(folder, { path });
  onTestFinished(() => redis.stop());
  expect(redis.adopted).toBe(false);
  await gone(unguarded.pid ?? 0);
});

test('a Redis that hangs is killed when the time to stop is over', async () => {
  const redis = await openPrivateRedis(newFolder(), { path, stopMs: 100 });
  process.kill(redis.pid, 'SIGSTOP');
  await redis.stop();
  expect(isAlive(redis.pid)).toBe(false);
});

test('in a folder too deep for a socket, it is reached by a short path that stays the same, and adopted by it', async () => {
  const folder = join(newFolder(), ...Array(8).fill('a-name-of-twenty-odd'));
  mkdirSync(folder, { recursive: true });
  const first = await openPrivateRedis(folder, { path, durable: false });
  expect(Buffer.byteLength(first.socket)).toBeLessThan(104);
  expect(readdirSync(folder)).toContain('redis.sock');
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await openPrivateRedis(folder, { path, durable: false });
  expect(second.socket).toBe(first.socket);
  await second.stop();
  expect(() => statSync(join(second.socket, '../..'))).toThrow('ENOENT');
});

test('without a server on PATH the error says what to install or to set', async () => {
  const error = openPrivateRedis(newFolder(), { path: '/nowhere:/nowhere/else' });
  await expect(error).rejects.toMatchObject({
    name: 'AppError',
    code: 'redis.missing',
    message: expect.stringMatching(/valkey-server.*redis-server.*REDIS_URL/s),
  });
});

test('a server that dies while starting is quoted', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'redis-server'), '#!/bin/sh\necho "Fatal: the moon is down" >&2\nexit 3\n');
  chmodSync(join(folder, 'redis-server'), 0o755);
  const error = openPrivateRedis(join(folder, 'data'), { path: folder });
  await expect(error).rejects.toMatchObject({ code: 'redis.failed', message: expect.stringContaining('the moon is down') });
});

test('a server that never answers is given up, ended and named', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'redis-server'), `#!/bin/sh\necho $$ > ${folder}/pid\nexec sleep 600\n`);
  chmodSync(join(folder, 'redis-server'), 0o755);
  const error = openPrivateRedis(join(folder, 'data'), { path: folder, startMs: 300 });
  await expect(error).rejects.toMatchObject({ code: 'redis.failed', message: expect.stringContaining('not ready in time') });
  await gone(Number(readFileSync(join(folder, 'pid'), 'utf8')));
});
