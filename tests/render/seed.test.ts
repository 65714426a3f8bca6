/** The issue that Galley was first made for, where it lies beside the project: nothing of it is lost, and the mail stays small. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIssue } from '../../src/issue/issue.ts';
import type { Drawing, Masthead } from '../../src/model/edition.ts';
import { openDrawing } from '../../src/render/render.ts';
import { programOnPath } from '../support/programs.ts';
import { readHtml, tokens } from './trees.ts';

const folder = fileURLToPath(new URL('../../../shared/seed', import.meta.url));
const file = join(folder, 'durand-dispatch-2025-02.md');
const masthead: Masthead = {
  slug: 'durand',
  name: 'The Durand Dispatch',
  postalAddress: '1 Example Street',
  baseUrl: 'https://letters.example.org',
  pictureBase: 'https://letters.example.org/a/',
};

describe.skipIf(!existsSync(file))('the seed issue (skipped when ../shared/seed is absent)', () => {
  const studio = openDrawing();
  let drawn: Drawing;
  let spoken: string[];
  beforeAll(async () => {
    const { tree } = await readIssue(readFileSync(file, 'utf8'), file, async () => ({ problem: 'it holds no pictures', remedy: 'none' }));
    if (!tree) throw new Error('the seed issue cannot be read');
    drawn = await studio.draw(tree, masthead, new Map());
    spoken = tokens(readFileSync(file.replace(/md$/, 'txt'), 'utf8')).filter((word) => word !== 'Reply'); // a button of the page it was copied from
  });
  afterAll(() => studio.close());

  const missingIn = (text: string) => {
    const there = new Set(tokens(text));
    return spoken.filter((word) => !there.has(word));
  };

  test('every word of the original is in the mail, the text and the page', () => {
    expect(missingIn(readHtml(drawn.email))).toEqual([]);
    expect(missingIn(drawn.text)).toEqual([]);
    expect(missingIn(readHtml(drawn.page))).toEqual([]);
  });

  test('the HTML part is at most 50,000 bytes, the chart pictures at most 25 KB each', () => {
    expect(Buffer.byteLength(drawn.email)).toBeLessThanOrEqual(50_000);
    expect(drawn.pictures).toHaveLength(2);
    for (const { bytes } of drawn.pictures) expect(bytes.length).toBeLessThanOrEqual(25_000);
  });

  test('the light page holds every word too and is at most 12 KB on the wire; the light mail is at most 25 KB and says what it folded', () => {
    const { email, folds, page } = drawn.light;
    expect(missingIn(readHtml(page))).toEqual([]);
    expect(gzipSync(page, { level: 9 }).length).toBeLessThanOrEqual(12 * 1024);
    expect(Buffer.byteLength(email)).toBeLessThanOrEqual(25 * 1024);
    expect(folds.filter(({ to }) => to !== 'words').length).toBeLessThanOrEqual(3);
    for (const { id, to } of folds) if (to !== 'words') expect(email).toContain(`/durand/2025-02.light#${id}"`);
  });

  test('placeholder links print as plain text', () => {
    for (const part of [drawn.email, drawn.page]) expect(part).not.toContain('href="#"');
  });

  test('source and note of both charts are printed everywhere', () => {
    for (const part of [readHtml(drawn.email), drawn.text, readHtml(drawn.page)]) {
      expect(part.replace(/\s+/g, ' ').split('(Source: ACLED) Note: Illustrative sample data, not ACLED figures.')).toHaveLength(3);
    }
  });

  const pdftotext = programOnPath('pdftotext');
  test.skipIf(!pdftotext)(
    'the PDF holds every word but the download label, both charts, and a last page number in its contents (needs pdftotext)',
    () => {
      const text = execFileSync(pdftotext ?? '', ['-layout', '-', '-'], { input: drawn.pdf, encoding: 'utf8' });
      const label = ['Download', 'full', 'here'];
      expect(missingIn(text).filter((word) => !label.includes(word))).toEqual([]);
      expect(text).toMatch(new RegExp(`Miscellaneous[ .\\u2060]+${drawn.pdfPages}\\n`));
      for (const name of ['Lashkar-e-Islam', 'Pakhtunkhwa', 'Figure 2']) expect(text).toContain(name);
    },
  );
});
