/**
 * A process that imports `FILE` into publication 1 of `DATA_DIR`, for tests that kill it and for the bench that weighs it: `DATA_DIR FILE [HOLD]`.
 * Says `reading DONE OF` for every block read, `merging DONE OF` after every transaction, and at the end one line of JSON. With HOLD (`reading`, `merging`)
 * it stops right after it has first said so, and waits to be killed.
 */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { importReaders } from '../../src/audience/audience.ts';
import { closeStore, openStore } from '../../src/store/open.ts';

const [dataDir = '', file = '', hold = ''] = process.argv.slice(2);
const db = openStore(join(dataDir, 'galley.db'));
const say = (line: string) => writeSync(1, `${line}\n`);
const deps = { db, dataDir, suppressionKey: new Uint8Array(32).fill(7) };
const report = await importReaders(deps, {
  file,
  publication: { id: 1 },
  consent: 'Agreed for this test',
  onProgress: ({ step, done, of }) => {
    say(`${step} ${done} ${of}`);
    if (step === hold) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
say(JSON.stringify({ report, peakMegabytes: peak() }));
closeStore(db);

/** The most memory this process ever had, from Linux itself: what `resourceUsage()` says begins with the parent's. Undefined on another system. */
function peak(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
