/** The web page as a browser shows it, with the style sheet of reader pages. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDrawing, stylesheetLink } from '../../src/render/render.ts';
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

  test.each([
    ['left to right', fullTree()],
    ['right to left', rightToLeftTree()],
  ])(
    '%s: no rule of accessibility is broken and nothing is wider than the screen, on a desk and on a phone, light and dark',
    async (_, tree) => {
      const { page: document } = await studio.draw(tree, masthead, new Map());
      const page = await chromium.browser.newPage();
      await page.setContent(document.replace(stylesheetLink, `<style>${css}</style>`));
      for (const width of [1440, 320]) {
        for (const scheme of ['light', 'dark'] as const) {
          await changeLook(page, { width, scheme });
          expect(await scrollsSideways(page), `${width} ${scheme}`).toBe(false);
          expect(await accessibilityFaults(page), `${width} ${scheme}`).toEqual([]);
        }
      }
    },
  );

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
