/** Photographs of an issue as its readers see it: the mail and the page in a browser, the PDF through poppler. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { changeLook } from '../support/browser.ts';
import type { DocumentName } from '../support/issue-site.ts';
import { programOnPath } from '../support/programs.ts';

/** A way of looking at a document in a browser. */
export interface View {
  name: string;
  part: DocumentName;
  /** Width of the window in pixels. */
  width: number;
  scheme: 'light' | 'dark';
}

/** The mail as its columns are meant and as on a small phone; the page on a desk and on a phone; the light ones as they are mostly read. */
export const views: readonly View[] = [
  ...([600, 360] as const).flatMap((width) =>
    (['light', 'dark'] as const).map((scheme) => ({ name: `email-${width}-${scheme}`, part: 'email' as const, width, scheme })),
  ),
  { name: 'page-1200-light', part: 'page', width: 1200, scheme: 'light' },
  { name: 'page-390-light', part: 'page', width: 390, scheme: 'light' },
  { name: 'page-390-dark', part: 'page', width: 390, scheme: 'dark' },
  { name: 'light-email-360-dark', part: 'light-email', width: 360, scheme: 'dark' },
  { name: 'light-page-390-light', part: 'light-page', width: 390, scheme: 'light' },
];

/** Opens a document as the view asks, ready to be photographed: faces and pictures are there, also those that would be fetched only when scrolled to. */
export async function openView(page: Page, base: string, { part, width, scheme }: View): Promise<void> {
  await changeLook(page, { width, scheme });
  await page.goto(`${base}/${part}`, { waitUntil: 'load' });
  await page.evaluate(`(async () => {
    for (const picture of document.images) picture.loading = 'eager';
    await Promise.all([...document.images].map((picture) => picture.decode()));
    await document.fonts.ready;
  })()`);
}

/** Height of a column: a long mail is cut into columns side by side, so that a person can look at all of it at once. */
const columnHeight = 1600;

/** The whole document, from top to bottom, as PNG. */
export async function photograph(page: Page): Promise<Buffer> {
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled' });
  const { width, height } = await sharp(shot).metadata();
  const tops = Array.from({ length: Math.ceil(height / columnHeight) }, (_, i) => i * columnHeight);
  const parts = tops.map((top) =>
    sharp(shot)
      .extract({ left: 0, top, width, height: Math.min(columnHeight, height - top) })
      .png({ compressionLevel: 1 })
      .toBuffer(),
  );
  return sheet(await Promise.all(parts), parts.length);
}

/** Pictures side by side, in rows of `columns`, each as wide as the first; grey between them, so that no paper runs into the next. */
async function sheet(pictures: readonly Buffer[], columns: number): Promise<Buffer> {
  const gap = 8;
  const { width, height } = await sharp(pictures[0]).metadata();
  const place = (i: number) => ({ left: gap + (i % columns) * (width + gap), top: gap + Math.floor(i / columns) * (height + gap) });
  const rows = Math.ceil(pictures.length / columns);
  return sharp({
    create: { width: columns * (width + gap) + gap, height: rows * (height + gap) + gap, channels: 3, background: '#7d888c' },
  })
    .composite(pictures.map((input, i) => ({ input, ...place(i) })))
    .png({ compressionLevel: 1 })
    .toBuffer();
}

export const pdftoppm = programOnPath('pdftoppm');

/** Dots per inch of a photographed PDF page: A4 is 496 by 702 pixels. */
const resolution = 60;

/** All pages of a PDF on one sheet, as PNG. */
export async function photographPdf(pdf: Uint8Array): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-golden-'));
  try {
    execFileSync(pdftoppm ?? 'pdftoppm', ['-r', String(resolution), '-png', '-', join(folder, 'page')], { input: pdf });
    const pages = readdirSync(folder)
      .toSorted()
      .map((file) => readFileSync(join(folder, file)));
    return await sheet(pages, 4);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
