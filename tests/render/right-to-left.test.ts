/** An issue that runs right to left does so in every part. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Drawing } from '../../src/model/edition.ts';
import { openDrawing } from '../../src/render/render.ts';
import { programOnPath } from '../support/programs.ts';
import { masthead, readHtml, rightToLeftTree, tokens, wordsOf } from './trees.ts';

const studio = openDrawing();
let drawn: Drawing;
beforeAll(async () => {
  drawn = await studio.draw(rightToLeftTree(), masthead, new Map());
});
afterAll(() => studio.close());

test('nothing in the mail runs left to right, and every text says its direction', () => {
  expect(drawn.email).not.toContain('direction:ltr');
  expect(drawn.email).toContain('dir="rtl"');
  expect(drawn.email).toMatch(/<div dir="rtl"><h2/);
  expect(drawn.email).toMatch(/<div dir="rtl">(?:(?!<\/div>).)*border-right:3px solid/s);
});

test("the words that Galley adds are in the issue's language", () => {
  for (const part of [drawn.email, drawn.page, drawn.text]) expect(part).toContain('ماخذ');
  expect(drawn.email).toContain('رکنیت ختم کریں</a>');
  expect(drawn.page).toContain('<html lang="ur" dir="rtl">');
});

test('charts on the page keep their own direction, so that anchors of texts do not flip', () => {
  expect(drawn.page.match(/<svg direction="ltr"/g)).toHaveLength(2);
});

test.each(['email', 'page', 'text'] as const)('%s holds every word', (part) => {
  const there = new Set(tokens(part === 'text' ? drawn.text : readHtml(drawn[part])));
  expect(wordsOf(rightToLeftTree()).filter((word) => !there.has(word))).toEqual([]);
});

const pdftotext = programOnPath('pdftotext');
test.skipIf(!pdftotext)('words copied out of the PDF are the words that went in (needs pdftotext)', () => {
  const there = new Set(
    tokens(execFileSync(pdftotext ?? '', ['-raw', '-', '-'], { input: drawn.pdf, encoding: 'utf8' }).normalize('NFKC')),
  );
  const missing = wordsOf(rightToLeftTree())
    .map((word) => word.normalize('NFKC'))
    .filter((word) => !there.has(word));
  expect(missing).toEqual([]);
});
