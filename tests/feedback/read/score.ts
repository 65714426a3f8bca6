/**
 * The reader against the corpora of bounces beside the project, when they are there: figures per family and the gates. The corpora are labelled by
 * others; their README says how their words map to ours. Run alone it prints the figures, with --write it makes them the new baseline.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFeedback } from '../../../src/feedback/read/read.ts';
import type { FeedbackReport } from '../../../src/model/feedback.ts';

export const corpora = resolve(import.meta.dirname, '../../../../shared/corpora');
export const baselineFile = join(import.meta.dirname, 'corpus-baseline.json');
export const haveCorpora = existsSync(join(corpora, 'bounces.tsv'));

/** How many of how many were right. */
export type Share = [right: number, of: number];

/** What is counted: of grades A and H, unless it says otherwise. */
export interface Figures {
  address: Share;
  class: Share;
  /** Of those called hard, how many are. */
  hardPrecision: Share;
  /** Of the hard ones, how many are called so. */
  hardRecall: Share;
  complaint: Share;
  /** Of mails that say that trying goes on, how many are not called bounces. */
  delay: Share;
  /** Of mails of every grade that are no bounce, how many are not called bounce, delay or complaint. */
  negative: Share;
  messageId: Share;
}

export interface Score {
  total: Figures;
  /** Two halves by a hash of the file's name; rules were made on the first. */
  halves: { made: Figures; held: Figures };
  families: Record<string, Pick<Figures, 'address' | 'class'>>;
}

interface Row {
  file: string;
  label: string;
  kind: string;
  recipients: string[];
  classes: string[];
  gated: boolean;
}

const none = (): Figures => ({
  ...{ address: [0, 0], class: [0, 0], hardPrecision: [0, 0], hardRecall: [0, 0] },
  ...{ complaint: [0, 0], delay: [0, 0], negative: [0, 0], messageId: [0, 0] },
});

/** Reads every labelled mail and counts. Throws when the reader does. */
export async function scoreCorpora(): Promise<Score> {
  const score: Score = { total: none(), halves: { made: none(), held: none() }, families: {} };
  for (const row of readRows()) {
    const bytes = readFileSync(join(corpora, row.file));
    const report = await readFeedback(bytes);
    const half = (createHash('sha1').update(`${row.file}x`).digest()[0] ?? 0) % 2 === 0 ? 'made' : 'held';
    const [, folder = '', name = ''] = row.file.split('/');
    const family = folder === 'sisimai' ? name.replace(/-?\d*\.eml$/, '') : folder;
    score.families[family] ??= none();
    for (const figures of [score.total, score.halves[half], score.families[family] as Figures])
      count(figures, row, report, bytes.toString('latin1'));
  }
  const families = Object.entries(score.families).filter(([, figures]) => figures.class[1] > 0);
  score.families = Object.fromEntries(
    families.sort().map(([family, { address, class: verdict }]) => [family, { address, class: verdict }]),
  );
  return score;
}

function readRows(): Row[] {
  const lines = readFileSync(join(corpora, 'bounces.tsv'), 'utf8').trim().split('\n').slice(1);
  const cells = lines.map((line) => line.split('\t'));
  const times = (file: string): number => cells.filter(([other]) => other === file).length;
  return cells
    .filter(([file = '']) => times(file) === 1) // a name that stands twice has the labels of two mails, and one of them is not here
    .map(([file = '', label = '', kind = '', recipients = '', , , , classes = '', grade = '']) => {
      return {
        file,
        label,
        kind,
        recipients: recipients.split(';'),
        classes: (classes || label).split(';'),
        gated: grade === 'A' || grade === 'H',
      };
    });
}

function count(figures: Figures, row: Row, report: FeedbackReport, text: string): void {
  const add = (name: keyof Figures, right: boolean): void => {
    figures[name][0] += right ? 1 : 0;
    figures[name][1] += 1;
  };
  if (row.label === 'not-a-bounce' || row.label === 'autoreply') {
    add('negative', !['bounce', 'delay', 'complaint'].includes(report.kind));
    return;
  }
  if (!row.gated || row.label === '?') return;
  // a machine's report about DKIM, SPF or DMARC is no complaint (STANDARDS 4.0, RFC 6591)
  if (row.label === 'complaint') {
    add('complaint', report.kind === (/^feedback-type:\s*auth-?failure/im.test(text) ? 'other' : 'complaint'));
    return;
  }
  const goesOn = /will be retried|warning message only|delivery attempts will continue|is delayed for more than|delay reason/i.test(text);
  if (goesOn) add('delay', report.kind === 'delay');
  add('messageId', report.messageId !== undefined);
  for (const [index, wanted] of row.recipients.entries()) {
    const same = report.recipients.find(({ address, original }) =>
      [address, original].some((one) => one?.toLowerCase() === wanted.toLowerCase()),
    );
    if (wanted !== '') add('address', same !== undefined);
    const said = (same ?? report.recipients[Math.min(index, report.recipients.length - 1)])?.class ?? 'none';
    const label = row.classes[index] ?? row.label;
    const right =
      said === label ||
      (said === 'none' && report.kind === 'delay' && goesOn) ||
      (said === 'none' && row.kind === 'delayed' && label === 'soft');
    add('class', right);
    if (said === 'hard') add('hardPrecision', label === 'hard');
    if (label === 'hard' && !goesOn) add('hardRecall', said === 'hard');
  }
}

/** As in `97.4 % (320 of 329)`. */
export function percent([right, of]: Share): string {
  return of === 0 ? 'none' : `${((100 * right) / of).toFixed(1)} % (${right} of ${of})`;
}

if (import.meta.main) {
  const score = await scoreCorpora();
  for (const [name, figures] of Object.entries({ all: score.total, ...score.halves }))
    console.log(
      `${name}: ${Object.entries(figures)
        .map(([what, share]) => `${what} ${percent(share)}`)
        .join(', ')}`,
    );
  for (const [family, { address, class: verdict }] of Object.entries(score.families))
    if (address[0] < address[1] || verdict[0] < verdict[1])
      console.log(`${family}: address ${percent(address)}, class ${percent(verdict)}`);
  if (process.argv.includes('--write'))
    writeFileSync(baselineFile, `${JSON.stringify({ total: score.total, families: score.families }, null, 1)}\n`);
}
