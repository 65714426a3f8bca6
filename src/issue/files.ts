/** Opens the files an issue shows. They lie in the issue's own folder, and nothing outside of it is ever read. */

import { open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { quoted } from './findings.ts';

export interface Problem {
  problem: string;
  remedy: string;
}

const inside = 'Put the file into the folder of the issue and write its path from there, such as data/file.csv.';

/**
 * The bytes of a file named by an issue, at most `limit` of them; or what is wrong with the name or the file. `folder` is the issue's.
 * A path that leaves the folder, in its words or through a symbolic link, is refused.
 */
export async function readBeside(folder: string, path: string, limit: number): Promise<{ bytes: Uint8Array } | Problem> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) || path.startsWith('//'))
    return { problem: `${quoted(path)} is an address, not a file`, remedy: inside };
  if (path.includes('\\')) return { problem: `The path ${quoted(path)} holds "\\"`, remedy: 'Write "/" between folders.' };
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return { problem: `The path ${quoted(path)} is absolute`, remedy: inside };
  if (path.split('/').includes('..')) return { problem: `The path ${quoted(path)} leaves the folder of the issue`, remedy: inside };
  let real: string;
  try {
    const home = await realpath(folder);
    real = await realpath(resolve(home, path));
    if (!real.startsWith(home.endsWith(sep) ? home : home + sep))
      return { problem: `${quoted(path)} is a link that leaves the folder of the issue`, remedy: inside };
  } catch (error) {
    return missing(folder, path, error);
  }
  try {
    await using handle = await open(real);
    const stat = await handle.stat();
    if (!stat.isFile()) return { problem: `${quoted(path)} is not a file`, remedy: inside };
    if (stat.size > limit) return { problem: `${quoted(path)} is larger than ${limit / 1024 / 1024} MB`, remedy: 'Make it smaller.' };
    return { bytes: await handle.readFile() };
  } catch (error) {
    return missing(folder, path, error);
  }
}

/** A file that is not there or not ours to read is the editor's to mend; anything else is an outage. */
async function missing(folder: string, path: string, error: unknown): Promise<Problem> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM')
    return { problem: `${quoted(path)} may not be read`, remedy: 'Give the file read permission.' };
  if (code === 'ELOOP') return { problem: `${quoted(path)} is a link that leads to itself`, remedy: inside };
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG' && code !== 'EINVAL') {
    throw new AppError('issue.file_unreadable', `Cannot read ${path} beside the issue`, { cause: error });
  }
  const there = await readdir(join(folder, dirname(path))).catch(() => []);
  const meant = nearest(basename(path), there);
  return {
    problem: `There is no file ${quoted(path)} beside the issue`,
    remedy: meant ? `Did you mean "${join(dirname(path), meant)}"?` : inside,
  };
}
