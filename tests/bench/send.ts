/**
 * A send to a million readers by the real serve with its worker and a private Redis, into smtp-sink: how long anything holds serve's event loop, beside a process
 * that does nothing; the memory of serve and worker against a send to ten thousand; and the freeze of the audience against one INSERT … SELECT of the same
 * rows in the sqlite3 shell. GALLEY_BENCH_READERS changes the million.
 */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openLog } from '../../src/log.ts';
import { freezeStep, startDueSends } from '../../src/schedule/schedule.ts';
import { closeStore, openStore } from '../../src/store/open.ts';
import { addReaders, count, median, orderSend, program, shippedFlags, stopped } from '../support/bench.ts';
import type { LoopDelay } from '../support/loop-delay.ts';
import { openSink, type Sink } from '../support/sink.ts';

const many = Number(process.env['GALLEY_BENCH_READERS'] ?? 1_000_000);
const few = 10_000;
const runs = 3;
const freezeBound = 3;
const memoryBound = 1.2;
const delayBoundMs = 50;
const probe = resolve(import.meta.dirname, '../support/loop-delay.ts');

export async function bench(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  try {
    const large = prepare(join(folder, 'many'), many);
    const small = prepare(join(folder, 'few'), few);
    const freezeHolds = benchFreeze(large, print);
    await using sink = await openSink({ keep: false });
    const atFew = await sendAll(small, sink);
    const atMany = await sendAll(large, sink);
    const { freeze, sending, witness } = atMany;
    print(`sent                 ${count(many)} in ${atMany.seconds.toFixed(0)} s, ${count(Math.round(many / atMany.seconds))} messages/s`);
    print(`held up, freezing    ${describe(freeze)}`);
    print(`held up, sending     ${describe(sending)}    (p99.9 bound ${delayBoundMs} ms)`);
    print(`an idle process      ${describe(witness)}`);
    const ratios = (['serve', 'worker'] as const).map((name) => {
      const ratio = atMany.megabytes[name] / atFew.megabytes[name];
      const sizes = `${atMany.megabytes[name]} MB at ${count(many)}, ${atFew.megabytes[name]} MB at ${count(few)}`;
      print(`memory of ${name.padEnd(11)}${ratio.toFixed(2)}    (bound ${memoryBound}; peak ${sizes})`);
      return ratio;
    });
    const delayHolds = Math.max(freeze.p999, sending.p999) <= delayBoundMs;
    return freezeHolds && delayHolds && Math.max(...ratios) <= memoryBound;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const describe = ({ p50, p99, p999, max, samples }: LoopDelay): string =>
  `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, p99.9 ${p999.toFixed(1)}, longest ${max.toFixed(1)} ms of ${count(samples)} looks`;

/** A data folder with a send to that many readers that is due. */
function prepare(dataDir: string, readers: number): string {
  const settings = settingsOf(dataDir, 'smtp://127.0.0.1:9');
  addReaders(settings, readers);
  orderSend(settings);
  return dataDir;
}

const settingsOf = (dataDir: string, relay: string) => ({
  PATH: process.env['PATH'],
  DATA_DIR: dataDir,
  SMTP_URL: relay,
  PORT: '0',
  LOG_LEVEL: 'error',
});

/** The freeze as the engine's turns do it, against the shell; each on a copy of its own, in turn. */
function benchFreeze(dataDir: string, print: (line: string) => void): boolean {
  const inCopy = (measure: (file: string) => void): number => {
    const file = join(dataDir, 'copy.db');
    copyFileSync(join(dataDir, 'galley.db'), file);
    try {
      return seconds(() => measure(file));
    } finally {
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    }
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    theirs.push(inCopy(freezeInShell));
    ours.push(inCopy(freezeAsServe));
  }
  const ratio = median(ours) / median(theirs);
  const all = (times: readonly number[]) => times.map((time) => time.toFixed(2)).join(', ');
  print(`INSERT … SELECT      ${median(theirs).toFixed(2)} s   (${all(theirs)})`);
  print(`freeze               ${median(ours).toFixed(2)} s   (${all(ours)})`);
  print(`ratio                ${ratio.toFixed(2)}    (bound ${freezeBound})`);
  return ratio <= freezeBound;
}

function freezeAsServe(file: string): void {
  const db = openStore(file);
  const deps = { db, rehearsal: false, log: openLog({ level: 'error', write: () => {} }), now: Date.now };
  startDueSends(deps);
  while (freezeStep(deps));
  const frozen = db.$client.prepare('SELECT prepared FROM sends').pluck().get();
  closeStore(db);
  if (frozen !== many) throw new Error(`${frozen} rows were frozen`);
}

function freezeInShell(file: string): void {
  const pragmas = 'PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;';
  const insert = `INSERT OR IGNORE INTO deliveries (send_id, reader_id, state, attempts, changed_at)
    SELECT 1, reader_id, 'ready', 0, 0 FROM subscriptions WHERE publication_id = 1 AND state = 'active' AND changed_at <= 1 ORDER BY reader_id;`;
  execFileSync('sqlite3', [file, `${pragmas} ${insert}`]);
}

interface Sent {
  seconds: number;
  freeze: LoopDelay;
  sending: LoopDelay;
  /** The same, in a process that did nothing meanwhile. */
  witness: LoopDelay;
  /** Peaks. */
  megabytes: { serve: number; worker: number };
}

/** Runs serve on a due send until it is sent. */
async function sendAll(dataDir: string, sink: Sink): Promise<Sent> {
  const env = { ...settingsOf(dataDir, sink.url), BASE_URL: 'https://news.bench.example' };
  const [serveFile, witnessFile] = [join(dataDir, 'serve.delay'), join(dataDir, 'witness.delay')];
  const start = (args: string[], file: string, more = {}) =>
    spawn(process.execPath, [...shippedFlags, '--import', probe, ...args], {
      env: { ...env, LOOP_DELAY_FILE: file, ...more },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  const witness = start(['-e', ''], witnessFile, { LOOP_DELAY_WITNESS: '1' });
  const serve = start([program, 'serve', '--workers', '1'], serveFile);
  const db = new Database(join(dataDir, 'galley.db'), { readonly: true });
  const send = db.prepare('SELECT state, frozen, accepted FROM sends');
  const peaks = { serve: 0, worker: 0 };
  const until = async (over: (row: { state: string; frozen: number; accepted: number }) => boolean) => {
    for (let row = send.get() as Parameters<typeof over>[0]; !over(row); row = send.get() as typeof row) {
      if (serve.exitCode !== null) throw new Error(`serve ended with ${serve.exitCode}`);
      peaks.serve = Math.max(peaks.serve, peakMegabytes(serve.pid));
      peaks.worker = Math.max(peaks.worker, peakMegabytes(workerOf(serve.pid)));
      await sleep(50);
    }
  };
  try {
    await until(({ state }) => state === 'sending');
    const began = performance.now();
    serve.kill('SIGUSR2'); // what the start took is no part of either phase
    await until(({ frozen }) => frozen === 1);
    serve.kill('SIGUSR2');
    await until(({ state }) => state === 'sent');
    const took = (performance.now() - began) / 1000;
    serve.kill('SIGUSR2');
    witness.kill('SIGUSR2');
    await sleep(200);
    const [, freeze, sending] = readDelays(serveFile);
    const [idle] = readDelays(witnessFile);
    if (!freeze || !sending || !idle) throw new Error('a process did not tell what it measured');
    return { seconds: took, freeze, sending, witness: idle, megabytes: peaks };
  } finally {
    db.close();
    witness.kill();
    await stopped(serve);
  }
}

const readDelays = (file: string): LoopDelay[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The largest the process has ever been (VmHWM), in MB; 0 when it is not there. */
function peakMegabytes(pid: number | undefined): number {
  try {
    return Math.round(Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

function workerOf(parent: number | undefined): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const isChild = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
        return isChild && /galley work|main\.ts\0work/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        return false;
      }
    });
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
