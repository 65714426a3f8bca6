/** One target, fuzzed in a thread of its own: a parser that never comes back would take the clock with it. */
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { targets } from './finds.ts';
import { smaller } from './smaller.ts';

export interface Task {
  name: string;
  seed: number;
  seconds: number;
  /** The input under way: when it began (ms, 0 when none is), its length in bytes, its bytes. Read when the thread no longer answers. */
  started: BigInt64Array;
  input: Uint8Array;
}

export type News = { executions: number; refused: number } | { find: string; rule: string; seed: number };

/** A find is made smaller for this long. */
const smallerMs = 30_000;

async function fuzz({ name, seed, seconds, started, input }: Task, tell: (news: News) => void): Promise<void> {
  const { target } = await (targets[name] ?? fail(name))();
  const counts = { executions: 0, refused: 0 };
  const check = async (text: string) => {
    const { written } = new TextEncoder().encodeInto(text, input);
    Atomics.store(started, 1, BigInt(written));
    Atomics.store(started, 0, BigInt(Date.now()));
    try {
      return await target.check(text);
    } finally {
      Atomics.store(started, 0, 0n);
    }
  };
  const ruleBroken = (text: string) =>
    check(text).then(
      () => undefined,
      (error: Error) => error.message,
    );
  const end = Date.now() + seconds * 1000;
  const known = new Set<string>();
  for (let next = seed; Date.now() < end; next += 1) {
    const property = fc.asyncProperty(target.inputs, async (text) => {
      counts.executions += 1;
      const rule = await check(text).then(
        (outcome) => {
          if (outcome === 'refused') counts.refused += 1;
          return undefined;
        },
        (error: Error) => error.message,
      );
      if (rule !== undefined && !known.has(kindOf(rule))) throw new Error(rule);
    });
    const result = await fc.check(property, {
      seed: next,
      numRuns: 1e9,
      endOnFailure: true,
      interruptAfterTimeLimit: Math.max(1, end - Date.now()),
      markInterruptAsFailure: false,
    });
    tell({ ...counts });
    if (!result.failed || !result.counterexample) break;
    const [text] = result.counterexample;
    const rule = (result.errorInstance as Error).message;
    known.add(kindOf(rule));
    const find = await smaller(text, async (less) => kindOf((await ruleBroken(less)) ?? '') === kindOf(rule), smallerMs);
    tell({ find, rule: (await ruleBroken(find)) ?? rule, seed: next });
  }
  await target.close?.();
}

function fail(name: string): never {
  throw new Error(`no target ${name}`);
}

/** What two finds of the same kind have in common. */
function kindOf(rule: string): string {
  return rule.slice(0, 30).replace(/\d+/g, '0');
}

await fuzz(workerData as Task, (news) => parentPort?.postMessage(news));
