/** Import: a CSV file becomes readers with consent. Staged in a file of its own first, so that whatever is wrong shows before a reader is touched. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../errors.ts';
import { beginImport, beginMerge, endImport, type Import, publicationExists, readImport, unfinishedImports } from '../store/imports.ts';
import type { MergeOptions } from '../store/merge.ts';
import type { Db } from '../store/open.ts';
import { lockImports, removeStaging, stagingPath, sweepStaging } from '../store/staging.ts';
import { saysConsent } from './by-hand.ts';
import { type ChosenColumns, type Columns, guessColumns, readColumns } from './columns.ts';
import { type CsvFile, openCsv } from './csv-file.ts';
import { goOnUndoing } from './import-undo.ts';
import { mergeStaged, noHolds, previewStaged } from './merge.ts';
import { type ImportReport, sumRows } from './report.ts';
import { exampleCount, type Staged, stage } from './stage.ts';

export interface ImportDeps {
  db: Db;
  dataDir: string;
  /** The key `suppression` of the key ring. */
  suppressionKey: Uint8Array;
  now?: () => number;
}

/** `reading` counts octets of the file, `merging` people. */
export interface ImportProgress {
  step: 'reading' | 'merging';
  done: number;
  of: number;
}

export interface ImportOptions {
  file: string;
  /** What the file was called by whoever brought it; its own name when left out. */
  name?: string;
  publication: { id: number };
  /** The words the readers agreed to, where and when. Kept with the import, once. */
  consent: string;
  /** Which column is what, where a person has said so; else the heading says it. */
  columns?: ChosenColumns | undefined;
  dryRun?: boolean;
  onProgress?: (progress: ImportProgress) => void;
}

/**
 * Imports a CSV file into a publication, beside a running `serve` if need be. One import runs at a time; leftovers of one that was killed are
 * finished first. A dry run counts the same and changes nothing in the store.
 * Errors, each before a reader is touched: a file that is missing, empty or no CSV, no column of addresses, no words of consent, no such
 * publication, no room for the rejected rows, another import under way.
 */
export async function importReaders(deps: ImportDeps, options: ImportOptions): Promise<ImportReport> {
  if (!saysConsent(options.consent)) {
    throw new AppError(
      'import.consent',
      'Say in some words what the readers agreed to, for example: --consent "Signed up on paper at the March seminar"',
    );
  }
  if (!publicationExists(deps.db, options.publication.id)) {
    throw new AppError('publication.not_found', `No publication ${options.publication.id}: add one first`, { status: 404 });
  }
  const csv = await openCsv(options.file);
  try {
    const columns = readColumns(options.file, csv.titles, options.columns);
    return await holdingLock(deps, async () => {
      await finishLeftovers(deps);
      return options.dryRun === true ? await rehearse(deps, options, csv, columns) : await run(deps, options, csv, columns);
    });
  } finally {
    await csv.close();
  }
}

/** The first rows of a file, and what its heading says of its columns. `columns` is undefined when it names none for addresses. Errors: as `importReaders`, for the file. */
export async function glanceAtCsv(file: string): Promise<{ titles: string[]; rows: string[][]; columns: ChosenColumns | undefined }> {
  const csv = await openCsv(file);
  try {
    return { titles: csv.titles, rows: csv.firstRows, columns: guessColumns(csv.titles) };
  } finally {
    await csv.close();
  }
}

async function rehearse(deps: ImportDeps, options: ImportOptions, csv: CsvFile, columns: Columns): Promise<ImportReport> {
  const staging = join(deps.dataDir, stagingPath('dry-run'));
  try {
    const staged = await stage(staging, csv, columns, options);
    const { counts, examples } = await previewStaged(
      deps.db,
      staging,
      exampleCount,
      mergeOptions(deps, options.publication.id),
      progressOf(options),
    );
    const { duplicate, rejected, rejectedFile, leftOut, reasons } = staged;
    const all = { ...counts, duplicate, rejected };
    const file = options.name ?? basename(options.file);
    return {
      ...{ importId: undefined, file, dryRun: true, state: 'done', rows: sumRows(all), ...all },
      ...{ rejectedFile, leftOut, examples: { ...examples, rejected: reasons }, holds: noHolds() },
    };
  } finally {
    removeStaging(staging);
  }
}

async function run(deps: ImportDeps, options: ImportOptions, csv: CsvFile, columns: Columns): Promise<ImportReport> {
  const { db, dataDir, now = Date.now } = deps;
  const publicationId = options.publication.id;
  const entry = { publicationId, file: options.name ?? basename(options.file), consent: options.consent.trim(), startedAt: now() };
  const { id, staging } = beginImport(db, entry, stagingPath);
  const path = join(dataDir, staging);
  let staged: Staged;
  try {
    staged = await stage(path, csv, columns, options);
    beginMerge(db, id, { duplicate: staged.duplicate, rejected: staged.rejected });
  } catch (error) {
    removeStaging(path);
    endImport(db, id, 'taken-back', now());
    throw error;
  }
  const holds = await mergeStaged(db, path, id, mergeOptions(deps, publicationId), progressOf(options));
  endImport(db, id, 'done', now());
  removeStaging(path);
  const { rejectedFile, leftOut } = staged;
  return { ...reportOf(readImport(db, id)), rejectedFile, leftOut, holds };
}

/**
 * Ends imports that were cut short: finishes those whose rows were all staged, takes the others back; and goes on with those a person takes back. For the start of a process that writes the
 * store; may run beside it, and stops when `signal` says so. Leaves alone what another process is importing right now. Reports what it ended.
 */
export async function resumeImports(deps: ImportDeps, signal?: AbortSignal): Promise<ImportReport[]> {
  await goOnUndoing(deps, signal);
  if (unfinishedImports(deps.db).length === 0) return [];
  const unlock = lockImports(deps.dataDir);
  if (unlock === undefined) return [];
  try {
    return await finishLeftovers(deps, signal);
  } finally {
    unlock();
  }
}

async function finishLeftovers(deps: ImportDeps, signal?: AbortSignal): Promise<ImportReport[]> {
  const { db, dataDir, now = Date.now } = deps;
  const ended: ImportReport[] = [];
  const leftovers = unfinishedImports(db);
  for (const { id, staging, state, publicationId } of leftovers) {
    const path = staging === null ? undefined : join(dataDir, staging);
    if (state === 'staging') {
      endImport(db, id, 'taken-back', now());
    } else if (path === undefined || !existsSync(path)) {
      endImport(db, id, 'cut-short', now()); // a restored backup has the row and not the file
    } else {
      await mergeStaged(db, path, id, mergeOptions(deps, publicationId), () => {}, signal);
      if (signal?.aborted === true) break;
      endImport(db, id, 'done', now());
    }
    ended.push(reportOf(readImport(db, id)));
  }
  sweepStaging(
    dataDir,
    unfinishedImports(db).flatMap(({ staging }) => staging ?? []),
  );
  return ended;
}

async function holdingLock<T>({ dataDir }: ImportDeps, work: () => Promise<T>): Promise<T> {
  const unlock = lockImports(dataDir);
  if (unlock === undefined)
    throw new AppError('import.running', 'Another import is under way in this DATA_DIR: wait until it has ended', { status: 409 });
  try {
    return await work();
  } finally {
    unlock();
  }
}

function mergeOptions({ suppressionKey, now = Date.now }: ImportDeps, publicationId: number): MergeOptions {
  return { publicationId, suppressionKey, now: now() };
}

function progressOf({ onProgress }: ImportOptions): (merged: number, people: number) => void {
  return (done, of) => onProgress?.({ step: 'merging', done, of });
}

/** What the row of an ended import says. What is in no row, such as the file of rejected rows, is left out. */
function reportOf({ id, file, state, added, subscribed, unchanged, departed, suppressed, duplicate, rejected }: Import): ImportReport {
  const counts = { added, subscribed, unchanged, departed, suppressed, duplicate, rejected };
  const ended = state === 'taken-back' || state === 'cut-short' ? state : 'done';
  return {
    ...{ importId: id, file, dryRun: false, state: ended, rows: sumRows(counts), ...counts },
    ...{ rejectedFile: undefined, leftOut: { name: 0, language: 0 }, examples: {}, holds: noHolds() },
  };
}
