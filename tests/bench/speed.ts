/**
 * The whole path against what stands beside it, all into Debian's smtp-sink: the February issue (the sample where that is absent) to 20,000 readers by the
 * real serve as it ships, by Nodemailer's pooled `sendMail` in a bare loop, and by Debian's smtp-source with as many connections and bytes; then once more,
 * signed; and a million readers once, against ten thousand. GALLEY_BENCH_READERS changes the million, GALLEY_BENCH_RUNS the runs.
 */
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { BareOrder, BareResult } from '../support/bare-nodemailer.ts';
import { addReaders, count, median, orderSend, program, type Settings, shippedFlags, stopped } from '../support/bench.ts';
import type { Plot } from '../support/measured.ts';
import { familyOf, processorSeconds } from '../support/processor-time.ts';
import { openSink, type Sink } from '../support/sink.ts';

const readers = 20_000;
const few = 10_000;
const many = Number(process.env['GALLEY_BENCH_READERS'] ?? 1_000_000);
const runs = Number(process.env['GALLEY_BENCH_RUNS'] ?? 5);
/** What serve takes when nobody sets SMTP_CONNECTIONS. */
const connections = 8;
const bounds = { nodemailer: 4, source: 0.5, signed: 3, processor: 0.45, growth: 1.1 };

const february = resolve(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');
const issue = existsSync(february) ? { file: february, number: '2025-02' } : undefined;

interface Sent {
  perSecond: number;
  /** Milliseconds of processor time a message; unknown of smtp-source. */
  processor?: number;
}

export async function bench(print: (line: string) => void, plot: (plot: Plot) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  try {
    await using sink = await openSink({ keep: false });
    const prepared = prepare(join(folder, 'prepared'), readers);
    const mail = mailOf(prepared);
    const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const keyFile = join(folder, 'dkim.pem');
    writeFileSync(keyFile, key, { mode: 0o600 });
    const dkim = { DKIM_DOMAIN: 'bench.example', DKIM_SELECTOR: 'bench', DKIM_KEY_FILE: keyFile };
    const bare = (signed: boolean): Sent => {
      const order: BareOrder = { port: sink.port, mails: readers, connections, mail };
      if (signed) order.dkim = { domainName: 'bench.example', keySelector: 'bench', privateKey: key };
      return bareSend(join(folder, 'order.json'), order);
    };
    const rows = { ours: [] as Sent[], bare: [] as Sent[], source: [] as Sent[], oursSigned: [] as Sent[], bareSigned: [] as Sent[] };
    for (let run = 0; run < runs; run += 1) {
      rows.ours.push(await galleySend(prepared, join(folder, 'run'), sink));
      rows.bare.push(bare(false));
      rows.source.push(sourceSend(sink, mail));
      rows.oursSigned.push(await galleySend(prepared, join(folder, 'run'), sink, dkim));
      rows.bareSigned.push(bare(true));
    }
    const speed = (sent: readonly Sent[]): number => median(sent.map(({ perSecond }) => perSecond));
    const processor = (sent: readonly Sent[]): number => median(sent.map((each) => each.processor ?? Number.NaN));
    const drawn: Plot['rows'] = [];
    const say = (what: string, sent: readonly Sent[]): void => {
      drawn.push([what, Math.round(speed(sent))]);
      const all = sent.map(({ perSecond }) => count(perSecond)).join(', ');
      const each = sent.some((one) => one.processor !== undefined) ? `, ${processor(sent).toFixed(2)} ms of processor each` : '';
      print(`${what.padEnd(30)}${count(speed(sent)).padStart(6)} messages/s${each} (${all})`);
    };
    print(
      `the ${issue === undefined ? 'sample' : 'February'} issue to ${count(readers)} readers, medians of ${runs}, ${connections} connections`,
    );
    say('Galley, whole path', rows.ours);
    say('Nodemailer, bare loop', rows.bare);
    say('smtp-source', rows.source);
    say('Galley, RSA-2048', rows.oursSigned);
    say('Nodemailer, RSA-2048', rows.bareSigned);
    plot({ of: 'what sends', number: 'messages a second', rows: drawn });
    const held = [
      judge(print, 'against Nodemailer', speed(rows.ours) / speed(rows.bare), 'least', bounds.nodemailer),
      judge(print, 'against smtp-source', speed(rows.ours) / speed(rows.source), 'least', bounds.source),
      judge(print, 'signed, against Nodemailer', speed(rows.oursSigned) / speed(rows.bareSigned), 'least', bounds.signed),
      judge(print, 'processor, against Nodemailer', processor(rows.ours) / processor(rows.bare), 'most', bounds.processor),
      await growth(folder, sink, print),
    ];
    return held.every(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(print: (line: string) => void, what: string, ratio: number, kind: 'least' | 'most', bound: number): boolean {
  const holds = kind === 'least' ? ratio >= bound : ratio <= bound;
  print(`${what.padEnd(30)}${ratio.toFixed(2).padStart(6)} × (at ${kind} ${bound}: ${holds ? 'reached' : 'missed'})`);
  return holds;
}

/** Whether a message of a large send takes as long as one of a small send. */
async function growth(folder: string, sink: Sink, print: (line: string) => void): Promise<boolean> {
  const once = async (size: number): Promise<number> => {
    const prepared = prepare(join(folder, String(size)), size);
    const { perSecond } = await galleySend(prepared, join(folder, 'run'), sink);
    rmSync(prepared, { recursive: true });
    return perSecond;
  };
  const [small, large] = [await once(few), await once(many)];
  print(`${count(few)} readers at ${count(small)} messages/s, ${count(many)} at ${count(large)}`);
  return judge(print, 'seconds a message, grown', small / large, 'most', bounds.growth);
}

const settingsOf = (dataDir: string, relay: string): Settings => ({
  PATH: process.env['PATH'],
  DATA_DIR: dataDir,
  SMTP_URL: relay,
  PORT: '0',
  LOG_LEVEL: 'error',
  BASE_URL: 'https://news.bench.example',
});

/** A data folder with a send to that many readers that is due. */
function prepare(dataDir: string, size: number): string {
  const settings = settingsOf(dataDir, 'smtp://127.0.0.1:9');
  addReaders(settings, size, issue);
  orderSend(settings, issue);
  return dataDir;
}

/** The mail of the send as Nodemailer's users would write it down, with the headers that readers' programs look for. */
function mailOf(dataDir: string): BareOrder['mail'] {
  const db = new Database(join(dataDir, 'galley.db'), { readonly: true });
  const { subject, email, text } = db
    .prepare("SELECT subject, email, plain_text AS text FROM editions WHERE format = 'full'")
    .get() as Record<string, string>;
  db.close();
  const headers = {
    'List-Id': 'The Bench Review <bench.bench.example>',
    'List-Unsubscribe': `<https://news.bench.example/u/${'a'.repeat(34)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Feedback-ID': 'bench:bench:issue:galley',
    Precedence: 'bulk',
  };
  return { from: 'The Bench Review <news@bench.example>', subject: subject ?? '', html: email ?? '', text: text ?? '', headers };
}

/** From the start of the send to its end: freeze, fan-out, delivery, settling. Processor time is that of serve, its worker and its Redis. */
async function galleySend(prepared: string, dataDir: string, sink: Sink, more: Record<string, string> = {}): Promise<Sent> {
  cpSync(prepared, dataDir, { recursive: true });
  const env = { ...settingsOf(dataDir, sink.url), ...more };
  const serve = spawn(process.execPath, [...shippedFlags, program, 'serve'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const pid = serve.pid ?? 0;
  const db = new Database(join(dataDir, 'galley.db'), { readonly: true });
  const send = db.prepare('SELECT state, accepted FROM sends');
  const until = async (wanted: string): Promise<number> => {
    for (;;) {
      const { state, accepted } = send.get() as { state: string; accepted: number };
      if (state === wanted || state === 'sent') return accepted;
      if (serve.exitCode !== null) throw new Error(`serve ended with ${serve.exitCode}`);
      await sleep(20);
    }
  };
  try {
    await until('sending');
    const [began, used] = [performance.now(), processorSeconds(pid)];
    const accepted = await until('sent');
    const [seconds, processor] = [(performance.now() - began) / 1000, processorSeconds(pid) - used];
    if (!familyOf(pid).some(({ name }) => /redis|valkey/.test(name))) throw new Error('the processor time of Redis was not seen');
    return { perSecond: accepted / seconds, processor: (processor * 1000) / accepted };
  } finally {
    db.close();
    await stopped(serve);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function bareSend(file: string, order: BareOrder): Sent {
  writeFileSync(file, JSON.stringify(order));
  const script = resolve(import.meta.dirname, '../support/bare-nodemailer.ts');
  const { seconds, processorSeconds: used } = JSON.parse(
    execFileSync(process.execPath, [script, file], { encoding: 'utf8' }),
  ) as BareResult;
  return { perSecond: order.mails / seconds, processor: (used * 1000) / order.mails };
}

/** Debian's own source of mail, which composes nothing: the same number of bytes, over as many connections that are kept. */
function sourceSend(sink: Sink, { html, text }: BareOrder['mail']): Sent {
  const bytes = Math.round(Buffer.byteLength(html) + Buffer.byteLength(text) + 2000); // and headers
  const args = [
    '-d',
    '-s',
    connections,
    '-m',
    readers,
    '-l',
    bytes,
    '-f',
    'b@bench.example',
    '-t',
    'r@example.org',
    `127.0.0.1:${sink.port}`,
  ];
  const began = performance.now();
  execFileSync('smtp-source', args.map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
  return { perSecond: (readers * 1000) / (performance.now() - began) };
}
