/**
 * `npm run fuzz [-- --seconds N --seed S --only NAME]`: gives the parser and the renderings inputs that nobody writes in good faith, N seconds for each target,
 * and ends with 1 when a rule was broken. The same seed gives the same inputs. Each find is made small and kept in `finds/`, which `finds.test.ts` plays from then on.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { wholeNumber, wrongUse } from '../support/options.ts';
import { targets } from './finds.ts';
import type { News, Task } from './worker.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seconds = wholeNumber('seconds', values.seconds);
const first = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));
const targetNames = Object.keys(targets);
if (values.only !== undefined && !targetNames.includes(values.only)) wrongUse(`--only ${values.only}: there is ${targetNames.join(', ')}`);
/** An input that takes longer has hung its target. */
const stallMs = 90_000;
const mostBytes = 4 * 1024 * 1024;

function keep(name: string, { find, rule, seed }: { find: string; rule: string; seed: number }): void {
  const folder = join(import.meta.dirname, 'finds');
  const file = join(folder, `${name}-${createHash('sha256').update(find).digest('hex').slice(0, 8)}.txt`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, find);
  console.log(`  FIND with seed ${seed}: ${rule}\n       ${JSON.stringify(find.slice(0, 500))}\n       kept in ${file}`);
}

/** Fuzzes one target; how many rules were broken. */
async function run(name: string): Promise<number> {
  const started = new BigInt64Array(new SharedArrayBuffer(16));
  const input = new Uint8Array(new SharedArrayBuffer(mostBytes));
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { name, seed: first, seconds, started, input } satisfies Task,
  });
  const counts = { executions: 0, refused: 0 };
  let finds = 0;
  const begun = Date.now();
  worker.on('message', (news: News) => {
    if (!('find' in news)) Object.assign(counts, news);
    else {
      finds += 1;
      keep(name, news);
    }
  });
  const watch = setInterval(() => {
    const since = Number(Atomics.load(started, 0));
    if (since === 0 || Date.now() - since < stallMs) return;
    finds += 1;
    const bytes = input.slice(0, Number(Atomics.load(started, 1)));
    keep(name, { find: new TextDecoder().decode(bytes), rule: `no answer within ${stallMs / 1000} seconds`, seed: first });
    void worker.terminate();
  }, 500);
  await new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject));
  clearInterval(watch);
  const took = ((Date.now() - begun) / 1000).toFixed(0);
  console.log(`${name.padEnd(10)} seed ${first}: ${counts.executions} executions (${counts.refused} refused) in ${took} s, ${finds} finds`);
  return finds;
}

let finds = 0;
for (const name of targetNames) if (values.only === undefined || values.only === name) finds += await run(name);
process.exitCode = Math.min(finds, 1);
