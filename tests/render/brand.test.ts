/** A publication's look in everything that is drawn for it. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrandChoices } from '../../src/model/brand.ts';
import type { Drawing } from '../../src/model/edition.ts';
import { openDrawing } from '../../src/render/render.ts';
import { changeLook, chromiumPath, openBrowser } from '../support/browser.ts';
import { fullTree, masthead, rightToLeftTree } from './trees.ts';

const studio = openDrawing();
afterAll(() => studio.close());
const css = readFileSync(new URL('../../src/web/assets/reader.css', import.meta.url), 'utf8').replace(/url\([^)]*\)/g, 'local("none")');

let figures: Map<string, Uint8Array>;
let brand: BrandChoices;
let drawn: Drawing;
beforeAll(async () => {
  const logo = await studio.admitPicture(
    await sharp({ create: { width: 600, height: 120, channels: 3, background: '#8a1f3d' } })
      .png()
      .toBuffer(),
  );
  if ('problem' in logo) throw new Error(logo.problem);
  figures = new Map([[logo.name, logo.bytes]]);
  brand = {
    logo: { asset: logo.name, width: 600, height: 120 },
    accent: '#8a1f3d',
    accentDark: '#ffb3c6',
    ink: '#2b1a20',
    fonts: 'sans-heads',
  };
  drawn = await studio.draw(fullTree(), { ...masthead, brand }, figures);
});

test('the mail wears it: the logo by its address, named and sized; colours by day and by night; no colour of Galley’s is left', () => {
  expect(drawn.email).toMatch(
    new RegExp(`<img class="lg" src="${masthead.pictureBase}${brand.logo?.asset}" alt="Tide Tables" width="240" height="48"`),
  );
  for (const colour of ['#8a1f3d', '#ffb3c6', '#2b1a20']) expect(drawn.email).toContain(colour);
  expect(drawn.email).not.toMatch(/#0a656c|#74c9cc|#14242c/);
  expect(drawn.email).toMatch(/<h3 id="lamps" style="font-family:Helvetica,Arial,sans-serif;/);
});

test('a notice wears it too', async () => {
  const facts = { kind: 'slot-empty', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', next: '2027-01-05T09:00+05:00' } as const;
  const { email } = await studio.drawNotice(facts, {
    slug: 'tides',
    name: 'Tide Tables',
    postalAddress: '',
    baseUrl: masthead.baseUrl,
    brand,
  });
  expect(email).toContain(`src="${masthead.baseUrl}/a/${brand.logo?.asset}" alt="Tide Tables"`);
  expect(email).toContain('#2b1a20');
  expect(email).not.toContain('#14242c');
});

test('the page carries it in one style attribute, which is all that its policy allows', () => {
  expect(drawn.page).toContain('<html lang="en" dir="ltr" style="--accent:light-dark(#8a1f3d,#ffb3c6);');
  expect(drawn.page.match(/\sstyle=/g)).toHaveLength(1);
  expect(drawn.page).toContain(`<img src="${masthead.pictureBase}${brand.logo?.asset}" width="600" height="120" alt="Tide Tables">`);
  expect(drawn.page).toContain(`<meta property="og:image" content="${masthead.pictureBase}${brand.logo?.asset}">`);
});

test('the PDF wears it, and stays the same bytes for the same look only', async () => {
  const again = await studio.draw(fullTree(), { ...masthead, brand }, figures);
  expect(Buffer.from(again.pdf).equals(Buffer.from(drawn.pdf))).toBe(true);
  const plain = await studio.draw(fullTree(), masthead, figures);
  expect(Buffer.from(plain.pdf).equals(Buffer.from(drawn.pdf))).toBe(false);
});

test('every choice of fonts draws, in both directions', async () => {
  for (const fonts of ['serif', 'sans', 'serif-heads'] as const) {
    for (const tree of [fullTree(), rightToLeftTree()])
      expect((await studio.draw(tree, { ...masthead, brand: { fonts } }, new Map())).pdfPages).toBeGreaterThan(0);
  }
});

test('a logo whose bytes are gone is named, with the way to set it again', async () => {
  await expect(studio.draw(fullTree(), { ...masthead, brand }, new Map())).rejects.toMatchObject({
    code: 'render.figure',
    message: expect.stringContaining('publication set tides --logo'),
  });
});

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  test('links of the page have the accent, by day and by night', async () => {
    await using chromium = await openBrowser();
    const page = await chromium.browser.newPage();
    await page.setContent(drawn.page.replace(/<link rel="stylesheet"[^>]*>/, `<style>${css}</style>`));
    const linkColour = () => page.evaluate(`getComputedStyle(document.querySelector('.paper a')).color`);
    await changeLook(page, { width: 1200, scheme: 'light' });
    expect(await linkColour()).toBe('rgb(138, 31, 61)');
    await changeLook(page, { width: 1200, scheme: 'dark' });
    expect(await linkColour()).toBe('rgb(255, 179, 198)');
  });
});
