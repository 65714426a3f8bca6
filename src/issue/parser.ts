/** Parses texts in a thread of its own, one after another; the thread starts with the first text and ends when nobody has one for a while. */
import { Worker } from 'node:worker_threads';
import { top } from './findings.ts';
import type { Parsed } from './parse.ts';

export interface Parser {
  /** As `parseIssue`, without holding the caller's event loop. A text that takes too long is a finding. */
  parse(source: string): Promise<Parsed>;
  /** Ends the thread; what was being parsed is rejected. */
  close(): Promise<void>;
}

const idleMs = 60_000;
const longestMs = 10_000;

interface Reply {
  job: number;
  parsed?: Parsed;
  failed?: string;
}

/** Opens a parser. */
export function openParser(): Parser {
  let thread: Worker | undefined;
  let rest: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  let jobs = 0;

  function start(): Worker {
    const started = new Worker(new URL('./parse-thread.ts', import.meta.url), {
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    started.unref();
    started.on('error', () => {}); // whoever waits hears of it
    started.once('exit', () => {
      if (thread === started) thread = undefined;
    });
    return started;
  }

  async function dismiss(): Promise<void> {
    const leaving = thread;
    thread = undefined;
    clearTimeout(rest);
    await leaving?.terminate();
  }

  const perform = (source: string): Promise<Parsed> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new Error('the parser is closed'));
      clearTimeout(rest);
      thread ??= start();
      const worker = thread;
      worker.ref();
      jobs += 1;
      const job = jobs;
      const finish = (settle: () => void): void => {
        clearTimeout(limit);
        worker.off('message', answered).off('exit', gone).off('error', gone);
        worker.unref();
        rest = setTimeout(() => void dismiss(), idleMs).unref();
        settle();
      };
      const answered = ({ job: of, parsed, failed }: Reply): void => {
        if (of !== job) return;
        finish(() => (parsed === undefined ? reject(new Error(`parsing failed: ${failed}`)) : resolve(parsed)));
      };
      const gone = (): void =>
        finish(() => (closed ? reject(new Error('the parser is closed')) : resolve(unreadable('takes too much memory to read'))));
      const limit = setTimeout(() => {
        finish(() => resolve(unreadable(`takes more than ${longestMs / 1000} seconds to read`)));
        void dismiss();
      }, longestMs);
      worker.on('message', answered).once('exit', gone).once('error', gone);
      worker.postMessage({ job, source });
    });

  return {
    parse(source) {
      const turn = last.then(() => perform(source));
      last = turn.catch(() => {});
      return turn;
    },
    async close() {
      closed = true;
      await dismiss();
    },
  };
}

const unreadable = (why: string): Parsed => ({
  needs: [],
  findings: [
    {
      check: 'limits',
      severity: 'error',
      ...top,
      problem: `The text ${why}`,
      remedy: 'Make it shorter, or its lists and emphasis simpler.',
    },
  ],
});
