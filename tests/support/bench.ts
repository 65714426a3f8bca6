/** What the benches share: the program under measure, a data folder with readers in it, and figures as people read them. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { closeStore, openStore } from '../../src/store/open.ts';

export const program = resolve(import.meta.dirname, '../../src/main.ts');
const sample = resolve(import.meta.dirname, '../../emails/sample/issue.md');

export type Settings = { DATA_DIR: string } & Record<string, string | undefined>;

/** Runs a command of Galley to its end. */
export function runCommand(settings: Settings, ...args: string[]): void {
  execFileSync(process.execPath, [program, ...args], { env: settings, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Makes the publication `bench`, its issue and so many active readers. */
export function addReaders(settings: Settings, readers: number): void {
  runCommand(settings, 'publication', 'add', 'bench', '--name', 'The Bench Review', '--from', 'news@bench.example');
  runCommand(settings, 'issue', 'add', sample, '--publication', 'bench');
  const db = openStore(join(settings.DATA_DIR, 'galley.db'));
  db.$client.exec(`BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${readers})
      INSERT INTO readers (email, email_key, created_at) SELECT 'r' || i || '@mail' || (i % 3000) || '.example.org', 'r' || i || '@mail' || (i % 3000) || '.example.org', 0 FROM n;
    INSERT INTO subscriptions (publication_id, reader_id, state, changed_at) SELECT 1, id, 'active', 0 FROM readers;
    COMMIT`);
  closeStore(db);
}

/** Orders a send of the issue to all of them, at once. */
export function orderSend(settings: Settings): void {
  runCommand(settings, 'send', 'bench/2026-11', '--waive', 'links=a bench');
}

export const count = (value: number): string => Math.round(value).toLocaleString('en');

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
