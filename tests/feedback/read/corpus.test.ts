/** The reader on the corpora beside the project: the gates, and no family worse than the baseline that `node tests/feedback/read/score.ts --write` last wrote. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { classify } from '../../../src/feedback/read/read.ts';
import { baselineFile, corpora, haveCorpora, percent, type Score, type Share, scoreCorpora } from './score.ts';

const rate = ([right, of]: Share): number => right / of;

describe.skipIf(!haveCorpora)('the corpora of bounces', { timeout: 60_000 }, () => {
  test('are read as well as the gates ask', async () => {
    const { total } = await scoreCorpora();
    const said = Object.fromEntries(Object.entries(total).map(([name, share]) => [name, percent(share)]));
    expect({ said, ok: rate(total.address) >= 0.99 && rate(total.class) >= 0.97 }).toEqual({ said, ok: true });
    expect({ said, ok: rate(total.hardPrecision) >= 0.99 && rate(total.hardRecall) >= 0.95 }).toEqual({ said, ok: true });
    expect([total.complaint, total.delay, total.negative].map(rate)).toEqual([1, 1, 1]);
  });

  test('are read no worse than the baseline, family by family', async () => {
    const { families } = await scoreCorpora();
    const baseline = JSON.parse(readFileSync(baselineFile, 'utf8')) as Pick<Score, 'total' | 'families'>;
    const worse = Object.entries(baseline.families).filter(([family, then]) => {
      const now = families[family];
      return now === undefined || rate(now.address) < rate(then.address) || rate(now.class) < rate(then.class);
    });
    expect(worse).toEqual([]);
  });
});

/** Rows whose label is another one than ours, with the reason. */
const otherwise: Record<string, string> = {
  '553 5.1.2': 'the domain does not exist: hard by DESIGN 5',
  '553 5.1.3': 'the address cannot exist: hard by DESIGN 5',
  '450 4.2.1 Peak SMTP relay limit': 'the limit of the one who sends',
};

describe.skipIf(!haveCorpora)('the replies that Gmail documents', () => {
  test('touch a reader only where they are about one', () => {
    const rows = readFileSync(join(corpora, 'smtp-replies-google.tsv'), 'utf8').trim().split('\n').slice(1);
    const wrong = rows.flatMap((row) => {
      const [code = '', status = '', text = '', scope = '', , label = ''] = row.split('\t');
      if (Object.keys(otherwise).some((known) => `${code} ${status} ${text}`.startsWith(known))) return [];
      const judged = classify({ code, status, text, provider: 'gmail-smtp-in.l.google.com' });
      const touches = judged.scope === 'recipient' || judged.scope === 'domain';
      return judged.class === label && touches === scope.startsWith('recipient')
        ? []
        : [`${code} ${status} ${text}: ${judged.scope}, ${judged.class}`];
    });
    expect(wrong).toEqual([]);
  });
});
