/** Hostile text in every place of an issue stays text, in mail, page, text, chart and PDF: it adds no tag, no attribute, no Typst code. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanLine } from '../../src/model/clean.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { blocksOf } from '../../src/model/issue.ts';
import { addressesOf } from '../../src/render/addresses.ts';
import { chartSvg } from '../../src/render/chart.ts';
import { drawEmail } from '../../src/render/email.ts';
import { drawLightMail } from '../../src/render/light-mail.ts';
import { drawLightPage } from '../../src/render/light-page.ts';
import { drawPage } from '../../src/render/page.ts';
import { openDrawing } from '../../src/render/render.ts';
import { drawText } from '../../src/render/text.ts';
import { wordsFor } from '../../src/render/words.ts';
import { dangersIn, dangersInDrawing, drawingsIn, isHarmless, structureOf, wordsIn } from '../support/markup.ts';
import { everyHostileText, hostileAddresses, hostileText } from '../support/payloads.ts';
import { programOnPath } from '../support/programs.ts';
import { fullTree, masthead, words } from './trees.ts';

const studio = openDrawing();
afterAll(() => studio.close());

/** The tree with the same text in every place where an editor's words go: running text, headings, labels, references, captions, data. */
function infected(text: string): IssueTree {
  const untouched = new Set(['t', 'id', 'href', 'preset', 'language', 'direction', 'number', 'asset', 'period']);
  const visit = (value: unknown, key: string): unknown => {
    if (key === 'data') return dataWith(text);
    if (typeof value === 'string') return untouched.has(key) ? value : text;
    if (Array.isArray(value)) return value.map((part) => visit(part, key));
    return value && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visit(part, name)]))
      : value;
  };
  return visit(fullTree(), '') as IssueTree;
}

const dataWith = (text: string) => ({
  columns: [text, text, text],
  rows: [
    [text, text, '1'],
    [`${text}2`, text, '2'],
  ],
});

/** The light mail and the light page. */
function drawLight(tree: IssueTree): string[] {
  const same = { tree, masthead, addresses: addressesOf(tree, masthead), words: wordsFor(tree.language), pdf: { pages: 3, bytes: 4000 } };
  return [drawLightMail(same), drawLightPage(same)];
}

/** All but the PDF, which one drawing below stands for. */
async function drawMarkup(tree: IssueTree): Promise<{ email: string; text: string; page: string; light: string[] }> {
  const charts = [...blocksOf(tree)].filter((block) => block.t === 'chart');
  const drawn = await Promise.all(charts.map((chart) => chartSvg(chart, tree.direction, 520, chart.id)));
  const picture = { name: 'chart.png', type: 'image/png' as const, width: 1200, height: 800, bytes: new Uint8Array() };
  const same = { tree, masthead, addresses: addressesOf(tree, masthead), words: wordsFor(tree.language), pdf: { pages: 3, bytes: 4000 } };
  return {
    email: await drawEmail({ ...same, charts: new Map(charts.map(({ id }) => [id, picture])) }),
    text: drawText(same),
    light: drawLight(tree),
    page: drawPage({ ...same, charts: new Map(charts.map(({ id }, i) => [id, { wide: drawn[i] ?? '', narrow: drawn[i] ?? '' }])) }),
  };
}

let plain: { email: string; page: string };
beforeAll(async () => {
  plain = await drawMarkup(infected('x'));
});

const spaceless = (text: string) => text.replace(/\s+/g, '');

describe.each(Object.entries(hostileText))('%s in every place', (_, texts) => {
  test.each(texts)('%j', async (typed) => {
    const text = cleanLine(typed);
    const { email, text: letter, page, light } = await drawMarkup(infected(text));
    expect(structureOf(email)).toEqual(structureOf(plain.email));
    expect(structureOf(page)).toEqual(structureOf(plain.page));
    const alike = drawLight(infected(text.replace(/[^\s-]/gu, 'x'))); // whether a table is small depends on how long its words are
    expect(light.map(structureOf)).toEqual(alike.map(structureOf));
    expect([email, page, ...light].flatMap(dangersIn)).toEqual([]);
    expect(drawingsIn(page).flatMap(dangersInDrawing)).toEqual([]);
    for (const words of [...[email, page, ...light].map(wordsIn), spaceless(letter)]) expect(words).toContain(spaceless(text));
  });
});

test('the measure of harm knows harm when it sees it', () => {
  const harmful = '<p onclick="x"><a href="java&#9;script:x">a</a><img src="data:,x" style="background:url(x)"><script></script>';
  expect(dangersIn(harmful)).toHaveLength(5);
  expect(structureOf('<p title="<b>">x</p>')).toEqual(structureOf('<p title="y">z</p>'));
  expect(structureOf('<p><b>x</b></p>')).not.toEqual(structureOf('<p>x</p>'));
  expect(dangersInDrawing('<svg><image href="x"/></svg>')).toHaveLength(2);
  expect(dangersInDrawing('<svg><text>a & b</text></svg>')).toHaveLength(1);
  expect(dangersInDrawing('<svg width="9" height="9"><text>a &amp; b</text></svg>')).toEqual([]);
});

const pdftotext = programOnPath('pdftotext');
test.skipIf(!pdftotext)('all of it is printed in the PDF as typed (needs pdftotext)', async () => {
  const texts = everyHostileText.filter(([kind]) => kind !== 'hidden').map(([, text]) => text);
  const tree = fullTree();
  for (const section of tree.sections) section.lead.unshift(...texts.map((text) => ({ t: 'para' as const, c: words(text) })));
  // One by one in the places that a paragraph says nothing about.
  for (const [i, { id: _, ...item }] of texts.map((text) => ({ id: '', headline: words(text), blocks: [] })).entries())
    tree.sections[0]?.items.push({ id: `h-${i}`, ...item });
  const { pdf } = await studio.draw(tree, masthead, new Map());
  const read = execFileSync(pdftotext ?? '', ['-', '-'], { input: pdf, encoding: 'utf8' });
  const straight = (text: string) =>
    text
      .replace(/[‘’]/g, "'")
      .replace(/[“”]/g, '"')
      .replace(/…/g, '...')
      .replace(/[\s–\u2060-]+/g, '');
  for (const text of texts) expect(straight(read).split(straight(text)).length, text).toBeGreaterThan(2);
});

test('data with hostile names in it is drawn in the PDF', async () => {
  const texts = everyHostileText.filter(([kind]) => kind !== 'hidden').map(([, text]) => text);
  const tree = infected('x');
  for (const block of blocksOf(tree))
    if (block.t === 'chart') block.data = { columns: ['a', 'b', 'c'], rows: texts.map((text, i) => [text, 'b', String(i)]) };
  expect((await studio.draw(tree, masthead, new Map())).pdfPages).toBeGreaterThan(1);
});

test.each(hostileAddresses)('the address %j, even when the tree holds it, leads nowhere', async (address) => {
  const tree = JSON.parse(
    JSON.stringify(fullTree()).replaceAll('"https://council.example/minutes?page=1&item=2"', JSON.stringify(address)),
  ) as IssueTree;
  const { email, text, page, light } = await drawMarkup(tree);
  expect([email, page, ...light].flatMap(dangersIn)).toEqual([]);
  for (const [, listed = ''] of text.matchAll(/^\[\d+\] (.*)$/gm)) expect(isHarmless(listed)).toBe(true);
});

test('nor in the PDF', async () => {
  const text = JSON.stringify(fullTree());
  const tree = JSON.parse(text.replaceAll('https://council.example/minutes?page=1&item=2', 'java\\tscript:alert(1)')) as IssueTree;
  const { pdf } = await studio.draw(tree, masthead, new Map());
  expect(Buffer.from(pdf).toString('latin1')).not.toMatch(/script:alert/i);
});
