/**
 * How many mails a second the reader reads on one core: the mail of median size of the corpora beside the project, and all of them one after the other;
 * without them, of our own fixtures. Counted in CPU time of this process, so that a busy machine changes little.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFeedback } from '../../src/feedback/read/read.ts';

const bound = 500;
const seconds = 3;

export async function bench(print: (line: string) => void): Promise<boolean> {
  const corpora = globSync(resolve(import.meta.dirname, '../../../shared/corpora/bounces/*/*.{eml,txt}'));
  const files = corpora.length > 0 ? corpora : globSync(join(import.meta.dirname, '../fixtures/feedback/*.eml'));
  const mails = files.map((file) => readFileSync(file)).sort((one, other) => one.length - other.length);
  const median = mails[Math.floor(mails.length / 2)] as Buffer;
  for (const mail of mails) await readFeedback(mail); // patterns and code warm
  const ofMedian = await perSecond([median]);
  const ofAll = await perSecond(mails);
  print(`${mails.length} mails, ${corpora.length > 0 ? 'of the corpora' : 'our own fixtures'}`);
  print(`the median one, ${median.length} bytes   ${ofMedian.toFixed(0)} a second    (bound ${bound})`);
  print(`all in turn                  ${ofAll.toFixed(0)} a second`);
  return ofMedian >= bound;
}

async function perSecond(mails: readonly Buffer[]): Promise<number> {
  const before = process.cpuUsage();
  let count = 0;
  for (;;) {
    for (const mail of mails) await readFeedback(mail);
    count += mails.length;
    const { user, system } = process.cpuUsage(before);
    if (user + system > seconds * 1e6) return (count * 1e6) / (user + system);
  }
}
