/** A path for a unix socket that the system takes, however deep the data folder lies. */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

/** Linux takes 107 bytes for a socket's path, macOS 103 (`sun_path` of sockaddr_un less its final zero). */
const longest = 103;

/**
 * The path of `redis.sock` in `folder` (a real path): the direct one when it fits, else one through a link in a private folder of the temporary folder.
 * The socket lies in `folder` either way. The link's name depends on `folder` alone, so a later serve and the workers of a killed one meet at the same path.
 * Error `redis.socket`: somebody else owns that name.
 */
export function shortSocket(folder: string): string {
  const direct = join(folder, 'redis.sock');
  if (Buffer.byteLength(direct) <= longest) return direct;
  const base = Buffer.byteLength(tmpdir()) < longest - 40 ? tmpdir() : '/tmp';
  const user = process.getuid?.() ?? 0;
  const door = join(base, `galley-${user}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  mkdirSync(door, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(door);
  if (!lstatSync(door).isDirectory() || uid !== user || (mode & 0o077) !== 0) {
    throw new AppError(
      'redis.socket',
      `${door} is not a private folder of this user: remove it, or give DATA_DIR a path of fewer than 90 letters`,
      { status: 503 },
    );
  }
  const link = join(door, 'd');
  if (readLink(link) !== folder) {
    rmSync(link, { force: true });
    symlinkSync(folder, link);
  }
  return join(link, 'redis.sock');
}

/** Removes the link that `shortSocket` made, when it made one. */
export function removeShortSocket(socket: string, folder: string): void {
  if (socket !== join(folder, 'redis.sock')) rmSync(join(socket, '../..'), { recursive: true, force: true });
}

function readLink(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
