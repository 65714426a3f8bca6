/**
 * What ten people who watch a send cost: serve's processor time per message with ten lines open to the live page, against none, in five pairs of runs one after
 * the other. GALLEY_BENCH_MESSAGES changes how many messages a run sends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeStore, openStore } from '../../src/store/open.ts';
import { addReaders, count, median, orderSend, program, type Settings } from '../support/bench.ts';
import { openSink } from '../support/sink.ts';

const messages = Number(process.env['GALLEY_BENCH_MESSAGES'] ?? 20_000);
const pairs = 5;
const viewers = 10;
const bound = 1.03;
const ticksPerSecond = 100; // USER_HZ, as /proc counts on every Linux

export async function bench(print: (line: string) => void): Promise<boolean> {
  await using sink = await openSink({ keep: false });
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? [0, viewers] : [viewers, 0]; // what the machine does meanwhile falls on both
    const taken = new Map<number, number>();
    for (const watching of order) taken.set(watching, await sendWatched(sink.url, watching));
    const [alone = Number.NaN, watched = Number.NaN] = [taken.get(0), taken.get(viewers)];
    ratios.push(watched / alone);
    print(
      `pair ${pair + 1}               ${(watched / alone).toFixed(3)}    (${alone.toFixed(1)} µs per message alone, ${watched.toFixed(1)} with ${viewers} watching)`,
    );
  }
  print(`median of ${pairs}          ${median(ratios).toFixed(3)}    (bound ${bound}; ${count(messages)} messages a run)`);
  return median(ratios) < bound;
}

/** Sends to all with so many watching; serve's processor time per message, in microseconds. */
async function sendWatched(relay: string, watching: number): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  const settings: Settings = { PATH: process.env['PATH'], DATA_DIR: dataDir, SMTP_URL: relay, PORT: '0', LOG_LEVEL: 'error' };
  const over = new AbortController();
  try {
    addReaders(settings, messages);
    orderSend(settings);
    const serve: ChildProcess = spawn(process.execPath, [program, 'serve', '--workers', '1'], {
      env: settings,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(serve, 'exit');
    const url = await addressOf(serve);
    for (let i = 0; i < watching; i += 1) void watch(`${url}/console/sends/1/events`, over.signal);
    const db = openStore(join(dataDir, 'galley.db'));
    const told = () => db.$client.prepare('SELECT accepted, state FROM sends').get() as { accepted: number; state: string };
    while (told().accepted < messages / 20) await sleep(20); // frozen, connected and warm
    const [before, from] = [processorTime(serve.pid ?? 0), told().accepted];
    while (told().state !== 'sent') await sleep(50);
    const used = processorTime(serve.pid ?? 0) - before;
    closeStore(db);
    over.abort();
    serve.kill('SIGTERM');
    await ended;
    return (used * 1e6) / (messages - from);
  } finally {
    over.abort();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function addressOf(serve: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of serve.stderr ?? []) {
    said += String(chunk);
    const at = /Galley is at (http:\S+?)[;\s]/.exec(said)?.[1];
    if (at !== undefined) {
      serve.stderr?.resume();
      return at;
    }
  }
  throw new Error(`serve ended: ${said}`);
}

/** Reads a stream to its end and throws away what it says. */
async function watch(url: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    for await (const _ of (body ?? []) as AsyncIterable<Uint8Array>);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Seconds of processor time that a process has used so far (proc(5), stat fields 14 and 15). */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
