/** A folder with a store, a publication and whatever files a test of imports needs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ImportOptions, type ImportReport, importReaders } from '../../src/audience/audience.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { samplePublication, t0 } from '../support/store.ts';

export interface Room {
  folder: string;
  db: Db;
  publicationId: number;
  suppressionKey: Uint8Array;
  /** Writes a file and says where. */
  file(content: string | Buffer, name?: string): string;
  /** What stands in a file of the folder. */
  text(name: string): string;
  /** Imports a text or file with sensible options. */
  take(content: string | Buffer, options?: Partial<ImportOptions>): Promise<ImportReport>;
  /** `email state` of every subscription, in the order of addresses. */
  list(): string[];
  /** How many rows a table has. */
  count(table: string): number;
}

/** Opens such a folder for one test; it is gone when the test has finished. */
export function openRoom(): Room {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-audience-'));
  const db = openStore(join(folder, 'galley.db'));
  onTestFinished(() => {
    closeStore(db);
    rmSync(folder, { recursive: true, force: true });
  });
  const publicationId = samplePublication(db).id;
  const suppressionKey = new Uint8Array(32).fill(7);
  const file = (content: string | Buffer, name = 'readers.csv') => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    ...{ folder, db, publicationId, suppressionKey, file },
    text: (name) => readFileSync(join(folder, name), 'utf8'),
    take: (content, options = {}) =>
      importReaders(
        { db, dataDir: folder, suppressionKey, now: () => t0 },
        { file: options.file ?? file(content), publication: { id: publicationId }, consent: 'Signed up at the harbour fair', ...options },
      ),
    list: () =>
      db.$client
        .prepare(
          "SELECT email || ' ' || state FROM subscriptions JOIN readers ON readers.id = reader_id WHERE publication_id = ? ORDER BY email",
        )
        .pluck()
        .all(publicationId) as string[],
    count: (table) => db.$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
  };
}

/** A file of `count` readers `n…@example.com`, in no order of their addresses. */
export function manyReaders(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `n${(index * 7919) % count}@example.com,Reader ${index},en`);
  return `email,name,language\n${rows.join('\n')}\n`;
}
