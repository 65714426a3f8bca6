/** What the benches share: the program under measure, a data folder with readers in it, and figures as people read them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { closeStore, openStore } from '../../src/store/open.ts';

export const program = resolve(import.meta.dirname, '../../src/main.ts');
/** The flags that `npm run galley` gives to Node; serve hands them on to its workers. */
export const shippedFlags: readonly string[] =
  /node((?: --\S+)+) src/
    .exec(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'))?.[1]
    ?.trim()
    .split(' ') ?? [];

/** The source of an issue, and the number it has. */
export interface BenchIssue {
  file: string;
  number: string;
}
const sample: BenchIssue = { file: resolve(import.meta.dirname, '../../emails/sample/issue.md'), number: '2026-11' };

/** The issue that is sent, and the name of its send. */
export const issue = 'bench/2026-11';

export type Settings = { DATA_DIR: string } & Record<string, string | undefined>;

/** Runs a command of Galley to its end; what it complained of is told only when it fails. */
export function runCommand(settings: Settings, ...args: string[]): void {
  execFileSync(process.execPath, [program, ...args], { env: settings, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Makes the publication `bench`, its issue and so many active readers. */
export function addReaders(settings: Settings, readers: number, { file }: BenchIssue = sample): void {
  runCommand(settings, 'publication', 'add', 'bench', '--name', 'The Bench Review', '--from', 'news@bench.example');
  runCommand(settings, 'issue', 'add', file, '--publication', 'bench');
  const db = openStore(join(settings.DATA_DIR, 'galley.db'));
  db.$client.exec(`BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${readers})
      INSERT INTO readers (email, email_key, created_at) SELECT 'r' || i || '@mail' || (i % 3000) || '.example.org', 'r' || i || '@mail' || (i % 3000) || '.example.org', 0 FROM n;
    INSERT INTO subscriptions (publication_id, reader_id, state, changed_at) SELECT 1, id, 'active', 0 FROM readers;
    COMMIT`);
  closeStore(db);
}

/** Orders a send of the issue to all of them, at once. */
export function orderSend(settings: Settings, { number }: BenchIssue = sample): void {
  runCommand(settings, 'send', `bench/${number}`, '--waive', 'links=a bench');
}

/** Runs serve with one worker for as long as `work` takes. */
export async function withServe<T>(settings: Settings, work: (url: string, pid: number) => Promise<T>): Promise<T> {
  const serve: ChildProcess = spawn(process.execPath, [program, 'serve', '--workers', '1'], {
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(serve, 'exit');
  try {
    const url = await new Promise<string>((found, lost) => {
      let said = '';
      const hear = (text: Buffer): void => {
        said += text.toString();
        const at = /Galley is at (http:\S+?)[;\s]/.exec(said)?.[1];
        if (at !== undefined) found(at);
      };
      serve.stdout?.on('data', hear);
      serve.stderr?.on('data', hear);
      void ended.then(() => lost(new Error(`serve ended: ${said}`)));
    });
    return await work(url, serve.pid ?? 0);
  } finally {
    serve.kill('SIGTERM');
    await ended;
  }
}

export const count = (value: number): string => Math.round(value).toLocaleString('en');

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Asks a process to stop, and waits until it is gone. */
export async function stopped(child: ChildProcess): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  if (child.exitCode === null && child.kill('SIGTERM')) await ended;
}
