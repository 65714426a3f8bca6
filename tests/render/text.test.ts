/** Rules of the plain-text part. */
import { expect, test } from 'vitest';
import type { IssueTree } from '../../src/model/issue.ts';
import { addressesOf } from '../../src/render/addresses.ts';
import { drawText } from '../../src/render/text.ts';
import { wordsFor } from '../../src/render/words.ts';
import { fullTree, masthead, rightToLeftTree, words } from './trees.ts';

const draw = (tree: IssueTree) =>
  drawText({ tree, masthead, addresses: addressesOf(tree, masthead), words: wordsFor(tree.language), pdf: { pages: 3, bytes: 61_234 } });

test('lines of Latin text are at most 72 columns, but for addresses, which are never broken', () => {
  const long = fullTree();
  long.lead = [
    { t: 'para', c: words('lantern '.repeat(60)) },
    { t: 'quote', c: [{ t: 'para', c: words('harbour '.repeat(40)) }] },
  ];
  const lines = draw(long).split('\n');
  expect(lines.filter((line) => line.length > 72 && !/https?:/.test(line))).toEqual([]);
  expect(lines.some((line) => line.length > 60)).toBe(true);
});

test('right-to-left text is left unwrapped', () => {
  const tree = rightToLeftTree();
  tree.lead = [{ t: 'para', c: words('چراغ '.repeat(60).trim()) }];
  expect(draw(tree)).toContain('چراغ '.repeat(60).trim());
});

test('links are numbered through the mail and listed after the item they stand in; places in the issue lead to the page', () => {
  const text = draw(fullTree());
  expect(text).toContain('voted for lamps [1]');
  const list = text.indexOf('[1] https://council.example/minutes?page=1&item=2\n[2] https://letters.example.org/tides/2031-06#gulls');
  expect(list).toBeGreaterThan(text.indexOf('A lamp is a promise.'));
  expect(list).toBeLessThan(text.indexOf('Gulls on the Roofs\n---'));
});

test('headings are underlined as wide as they are', () => {
  const text = draw(fullTree());
  expect(text).toContain('\nOn the Water\n============\n');
  expect(text).toContain('\nLamps & Lanterns Return\n-----------------------\n');
});

test('a chart is told by caption, source, note, what it shows, and where to see it', () => {
  expect(draw(fullTree())).toContain(
    '[Figure: Lamps lit by pier, May and June]\n(Source: Harbour ledger)\nNote: Counted on two evenings only.\nGrouped bars: lamps lit on two piers in May and June.\nhttps://letters.example.org/tides/2031-06#lamps-by-pier\n',
  );
});

test('lists keep their numbers and nest', () => {
  expect(draw(fullTree())).toContain('\n3. Third thing\n4. Fourth thing\n\n   - Nested thing\n');
});

test('the download line names the PDF, its length and its size', () => {
  expect(draw(fullTree())).toContain('Download the whole number (PDF, 3 pages, 61 KB):\nhttps://letters.example.org/tides/2031-06.pdf\n');
});

test('a foreign name that a line break cuts is isolated on both lines', () => {
  const tree = fullTree();
  tree.lead = [{ t: 'para', c: words(`${'lantern '.repeat(8)}چراغ چراغ چراغ چراغ end`) }];
  const lines = draw(tree)
    .split('\n')
    .filter((line) => line.includes('چراغ'));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/\u2068چراغ( چراغ)*\u2069/);
});

test('no line reads "-- ", after which mail programs hide what follows', () => {
  const tree = fullTree();
  tree.lead = [{ t: 'rule' }, { t: 'list', ordered: false, start: 1, items: [[]] }];
  expect(
    draw(tree)
      .split('\n')
      .filter((line) => /^--?\s*$/.test(line) && line !== '-'),
  ).toEqual([]);
});
