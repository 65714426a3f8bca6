/** The data folder: made when it is missing, its secret, its store and its key ring. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { type KeyRing, openKeyRing } from '../store/keys.ts';
import { closeStore, type Db, openStore } from '../store/open.ts';

export interface Data {
  db: Db;
  ring: KeyRing;
}

/** Opens DATA_DIR, the first time with a secret of its own. Errors say what about the folder or the file is wrong. */
export function openData({ dataDir, secretKey }: Config): Data {
  makeFolder(dataDir);
  const db = openStore(join(dataDir, 'galley.db'));
  return { db, ring: openKeyRing(db, secretKey ?? keptSecret(join(dataDir, 'secret.key')), Date.now()) };
}

/** Makes the folder and those above it. One by one: asked for all at once, Node never comes back from a place where none can be made, such as /proc. */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  try {
    const above = dirname(folder);
    if (above !== folder && !existsSync(above)) makeFolder(above);
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'it is a file' : code === 'ENOTDIR' ? 'a part of its path is a file' : `${code}`;
    throw new AppError('data.folder', `Cannot make the folder ${folder} (${reason}): set DATA_DIR to one that this user may write`, {
      cause,
    });
  }
}

/** Opens DATA_DIR for one command and closes it again. */
export async function withData<T>(config: Config, work: (data: Data) => Promise<T> | T): Promise<T> {
  const data = openData(config);
  try {
    return await work(data);
  } finally {
    closeStore(data.db);
  }
}

/** SECRET_KEY as made at the first start: 32 random bytes in hex, readable by its owner only. */
function keptSecret(file: string): string {
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new AppError('data.secret', `Cannot write ${file} (${code}): DATA_DIR must be writable`, { cause });
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length < 32) throw new AppError('data.secret', `${file} is cut short: put back the file this DATA_DIR was made with`);
  return secret;
}
