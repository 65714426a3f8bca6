/** The issue as readers see it, against the pictures that are kept: mail, page and PDF, three issues, several widths, light and dark. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brandOf } from '../../src/model/brand.ts';
import type { Drawing } from '../../src/model/edition.ts';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { type IssueSite, openIssueSite, withDocuments } from '../support/issue-site.ts';
import { prepared, servePinnedFaces, strayFaces } from '../support/pinned-faces.ts';
import { difference, keepDifference } from './compare.ts';
import { drawnIssue, drawnIssues, withWrongColour } from './drawn.ts';
import { goldenFile, goldenIssues } from './issues.ts';
import { openView, pdftoppm, photograph, photographPdf, type View, views } from './photographs.ts';

const names = goldenIssues.map(({ name }) => name);
beforeAll(drawnIssues, 120_000);
const golden = (name: string) => readFileSync(goldenFile(`${name}.png`));

async function expectKept(name: string, actual: Buffer): Promise<void> {
  const { problem } = await difference(actual, golden(name));
  if (problem !== undefined) expect.fail(`${name}: ${problem}; ${await keepDifference(name, actual, golden(name))}`);
}

describe.skipIf(chromiumPath === undefined)(`in a browser${browserNote}`, () => {
  let chromium: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;
  let site: IssueSite;
  beforeAll(async () => {
    chromium = await openBrowser();
    page = await chromium.browser.newPage();
    site = await openIssueSite();
    servePinnedFaces(site);
  });
  afterAll(async () => {
    site.close();
    await chromium[Symbol.asyncDispose]();
  });

  /** Shows a drawing as the view asks and photographs it. */
  async function photographed(drawing: Drawing, figures: Map<string, Uint8Array>, view: View): Promise<Buffer> {
    site.show(prepared(drawing), figures);
    await openView(page, site.base, view);
    return photograph(page);
  }

  test.each(names)('%s: in the mail, emphasis and foreign runs have the colour of what they stand in, light and dark', async (name) => {
    const { drawing, figures } = await drawnIssue(name);
    site.show(prepared(drawing), figures);
    for (const view of views.filter(({ part }) => part.endsWith('email'))) {
      await openView(page, site.base, view);
      const others = await page.evaluate(`[...document.querySelectorAll(':is(a, .a, .n, .u) :is(span, em, strong)')]
        .filter((inner) => getComputedStyle(inner).color !== getComputedStyle(inner.parentElement).color).map((inner) => inner.outerHTML)`);
      expect(others, view.name).toEqual([]);
    }
  });

  describe.each(names)('%s', (name) => {
    describe.each(views)('$name', (view) => {
      const kept = `${name}-${view.name}`;

      test('looks as it is kept, in no face of this machine', async () => {
        const { drawing, figures } = await drawnIssue(name);
        const picture = await photographed(drawing, figures, view);
        expect(await strayFaces(page)).toEqual([]);
        await expectKept(kept, picture);
      });

      test('shows that one block moved by one place', async () => {
        const { moved, figures } = await drawnIssue(name);
        const picture = await photographed(moved.drawing, figures, view);
        expect((await difference(picture, golden(kept))).problem).toBeDefined();
      });

      test('shows that one colour is wrong', async () => {
        const { drawing, figures } = await drawnIssue(name);
        const wrong = withDocuments(prepared(drawing), (document, part) =>
          part === view.part ? withWrongColour(document, brandOf().accent[view.scheme]) : document,
        );
        const picture = await photographed(wrong, figures, view);
        expect((await difference(picture, golden(kept))).problem).toBeDefined();
      });
    });
  });
});

const pdfNote = pdftoppm === undefined ? ' (skipped: no pdftoppm on PATH; apt-get install poppler-utils)' : '';

describe.skipIf(pdftoppm === undefined)(`on paper${pdfNote}`, () => {
  describe.each(names)('%s', (name) => {
    const kept = `${name}-pdf`;

    test('looks as it is kept', async () => {
      await expectKept(kept, await photographPdf((await drawnIssue(name)).drawing.pdf));
    });

    test('shows that one block moved by one place', async () => {
      const { moved } = await drawnIssue(name);
      expect((await difference(await photographPdf(moved.drawing.pdf), golden(kept))).problem).toBeDefined();
    });

    test('shows that one colour is wrong', async () => {
      const { wrongColour } = await drawnIssue(name);
      expect((await difference(await photographPdf(wrongColour.pdf), golden(kept))).problem).toBeDefined();
    });
  });
});
