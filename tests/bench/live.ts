/**
 * What ten people who watch a send cost: serve's processor time per message with ten lines open to the live page, against none, in five pairs of runs one after
 * the other. GALLEY_BENCH_MESSAGES changes how many messages a run sends.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeStore, openStore } from '../../src/store/open.ts';
import { addReaders, count, median, orderSend, type Settings, withServe } from '../support/bench.ts';
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
    return await withServe(settings, async (url, pid) => {
      const heard = Array.from({ length: watching }, () => watch(`${url}/console/sends/1/events`, over.signal));
      const db = openStore(join(dataDir, 'galley.db'));
      try {
        const told = () => db.$client.prepare('SELECT accepted, state FROM sends').get() as { accepted: number; state: string };
        while (told().accepted < messages / 20) await sleep(20); // frozen, connected and warm
        const [before, from] = [processorTime(pid), told().accepted];
        while (told().state !== 'sent') await sleep(50);
        const used = ((processorTime(pid) - before) * 1e6) / (messages - from);
        over.abort();
        if ((await Promise.all(heard)).some((octets) => octets < 10_000)) throw new Error('somebody who watched was told nothing');
        return used;
      } finally {
        closeStore(db);
        over.abort();
      }
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Reads a stream until the signal and throws away what it says; how many octets that was. */
async function watch(url: string, signal: AbortSignal): Promise<number> {
  let octets = 0;
  try {
    const { body } = await fetch(url, { signal });
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) octets += chunk.length;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return octets;
}

/** Seconds of processor time that a process has used so far (proc(5), stat fields 14 and 15). */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
