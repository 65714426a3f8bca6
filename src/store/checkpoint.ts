/** Checkpoints on a thread of their own: SQLite would copy its log into the file within some commit, and whoever waits for that commit would wait for the disk. */
import { Worker } from 'node:worker_threads';
import type { Db } from './open.ts';

/** The log's length, in pages of 4 KB, at which a commit of ours checkpoints after all: should the thread be gone or always late, the log must not grow for ever. */
const pagesAtMost = 16_384;

export interface Checkpoints {
  /** Ends the thread; what is in the log is in the store all the same. Call it before the store is closed. */
  close(): Promise<void>;
}

/**
 * Takes the checkpoints of an open store off its connection. They change nothing of what a commit means: it is on the disk in the log before it returns,
 * and the log is synced before it is copied. A thread that fails is told of and done without.
 */
export function openCheckpoints({ $client: client }: Db, failed: (error: unknown) => void): Checkpoints {
  client.pragma(`wal_autocheckpoint = ${pagesAtMost}`);
  const thread = new Worker(new URL('checkpoint-thread.ts', import.meta.url), { workerData: client.name, execArgv: [] });
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.once('error', failed);
  return {
    async close() {
      thread.postMessage('close');
      await ended;
    },
  };
}
