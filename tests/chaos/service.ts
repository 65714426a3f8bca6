/** The service of a chaos round: a data folder with a send that is due, serve on it, and its processes for whoever wants to strike them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { readersCsv } from '../support/galley.ts';

const issue = `---
publication: The Tidewater Review
title: "November 2026"
period: 2026-11
lang: en
preheader: Tides, ferries and lamps along the coast, and what they mean for the winter timetable.
---

Welcome to the review.

::download[Download the full issue]

## In the News

### The ferry runs again

The [harbour board](https://example.com/board) opened the pier on Monday at 10:30.

Implications: More crossings; fewer queues.
`;

type Settings = Record<string, string>;

/** Runs a command of the program to its end: its exit code, its stdout and its stderr. */
export function runCommand(
  program: string,
  folder: string,
  args: readonly string[],
  settings: Settings = {},
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], place(folder, settings), (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out: String(out), err: String(err) }),
    );
  });
}

function place(folder: string, settings: Settings) {
  const { PATH = '', HOME = '', GALLEY_TEST_RUN } = process.env;
  const env = { PATH, HOME, ...(GALLEY_TEST_RUN && { GALLEY_TEST_RUN }), DATA_DIR: join(folder, 'data'), PORT: '0', ...settings };
  return { cwd: folder, env };
}

export interface Folders extends Disposable {
  /** A data folder of a round, with a send to that many readers that is due. Whoever takes it removes it. */
  copy(readers: number): string;
}

/** Prepares a folder for each size by commands, once; rounds get copies. */
export async function openFolders(program: string, sizes: readonly number[]): Promise<Folders> {
  const base = mkdtempSync(join(tmpdir(), 'galley-test-chaos-'));
  for (const readers of sizes) await prepare(program, join(base, String(readers)), readers);
  return {
    copy(readers) {
      const folder = mkdtempSync(join(tmpdir(), 'galley-test-round-'));
      cpSync(join(base, String(readers)), folder, { recursive: true });
      return folder;
    },
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

async function prepare(program: string, folder: string, readers: number): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'issue.md'), issue);
  writeFileSync(join(folder, 'readers.csv'), readersCsv(readers));
  const run = async (...args: string[]) => {
    const { code, err } = await runCommand(program, folder, args, { SMTP_URL: 'smtp://127.0.0.1:9' }); // nobody connects yet
    if (code !== 0) throw new Error(`galley ${args.join(' ')}: ${err}`);
  };
  const sender = ['--from', 'news@tidewater.example', '--address', '4 Harbour Row'];
  await run('publication', 'add', 'tidewater', '--name', 'The Tidewater Review', ...sender);
  await run('issue', 'add', 'issue.md', '--publication', 'tidewater');
  await run('import', 'readers.csv', '--publication', 'tidewater', '--consent', 'Signed up on the web site');
  const db = new Database(join(folder, 'data', 'galley.db'));
  db.exec("UPDATE subscriptions SET format = CASE reader_id % 3 WHEN 0 THEN 'full' WHEN 1 THEN 'light' ELSE 'text' END");
  db.close();
  await run('send', 'tidewater/2026-11');
}

export interface Serve {
  readonly child: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts serve; what it says goes to `serve.log` in the folder. */
export function startServe(program: string, folder: string, workers: number, settings: Settings): Serve {
  const log = openSync(join(folder, 'serve.log'), 'a');
  const args = [program, 'serve', '--workers', String(workers)];
  const child = spawn(process.execPath, args, { ...place(folder, settings), stdio: ['ignore', log, log] });
  closeSync(log);
  return { child, ended: new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal))) };
}

/** Resolves when a serve that was just started has said where it is; `earlier` have said so before. Gives up after half a minute. */
export async function untilUp(folder: string, earlier: number): Promise<void> {
  for (let look = 0; look < 600 && timesUp(folder) <= earlier; look += 1) await sleep(50);
}

/** How many serves on the folder have said where they are. */
export const timesUp = (folder: string): number => readFileSync(join(folder, 'serve.log'), 'utf8').split('Galley is at').length - 1;

export interface Found {
  pid: number;
  kind: 'serve' | 'worker' | 'redis' | 'other';
  args: string;
}

/** The processes of a round's folder, by what they are; the relay, which only writes a file there, is not one of them. */
export function processesOf(folder: string): Found[] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return names
    .flatMap((name): Found[] => {
      try {
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (args === '' || args.includes('relay-process.ts')) return []; // a zombie has no arguments
        if (!args.includes(folder) && !readlinkSync(`/proc/${name}/cwd`).startsWith(folder)) return [];
        return [{ pid: Number(name), kind: kindOf(args), args }];
      } catch {
        return []; // it ended while we looked
      }
    })
    .sort((a, b) => a.pid - b.pid);
}

function kindOf(args: string): Found['kind'] {
  if (/^galley work|main\.ts work/.test(args)) return 'worker';
  if (/^galley serve|main\.ts serve/.test(args)) return 'serve';
  return /^\S*(redis|valkey)-server\b/.test(args) ? 'redis' : 'other';
}
