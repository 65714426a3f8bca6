/** A real browser for tests: the system's Chromium, driven by playwright-core; and the questions every page is asked. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { programOnPath } from './programs.ts';

/** The browser of the system, when there is one: tests that need it are skipped without. */
export const chromiumPath = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  .map(programOnPath)
  .find((path) => path !== undefined);

/** Said in the name of a group of tests that is left out. */
export const browserNote = chromiumPath === undefined ? ' (skipped: no Chromium on PATH; apt-get install chromium)' : '';

/** Starts the browser; it ends with the scope. */
export async function openBrowser(): Promise<{ browser: Browser; [Symbol.asyncDispose](): Promise<void> }> {
  if (chromiumPath === undefined) throw new Error('no Chromium on PATH');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}

export interface Look {
  width: number;
  scheme: 'light' | 'dark';
}

/** A desk and a phone, each in light and dark. */
export const looks: readonly Look[] = [1440, 390].flatMap((width) => [
  { width, scheme: 'light' as const },
  { width, scheme: 'dark' as const },
]);

/** Changes how an open page is looked at. */
export async function changeLook(page: Page, { width, scheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
}

/** Opens an address in a fresh context and hands the page over. Returns what the browser complained of: errors, policy violations, failed requests. */
export async function visit(browser: Browser, url: string, look: (page: Page) => Promise<void>): Promise<string[]> {
  const context = await browser.newContext();
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`));
    await page.goto(url, { waitUntil: 'load' });
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    await look(page);
  } finally {
    await context.close();
  }
  return complaints;
}

/** True when the page is wider than its window. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')) === true;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const runAxe = (only?: readonly string[]) =>
  `axe.run(${only === undefined ? '' : JSON.stringify({ runOnly: only })}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ": " + target.join(" "))))`;

/** Rules of accessibility that the page breaks as it is shown (axe-core: WCAG 2.0 to 2.2, A and AA, and best practice), one line each; `only` those that are named. */
export async function accessibilityFaults(page: Page, only?: readonly string[]): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axeSource);
  const found = await page.evaluate(runAxe(only));
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}

/** The widths of a desk, a phone and a narrow one, in light and dark. */
const everyLook: readonly Look[] = [1440, 390, 320].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));

/** What is wrong with an open page in any look, at 400 % and in forced colours, one line each: it scrolls sideways, or breaks a rule of accessibility. */
export async function faultsInEveryLook(page: Page): Promise<string[]> {
  const found: string[] = [];
  const note = async (where: string): Promise<void> => {
    if (await scrollsSideways(page)) found.push(`${where}: scrolls sideways`);
    found.push(...(await accessibilityFaults(page)).map((fault) => `${where}: ${fault}`));
  };
  for (const look of everyLook) {
    await changeLook(page, look);
    await note(`${look.width} ${look.scheme}`);
  }
  await page.setViewportSize({ width: 320, height: 256 }); // 1280 by 1024 at 400 %
  await page.emulateMedia({ forcedColors: 'active' });
  await note('400 %, forced colours');
  return found;
}
