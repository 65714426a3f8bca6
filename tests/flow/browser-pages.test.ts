/** The readers' pages in a real browser (the desk's own are walked through in `desk-looks`): nothing its policy forbids, no complaint, nothing to scroll sideways, no rule of accessibility broken; leaving by button. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dsn } from '../feedback/mails.ts';
import {
  accessibilityFaults,
  browserNote,
  changeLook,
  chromiumPath,
  looks,
  openBrowser,
  scrollsSideways,
  visit,
} from '../support/browser.ts';
import { breakDown, comeBack, takeMail } from '../web/returned.ts';
import { leaveToken, mailIn, openSite, preferencesToken, publish, type Site } from '../web/site.ts';

describe.skipIf(chromiumPath === undefined)(`pages in a browser${browserNote}`, { timeout: 30_000 }, () => {
  let site: Site;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite({ catcher: true });
    publish(site, { number: '2026-10', rehearsal: true });
    const send = publish(site, { rehearsal: true, baseUrl: site.url });
    site.db.$client.exec(
      `UPDATE sends SET state = 'sent', finished_at = as_of + 9000, prepared = 200, ready = 0, accepted = 190, deferred = 4, refused = 3, unknown = 2, cancelled = 1 WHERE id = ${send.id}`,
    );
    comeBack(site, { inbound: takeMail(site, dsn(), { state: 'read', note: 'suspended' }) });
    breakDown(site);
    takeMail(site, `Subject: ${'a long line without any end '.repeat(9)}\n\n${'x'.repeat(300)} where is my paper?\n`);
    site.db.$client.exec(
      "UPDATE readers SET name = 'نور الهدى' WHERE id = 1; UPDATE subscriptions SET state = 'active' WHERE reader_id = 3",
    );
    site.db.$client.exec("UPDATE subscriptions SET state = 'left', before = 'active', changed_at = unixepoch() * 1000 WHERE reader_id = 2");
    const token = leaveToken(site.publication.id, 1);
    await Promise.all(
      [1, 2, 3].map(
        (i) =>
          site.catcher &&
          mailIn(site.catcher, { to: `a-rather-long-address-of-reader-number-${i}@department.university.example.com`, token }),
      ),
    );
  }, 30_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  const pages: [string, () => string][] = [
    ['leave', () => `/u/${leaveToken(site.publication.id, 1)}`],
    ['left', () => `/u/${leaveToken(site.publication.id, 2)}`],
    ['preferences', () => `/p/${preferencesToken(site.publication.id, 1)}`],
    ['preferences of who left', () => `/p/${preferencesToken(site.publication.id, 2)}`],
    ['front', () => '/'],
    ['issue', () => '/tidewater/2026-11'],
  ];

  test.each(pages)('%s: two widths, light and dark, without a fault', async (_, path) => {
    const complaints = await visit(browser, site.url + path(), async (page) => {
      for (const look of looks) {
        await changeLook(page, look);
        expect(await scrollsSideways(page), `${look.width}`).toBe(false);
        expect(await accessibilityFaults(page), `${look.width} ${look.scheme}`).toEqual([]);
      }
    });
    expect(complaints).toEqual([]);
  });

  test('not found is a page without a fault too', async () => {
    const complaints = await visit(browser, `${site.url}/no/such/page/here`, async (page) => {
      for (const look of looks) {
        await changeLook(page, look);
        expect(await scrollsSideways(page)).toBe(false);
        expect(await accessibilityFaults(page)).toEqual([]);
      }
    });
    expect(complaints).toEqual(['Failed to load resource: the server responded with a status of 404 (Not Found)']); // the page itself
  });

  test('the policy of an issue lets its brand, chart, style sheet and pictures through', async () => {
    await visit(browser, `${site.url}/tidewater/2026-11`, async (page) => {
      expect(await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")).toBe(
        'light-dark(#8a1f3d,#ffb3c6)',
      );
      expect(await page.evaluate("getComputedStyle(document.querySelector('#bar')).fill")).toBe('rgb(1, 2, 3)');
      expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")).toContain('Literata');
      expect(await page.evaluate("document.querySelector('#picture').naturalWidth")).toBe(40);
    });
  });

  test('a reader leaves and comes back by keyboard alone', async () => {
    const complaints = await visit(browser, `${site.url}/u/${leaveToken(site.publication.id, 3)}`, async (page) => {
      const press = async (name: string): Promise<void> => {
        for (let tabs = 0; tabs < 9 && (await page.evaluate('document.activeElement.textContent')) !== name; tabs += 1)
          await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
      };
      await press('Unsubscribe');
      await page.getByRole('heading', { name: 'You have left The Tidewater Review' }).waitFor();
      await press('Put me back');
      await page.getByRole('heading', { name: 'You are back' }).waitFor();
    });
    expect(complaints).toEqual([]);
  });

  test('on the desk a suppression is lifted, the tray answered and a bounce taken back by keyboard alone, past the guard against other sites', async () => {
    const complaints = await visit(browser, `${site.url}/console/readers/1`, async (page) => {
      const idle = (): Promise<void> => page.waitForLoadState('networkidle'); // a font still on its way would be complained of
      const enter = async (button: string, then: string): Promise<void> => {
        await idle();
        await page.getByRole('button', { name: button }).focus();
        await page.keyboard.press('Enter');
        await page.getByText(then).first().waitFor();
        await idle();
      };
      await page.getByLabel('Why is it right to mail it again?').focus();
      await page.keyboard.type('They phoned');
      await enter('Lift it', '“They phoned”');
      await page.goto(`${site.url}/console/feedback/tray`);
      await enter('It is nothing', 'The tray is empty');
      await page.goto(`${site.url}/console/feedback/undo?from=2020-01-01T00:00&to=2099-01-01T00:00`);
      await enter('back', 'There is nothing to take back here');
    });
    expect(complaints).toEqual([]);
  });

  test('the HTML part of a mail is drawn in its frame with its styles, and its script does not run', async () => {
    await visit(browser, `${site.url}/console/mail/000000001`, async (page) => {
      const frame = page.frames().find((inner) => inner.url().endsWith('/html'));
      expect(await frame?.evaluate("getComputedStyle(document.querySelector('h1')).color")).toBe('rgb(1, 2, 3)');
      expect(await frame?.evaluate("document.querySelector('img').naturalWidth")).toBe(40);
      expect(await frame?.evaluate('document.title')).toBe('November');
    });
  });
});
