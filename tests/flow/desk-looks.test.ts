/** Every screen of the desk in a real browser: at two widths, light and dark, without a fault, a complaint or anything to scroll sideways; and none that is not looked at. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayAs, type Role } from '../../src/model/person.ts';
import { accessibilityFaults, browserNote, changeLook, chromiumPath, looks, openBrowser, scrollsSideways } from '../support/browser.ts';
import { openScreens, type Screen, type Screens, showScreen, undrawnOf } from '../web/screens.ts';
import { signInAs } from '../web/signed.ts';

const rulesOfColour = ['color-contrast', 'link-in-text-block'];

describe.skipIf(chromiumPath === undefined)(`the desk in a browser${browserNote}`, { timeout: 120_000 }, () => {
  let screens: Screens;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    screens = await openScreens();
    page = await browser.newPage();
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await screens[Symbol.asyncDispose]();
    await closeBrowser();
  });

  /** What is wrong with a screen in any look; one that is pressed into shape first is pressed at each width. */
  async function faultsOn(screen: Screen): Promise<string[]> {
    const found: string[] = [];
    complaints.length = 0;
    let width = 0;
    for (const look of looks) {
      await changeLook(page, look);
      if (width === 0 || (screen.open !== undefined && width !== look.width)) await showScreen(page, screen);
      width = look.width;
      const seen = `${screen.name} ${look.width} ${look.scheme}`;
      if (await scrollsSideways(page)) found.push(`${seen}: wider than its window`);
      // The desk's sheets change nothing but colours in the dark, so there the rules about colours are all that can come out otherwise.
      found.push(
        ...(await accessibilityFaults(page, look.scheme === 'dark' ? rulesOfColour : undefined)).map((fault) => `${seen}: ${fault}`),
      );
    }
    // A caught mail tries to run a script, which its frame forbids.
    const heard = complaints.filter((line) => !line.startsWith('Blocked script execution in') && !/status of 403/.test(line));
    return [...found, ...heard.map((line) => `${screen.name}: ${line}`)];
  }

  test('every page that the desk declares is in the list of screens', () => {
    expect(undrawnOf(screens)).toEqual([]);
  });

  test('every screen is without a fault', async () => {
    const found: string[] = [];
    for (const screen of screens.list.filter(({ pictureOnly }) => pictureOnly !== true)) found.push(...(await faultsOn(screen)));
    expect(found).toEqual([]);
  });

  test.each(['viewer', 'editor'] as const)(
    'no screen offers %s a form that they may not send, and none is closed but for a role',
    async (role) => {
      const own = screens.list.filter(({ room, cookie }) => room.cookie !== '' && cookie === undefined);
      const { site } = own[0]?.room ?? expect.fail('no desk with people');
      const { cookie } = signInAs(site, role);
      const wrong: string[] = [];
      let forms = 0;
      for (const { name, path, route } of own) {
        const answer = await fetch(site.url + path, { headers: { cookie, accept: 'text/html' } });
        const access = accessOf('get', route);
        if (answer.status !== (mayAs(role, access) ? 200 : 403)) wrong.push(`${name} answers ${answer.status}`);
        const markup = await answer.text();
        const posting = [...markup.matchAll(/<form\b[^>]*method="post"[^>]*>/g)].map(
          ([tag]) => /\saction="([^"]*)"/.exec(tag)?.[1] ?? path,
        );
        for (const action of [...posting, ...[...markup.matchAll(/formaction="([^"]*)"/g)].map(([, to = '']) => to)]) {
          forms += 1;
          if (!mayAs(role, accessOf('post', action.split('?')[0] ?? ''))) wrong.push(`${name} offers ${action}`);
        }
      }
      expect([wrong, forms > 40]).toEqual([[], true]);
    },
  );

  /** The role that an address takes, as the desk declares it. */
  function accessOf(method: string, path: string): Role {
    const found = screens.routes.find(
      (route) => route.method === method && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
    );
    if (found === undefined || found.access === 'anyone')
      return found === undefined ? expect.fail(`nobody answers ${method} ${path}`) : 'viewer';
    return found.access;
  }

  test('the script of a live page is small, and is the only one', async () => {
    const live = screens.list.find(({ name }) => name === 'sending');
    if (live === undefined) throw new Error('no live page');
    await showScreen(page, live);
    const sources = (await page.evaluate('[...document.scripts].map(({ src }) => src)')) as string[];
    const scripts = await Promise.all(sources.map(async (source) => (await (await fetch(source)).text()).length));
    expect(scripts.length).toBe(1);
    expect(scripts[0]).toBeLessThan(6000);
  });
});
