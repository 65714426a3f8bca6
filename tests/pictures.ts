/** Draws the sample issue, the fixtures (and the seed issue where it lies beside the project) and photographs mail, page and PDF into `pictures/`: `npm run pictures`, or `npm run pictures -- urdu` for one of them; `readers` are the small pages, `desk` every screen of the console (`desk editor` those whose name begins so). */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { openDrawing } from '../src/render/render.ts';
import { photographDesk } from './desk-pictures.ts';
import { photographReaders } from './reader-pictures.ts';
import { chromiumPath, openBrowser } from './support/browser.ts';
import { documentNames, openIssueSite, readSource } from './support/issue-site.ts';
import { prepared, servePinnedFaces } from './support/pinned-faces.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'pictures');
const issues = [
  { name: 'sample', slug: 'tidewater', address: 'Sennet Quay 1, Merrow Isles', file: join(root, 'emails/sample/issue.md') },
  {
    name: 'seed',
    slug: 'durand',
    address: 'Example Institute, 1 Example Street, 00000 Example',
    file: join(root, '../shared/seed/durand-dispatch-2025-02.md'),
  },
  { name: 'urdu', slug: 'waraq', address: 'Library Lane 3, Nilpur', file: join(root, 'tests/fixtures/issues/urdu/issue.md') },
  { name: 'mixed', slug: 'two-shores', address: 'Gatehouse, Orrow', file: join(root, 'tests/fixtures/issues/mixed/issue.md') },
];
const asked = process.argv.slice(2);

if (chromiumPath === undefined) {
  console.error('pictures: no Chromium on PATH, and the pictures are photographs of its pages: apt-get install chromium');
  process.exit(1);
}
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const studio = openDrawing();
await using chromium = await openBrowser();
const site = await openIssueSite();
servePinnedFaces(site);
const base = site.base;
try {
  for (const issue of issues.filter(({ name, file }) => existsSync(file) && (asked.length === 0 || asked.includes(name)))) {
    const { tree, masthead, figures } = await readSource(studio, issue);
    const drawing = await studio.draw(tree, masthead, figures);
    site.show(prepared(drawing), figures);
    await photograph(chromium.browser, issue.name);
    await photographPdf(chromium.browser, issue.name, drawing.pdfPages);
    console.log(
      `${issue.name}: mail ${Buffer.byteLength(drawing.email)} bytes, PDF ${drawing.pdfPages} pages and ${drawing.pdf.length} bytes, pictures/${issue.name}-*.png`,
    );
  }
  if (asked.length === 0 || asked.includes('readers')) {
    await photographReaders(chromium.browser, folder);
    console.log('readers: pictures/reader-*.png');
  }
  if (asked.length === 0 || asked[0] === 'desk') {
    const { screens, undrawn } = await photographDesk(chromium.browser, folder, asked[1]);
    console.log(`desk: ${screens} screens, pictures/desk-*.png`);
    if (undrawn.length > 0) throw new Error(`no picture shows ${undrawn.join(', ')}: add them to tests/web/screens.ts`);
  }
} finally {
  site.close();
  await studio.close();
}

/** Mail and page, full and light, at the width of a desk and of a phone, light and dark. */
async function photograph(browser: Browser, name: string): Promise<void> {
  for (const part of documentNames) {
    for (const [device, width] of [
      ['desktop', 1440],
      ['phone', 390],
    ] as const) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        await page.goto(`${base}/${part}`, { waitUntil: 'load' });
        await page.evaluate('document.fonts.ready.then(() => undefined)');
        await page.screenshot({ path: join(folder, `${name}-${part}-${device}-${colorScheme}.png`), fullPage: true });
        await page.close();
      }
    }
  }
}

/** Every page of the PDF as Chromium's own viewer shows it, and all of them on one sheet. */
async function photographPdf(browser: Browser, name: string, pages: number): Promise<void> {
  const shots: Buffer[] = [];
  for (let number = 1; number <= pages; number++) {
    const page = await browser.newPage({ viewport: { width: 794, height: 1123 } });
    await page.goto(`${base}/pdf#page=${number}&toolbar=0&navpanes=0&view=Fit`);
    const shot = await sharp(await whenStill(() => page.screenshot()))
      .trim({ threshold: 40 })
      .toBuffer(); // without the viewer's dark edge
    await page.close();
    shots.push(shot);
    writeFileSync(join(folder, `${name}-pdf-${String(number).padStart(2, '0')}.png`), shot);
  }
  const [width, height, columns, gap] = [397, 562, 5, 12];
  const tiles = await Promise.all(shots.map((shot) => sharp(shot).resize(width, height).toBuffer()));
  const rows = Math.ceil(tiles.length / columns);
  await sharp({ create: { width: columns * (width + gap) + gap, height: rows * (height + gap) + gap, channels: 3, background: '#7d888c' } })
    .composite(
      tiles.map((input, i) => ({ input, left: gap + (i % columns) * (width + gap), top: gap + Math.floor(i / columns) * (height + gap) })),
    )
    .png()
    .toFile(join(folder, `${name}-pdf-overview.png`));
}

/** The viewer does not say when it has drawn a page: waits for white paper, and for two pictures in a row to be the same. */
async function whenStill(take: () => Promise<Buffer>): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  for (let round = 0; round < 80; round++) {
    const shot = await take();
    const { channels } = await sharp(shot).stats();
    if (shot.equals(before) && channels.every(({ mean }) => mean > 128)) return shot;
    before = shot;
    await sleep(150);
  }
  throw new Error("Chromium's PDF viewer did not come to rest; is it switched off by a policy?");
}
