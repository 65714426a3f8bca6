/** The counter of links and downloads: counts in memory and writes once a second, so that no reader ever waits for a count and a count that fails hurts nobody. */
import type { Log } from '../log.ts';
import { addCounts, type Tally } from '../store/counts.ts';
import type { Db } from '../store/open.ts';

/** What was counted and is not written yet is lost when the process is killed: at most that of a second. */
const writeEvery = 1000;
/** Different things of different minutes kept while the store cannot be written; what comes after is not counted. */
const keptAtMost = 10_000;

export interface Counter {
  /** Counts one following of a link (`what` is its key) or one download (`pdf`). Takes nobody's name, address or network, so it can keep none. */
  count(of: Pick<Tally, 'slug' | 'number' | 'what'>): void;
  /** Writes what is counted so far. */
  flush(): void;
  /** Writes a last time and stops. */
  close(): void;
}

export interface CounterDeps {
  db: Db;
  /** A rehearsal counts nothing: its mails went to nobody. */
  rehearsal: boolean;
  log: Log;
  now: () => number;
  /** Milliseconds from the first thing counted to its being written. */
  writeEveryMs?: number | undefined;
}

/** Opens the counter; it does nothing by itself until something is counted. */
export function openCounter({ db, rehearsal, log, now, writeEveryMs = writeEvery }: CounterDeps): Counter {
  const kept = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let troubled = false;
  let closed = false;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (kept.size === 0) return;
    try {
      addCounts(db, [...kept.values()]);
      kept.clear();
      troubled = false;
    } catch (error) {
      if (!troubled) log.warn('counts.wait', { error }); // the disk is full, another writer takes long: the next time writes these too
      troubled = true;
      schedule();
    }
  };
  const schedule = (): void => {
    if (!closed) timer ??= setTimeout(flush, writeEveryMs);
  };
  return {
    count(of) {
      if (rehearsal || closed) return;
      const at = Math.floor(now() / 60_000) * 60_000; // a minute is of one day in every zone
      const name = JSON.stringify([of.slug, of.number, of.what, at]);
      const tally = kept.get(name);
      if (tally !== undefined) tally.times += 1;
      else if (kept.size < keptAtMost) kept.set(name, { ...of, times: 1, at });
      schedule();
    },
    flush,
    close() {
      closed = true;
      flush();
    },
  };
}
