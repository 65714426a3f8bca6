/** Going out, reports and readers in a real browser: at two widths, light and dark, without a fault, a complaint or anything to scroll sideways. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserNote, chromiumPath, faultsOf, openBrowser, visit } from '../support/browser.ts';
import { finished } from '../web/reported.ts';
import { openSite, publish, type Site } from '../web/site.ts';

const own = { 'sec-fetch-site': 'same-origin' };

describe.skipIf(chromiumPath === undefined)(`the desk in a browser${browserNote}`, { timeout: 30_000 }, () => {
  let site: Site;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let choosing = '';
  let tried = '';

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite({ file: true });
    finished(site, { readers: 200 });
    publish(site, { number: '2026-12' });
    site.db.$client.exec(
      `UPDATE readers SET name = 'نور الهدى' WHERE id = 200; UPDATE readers SET email = '${'a-very-long-local-part-'.repeat(2)}x@department.of.a.university.example.com' WHERE id = 199; UPDATE subscriptions SET state = 'suspended' WHERE reader_id = 198`,
    );
    const upload = async (): Promise<string> => {
      const form = new FormData();
      for (const [name, value] of [
        ['publication', 'tidewater'],
        ['words', 'Signed up on paper'],
      ] as const)
        form.set(name, value);
      form.set(
        'file',
        new Blob([`Who,Mail,${'A long heading '.repeat(5)}\nAnna,anna@example.org,x\nBo,nothing,y\n`]),
        'members-november.csv',
      );
      return (
        (await fetch(`${site.url}/console/readers/import`, { method: 'POST', headers: own, body: form, redirect: 'manual' })).headers.get(
          'location',
        ) ?? ''
      );
    };
    choosing = await upload();
    tried = await upload();
    await fetch(`${site.url}${tried}/try`, {
      method: 'POST',
      headers: own,
      body: new URLSearchParams({ email: '1', name: '0' }),
      redirect: 'manual',
    });
    while (!(await (await fetch(site.url + tried)).text()).includes('It would add')) await sleep(50);
  }, 30_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  const pages: [string, () => string][] = [
    ['a send under way', () => '/console/sends/2'],
    ['a send that is over', () => '/console/sends/1'],
    ['reports', () => '/console/reports'],
    ['a report', () => '/console/reports/1'],
    ['who was refused', () => '/console/reports/1/readers?state=refused'],
    ['readers', () => '/console/readers'],
    ['a reader', () => '/console/readers/198'],
    ['adding a reader', () => '/console/readers/add'],
    ['importing', () => '/console/readers/import'],
    ['choosing columns', () => choosing],
    ['an import tried out', () => tried],
    ['imports', () => '/console/readers/imports'],
  ];

  test.each(pages)('%s', async (_, path) => {
    expect(await faultsOf(browser, site.url + path())).toEqual([]);
  });

  test('the script of a live page is small, and is the only one', async () => {
    const scripts: number[] = [];
    await visit(browser, `${site.url}/console/sends/2`, async (page) => {
      for (const source of (await page.evaluate('[...document.scripts].map(({ src }) => src)')) as string[])
        scripts.push((await (await fetch(source)).text()).length);
    });
    expect(scripts.length).toBe(1);
    expect(scripts[0]).toBeLessThan(6000);
  });
});
