/** Every page of joining, choosing and leaving in a real browser: at a desk, on a phone and on a narrow one, light and dark, in English and Arabic, without a fault. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confirmRequest } from '../../src/audience/audience.ts';
import { mintToken, readToken } from '../../src/model/token.ts';
import { openLanguages } from '../../src/model/words/catalogue.ts';
import { catalogues } from '../../src/model/words/words.ts';
import {
  accessibilityFaults,
  browserNote,
  changeLook,
  chromiumPath,
  faultsInEveryLook,
  openBrowser,
  scrollsSideways,
  visit,
} from '../support/browser.ts';
import { samplePublication } from '../support/store.ts';
import { openSite, publish, ring, type Site } from '../web/site.ts';
import { reviewed } from '../web/words.ts';

const looks = [1440, 390, 320].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })));
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe.skipIf(chromiumPath === undefined)(`readers’ pages in a browser${browserNote}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let site: Site;

  const token = (kind: 'leave' | 'preferences', reader: number) => mintToken(ring, kind, { publication: 1, reader, send: 1 });
  const post = (path: string, fields: Record<string, string> = {}) =>
    fetch(site.url + path, { method: 'POST', headers: form, body: new URLSearchParams(fields).toString(), redirect: 'manual' });
  /** The token in the newest notice. */
  const mailed = (): string => {
    site.answer();
    const facts = site.notices().at(-1)?.facts;
    return facts !== undefined && 'token' in facts ? facts.token : '';
  };
  const stamp = (ageMs: number) => mintToken(ring, 'form', { publication: 1, reader: Math.floor((Date.now() - ageMs) / 1000), send: 0 });

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite({ languages: openLanguages(catalogues.map(reviewed)) });
    publish(site);
    samplePublication(site.db, 'lanterns');
    site.db.$client.exec(
      "UPDATE readers SET language = 'ar', email = 'a-rather-long-address-of-a-reader@department.university.example.com' WHERE id = 3",
    );
  }, 60_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  async function look(path: string): Promise<void> {
    const complaints = await visit(browser, site.url + path, async (page) => expect(await faultsInEveryLook(page)).toEqual([]));
    expect(complaints).toEqual([]);
  }

  /** The answer to a form, looked at as a page of its own. */
  async function lookAtAnswer(path: string, fields: Record<string, string>): Promise<void> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const html = await (await post(path, fields)).text();
      await page.route(`${site.url}/answer`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
      await page.goto(`${site.url}/answer`);
      for (const each of looks) {
        await changeLook(page, each);
        expect(await scrollsSideways(page), `${each.width}`).toBe(false);
        expect(await accessibilityFaults(page), `${each.width} ${each.scheme}`).toEqual([]);
      }
    } finally {
      await context.close();
    }
  }

  test.each([
    ['subscribe', () => '/tidewater/subscribe'],
    ['subscribe in Arabic', () => '/tidewater/subscribe?language=ar'],
    ['leave', () => `/u/${token('leave', 2)}`],
    ['leave in Arabic', () => `/u/${token('leave', 3)}`],
    ['preferences', () => `/p/${token('preferences', 2)}`],
    ['preferences in Arabic', () => `/p/${token('preferences', 3)}`],
    ['languages of the console', () => '/console/languages'],
  ])('%s', (_, path) => look(path()));

  test.each([
    ['an address that is none', { email: 'nobody', form: stamp(9000) }],
    ['a slip in the provider', { email: 'a-rather-long-name-before-the-sign@gmial.com', form: stamp(9000) }],
    ['a mailbox of several', { email: 'info@example.org', form: stamp(9000) }],
    ['one more press', { email: 'ada@example.org' }],
    ['look in your inbox', { email: 'a-rather-long-address-of-a-reader@department.university.example.com', form: stamp(9000) }],
  ])('the answer to a form: %s', (_, fields) => lookAtAnswer('/tidewater/subscribe', fields));

  test('confirm, confirmed and used up', async () => {
    for (const language of ['en', 'ar']) {
      await post(`/tidewater/subscribe?language=${language}`, { email: `new-${language}@example.org`, language, form: stamp(9000) });
      const link = `/c/${mailed()}`;
      await look(link);
      await lookAtAnswer(link, {});
      await look(link);
    }
  });

  test('paused, left, put back, thanked', async () => {
    const preferences = `/p/${token('preferences', 3)}`;
    await lookAtAnswer(`${preferences}/pause`, { months: '2' });
    await lookAtAnswer(`${preferences}/own`, {});
    await lookAtAnswer(`${preferences}/leave`, {});
    await look(`/u/${token('leave', 3)}`);
    await lookAtAnswer(`/u/${token('leave', 3)}/reason`, { reason: 'Enough' });
    await lookAtAnswer(`/u/${token('leave', 3)}/undo`, {});
  });

  test('one’s own data, asked before erasing, erased', async () => {
    await post(`/p/${token('preferences', 2)}/own`);
    const link = mailed();
    await look(`/c/${link}`);
    const subject = readToken(ring, 'request', link);
    const answer = subject && confirmRequest(site.readers, subject, { network: 'n', now: site.now() });
    const own = `/p/own/${answer?.outcome === 'done' ? answer.token : ''}`;
    await look(own);
    await lookAtAnswer(`${own}/address`, { email: 'nobody' });
    await lookAtAnswer(`${own}/erase`, {});
    await lookAtAnswer(`${own}/erase`, { sure: 'yes' });
  });
});
