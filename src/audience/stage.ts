/** Staging: every row of the file into the staging file, or with its reason into the file of rejected rows. */
import { AppError } from '../errors.ts';
import { openStaging, type Staging } from '../store/staging.ts';
import type { Columns } from './columns.ts';
import type { CsvFile } from './csv-file.ts';
import { rejectedFile } from './rejected-file.ts';
import { readRow } from './row.ts';

/** Addresses of each kind that a dry run names. */
export const exampleCount = 20;

/** What is staged, and what was not taken of the file. */
export interface Staged {
  /** Rows whose address stands further up. */
  duplicate: number;
  rejected: number;
  /** Where the rejected rows are, if there are any. */
  rejectedFile: string | undefined;
  leftOut: { name: number; language: number };
  /** The first reasons for rejection, with their lines. */
  reasons: string[];
}

interface StageOptions {
  /** The input. */
  file: string;
  onProgress?: (progress: { step: 'reading'; done: number; of: number }) => void;
}

/** Reads a file into a staging file at `path`. What goes wrong leaves no rejected file behind; the staging file is the caller's to remove. */
export async function stage(path: string, csv: CsvFile, columns: Columns, { file, onProgress }: StageOptions): Promise<Staged> {
  const leftOut = { name: 0, language: 0 };
  const reasons: string[] = [];
  const refused = rejectedFile(file, columns.titles);
  let staging: Staging | undefined;
  let rejected = 0;
  try {
    const open = openStaging(path);
    staging = open;
    const take = (cells: string[], line: number): void => {
      const read = readRow(columns, cells, line);
      if ('row' in read) {
        open.add(read.row);
        leftOut.name += read.leftOut.name;
        leftOut.language += read.leftOut.language;
        return;
      }
      rejected++;
      if (reasons.length < exampleCount) reasons.push(`line ${line}: ${read.reason}`);
      refused.add(line, read.reason, cells);
    };
    await csv.rows(take, (done) => onProgress?.({ step: 'reading', done, of: csv.size }));
    const { duplicate } = open.complete();
    return { duplicate, rejected, rejectedFile: refused.keep(), leftOut, reasons };
  } catch (error) {
    throw stagingError(error);
  } finally {
    staging?.close();
    refused.discard();
  }
}

function stagingError(error: unknown): unknown {
  const full = ['SQLITE_FULL', 'ENOSPC'].includes(String((error as { code?: unknown }).code));
  return full ? new AppError('import.full', 'The disk is full: make room and import again; nothing was changed', { cause: error }) : error;
}
