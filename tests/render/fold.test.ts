/** Rules of folding: the mail stays within its budget, and whatever it shows less of is one click away. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, IssueTree } from '../../src/model/issue.ts';
import { addressesOf } from '../../src/render/addresses.ts';
import { drawEmail } from '../../src/render/email.ts';
import { drawFoldedEmail } from '../../src/render/fold.ts';
import { wordsFor } from '../../src/render/words.ts';
import { masthead, readHtml, words } from './trees.ts';

const web = 'https://letters.example.org/tides/2031-06';
const partsOf = (tree: IssueTree) => ({
  tree,
  masthead,
  addresses: addressesOf(tree, masthead),
  words: wordsFor(tree.language),
  charts: new Map(),
  pdf: { pages: 3, bytes: 20_000 },
});
const draw = (tree: IssueTree, budget: number) => drawFoldedEmail(partsOf(tree), budget);
const para = (text: string): Block => ({ t: 'para', c: words(text) });
const more: Block = { t: 'more' };
const implications = (text: string): Block => ({ t: 'implications', label: 'Implications', lead: words(text), list: [] });

/** One section of items by their blocks; the download button in the lead. */
function treeOf(items: Block[][], { lead = [], language = 'en' }: { lead?: Block[]; language?: string } = {}): IssueTree {
  return {
    tree: 2,
    publication: 'Tide Tables',
    number: '2031-06',
    title: 'June 2031',
    summary: 'Lamps and gulls.',
    language,
    direction: language === 'en' ? 'ltr' : 'rtl',
    lead: [para('Welcome.'), { t: 'toc' }, { t: 'download', c: words('Download the full issue') }],
    sections: [
      {
        id: 'news',
        title: words('News'),
        lead,
        items: items.map((blocks, index) => ({ id: `item-${index + 1}`, headline: words(`Headline ${index + 1}`), blocks })),
      },
    ],
  };
}

const long = (name: string) => para(`${name} ${'lamp '.repeat(200)}`);
const bytes = (email: string) => Buffer.byteLength(email);
const whole = async (tree: IssueTree) => bytes(await drawEmail(partsOf(tree)));

describe('folding', () => {
  test('leaves a mail within its budget alone, the editor’s marks too', async () => {
    const tree = treeOf([[para('One.'), more, para('Two.')]]);
    const { email, folds } = await draw(tree, 80 * 1024);
    expect([email, folds]).toEqual([await drawEmail(partsOf(tree)), []]);
    expect(readHtml(email)).toContain('Two.');
  });

  test('begins at the marks, from the end, and shows what is before one', async () => {
    const item = (name: string) => [para(`${name} opening.`), more, long(name)];
    const tree = treeOf([item('First'), item('Second'), item('Third'), [long('Fourth')]]);
    const { email, folds } = await draw(tree, (await whole(tree)) - 1500);
    expect(folds).toEqual([
      { id: 'item-3', words: 'Headline 3', to: 'mark' },
      { id: 'item-2', words: 'Headline 2', to: 'mark' },
    ]);
    const text = readHtml(email);
    for (const shown of ['Third opening.', 'Second opening.', 'First lamp', 'Fourth lamp', 'Read on: Headline 3'])
      expect(text).toContain(shown);
    for (const hidden of ['Third lamp', 'Second lamp']) expect(text).not.toContain(hidden);
    expect(email).toContain(`href="${web}#item-3"`);
  });

  test('then shows openings with their implications, from the end, and at last headlines alone', async () => {
    const item = (name: string) => [para(`${name} opening.`), long(name), implications(`${name} matters.`), long(name)];
    const tree = treeOf([item('First'), item('Second')]);
    const opening = await draw(tree, (await whole(tree)) - 1000);
    expect(opening.folds).toEqual([{ id: 'item-2', words: 'Headline 2', to: 'opening' }]);
    const text = readHtml(opening.email);
    for (const shown of ['Second opening.', 'Second matters.', 'First lamp']) expect(text).toContain(shown);
    expect(text).not.toContain('Second lamp');
    const least = await draw(tree, 1);
    expect(least.folds.map(({ id, to }) => `${id} ${to}`)).toEqual([
      'item-2 opening',
      'item-1 opening',
      'item-2 headline',
      'item-1 headline',
    ]);
    expect(readHtml(least.email)).not.toContain('opening.');
  });

  test('folds the leads of sections last', async () => {
    const tree = treeOf([[para('One.')]], { lead: [para('Essay opening.'), long('Essay')] });
    const { email, folds } = await draw(tree, 1);
    expect(folds.at(-1)).toEqual({ id: 'news', words: 'News', to: 'opening' });
    expect(readHtml(email)).toContain('Essay opening.');
    expect(email).toContain(`href="${web}#news"`);
  });

  test('never folds the download, the contents or the way to unsubscribe', async () => {
    const download: Block = { t: 'download', c: words('The whole of it') };
    const { email } = await draw(treeOf([[long('One'), download, long('Two')]]), 1);
    for (const kept of ['Download the full issue', 'The whole of it', 'In this issue', 'Unsubscribe', 'Harbour Office']) {
      expect(readHtml(email)).toContain(kept);
    }
  });

  test('says where to read on in the issue’s own words', async () => {
    const { email } = await draw(treeOf([[long('One'), long('Two')]], { language: 'ur' }), 1);
    expect(readHtml(email)).toContain('آگے پڑھیں: Headline 1');
    expect(readHtml(email)).not.toContain('Read on');
  });

  test('an issue of three thousand items is folded under its budget by a few drawings', { timeout: 60_000 }, async () => {
    const tree = treeOf(Array.from({ length: 3000 }, (_, index) => [para(`Item ${index}.`), para('lamp '.repeat(20))]));
    const budget = (await draw(tree, 1)).email.length + 20_000;
    const { email, folds } = await draw(tree, budget);
    expect(bytes(email)).toBeLessThanOrEqual(budget);
    expect(bytes(email)).toBeGreaterThan(budget * 0.9);
    expect(folds.length).toBeGreaterThan(100);
  });
});

const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.integer({ min: 1, max: 80 }).map((count) => para('lamp '.repeat(count))),
  fc.constant(more),
  fc.constant(implications('It matters.')),
  fc.constant<Block>({ t: 'download', c: words('Download') }),
);

test('any issue comes under any budget that its headlines fit in, whole at the same place on the page, the same every time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyBlock, { maxLength: 6 }), { minLength: 1, maxLength: 8 }),
      fc.array(anyBlock, { maxLength: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (items, lead, share) => {
        const tree = treeOf(items, { lead });
        const least = bytes((await draw(tree, 1)).email);
        const most = await whole(tree);
        const budget = Math.round(least + share * (most - least));
        const { email, folds } = await draw(tree, budget);
        expect(bytes(email)).toBeLessThanOrEqual(Math.max(budget, least));
        expect((await draw(tree, budget)).email).toBe(email);
        const text = readHtml(email);
        for (const [index] of items.entries()) expect(text).toContain(`Headline ${index + 1}`);
        for (const { id } of folds) expect(email).toContain(`href="${web}#${id}"`);
        expect(text).toContain('Unsubscribe');
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
