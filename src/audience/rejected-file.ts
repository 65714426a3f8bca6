/** The file of rows that were not taken: beside the input, each with its line and the reason. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { rejectedTitles } from './columns.ts';
import { csvRow } from './csv-cells.ts';

export interface RejectedFile {
  add(line: number, reason: string, cells: readonly string[]): void;
  /** Puts the file in its place and says where, or undefined when no row was rejected. */
  keep(): string | undefined;
  /** Throws away what was written; harmless after `keep`. */
  discard(): void;
}

const bufferSize = 64 * 1024;

/** `readers.csv` → `readers.rejected.csv`. */
export const rejectedPath = (file: string) => `${file.replace(/\.csv$/i, '')}.rejected.csv`;

/**
 * Begins such a file for the input `file`, whose first line is `titles`. Nothing is written before the first row, and an older file of that name
 * stays until this one is complete. Errors: its folder cannot be written.
 */
export function rejectedFile(file: string, titles: readonly string[]): RejectedFile {
  const path = rejectedPath(file);
  const unfinished = `${path}.part`;
  let descriptor: number | undefined;
  let waiting = '';
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new AppError(
        'import.rejected_file',
        `Cannot write ${path} for the rows that are wrong: check the folder's owner, mode and room, or copy the file elsewhere`,
        { cause },
      );
    }
  };
  const flush = (to: number) => {
    attempt(() => writeSync(to, waiting));
    waiting = '';
  };
  return {
    add(line, reason, cells) {
      if (descriptor === undefined) {
        descriptor = attempt(() => openSync(unfinished, 'w', 0o600)); // addresses are nobody else's to read
        waiting = csvRow([...rejectedTitles, ...titles]);
      }
      waiting += csvRow([line, reason, ...cells]);
      if (waiting.length > bufferSize) flush(descriptor);
    },
    keep() {
      if (descriptor === undefined) return undefined;
      flush(descriptor);
      fsyncSync(descriptor);
      closeSync(descriptor);
      descriptor = undefined;
      attempt(() => renameSync(unfinished, path));
      return path;
    },
    discard() {
      if (descriptor === undefined) return;
      closeSync(descriptor);
      descriptor = undefined;
      rmSync(unfinished, { force: true });
    },
  };
}
