/** The lock of the data folder: one process at a time may run the sends of one SQLite file and own its private Redis. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** Kept here because a handle that nothing refers to is garbage-collected, and its lock goes with it. */
const held = new Set<Database.Database>();

const holderFile = 'lock.json';
const holderShape = z.object({ pid: z.number(), command: z.string() });

/**
 * Takes the data folder (made when absent, mode 0700) for this process until the returned function is called or the process ends, however it ends:
 * an exclusive SQLite transaction on `lock.db` that is never finished. The system drops it with the process, so nothing stale stays behind.
 * `command` is how others are told who holds it, such as `galley serve`; it lies beside the lock in `lock.json`, which alone means nothing.
 * Errors: `lock.held` when another process, or this one, has it; `lock.folder` when the folder cannot be made or written.
 */
export function lockDataFolder(folder: string, command: string): () => void {
  const lock = openLock(folder);
  const file = join(folder, holderFile);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(file, `${JSON.stringify({ pid: process.pid, command })}\n`, { mode: 0o600 });
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw heldBy(folder, file);
    throw unusable(folder, error);
  }
  held.add(lock);
  return () => {
    if (!held.delete(lock)) return;
    rmSync(file, { force: true });
    lock.close();
  };
}

/** Whether another process holds the data folder at this moment. */
export function isLocked(folder: string): boolean {
  const lock = openLock(folder);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return false;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true;
    throw unusable(folder, error);
  } finally {
    lock.close();
  }
}

function openLock(folder: string): Database.Database {
  try {
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(folder, 0o700);
    return new Database(join(folder, 'lock.db'), { timeout: 0 });
  } catch (error) {
    throw unusable(folder, error);
  }
}

function heldBy(folder: string, file: string): AppError {
  const holder = readHolder(file);
  const who = holder ? `${holder.command} (process ${holder.pid})` : 'another galley process';
  return new AppError('lock.held', `${who} already runs on ${resolve(folder)}: stop it, or give this one another DATA_DIR`, {
    status: 409,
  });
}

function readHolder(file: string): z.infer<typeof holderShape> | undefined {
  try {
    return holderShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // taken this very instant: the holder has not signed yet
  }
}

const unusable = (folder: string, cause: unknown) =>
  new AppError('lock.folder', `cannot write in DATA_DIR ${resolve(folder)}: ${cause instanceof Error ? cause.message : cause}`, {
    status: 500,
    cause,
  });
