/**
 * A flood of bounces during a send: 10,000 in a minute to the listener of the real serve, by five connections, while it sends into smtp-sink; beside the same send
 * without. None may be lost, and the send may take at most a tenth longer. GALLEY_BENCH_READERS changes the 60,000.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { mintToken } from '../../src/model/token.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { closeStore, openStore } from '../../src/store/open.ts';
import { dsn } from '../feedback/mails.ts';
import { addReaders, count, orderSend, program } from '../support/bench.ts';
import { openDialogue } from '../support/dialogue.ts';
import { openSink } from '../support/sink.ts';

const readers = Number(process.env['GALLEY_BENCH_READERS'] ?? 60_000);
const flood = 10_000;
const floodMs = 60_000;
const connections = 5;
const bound = 1.1;

export async function bench(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  try {
    await using sink = await openSink({ keep: false });
    const env = settingsOf(join(folder, 'data'), sink.url);
    addReaders(env, readers);
    orderSend(env);
    const file = join(env.DATA_DIR, 'galley.db');
    await using serve = await startServe(env);
    const store = new Database(file, { readonly: true });
    await untilSent(store, 1); // its mails are what the bounces are about
    const times: Record<'calm' | 'flood', number[]> = { calm: [], flood: [] };
    let taken = 0;
    for (let round = 0, send = 2; round < 2; round += 1)
      for (const kind of ['calm', 'flood'] as const) {
        orderSend(env);
        const began = performance.now();
        const over = new AbortController();
        const storm = kind === 'flood' ? sendFlood(file, env.DATA_DIR, serve.port, over.signal) : undefined;
        times[kind].push((await untilSent(store, send)) - began);
        taken += (await storm) ?? 0;
        send += 1;
        if (storm !== undefined) await untilRead(store, print);
      }
    const kept = store.prepare('SELECT count(*) FROM inbound').pluck().get() as number;
    store.close();
    const [calm, stormy] = [Math.min(...times.calm), Math.min(...times.flood)];
    print(`a send of ${count(readers)}     ${(calm / 1000).toFixed(1)} s, with a flood ${(stormy / 1000).toFixed(1)} s`);
    print(`ratio                ${(stormy / calm).toFixed(2)}    (bound ${bound})`);
    print(`bounces answered 250 ${count(taken)}, kept ${count(kept)}`);
    return stormy / calm <= bound && taken === kept && taken === 2 * flood;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const settingsOf = (dataDir: string, relay: string) => ({
  ...{ PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, SMTP_URL: relay, PORT: '0', INBOUND_PORT: '0', LOG_LEVEL: 'info' },
  BASE_URL: 'https://news.bench.example',
});

async function startServe(env: ReturnType<typeof settingsOf>): Promise<{ port: number } & AsyncDisposable> {
  const child = spawn(process.execPath, ['--max-semi-space-size=4', program, 'serve', '--workers', '1'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const port = await new Promise<number>((found, failed) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-100_000);
      const listening = /feedback\.listening","port":(\d+)/.exec(said);
      if (listening !== null) found(Number(listening[1]));
    });
    void ended.then(() => failed(new Error(`serve ended:\n${said}`)));
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** When a send was over, as `performance.now` tells. */
async function untilSent(store: Database.Database, send: number): Promise<number> {
  const state = store.prepare('SELECT state FROM sends WHERE id = ?').pluck();
  while (state.get(send) !== 'sent') await sleep(50);
  return performance.now();
}

async function untilRead(store: Database.Database, print: (line: string) => void): Promise<void> {
  const waiting = store.prepare(`SELECT count(*) FROM inbound WHERE state = 'waiting'`).pluck();
  const began = performance.now();
  const left = waiting.get() as number;
  while ((waiting.get() as number) > 0) await sleep(50);
  print(`left to read         ${count(left)} mails when the flood was over, read in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** Sends bounces of full mailboxes about the first send, spread over a minute; how many were answered with 250. */
async function sendFlood(file: string, dataDir: string, port: number, over: AbortSignal): Promise<number> {
  const db = openStore(file);
  const { tokens } = openKeyRing(db, readFileSync(join(dataDir, 'secret.key'), 'utf8').trim(), 0);
  closeStore(db);
  const began = performance.now();
  let taken = 0;
  let next = 0;
  const line = async (): Promise<void> => {
    await using dialogue = await openDialogue(port);
    await dialogue.say('EHLO relay.example');
    while (next < flood && !over.aborted) {
      const mail = next;
      next += 1;
      await sleep(Math.max(0, began + (mail / flood) * floodMs - performance.now()));
      const reader = 1 + (mail % readers);
      const token = mintToken(tokens, 'delivery', { publication: 1, reader, send: 1 });
      await dialogue.say('MAIL FROM:<>');
      await dialogue.say(`RCPT TO:<b+${token}@bench.example>`);
      await dialogue.say('DATA');
      const raw = dsn({ to: `r${reader}@mail${reader % 3000}.example.org`, status: '5.2.2', words: '552 5.2.2 mailbox full' });
      if ((await dialogue.say(`${raw.replace(/\n/g, '\r\n')}\r\n.`)).startsWith('250')) taken += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, line));
  return taken;
}
