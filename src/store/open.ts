/** Opens the SQLite file: pragmas, migrations forward only, and the transaction every query file works in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { AppError } from '../errors.ts';
import { providerNumber } from '../model/breaker.ts';
import { nameKeys } from '../model/name-key.ts';
import * as schema from './schema.ts';

/** An open store. `$client` is the connection itself, for statements that are prepared once and run a million times. */
export type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

const migrationsFolder = join(import.meta.dirname, '../../migrations');

/**
 * Opens (and makes, and migrates) the store in `file`; `:memory:` is for tests. Waits up to 5 s for another process's write.
 * Errors: a schema newer than this Galley, a file that is no SQLite file, a folder that cannot be written, a full disk.
 */
export function openStore(file: string): Db {
  let client: Database.Database | undefined;
  try {
    client = new Database(file, { timeout: 5000 });
    client.pragma('journal_mode = WAL');
    client.pragma('synchronous = FULL'); // NORMAL may take back a committed claim at power loss and mail it twice
    client.pragma('foreign_keys = ON');
    client.pragma('secure_delete = ON');
    client.pragma('temp_store = MEMORY');
    client.function('name_keys', { deterministic: true }, (name: unknown) => JSON.stringify(nameKeys(String(name ?? ''))));
    client.function('provider_number', { deterministic: true }, (email: unknown) => providerNumber(String(email)));
    migrate(client, file);
  } catch (error) {
    client?.close();
    throw error instanceof AppError ? error : cannotOpen(file, error);
  }
  return drizzle(client, { schema }) as Db;
}

export function closeStore(db: Db): void {
  db.$client.close();
}

/** A number that changes when another connection has committed; cheap enough to ask every tick. */
export function dataVersion(db: Db): number {
  return db.$client.pragma('data_version', { simple: true }) as number;
}

function migrate(client: Database.Database, file: string): void {
  const steps = readdirSync(migrationsFolder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort();
  client
    .transaction(() => {
      const version = client.pragma('user_version', { simple: true }) as number;
      if (version > steps.length) {
        throw new AppError(
          'store.newer',
          `${file} was written by a newer Galley (schema ${version}, this one knows ${steps.length}): start that version or restore a backup made before it`,
        );
      }
      for (const step of steps.slice(version)) client.exec(readFileSync(join(migrationsFolder, step), 'utf8'));
      if (version < steps.length) client.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
}

/** What each of SQLite's own errors means for the person who started us. */
const reasons: Record<string, string> = {
  SQLITE_CANTOPEN: 'it cannot be opened: does its folder exist, and may this user write there?',
  SQLITE_NOTADB: 'it is not a SQLite file: is DATA_DIR right?',
  SQLITE_READONLY: 'it cannot be written: check the owner and mode of the file and its folder',
  SQLITE_FULL: 'the disk is full: make room and start again; nothing was lost',
  SQLITE_IOERR: 'the disk is full or does not answer: make room or look at it, and start again; nothing was lost',
  SQLITE_BUSY: 'another process has been writing for more than 5 seconds',
  SQLITE_CORRUPT: 'it is damaged: restore a backup',
};

function cannotOpen(file: string, cause: unknown): AppError {
  const code = String((cause as { code?: unknown }).code ?? '');
  const known = Object.entries(reasons).find(([prefix]) => code.startsWith(prefix));
  return new AppError('store.cannot_open', `Cannot use ${file}: ${known?.[1] ?? (cause as Error).message}`, { cause });
}
