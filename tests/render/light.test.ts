/** Rules of the light mail and the light page: small, whole, without pictures or anything to fetch, and each with its way on. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Block, Chart, Figure, IssueTree } from '../../src/model/issue.ts';
import { addressesOf } from '../../src/render/addresses.ts';
import { drawFoldedLightMail } from '../../src/render/fold.ts';
import { drawLightMail } from '../../src/render/light-mail.ts';
import { drawLightPage } from '../../src/render/light-page.ts';
import { wordsFor } from '../../src/render/words.ts';
import { drawnIssue, drawnIssues } from '../golden/drawn.ts';
import { goldenIssues } from '../golden/issues.ts';
import { dangersIn } from '../support/markup.ts';
import { bars, fullTree, furtherCharts, map, masthead, readHtml, rightToLeftTree, words, wordsOf } from './trees.ts';

const web = 'https://letters.example.org/tides/2031-06';
const partsOf = (tree: IssueTree, brand = {}) => ({
  tree,
  masthead: { ...masthead, ...brand },
  addresses: addressesOf(tree, masthead),
  words: wordsFor(tree.language),
  pdf: { pages: 3, bytes: 20_000 },
});
const page = (tree: IssueTree, brand = {}) => drawLightPage(partsOf(tree, brand));
const mail = (tree: IssueTree, brand = {}) => drawLightMail(partsOf(tree, brand));
const drawn = { mail, page };
const bytes = (document: string) => Buffer.byteLength(document);
const spaced = (document: string) => readHtml(document).replace(/\s+/g, ' ');

const figure = [...fullTree('a'.repeat(64)).sections]
  .flatMap(({ items }) => items.flatMap(({ blocks }) => blocks))
  .find((b) => b.t === 'figure') as Figure;
const para = (text: string): Block => ({ t: 'para', c: words(text) });

/** An issue of one section with these blocks in one item. */
function treeOf(blocks: Block[], change: Partial<IssueTree> = {}): IssueTree {
  const section = { id: 'news', title: words('News'), lead: [], items: [{ id: 'one', headline: words('One'), blocks }] };
  return { ...fullTree(), lead: [], sections: [section], ...change };
}

describe.each(['mail', 'page'] as const)('the light %s', (medium) => {
  const draw = drawn[medium];

  test('holds every word of the issue, and nothing that is fetched or run', () => {
    const document = draw(fullTree('a'.repeat(64)));
    const there = spaced(document);
    expect(wordsOf(fullTree('a'.repeat(64))).filter((word) => !there.includes(word))).toEqual([]);
    expect(document).not.toMatch(/<(img|script|svg|picture|iframe|link rel="stylesheet")|src=|url\(|@import|@font-face|background=/i);
    expect(dangersIn(document)).toEqual([]);
  });

  test('tells a figure by its words, source and note, and leads to it on the full page', () => {
    const there = draw(treeOf([figure]));
    expect(spaced(there)).toContain('Figure: Plan of the quay (Source: Own drawing) Note: Not to scale. A plan of the quay from above.');
    expect(there).toContain(`href="${web}#quay-plan"`);
  });

  test('has the numbers of a chart as people set them, with what they count', () => {
    const rows = (chart: Chart) =>
      Array.from(draw(treeOf([chart])).matchAll(/<tr>(.*?)<\/tr>/g), ([, row = '']) => readHtml(row).replace(/\s+/g, ' ').trim());
    expect(rows(bars)).toEqual(['Pier Lamps', 'May June', 'North pier 70 1,050', 'South mole 42 0']);
    expect(rows(map)).toEqual(['Hour Gulls', 'Fish market hall Chapel', 'Dawn 108 7', 'Dusk 0 39']);
    expect(rows(furtherCharts[0] as Chart)).toEqual(['Pier Lamps', 'North pier 1,120', 'South mole 42', 'Ferry quay 0']);
    expect(rows(furtherCharts[2] as Chart)).toEqual(['Month Lamps', 'North pier South mole', 'May 70 42', 'June 90', 'July 1,050 -3']); // June was not counted on the mole
  });

  test('turns a table that is too wide round, and tells one that is large both ways in words', () => {
    const grid = (across: number, down: number): Chart => {
      const cells = Array.from({ length: down }, (_, d) =>
        Array.from({ length: across }, (_, a) => [`Row ${d}`, `Column-${a}-of-them`, `${d * a}`]),
      );
      return { ...map, data: { columns: ['row', 'column', 'number'], rows: cells.flat() } };
    };
    expect(spaced(draw(treeOf([grid(12, 3)])))).toContain('Column Number Row 0 Row 1 Row 2 Column-0-of-them 0 0 0');
    const large = draw(treeOf([grid(25, 25)]));
    expect(large).not.toContain('<table');
    expect(spaced(large)).toContain(
      'Gulls by hour and roof (Source: Rooftop survey) Note: Illustrative numbers. Heat map: gulls on two roofs',
    );
  });

  test('has the download with its size, in its place or else at the top, and the contents where the editor put them', () => {
    const pdf = `<a href="${web}.pdf">`;
    expect(draw(fullTree())).toContain(`${pdf}Download the whole number</a> <span class="u">PDF, 3 pages, 20 KB</span>`);
    expect(draw(treeOf([para('x')]))).toContain(`${pdf}Download the full issue</a> PDF, 3 pages, 20 KB`);
    expect(draw(fullTree())).toContain('In this issue');
    expect(draw(treeOf([para('x')]))).not.toContain('In this issue');
  });

  test('has the publication’s colours in both schemes, its faces, and its name in place of a logo', () => {
    const logo = { asset: `${'b'.repeat(64)}.png`, width: 200, height: 40 };
    const document = draw(fullTree(), { brand: { accent: '#8a1f3d', accentDark: '#ffb3c6', ink: '#2b1a20', fonts: 'sans', logo } });
    expect(document).toMatch(/prefers-color-scheme:dark\)\{[^@]*#ffb3c6/);
    for (const colour of ['#8a1f3d', '#2b1a20']) expect(document).toContain(colour);
    expect(document).not.toMatch(/#0a656c|#74c9cc|#14242c|Georgia|bbbb/);
    expect(spaced(document)).toContain('Tide Tables');
  });

  test('runs right to left as a whole, and an item in another language by itself', () => {
    const urdu = draw(rightToLeftTree());
    expect(urdu).toMatch(/<html lang="ur" dir="rtl">/);
    expect(urdu).toContain('<span dir="ltr">Harbour Office (HO)</span>');
    const tree = fullTree();
    const [item] = tree.sections[0]?.items ?? [];
    if (item) item.language = 'ps';
    expect(draw(tree)).toMatch(/<div class="o" lang="ps" dir="rtl"><h3/);
    expect(draw(tree)).not.toMatch(/<html[^>]*rtl/);
  });

  test('of an issue that is only pictures has their words', () => {
    const there = draw(treeOf([figure, { ...figure, id: 'two', alt: 'Another plan.' }], { sections: [], lead: [figure, bars] }));
    expect(spaced(there)).toContain('A plan of the quay from above.');
    expect(spaced(there)).toContain('North pier 70 1,050');
  });
});

describe('the light mail', () => {
  test('has the way to leave, the preferences, why it came and the sender’s address, and leads to the light page', () => {
    const there = mail(fullTree());
    for (const [path, label] of [
      ['u/leavetokenleavetokenleavetokenleav', 'Unsubscribe'],
      ['p/preferencestokenpreferencestokenpr', 'Preferences'],
      ['tides/2031-06.light', 'Read on the web'],
    ])
      expect(there).toContain(`<a href="https://letters.example.org/${path}">${label}</a>`);
    expect(spaced(there)).toContain('You receive this because you subscribed to Tide Tables.');
    expect(spaced(there)).toContain('Harbour Office, 1 Quay Street, 00000 Example');
    expect(there).toContain(`<a href="${web}.light#gulls">a note on gulls</a>`); // places are on the page: many programs ignore anchors
    expect(there).not.toContain(' id="gulls"');
  });

  test('says its direction at the one element around everything, for programs that drop the head', () => {
    expect(mail(rightToLeftTree())).toMatch(/<div class="bg" dir="rtl" style="[^"]*direction:rtl;text-align:right">/);
    expect(mail(fullTree())).toMatch(/<div class="bg" dir="ltr" style="[^"]*direction:ltr;text-align:left">/);
    expect(mail(fullTree())).not.toContain('rtl'); // what runs one way pays nothing for the other
  });
});

describe('the light page', () => {
  test('leads to the full one, which leads back, and is the same document for those who index pages', async () => {
    const { page: full, light } = (await drawnIssue('english')).drawing;
    const address = /<link rel="canonical" href="([^"]+)">/.exec(full)?.[1];
    expect(light.page).toContain(`<link rel="canonical" href="${address}">`);
    expect(light.page).toContain(`<a href="${address}">Full page, with pictures</a>`);
    expect(full).toContain(`<a href="${address}.light">Light page, without pictures</a>`);
  });

  test('carries every place that the full page has', async () => {
    const { page: full, light } = (await drawnIssue('english')).drawing;
    const places = (document: string) =>
      new Set(Array.from(document.matchAll(/<(?:section|article|figure|h\d|p) id="([^"]+)"/g), ([, id = '']) => id.replace(/-title$/, '')));
    expect([...places(full)].filter((id) => !places(light.page).has(id))).toEqual([]);
  });
});

describe('size', () => {
  beforeAll(drawnIssues, 120_000);

  test.each(goldenIssues)('$name: the light page is at most 7 KB on the wire, the light mail at most 17 KB and whole', async ({ name }) => {
    const { light } = (await drawnIssue(name)).drawing;
    expect(gzipSync(light.page, { level: 9 }).length).toBeLessThanOrEqual(7 * 1024);
    expect(bytes(light.email)).toBeLessThanOrEqual(17 * 1024);
    expect(light.folds).toEqual([]);
  });
});

const budget = 25 * 1024;
const folded = (tree: IssueTree) => drawFoldedLightMail(partsOf(tree));
const long = (name: string) => para(`${name} ${'lamp '.repeat(200)}`);
const items = (count: number, blocks: (index: number) => Block[]) =>
  Array.from({ length: count }, (_, i) => ({ id: `item-${i}`, headline: words(`Headline ${i}`), blocks: blocks(i) }));

describe('folding the light mail', () => {
  test('leaves one within 25 KB alone', () => {
    expect(folded(fullTree())).toEqual({ email: mail(fullTree()), folds: [] });
  });

  test('tells charts in words first, from the end, and leaves the text alone when that is enough', () => {
    const tree = treeOf([bars, map, para('lamp '.repeat((budget - bytes(mail(treeOf([bars, map]))) + 20) / 5))]);
    const { email, folds } = folded(tree);
    expect(folds).toEqual([{ id: 'gulls-by-roof', words: 'Gulls by hour and roof', to: 'words' }]);
    expect(bytes(email)).toBeLessThanOrEqual(budget);
    expect(spaced(email)).toContain('Heat map: gulls on two roofs at dawn and dusk.');
    expect(spaced(email)).toContain('North pier 70 1,050');
  });

  test('then folds as the full mail does, and leads on to the light page', () => {
    const section = { id: 'news', title: words('News'), lead: [], items: items(40, (i) => [para(`Opening ${i}.`), long(`Body ${i}`)]) };
    const { email, folds } = folded(treeOf([], { sections: [section] }));
    expect(bytes(email)).toBeLessThanOrEqual(budget);
    expect(bytes(email)).toBeGreaterThan(budget * 0.9);
    expect(folds[0]).toEqual({ id: 'item-39', words: 'Headline 39', to: 'opening' });
    for (const { id } of folds) expect(email).toContain(`href="${web}.light#${id}"`);
    expect(spaced(email)).toContain('Opening 39. Read on: Headline 39');
    expect(spaced(email)).toContain('Body 0');
  });

  test('a huge issue comes under 25 KB all the same: of its last sections only the titles stay, with their download and the way out', () => {
    const download: Block = { t: 'download', c: words('Take it all') };
    const sections = Array.from({ length: 20 }, (_, s) => ({
      id: `section-${s}`,
      title: words(`Section ${s}`),
      lead: [long(`Lead ${s}`)],
      items: items(24, (i) => [long(`Body ${i}`), ...(s === 19 && i === 3 ? [download] : [])]).map((item) => ({
        ...item,
        id: `${s}-${item.id}`,
      })),
    }));
    const { email, folds } = folded(treeOf([], { sections }));
    expect(bytes(email)).toBeLessThanOrEqual(budget);
    expect(folds.at(-1)?.to).toBe('title');
    const there = spaced(email);
    for (const kept of ['Section 0', 'Section 19', 'Read on: Section 19', 'Take it all', 'Unsubscribe', 'Preferences', 'Harbour Office'])
      expect(there).toContain(kept);
    expect(there).not.toContain('Lead 19');
  });

  test('right to left, letters of two bytes each fold by their bytes', () => {
    const tree = rightToLeftTree();
    for (const item of tree.sections[0]?.items ?? []) item.blocks.push(para('چراغ '.repeat(2800)));
    const { email, folds } = folded(tree);
    expect(bytes(email)).toBeLessThanOrEqual(budget);
    expect(folds.length).toBeGreaterThan(0);
    expect(spaced(email)).toContain('آگے پڑھیں: چراغ واپس آئے');
  });
});
