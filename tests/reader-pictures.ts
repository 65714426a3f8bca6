/** The small pages of readers photographed for `npm run pictures`: archive, joining, choosing and leaving, in English, and some in Arabic. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { confirmRequest } from '../src/audience/audience.ts';
import { mintToken, readToken } from '../src/model/token.ts';
import { openLanguages } from '../src/model/words/catalogue.ts';
import { catalogues } from '../src/model/words/words.ts';
import { changePublication } from '../src/store/publications.ts';
import { samplePublication, sampleTree } from './support/store.ts';
import { openSite, publish, ring } from './web/site.ts';
import { reviewed } from './web/words.ts';

/** Photographs every page at the width of a desk and of a phone, light and dark, into `folder`. */
export async function photographReaders(browser: Browser, folder: string): Promise<void> {
  await using site = await openSite({ languages: openLanguages(catalogues.map(reviewed)) });
  const arabic = samplePublication(site.db, 'harbour');
  changePublication(site.db, arabic.id, { name: 'مجلة الميناء', language: 'ar' });
  const titles = ['Night flow', 'The price of a litre', 'Who owns the rain?', 'The quiet return of the reservoir'];
  const arabicTitles = ['جريان الليل', 'ثمن اللتر', 'من يملك المطر؟', 'عودة الخزان الهادئة'];
  for (const [i, number] of ['2025-11', '2025-12', '2026-10', '2026-11'].entries()) {
    const tree = { ...sampleTree, number, period: number };
    publish(site, {
      tree: {
        ...tree,
        title: titles[i] ?? '',
        summary: 'Three cities are building storage again. What it costs, who pays, and what to ask first.',
      },
    });
    const own = {
      title: arabicTitles[i] ?? '',
      summary: 'ثلاث مدن تبني الخزانات من جديد: ما كلفتها، ومن يدفع، وماذا نسأل أولًا.',
      language: 'ar',
      direction: 'rtl' as const,
    };
    publish({ db: site.db, publication: arabic }, { tree: { ...tree, ...own } });
  }
  const post = (path: string, fields: Record<string, string> = {}) =>
    fetch(site.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
      redirect: 'manual',
    });
  const token = (kind: 'leave' | 'preferences', reader: number) => mintToken(ring, kind, { publication: 1, reader, send: 1 });
  const form = mintToken(ring, 'form', { publication: 1, reader: Math.floor(Date.now() / 1000) - 9, send: 0 });
  const mailed = (): string => {
    site.answer();
    const facts = site.notices().at(-1)?.facts;
    return facts !== undefined && 'token' in facts ? facts.token : '';
  };
  const photograph = async (name: string, path: string, html?: string): Promise<void> => {
    for (const [device, width] of [
      ['desktop', 1440],
      ['phone', 390],
    ] as const) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        if (html !== undefined) await page.route(site.url + path, (route) => route.fulfill({ contentType: 'text/html', body: html }));
        await page.goto(site.url + path);
        await page.evaluate('document.fonts.ready.then(() => undefined)');
        await page.screenshot({ path: join(folder, `reader-${name}-${device}-${colorScheme}.png`), fullPage: true });
        await page.close();
      }
    }
  };
  const answer = async (name: string, path: string, fields: Record<string, string> = {}) =>
    photograph(name, '/answer', await (await post(path, fields)).text());

  await photograph('archive', '/tidewater');
  await photograph('archive-ar', '/harbour');
  site.db.$client.exec("UPDATE publications SET pdf = 'readers'");
  await photograph('for-readers', '/tidewater/2026-11.pdf');
  await photograph('for-readers-ar', '/harbour/2026-11.pdf');
  site.db.$client.exec("UPDATE publications SET pdf = 'public'");
  await photograph('subscribe', '/tidewater/subscribe');
  await photograph('subscribe-ar', '/tidewater/subscribe?language=ar');
  await answer('typo', '/tidewater/subscribe', { email: 'amina@gmial.com', form });
  await answer('check', '/tidewater/subscribe', { email: 'amina@example.org', form });
  const confirm = `/c/${mailed()}`;
  await photograph('confirm', confirm);
  await answer('confirmed', confirm);
  await photograph('preferences', `/p/${token('preferences', 1)}`);
  await photograph('leave', `/u/${token('leave', 1)}`);
  await answer('left', `/u/${token('leave', 1)}`, { from: 'page' });
  await post(`/p/${token('preferences', 2)}/own`);
  const subject = readToken(ring, 'request', mailed());
  const opened = subject && confirmRequest(site.readers, subject, { network: 'n', now: site.now() });
  await photograph('own', `/p/own/${opened?.outcome === 'done' ? opened.token : ''}`);
}
