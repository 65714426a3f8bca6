/** Counted links in the mail: each leads through its short address and none else does; without counting nothing is other than it was. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Drawing, leaveTokenPlaceholder } from '../../src/model/edition.ts';
import { shortAddress } from '../../src/model/measure.ts';
import { openDrawing } from '../../src/render/render.ts';
import { fullTree, masthead, words } from './trees.ts';

const studio = openDrawing();
const base = masthead.baseUrl;
const straight = ['mailto:desk@council.example', 'tel:+4930123456', `${base}/tides/2031-05`];
const tree = fullTree();
tree.lead.push({ t: 'para', c: straight.map((href) => ({ t: 'link', href, c: words('straight') })) });
let plain: Drawing;
let counted: Drawing;
beforeAll(async () => {
  plain = await studio.draw(tree, masthead, new Map());
  counted = await studio.draw(tree, { ...masthead, counted: true }, new Map());
});
afterAll(() => studio.close());

const links = (html: string): string[] => [...html.matchAll(/href="([^"]+)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));

test('each link of the text that leads out leads through its short address, and all short addresses of the mail are in the edition’s list', () => {
  const short = links(counted.email).filter((href) => href.includes('/l/'));
  expect(short.length).toBeGreaterThan(1);
  const listed = (counted.links ?? []).map(({ url }) => shortAddress(masthead, tree.number, url));
  expect([...new Set(short)].sort()).toEqual(listed.sort());
  expect(short[0]).toMatch(/^https:\/\/letters\.example\.org\/l\/tides\/2031-06\/[0-9a-f]{12}$/);
});

test('the light mail leads through the same short addresses, the light page straight', () => {
  const short = links(counted.light.email).filter((href) => href.includes('/l/'));
  const listed = (counted.links ?? []).map(({ url }) => shortAddress(masthead, tree.number, url));
  expect([...new Set(short)].sort()).toEqual(listed.sort());
  expect(counted.light.page).toBe(plain.light.page);
});

test('short addresses put back, the mail is byte for byte the one without counting', () => {
  let back = counted.email;
  for (const { url } of counted.links ?? []) back = back.replaceAll(shortAddress(masthead, tree.number, url), url.replaceAll('&', '&amp;'));
  expect(back).toBe(plain.email);
});

test('the ways to leave and to choose, mail, telephone and pages of our own lead straight', () => {
  const there = links(counted.email);
  for (const href of [
    ...straight,
    `${base}/u/${leaveTokenPlaceholder}`,
    `${base}/tides/2031-06`,
    `${base}/tides/2031-06.pdf`,
    `${base}/tides/2031-06#gulls`,
  ])
    expect(there, href).toContain(href);
});

test('text, page and PDF are the same with and without counting: there links lead straight', () => {
  expect([counted.text, counted.page, counted.subject]).toEqual([plain.text, plain.page, plain.subject]);
  expect(Buffer.compare(counted.pdf, plain.pdf)).toBe(0);
});

test('without counting no address of ours stands before a link, and no list is kept', () => {
  expect(plain.email).not.toContain('/l/');
  expect(plain).not.toHaveProperty('links');
});

test('a mail so large that it folds still has every short address in its list', async () => {
  const items = Array.from({ length: 60 }, (_, i) => ({
    id: `item-${i}`,
    headline: words(`Item ${i}`),
    blocks: [
      {
        t: 'para' as const,
        c: [...words('word '.repeat(300)), { t: 'link' as const, href: `https://council.example/${i}`, c: words('more') }],
      },
    ],
  }));
  const large = { ...tree, sections: [{ id: 'all', title: words('All'), lead: [], items }] };
  const drawing = await studio.draw(large, { ...masthead, counted: true }, new Map());
  expect(drawing.folds.length).toBeGreaterThan(0);
  const listed = new Set((drawing.links ?? []).map(({ url }) => shortAddress(masthead, tree.number, url)));
  expect(links(drawing.email).filter((href) => href.includes('/l/') && !listed.has(href))).toEqual([]);
});
