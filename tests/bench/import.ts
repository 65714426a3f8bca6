/**
 * A million-row import beside `sqlite3 .import` of the same rows into the same table with its indexes (the migrated store's `readers`, WAL and
 * `synchronous=FULL` both times). The shell is given rows that are ready for the table and writes that one table in one transaction; the import
 * reads the file as people have it, checks every address, finds duplicates, and writes consent and its event too, in transactions that let others in.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportReport } from '../../src/audience/audience.ts';
import { closeStore, openStore } from '../../src/store/open.ts';
import { addPublication } from '../../src/store/publications.ts';
import { suppressions } from '../../src/store/schema.ts';
import { median } from '../support/bench.ts';

const rows = 1_000_000;
const fewRows = 10_000;
const runs = 3;
const bound = 4;
/** What the peak may grow by between few rows and many: the garbage that collects meanwhile, not the rows. */
const flatMegabytes = 100;
const child = join(import.meta.dirname, '../support/import-child.ts');

interface Run {
  seconds: number;
  peakMegabytes: number;
  holds: ImportReport['holds'];
}

export async function bench(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  try {
    const [given, few, ready] = ['given.csv', 'few.csv', 'ready.csv'].map((name) => join(folder, name)) as [string, string, string];
    writeCsv(given, rows, 'email,name,language', ({ email, name, language }) => `${email},${name},${language}`);
    writeCsv(few, fewRows, 'email,name,language', ({ email, name, language }) => `${email},${name},${language}`);
    writeCsv(
      ready,
      rows,
      'id,email,email_key,name,language,attributes,import_id,created_at',
      ({ id, email, name, language }) => `${id},${email},${email},${name},${language},,1,1760000000000`,
    );
    print(`${rows.toLocaleString('en')} rows, ${(statSync(given).size / 1e6).toFixed(0)} MB; ${runs} runs each in turn, medians`);

    const theirs: number[] = [];
    const ours: Run[] = [];
    for (let run = 0; run < runs; run++) {
      theirs.push(await inStore(folder, false, (file) => shellImport(file, ready)));
      ours.push(await inStore(folder, false, (file) => ourImport(file, given, rows)));
    }
    const small = await inStore(folder, false, (file) => ourImport(file, few, fewRows));
    const suppressing = await inStore(folder, true, (file) => ourImport(file, given, rows));

    const shell = median(theirs);
    const seconds = median(ours.map((run) => run.seconds));
    const peak = median(ours.map((run) => run.peakMegabytes));
    print(`sqlite3 .import      ${shell.toFixed(1)} s   (${theirs.map((time) => time.toFixed(1)).join(', ')})`);
    print(`galley import        ${seconds.toFixed(1)} s   (${ours.map((run) => run.seconds.toFixed(1)).join(', ')})`);
    print(
      `                     ${suppressing.seconds.toFixed(1)} s   once with a suppression in the store, so that every address is hashed`,
    );
    print(`ratio                ${(seconds / shell).toFixed(2)}    (bound ${bound})`);
    print(
      `peak memory          ${peak} MB at ${rows.toLocaleString('en')} rows, ${small.peakMegabytes} MB at ${fewRows.toLocaleString('en')}`,
    );
    const holds = ours.map((run) => run.holds);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const over = `${sum(holds.map((hold) => hold.overLimit))} of ${sum(holds.map((hold) => hold.transactions))} transactions over 20 ms`;
    print(`store held for       ${Math.max(...holds.map((hold) => hold.longestMs)).toFixed(1)} ms at the longest, ${over}`);
    return seconds / shell <= bound && peak - small.peakMegabytes <= flatMegabytes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures in a fresh store with one publication; `suppressed` puts a row into the suppressions. */
async function inStore<T>(folder: string, suppressed: boolean, measure: (file: string) => T): Promise<T> {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const file = join(dataDir, 'galley.db');
  const db = openStore(file);
  addPublication(db, {
    ...{ slug: 'bench', name: 'Bench', fromAddress: 'bench@example.org', replyTo: null, language: 'en', zone: 'UTC' },
    ...{ postalAddress: '', slot: null, createdAt: 0 },
  });
  if (suppressed)
    db.insert(suppressions)
      .values({ hash: Buffer.alloc(32), publicationId: 0, reason: 'bench', at: 0 })
      .run();
  closeStore(db);
  try {
    return measure(file);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function shellImport(store: string, csv: string): number {
  const start = performance.now();
  execFileSync('sqlite3', [store, 'PRAGMA synchronous = FULL', `.import --csv --skip 1 ${csv} readers`]);
  const seconds = (performance.now() - start) / 1000;
  const count = execFileSync('sqlite3', [store, 'SELECT count(*) FROM readers'], { encoding: 'utf8' });
  if (Number(count) !== rows) throw new Error(`sqlite3 imported ${count} rows`);
  return seconds;
}

function ourImport(store: string, csv: string, expected: number): Run {
  const start = performance.now();
  const said = execFileSync(process.execPath, [child, join(store, '..'), csv], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = (performance.now() - start) / 1000;
  const { report, peakMegabytes } = JSON.parse(said.trim().split('\n').at(-1) ?? '');
  if (report.added !== expected) throw new Error(`galley imported ${report.added} rows`);
  return { seconds, peakMegabytes, holds: report.holds };
}

interface MadeRow {
  id: number;
  email: string;
  name: string;
  language: string;
}

/** Writes made-up readers, the same every time and in no order of their addresses. */
function writeCsv(file: string, count: number, heading: string, row: (made: MadeRow) => string): void {
  const descriptor = openSync(file, 'w');
  let text = `${heading}\n`;
  let seed = 12345;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  for (let id = 1; id <= count; id++) {
    const email = `${'abcdefghijklmnopqrstuvwxyz'.charAt(random(26))}${random(8e6).toString(36)}.${id.toString(36)}@mail${random(3000)}.example.org`;
    text += `${row({ id, email, name: `Reader ${random(1e6)}`, language: ['en', 'ur', 'ps', ''][random(4)] ?? '' })}\n`;
    if (text.length > 1e6 || id === count) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  closeSync(descriptor);
}
