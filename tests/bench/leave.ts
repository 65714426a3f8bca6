/**
 * Leaving by one-click POST against the real serve, every one on the disk before it is answered: how many a second in a rush, and how long the
 * slowest take, idle and while a send to a million readers is held at half its free rate. GALLEY_BENCH_READERS changes the million.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintToken, type TokenKeys } from '../../src/model/token.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { addReaders, count, orderSend, type Settings, withServe } from '../support/bench.ts';
import type { LeaveOrder, LeaveTimes } from '../support/leave-load.ts';
import { openSink } from '../support/sink.ts';

const readers = Number(process.env['GALLEY_BENCH_READERS'] ?? 1_000_000);
const bound = { perSecond: 1000, ratio: 2 };
/** As many as can be at once, and a steady pace that is still far more than a million readers bring. */
const rush = { connections: 64 };
const rushSize = 5000;
const pace = { perSecond: 200, seconds: 10 };

export async function bench(print: (line: string) => void): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  await using sink = await openSink({ keep: false });
  const settings = { PATH: process.env['PATH'], DATA_DIR: dataDir, SMTP_URL: sink.url, PORT: '0', LOG_LEVEL: 'error' };
  const tokens = prepare(dataDir, settings);
  try {
    const idle = await withServe(settings, async (url) => {
      await load({ url, tokens: tokens(1000), pace: rush }); // code and pages of the file get warm
      return measure(url, tokens);
    });
    print(
      `idle                 ${count(idle.rush.perSecond)} leaves/s, each on the disk (bound ${count(bound.perSecond)}; ${describe(idle.rush)})`,
    );
    orderSend(settings);
    const free = await withServe(settings, () => rateOf(dataDir, 10));
    const half = String(Math.max(1, Math.round(free / 2)));
    const sending = await withServe({ ...settings, RATE_PER_SECOND: half }, async (url) => {
      await rateOf(dataDir, 3);
      const held = rateOf(dataDir, pace.seconds);
      const times = await measure(url, tokens);
      return { ...times, rate: await held };
    });
    print(`a send               ${count(free)} messages/s free, held at ${half}: ${count(sending.rate)}/s were sent meanwhile`);
    const ratio = sending.rush.p99 / idle.rush.p99;
    print(
      `leaving beside it    ${count(sending.rush.perSecond)} leaves/s; ${describe(sending.rush)}: p99 ${ratio.toFixed(2)} of idle (bound ${bound.ratio})`,
    );
    print(`at a pace of ${pace.perSecond}/s    idle ${describe(idle.steady)}; beside the send ${describe(sending.steady)}`);
    const failed = [idle.rush, idle.steady, sending.rush, sending.steady].reduce((sum, times) => sum + times.failed, 0);
    if (failed > 0) print(`${count(failed)} were not answered with 200`);
    return failed === 0 && idle.rush.perSecond >= bound.perSecond && ratio <= bound.ratio;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A rush, and a steady pace. */
async function measure(url: string, tokens: (many: number) => string[]) {
  const hurried = await load({ url, tokens: tokens(rushSize), pace: rush });
  const steady = await load({ url, tokens: tokens(pace.perSecond * pace.seconds), pace });
  return { rush: { ...hurried, perSecond: rushSize / hurried.seconds }, steady };
}

const describe = ({ p50, p99 }: LeaveTimes): string => `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms`;

/** Makes the publication, the issue and the readers; returns tokens to leave by, from the last reader down, so that none is used twice and few were sent to. */
function prepare(dataDir: string, settings: Settings): (many: number) => string[] {
  addReaders(settings, readers);
  const keys = withStore(dataDir, (db): TokenKeys => openKeyRing(db, readFileSync(join(dataDir, 'secret.key'), 'utf8').trim(), 0).tokens);
  let next = readers;
  return (many) => Array.from({ length: many }, () => mintToken(keys, 'leave', { publication: 1, reader: next--, send: 1 }));
}

function withStore<T>(dataDir: string, work: (db: Db) => T): T {
  const db = openStore(join(dataDir, 'galley.db'));
  try {
    return work(db);
  } finally {
    closeStore(db);
  }
}

/** Messages a second that are accepted over some seconds, once the audience is frozen. */
async function rateOf(dataDir: string, seconds: number): Promise<number> {
  const look = () =>
    withStore(dataDir, (db) => db.$client.prepare('SELECT frozen, accepted FROM sends').get() as { frozen: number; accepted: number });
  while (look().frozen === 0 || look().accepted === 0) await sleep(200);
  const [before, started] = [look().accepted, performance.now()];
  await sleep(seconds * 1000);
  return ((look().accepted - before) * 1000) / (performance.now() - started);
}

/** Presses in a process of its own, so that ours does not count. */
async function load(order: LeaveOrder): Promise<LeaveTimes> {
  const child = fork(resolve(import.meta.dirname, '../support/leave-load.ts'));
  child.send(order);
  const [times] = (await once(child, 'message')) as [LeaveTimes];
  child.kill();
  return times;
}
