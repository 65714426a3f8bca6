/** An issue in Urdu and one in three languages: nothing English is left over, each language has its own labels, each foreign run is kept to itself. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIssue } from '../../src/issue/issue.ts';
import type { Drawing } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { wordsFor } from '../../src/render/words.ts';
import { programOnPath } from '../support/programs.ts';
import { masthead } from './trees.ts';

const studio = openDrawing();
afterAll(() => studio.close());

async function drawFixture(name: string): Promise<{ tree: IssueTree; drawn: Drawing }> {
  const file = fileURLToPath(new URL(`../fixtures/issues/${name}/issue.md`, import.meta.url));
  const figures = new Map<string, Uint8Array>();
  const { tree, findings } = await readIssue(readFileSync(file, 'utf8'), file, async (bytes) => {
    const picture = await studio.admitPicture(bytes);
    if (!('problem' in picture)) figures.set(picture.name, picture.bytes);
    return picture;
  });
  if (!tree) throw new Error(JSON.stringify(findings));
  return { tree, drawn: await studio.draw(tree, { ...masthead, postalAddress: '' }, figures) };
}

const latin = /(?![\u0590-\u08ff])\p{L}[\p{L}\p{M}'’]*/gu;
/** HTML without what no reader sees or hears, without the drawings of charts, and without the names of signs. */
const bodyOf = (document: string): string =>
  document.slice(document.indexOf('<body')).replace(/<!--[\s\S]*?-->|<svg[\s\S]*?<\/svg>|&(?:nbsp|quot|amp);/g, '');
/** The text of HTML outside of stretches that say a direction of their own. */
const unmarked = (document: string): string =>
  bodyOf(document)
    .replace(/<span dir="ltr">[^<]*<\/span>/g, ' ')
    .replace(/<[^>]+>/g, ' ');

describe('the issue in Urdu', () => {
  let tree: IssueTree;
  let drawn: Drawing;
  let typed: Set<string>;
  beforeAll(async () => {
    ({ tree, drawn } = await drawFixture('urdu'));
    typed = new Set(JSON.stringify(tree).match(latin));
  });

  test.each(['email', 'page'] as const)('%s: every Latin word stands in a stretch of its own direction', (part) => {
    expect(unmarked(drawn[part]).match(latin) ?? []).toEqual([]);
    expect(drawn[part]).toContain('<span dir="ltr">Reading Rooms Network (RRN)</span>');
  });

  test.each(['email', 'page'] as const)('%s: no word that is read or heard is Latin unless the editor typed it', (part) => {
    const heard = [...bodyOf(drawn[part]).matchAll(/\s(?:alt|aria-label|title)="([^"]*)"/g)].map((match) => match[1] ?? '');
    const read = bodyOf(drawn[part]).replace(/<[^>]+>/g, ' ');
    const words = [read, ...heard].join(' ').match(latin) ?? [];
    expect(words.filter((word) => !typed.has(word))).toEqual([]);
  });

  test('text: every Latin word stands in an isolate, or is part of an address', () => {
    const left = drawn.text.replace(/\u2068[^\u2069\n]*\u2069/g, ' ').replace(/https?:\S+/g, ' ');
    expect(left.match(latin) ?? []).toEqual([]);
  });

  test('text: isolates are closed on the line they are opened on, and no address is in one', () => {
    for (const line of drawn.text.split('\n')) {
      expect(line.split('\u2068').length).toBe(line.split('\u2069').length);
      expect(line).not.toMatch(/\u2068[^\u2069]*https?:/);
    }
  });

  const pdftotext = programOnPath('pdftotext');
  test.skipIf(!pdftotext)('PDF: no Latin word but the editor’s and the address of the page (needs pdftotext)', () => {
    const text = execFileSync(pdftotext ?? '', ['-raw', '-', '-'], { input: drawn.pdf, encoding: 'utf8' }).replace(/https?:\S+/g, ' ');
    const parts = new Set([...typed].flatMap((word) => word.split(/['’]/)));
    expect((text.match(latin) ?? []).filter((word) => !parts.has(word) && !typed.has(word))).toEqual([]);
  });

  test('the facts of the PDF are in Urdu', () => {
    expect(drawn.page).toMatch(/پی ڈی ایف،\u200f \d+ صفحات،\u200f \d+ کے بی/);
  });
});

describe('the issue in three languages', () => {
  let drawn: Drawing;
  beforeAll(async () => {
    ({ drawn } = await drawFixture('mixed'));
  });
  /** What stands between an item's headline and the next one's. */
  const stretch = (document: string, from: string, to: string) =>
    document.slice(document.indexOf(`id="${from}"`) - 200, document.indexOf(`id="${to}"`));

  test('the mail sets each item in its language and direction, the rest stays as it is', () => {
    expect(drawn.email).toMatch(/<div lang="ps" dir="rtl" style="[^"]*text-align:right"><h3 id="school"/);
    expect(drawn.email).toMatch(/<div lang="fa-AF" dir="rtl" style="[^"]*text-align:right"><h3 id="letter"/);
    expect(stretch(drawn.email, 'school', 'gatehouse')).toMatch(/border-right:3px solid/);
    expect(stretch(drawn.email, 'bridge', 'crossings')).toMatch(/border-left:3px solid/);
    expect(drawn.email).toContain('<html lang="en" dir="ltr"');
  });

  test('the page does so too', () => {
    expect(drawn.page).toContain('<article id="school" lang="ps" dir="rtl"');
    expect(drawn.page).toContain('<article id="letter" lang="fa-AF" dir="rtl"');
    expect(drawn.page).toMatch(/<article id="bridge" aria/);
  });

  test.each(['email', 'page'] as const)('%s: Galley’s own labels are in the item’s language', (part) => {
    expect(stretch(drawn[part], 'school', 'gatehouse')).toContain('سرچینې');
    const letter = stretch(drawn[part], 'letter', 'corrow');
    expect(letter).toContain('(منبع: ');
    expect(letter).toContain('یادداشت: ');
    expect(letter).not.toMatch(/Source|Note:/);
  });

  test.each(['email', 'page'] as const)('%s: words in Arabic script within English are kept to themselves', (part) => {
    for (const words of ['پلِ آواز', 'ګل آغا', 'شمارهٔ ۱۲', 'تولری'])
      expect(drawn[part]).toContain(`<span dir="rtl">${words.normalize('NFC')}</span>`);
  });

  test('text: items that run right to left are not wrapped, their neighbours are', () => {
    const lines = drawn.text.split('\n');
    expect(lines.some((line) => line.startsWith('د سیند په پورې غاړه نوی') && line.length > 200)).toBe(true);
    expect(
      lines.filter((line) => /^[A-Za-z]/.test(line) && line.replace(/[\p{Cf}\p{Mn}]/gu, '').length > 72 && !/https?:/.test(line)),
    ).toEqual([]);
    expect(drawn.text).toContain('سرچینې:');
  });

  test('a chart in an item that runs right to left does so too', async () => {
    const { tree } = await drawFixture('mixed');
    const section = tree.sections[0];
    const chart = section?.items[0]?.blocks.find(({ t }) => t === 'chart');
    if (!section || !chart) throw new Error('the fixture lost its chart');
    const turned = { ...tree, sections: [{ ...section, items: [{ ...section.items[0], language: 'ps', blocks: [chart] }] }] } as IssueTree;
    const pictures = (of: Drawing) => of.pictures.map(({ name }) => name);
    expect(pictures(await studio.draw(turned, masthead, new Map()))).not.toEqual(pictures(drawn));
  });
});

test.each(['en', 'ur', 'ps', 'fa-AF'])('%s: pages and sizes are told in the language’s own words and digits', (language) => {
  const facts = wordsFor(language).facts({ pages: 12, bytes: 1_940_000 });
  expect(facts).toMatch({ en: /^PDF, 12 pages, 1\.9 MB$/, ur: /12.*1\.9/, ps: /۱۲.*۱٫۹/, 'fa-AF': /۱۲.*۱٫۹/ }[language] ?? /^$/);
  if (language !== 'en') expect(facts).not.toMatch(/[A-Za-z]/);
});
