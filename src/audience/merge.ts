/** Merging a staged import into the store in short transactions, and rehearsing that. */
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { type MergeOptions, noVerdicts, openMerge, type Verdict, type VerdictCounts, verdicts } from '../store/merge.ts';
import type { Db } from '../store/open.ts';

/** No transaction of a merge should hold the store longer: a page that wants to write waits no more than that for it. */
const mostHoldMs = 20;
/** What we aim at, so that a slow sync of the disk still fits. */
const aimMs = 10;

/** How long the transactions of a merge held the store. A machine with other work to do may stretch one beyond the limit. */
export interface Holds {
  transactions: number;
  longestMs: number;
  /** How many took more than 20 ms. */
  overLimit: number;
}

export const noHolds = (): Holds => ({ transactions: 0, longestMs: 0, overLimit: 0 });

type Progress = (merged: number, people: number) => void;

/**
 * Merges what is staged from where the import stands. Safe to be killed at any moment and run again. Between two transactions the store is left
 * free for as long as it was held: a waiting writer only looks now and then, and would otherwise starve.
 * `signal` stops it between two transactions.
 */
export async function mergeStaged(
  db: Db,
  stagingFile: string,
  importId: number,
  options: MergeOptions,
  onProgress: Progress,
  signal?: AbortSignal,
): Promise<Holds> {
  const merge = openMerge(db, stagingFile, options);
  const holds = noHolds();
  let work = aimMs / 2;
  try {
    for (let merged = 0; ; ) {
      const start = performance.now();
      merged = await untilFree(() => merge.mergeFor(importId, work));
      const held = performance.now() - start;
      holds.transactions++;
      holds.longestMs = Math.max(holds.longestMs, held);
      if (held > mostHoldMs) holds.overLimit++;
      // The clock is looked at between steps; what comes after, the commit and its sync, is learned from the last transaction.
      work = Math.min(Math.max((work * aimMs) / held, 0.5), aimMs);
      onProgress(merged, merge.people);
      if (merged >= merge.people || signal?.aborted === true) return holds;
      merge.tidy();
      await wait(Math.min(held, mostHoldMs));
    }
  } finally {
    merge.close();
  }
}

/** How many people a rehearsal looks at in one go. */
const previewSize = 1000;

/** What merging would do, with the first addresses of each kind. Writes nothing into the store. */
export async function previewStaged(
  db: Db,
  stagingFile: string,
  samples: number,
  options: MergeOptions,
  onProgress: Progress,
): Promise<{ counts: VerdictCounts; examples: Record<Verdict | 'duplicate', string[]> }> {
  const merge = openMerge(db, stagingFile, options);
  try {
    const counts = noVerdicts();
    const examples: Record<Verdict | 'duplicate', string[]> = {
      added: [],
      subscribed: [],
      unchanged: [],
      departed: [],
      suppressed: [],
      duplicate: merge.duplicates(samples),
    };
    for (let seen = 0; seen < merge.people; ) {
      const step = merge.preview(seen, previewSize, samples);
      for (const verdict of verdicts) {
        counts[verdict] += step.counts[verdict];
        examples[verdict].push(...step.sample[verdict].slice(0, samples - examples[verdict].length));
      }
      seen = step.last;
      onProgress(seen, merge.people);
      await wait(0);
    }
    return { counts, examples };
  } finally {
    merge.close();
  }
}

/** How often a store that somebody else keeps writing in is asked again; each asking waits for the store's own 5 seconds. */
const patience = 12;

/** Does `work`, again while another process is writing. Errors: it has been writing for a minute; the disk is full. */
async function untilFree<T>(work: () => T): Promise<T> {
  for (let asked = 1; ; asked++) {
    try {
      return work();
    } catch (cause) {
      const code = String((cause as { code?: unknown }).code);
      if (code === 'SQLITE_FULL')
        throw new AppError('store.full', 'The disk is full: make room; the import goes on at the next start', { cause });
      if (!code.startsWith('SQLITE_BUSY')) throw cause;
      if (asked === patience)
        throw new AppError(
          'store.busy',
          'Another process has been writing to the store for a minute; the import goes on at the next start',
          { cause },
        );
      await wait(100);
    }
  }
}
