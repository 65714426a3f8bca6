/**
 * Leaving by one-click POST against the real serve, every one on the disk before it is answered: how many a second in a rush, and how long the slowest
 * take, idle and while a send to a million readers is held at half its free rate. Both are measured in turn in one serve, the send paused and resumed, so that
 * whatever else the machine does falls on both; a process that does nothing tells how much that is. GALLEY_BENCH_READERS changes the million (200,000 at
 * least: the send must outlast the rounds).
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintToken, type TokenKeys } from '../../src/model/token.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { addReaders, count, issue, median, orderSend, runCommand, type Settings, withServe } from '../support/bench.ts';
import type { LeaveOrder, LeaveTimes } from '../support/leave-load.ts';
import type { LoopDelay } from '../support/loop-delay.ts';
import { openSink } from '../support/sink.ts';

const readers = Number(process.env['GALLEY_BENCH_READERS'] ?? 1_000_000);
const bound = { perSecond: 1000, ratio: 2 };
const rounds = 3;
/** As many as can be at once (a closed loop), and a steady pace that is still far more than a million readers bring (an open one). */
const rush = { connections: 64 };
const rushSize = 5000;
const pace = { perSecond: 200, seconds: 8 };

export async function bench(print: (line: string) => void): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  await using sink = await openSink({ keep: false });
  const settings = { PATH: process.env['PATH'], DATA_DIR: dataDir, SMTP_URL: sink.url, PORT: '0', LOG_LEVEL: 'error' };
  const tokens = prepare(dataDir, settings);
  const witness = openWitness(join(dataDir, 'witness.delay'));
  try {
    orderSend(settings);
    const free = await withServe(settings, () => rateOf(dataDir, 5));
    const half = String(Math.max(1, Math.round(free / 2)));
    const { idle, sending, held } = await withServe({ ...settings, RATE_PER_SECOND: half }, async (url) => {
      await load({ url, tokens: tokens(1000), pace: rush }); // code and pages of the file get warm
      const seen = { idle: [] as Seen[], sending: [] as Seen[], held: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        runCommand(settings, 'pause', issue);
        await until(dataDir, ({ queued }) => queued === 0);
        seen.idle.push(await measure(url, tokens, witness));
        runCommand(settings, 'resume', issue);
        await rateOf(dataDir, 2);
        const rate = rateOf(dataDir, pace.seconds);
        seen.sending.push(await measure(url, tokens, witness));
        seen.held.push(await rate);
      }
      return seen;
    });
    print(`a send               ${count(free)} messages/s free, held at ${half}: ${held.map(count).join(', ')}/s were sent meanwhile`);
    const perSecond = median(idle.map((seen) => seen.rush.perSecond));
    print(`in a rush, idle      ${count(perSecond)} leaves/s, each on the disk (bound ${count(bound.perSecond)})`);
    print(`in a rush, sending   ${count(median(sending.map((seen) => seen.rush.perSecond)))} leaves/s`);
    const ratios = (['rush', 'steady'] as const).map((way) => {
      const name = way === 'rush' ? `${rush.connections} at a time` : `${pace.perSecond} a second`;
      print(`${name.padEnd(20)} idle     ${idle.map((seen) => describe(seen[way])).join('; ')}`);
      print(`${''.padEnd(20)} sending  ${sending.map((seen) => describe(seen[way])).join('; ')}`);
      const each = sending.map((seen, i) => seen[way].p99 / (idle[i]?.[way].p99 ?? Number.NaN));
      print(
        `${''.padEnd(20)} p99 ${median(each).toFixed(2)} of idle (${each.map((ratio) => ratio.toFixed(2)).join(', ')}; bound ${bound.ratio})`,
      );
      return median(each);
    });
    print(`an idle process      idle     ${idle.map((seen) => describe(seen.witness)).join('; ')}`);
    print(`${''.padEnd(20)} sending  ${sending.map((seen) => describe(seen.witness)).join('; ')}`);
    const failed = [...idle, ...sending].reduce((sum, seen) => sum + seen.rush.failed + seen.steady.failed, 0);
    if (failed > 0) print(`${count(failed)} were not answered with 200`);
    return failed === 0 && perSecond >= bound.perSecond && Math.max(...ratios) <= bound.ratio;
  } finally {
    witness.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Times = Pick<LeaveTimes, 'p50' | 'p99' | 'p999'>;

const describe = ({ p50, p99, p999 }: Times): string => `${[p50, p99, p999].map((ms) => ms.toFixed(1)).join(' / ')} ms`;

type Seen = Awaited<ReturnType<typeof measure>>;

/** A rush, and a steady pace; and how late the timers of the witness came meanwhile. */
async function measure(url: string, tokens: (many: number) => string[], witness: Witness) {
  await witness.look();
  const steady = await load({ url, tokens: tokens(pace.perSecond * pace.seconds), pace });
  const seen = await witness.look(); // of the steady pace alone: the rush takes the whole machine
  const hurried = await load({ url, tokens: tokens(rushSize), pace: rush });
  return { rush: { ...hurried, perSecond: rushSize / hurried.seconds }, steady, witness: seen };
}

interface Witness {
  /** What it saw since the last look. */
  look(): Promise<LoopDelay>;
  close(): void;
}

/** A process that does nothing but watch how late its own timers come. */
function openWitness(file: string): Witness {
  const probe = resolve(import.meta.dirname, '../support/loop-delay.ts');
  const child = spawn(process.execPath, ['--import', probe, '-e', ''], {
    env: { LOOP_DELAY_FILE: file, LOOP_DELAY_WITNESS: '1' },
    stdio: 'ignore',
  });
  return {
    async look() {
      child.kill('SIGUSR2');
      await sleep(100);
      return JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '');
    },
    close: () => void child.kill(),
  };
}

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

type SendRow = { frozen: number; accepted: number; queued: number };

const look = (dataDir: string): SendRow =>
  withStore(dataDir, (db) => db.$client.prepare('SELECT frozen, accepted, queued FROM sends').get() as SendRow);

async function until(dataDir: string, holds: (row: SendRow) => boolean): Promise<void> {
  while (!holds(look(dataDir))) await sleep(200);
}

/** Messages a second that are accepted over some seconds, once the audience is frozen. */
async function rateOf(dataDir: string, seconds: number): Promise<number> {
  await until(dataDir, ({ frozen, queued }) => frozen === 1 && queued > 0);
  const [before, started] = [look(dataDir).accepted, performance.now()];
  await sleep(seconds * 1000);
  return ((look(dataDir).accepted - before) * 1000) / (performance.now() - started);
}

/** Presses in a process of its own, so that ours does not count. */
async function load(order: LeaveOrder): Promise<LeaveTimes> {
  const child = fork(resolve(import.meta.dirname, '../support/leave-load.ts'));
  child.send(order);
  const [times] = (await once(child, 'message')) as [LeaveTimes];
  child.kill();
  return times;
}
