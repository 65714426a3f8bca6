/** The web page as a browser shows it, with the style sheet of reader pages. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing, stylesheetLink } from '../../src/render/render.ts';
import { drawnIssue } from '../golden/drawn.ts';
import { goldenIssues } from '../golden/issues.ts';
import { accessibilityFaults, browserNote, changeLook, chromiumPath, openBrowser, scrollsSideways } from '../support/browser.ts';
import { fullTree, masthead, rightToLeftTree } from './trees.ts';

const css = readFileSync(new URL('../../src/web/assets/reader.css', import.meta.url), 'utf8').replace(/url\([^)]*\)/g, 'local("none")');
const studio = openDrawing();
afterAll(() => studio.close());

describe.skipIf(chromiumPath === undefined)(`in a browser${browserNote}`, () => {
  let chromium: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    chromium = await openBrowser();
  });
  afterAll(() => chromium[Symbol.asyncDispose]());

  const drawn = async (tree: IssueTree) => (await studio.draw(tree, masthead, new Map())).page;
  test.each([
    ['the light page of every kind of block', async () => (await studio.draw(fullTree(), masthead, new Map())).light.page],
    ['the light page, right to left', async () => (await studio.draw(rightToLeftTree(), masthead, new Map())).light.page],
    ['the light page of the golden issue english', async () => (await drawnIssue('english')).drawing.light.page],
    ['every kind of block', () => drawn(fullTree())],
    ['a small page, right to left', () => drawn(rightToLeftTree())],
    ...goldenIssues.map(({ name }) => [`the golden issue ${name}`, async () => (await drawnIssue(name)).drawing.page] as const),
  ] as const)(
    '%s: no rule of accessibility is broken and nothing is wider than the screen, on a desk and on a phone, light and dark',
    async (_, draw) => {
      const document = await draw();
      const page = await chromium.browser.newPage();
      await page.setContent(document.replace(stylesheetLink, `<style>${css}</style>`));
      for (const width of [1440, 320]) {
        for (const scheme of ['light', 'dark'] as const) {
          await changeLook(page, { width, scheme });
          expect(await scrollsSideways(page), `${width} ${scheme}`).toBe(false);
          expect(await accessibilityFaults(page), `${width} ${scheme}`).toEqual([]);
        }
      }
      await page.close();
    },
    60_000,
  );

  test('the light mail breaks no rule of accessibility but those of landmarks, which its program has, and is no wider than a small phone', async () => {
    const page = await chromium.browser.newPage();
    for (const name of ['english', 'mixed']) {
      await page.setContent((await drawnIssue(name)).drawing.light.email);
      for (const scheme of ['light', 'dark'] as const) {
        await changeLook(page, { width: 360, scheme });
        expect(await scrollsSideways(page), `${name} ${scheme}`).toBe(false);
        const faults = await accessibilityFaults(page);
        expect(
          faults.filter((fault) => !/^(region|landmark-one-main):/.test(fault)),
          `${name} ${scheme}`,
        ).toEqual([]);
      }
    }
    await page.close();
  });

  test('one drawing of each chart is shown: the wide one on a desk, the narrow one on a phone', async () => {
    const { page: document } = await studio.draw(fullTree(), masthead, new Map());
    const page = await chromium.browser.newPage();
    await page.setContent(document.replace(stylesheetLink, `<style>${css}</style>`));
    for (const [width, shown] of [
      [1440, 'wide'],
      [390, 'narrow'],
    ] as const) {
      await changeLook(page, { width, scheme: 'light' });
      expect(
        await page.locator('.chart:visible').evaluateAll((nodes: { className: string }[]) => nodes.map((node) => node.className)),
      ).toEqual([`chart ${shown}`, `chart ${shown}`]);
    }
  });
});
