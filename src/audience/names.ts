/** Names by which readers are found are taken in beside everything else: an import of a million would take half as long again if it did so itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Db } from '../store/open.ts';
import { takeNames } from '../store/reader-search.ts';

const lookEveryMs = 2000;
/** How long it rests between two steps, as a multiple of what one took. */
const rest = 4;

export interface Names {
  /** Waits for the step under way. */
  close(): Promise<void>;
}

/** Takes names in as readers come, in steps that leave the loop free, but not while an import writes: the two would wait for each other. */
export function keepNames({ db, log }: { db: Db; log: Log }): Names {
  const closing = new AbortController();
  const { signal } = closing;
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  const going = (async () => {
    while (!signal.aborted) {
      try {
        const began = performance.now();
        await pause(takeNames(db) ? (performance.now() - began) * rest : lookEveryMs);
      } catch (error) {
        log.warn('names.wait', { error });
        await pause(lookEveryMs);
      }
    }
  })();
  return {
    async close() {
      closing.abort();
      await going;
    },
  };
}
