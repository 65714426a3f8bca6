/** Draws the golden issues and keeps what was drawn: `npm run golden`. Look at every picture before you commit it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { chromiumPath, openBrowser } from '../support/browser.ts';
import { openIssueSite } from '../support/issue-site.ts';
import { prepared, servePinnedFaces } from '../support/pinned-faces.ts';
import { toKeep } from './compare.ts';
import { drawnIssues } from './drawn.ts';
import { goldenFile } from './issues.ts';
import { unsupported } from './mail-support.ts';
import { openView, pdftoppm, photograph, photographPdf, views } from './photographs.ts';

if (chromiumPath === undefined || pdftoppm === undefined) {
  console.error('golden: Chromium and pdftoppm must be on PATH, the goldens are their pictures: apt-get install chromium poppler-utils');
  process.exit(1);
}
mkdirSync(goldenFile(''), { recursive: true });
const site = await openIssueSite();
servePinnedFaces(site);
await using chromium = await openBrowser();
const page = await chromium.browser.newPage();
let total = 0;
const keep = (file: string, bytes: Buffer | string) => {
  writeFileSync(goldenFile(file), bytes);
  total += Buffer.byteLength(bytes);
};
try {
  for (const { name, drawing, figures } of await drawnIssues()) {
    site.show(prepared(drawing), figures);
    for (const view of views) {
      await openView(page, site.base, view);
      keep(`${name}-${view.name}.png`, await toKeep(await photograph(page)));
    }
    keep(`${name}-pdf.png`, await toKeep(await photographPdf(drawing.pdf)));
    keep(`${name}.txt`, drawing.text);
    console.log(`${name}: kept`);
  }
  keep(
    'mail-support.txt',
    `${unsupported((await drawnIssues()).flatMap(({ drawing }) => [drawing.email, drawing.light.email])).join('\n')}\n`,
  );
  console.log(`${Math.round(total / 1024)} KB in ${goldenFile('')}`);
} finally {
  site.close();
}
