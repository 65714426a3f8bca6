/** Staging files: where an import gathers its rows, sorts them and finds duplicates before it touches a reader. One file per import, thrown away after it. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../errors.ts';

/** One row of an import as it will become a reader. `line` is where it stands in the file. */
export interface StagedRow {
  line: number;
  email: string;
  emailKey: string;
  name: string | null;
  language: string | null;
  /** JSON of the other columns. */
  attributes: string | null;
}

export interface Staging {
  add(row: StagedRow): void;
  /** Sorts what was added, first row of each address only, and puts the file safely on disk. Says how many people there are, and how many rows were duplicates. */
  complete(): { people: number; duplicate: number };
  /** Closes the file; harmless when it is closed. */
  close(): void;
}

const folder = 'imports';

/** Path of the staging file of an import, relative to DATA_DIR. */
export const stagingPath = (name: string | number) => join(folder, `${name}.db`);

/**
 * Makes a new staging file. It is written without journal or sync, which is safe because a file that was not completed is never read.
 * Errors: a folder that cannot be written.
 */
export function openStaging(file: string): Staging {
  removeStaging(file);
  const client = new Database(file);
  client.pragma('journal_mode = OFF');
  client.pragma('synchronous = OFF');
  client.pragma('locking_mode = EXCLUSIVE');
  client.exec(`CREATE TABLE given (line INTEGER, email TEXT, email_key TEXT, name TEXT, language TEXT, attributes TEXT);
    CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, email_key TEXT, name TEXT, language TEXT, attributes TEXT, copies INTEGER);
    BEGIN`);
  const insert = client.prepare('INSERT INTO given VALUES (?, ?, ?, ?, ?, ?)');
  let given = 0;
  return {
    add(row) {
      insert.run(row.line, row.email, row.emailKey, row.name, row.language, row.attributes);
      given++;
    },
    complete() {
      // In the order of the key, because that is the order of the store's index: merging then fills page after page instead of touching all of them.
      // SQLite takes the bare columns from the row that min() found, so the first row of an address wins.
      const sorted = client.prepare(
        `INSERT INTO people (email, email_key, name, language, attributes, copies)
         SELECT email, email_key, name, language, attributes, copies FROM
           (SELECT email, email_key, name, language, attributes, count(*) AS copies, min(line) FROM given GROUP BY email_key ORDER BY email_key)`,
      );
      const people = sorted.run().changes;
      client.exec('COMMIT');
      client.close();
      const descriptor = openSync(file, 'r+');
      fsyncSync(descriptor);
      closeSync(descriptor);
      return { people, duplicate: given - people };
    },
    close() {
      client.close();
    },
  };
}

/** Throws a staging file away; harmless when there is none. */
export function removeStaging(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}-journal`, { force: true });
}

/** Throws away staging files that no import knows any more. Only for who holds the lock. */
export function sweepStaging(dataDir: string, known: readonly string[]): void {
  for (const name of readdirSync(join(dataDir, folder))) {
    const path = join(folder, name);
    if (!name.startsWith('lock.db') && !known.includes(path)) rmSync(join(dataDir, path), { force: true });
  }
}

/**
 * Takes the right to import into this DATA_DIR: one process at a time, given back by the kernel when it dies.
 * Undefined when another has it. Errors: a folder that cannot be made or written.
 */
export function lockImports(dataDir: string): (() => void) | undefined {
  const file = join(dataDir, folder, 'lock.db');
  let client: Database.Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 }); // staged addresses are nobody else's to read
    client = new Database(file, { timeout: 0 });
    client.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    client?.close();
    if ((cause as { code?: unknown }).code === 'SQLITE_BUSY') return undefined;
    throw new AppError(
      'import.folder',
      `Cannot write in ${dirname(file)}: check the owner and mode of DATA_DIR, and the room on its disk`,
      { cause },
    );
  }
  const held = client;
  return () => held.close();
}
