/** What readers meet, from form to mail to page, in a real browser with script off: with the real service in English, and page by page in Arabic. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Browser, Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeNotice, personalise } from '../../src/message/message.ts';
import { mintToken } from '../../src/model/token.ts';
import { openLanguages } from '../../src/model/words/catalogue.ts';
import { catalogues } from '../../src/model/words/words.ts';
import { openDrawing } from '../../src/render/render.ts';
import { drawNotices } from '../../src/schedule/notices.ts';
import { notices } from '../../src/store/schema.ts';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { openGalley } from '../support/galley.ts';
import { openSite, publish, ring, type Site } from '../web/site.ts';
import { reviewed } from '../web/words.ts';

/** How old a form must be before it is taken, and a little. */
const formAge = 2300;

interface Mail {
  to: string;
  subject: string;
  html: string;
  text: string;
}

async function read(bytes: Buffer): Promise<Mail> {
  const { to, subject = '', html = '', text = '' } = await new PostalMime().parse(bytes);
  return { to: to?.[0]?.address ?? '', subject, html, text };
}

/** The path of the button of a mail: the one link to a page of ours. */
const pathIn = ({ text }: Mail): string => new URL(/https?:\/\/\S+\/[cpu]\/[a-z2-7]{34}/.exec(text)?.[0] ?? 'http://no.link').pathname;

describe.skipIf(chromiumPath === undefined)(`readers in a browser without script${browserNote}`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
  }, 60_000);
  afterAll(() => closeBrowser());

  const open = async (): Promise<Page> => (await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true })).newPage();
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor();

  test('join, choose, pause, leave, come back, take one’s data, erase: the whole way with the real service', async () => {
    await using galley = openGalley();
    const setUp = [
      'publication',
      'add',
      'tidewater',
      '--name',
      'The Tidewater Review',
      '--from',
      'news@tidewater.example',
      '--welcome',
      'yes',
    ];
    await galley.done(...setUp);
    const serve = galley.start('serve', '--workers', '1');
    const [, at = ''] = await serve.said(/Galley is at (http:\S+?)[;\s]/);
    const folder = join(galley.folder, 'data', 'catcher');
    const seen = new Set<string>();
    /** The next mail that was caught. */
    const mail = async (): Promise<Mail> => {
      let name: string | undefined;
      await expect
        .poll(
          () => (name = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('.eml') && !seen.has(file)) : undefined),
          { timeout: 30_000 },
        )
        .toBeDefined();
      seen.add(name ?? '');
      return read(readFileSync(join(folder, name ?? '')));
    };

    const page = await open();
    await page.goto(`${at}/tidewater/subscribe`);
    await page.getByLabel('Your email').fill('ada@gmial.com');
    await page.waitForTimeout(formAge);
    await press(page, 'Subscribe');
    await press(page, 'Use ada@gmail.com');
    await heading(page, 'Look in your inbox');

    const confirm = await mail();
    expect(confirm).toMatchObject({ to: 'ada@gmail.com', subject: 'The Tidewater Review: please confirm' });
    await page.goto(at + pathIn(confirm));
    await press(page, 'Yes, subscribe me');
    await heading(page, 'You are on the list');
    expect((await mail()).subject).toBe('Welcome to The Tidewater Review');

    await page.getByRole('link', { name: 'Preferences' }).click();
    await page.getByLabel('2 months').check();
    await press(page, 'Pause');
    await page.getByText('It goes on by itself then.').waitFor();
    expect((await mail()).subject).toMatch(/^The Tidewater Review: paused until \d+ \w+ \d{4}$/);
    await press(page, 'Go on now');
    await page.getByLabel('1 month').waitFor();

    await press(page, 'Unsubscribe');
    await heading(page, 'You have left The Tidewater Review');
    const left = await mail();
    await page.goto(at + pathIn(left));
    await page.getByLabel('What made you leave?').fill('Pressed it by mistake');
    await press(page, 'Send');
    await page.getByText('An editor will read it.').waitFor();
    await press(page, 'Put me back');
    await heading(page, 'You are back');

    await page.getByRole('link', { name: 'Unsubscribe after all' }).click();
    await page.getByRole('link', { name: 'Or pause it' }).click();
    await press(page, 'Send me the link');
    const fresh = await mail();
    await page.goto(at + pathIn(fresh));
    await press(page, 'Open');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('Saved.').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Ada Lovelace');
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download it')]);
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({ address: 'ada@gmail.com', name: 'Ada Lovelace' });
    await press(page, 'Delete everything');
    await press(page, 'Yes, delete everything');
    await heading(page, 'Everything is deleted');

    // The same by the API, from a server without a browser.
    const asked = await fetch(`${at}/api/v1/publications/tidewater/subscriptions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bob@example.org', consent: 'Send me The Tidewater Review.' }),
    });
    expect(asked.status).toBe(202);
    const path = pathIn(await mail());
    expect(await (await fetch(at + path, { method: 'POST' })).text()).toContain('You are on the list');
    expect(await galley.done('export', '--publication', 'tidewater')).toMatch(
      /^email,name,status\S*\r\n,,left\S*\r\nbob@example.org,,active/,
    );
    serve.child.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });

  test('join, pause and leave in Arabic, right to left, by keyboard alone', async () => {
    await using site = await openSite({ catcher: true, languages: openLanguages(catalogues.map(reviewed)) });
    publish(site, { rehearsal: true });
    const studio = openDrawing();
    try {
      const page = await open();
      await page.goto(`${site.url}/tidewater/subscribe?language=ar`);
      await page.keyboard.press('Tab'); // past the link over the masthead
      for (let tabs = 0; tabs < 6 && (await page.locator('#email:focus').count()) === 0; tabs += 1) await page.keyboard.press('Tab');
      await page.keyboard.type('ada@example.org');
      await page.waitForTimeout(formAge);
      await page.keyboard.press('Enter');
      await heading(page, 'انظروا في بريدكم الوارد');
      site.answer();

      const confirm = await deliver(site, studio);
      expect(confirm.subject).toBe('The Tidewater Review: يرجى التأكيد');
      expect(confirm.html).toMatch(/<html[^>]* lang="ar"[^>]* dir="rtl"/);
      await page.goto(site.url + pathIn(confirm));
      expect(await page.locator('html').getAttribute('dir')).toBe('rtl');
      await tabTo(page, 'نعم، أريد الاشتراك');
      await page.keyboard.press('Enter');
      await heading(page, 'أنتم في القائمة');

      await page.getByRole('link', { name: 'التفضيلات' }).press('Enter');
      await tabTo(page, 'إلغاء الاشتراك');
      await page.keyboard.press('Enter');
      await heading(page, 'لقد تركتم The Tidewater Review');
      const left = await deliver(site, studio);
      expect(left.subject).toContain('لقد غادرتم');
      await page.goto(site.url + pathIn(left));
      await tabTo(page, 'أعيدوني');
      await page.keyboard.press('Enter');
      await heading(page, 'لقد عدتم');
      expect(
        site.db.$client
          .prepare("SELECT state FROM subscriptions JOIN readers ON id = reader_id WHERE email = 'ada@example.org'")
          .pluck()
          .get(),
      ).toBe('active');
    } finally {
      await studio.close();
    }
  });

  test('a scanner that opens every link in a browser and runs its script changes nothing', async () => {
    await using site = await openSite();
    publish(site);
    const page = await (await browser.newContext({ javaScriptEnabled: true })).newPage();
    const form = await (await fetch(`${site.url}/tidewater/subscribe`)).text();
    const stamp = /name="form" value="([a-z2-7]+)"/.exec(form)?.[1] ?? '';
    site.clock.ahead = 5000;
    const send = (path: string, fields: Record<string, string> = {}) =>
      fetch(site.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      });
    await send('/tidewater/subscribe', { email: 'ada@example.org', form: stamp });
    const preferences = `/p/${mintToken(ring, 'preferences', { publication: 1, reader: 1, send: 1 })}`;
    await send(`${preferences}/own`);
    await send(`${preferences}/leave`);
    site.answer();
    const links = site.notices().map(({ facts }) => ('token' in facts ? `/${facts.kind === 'left' ? 'u' : 'c'}/${facts.token}` : '/'));
    expect(links).toHaveLength(3);
    const before = site.db.$client.serialize();
    for (const link of [...links, preferences, '/tidewater/subscribe']) {
      await page.goto(site.url + link, { waitUntil: 'networkidle' });
      for (const inner of await page.locator('a[href^="/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? '/')))
        await page.goto(site.url + inner, { waitUntil: 'load' });
    }
    expect(site.db.$client.serialize().equals(before)).toBe(true);
  });
});

/** Moves the focus to the button of a name, as a reader without a mouse does. */
async function tabTo(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  for (let tabs = 0; tabs < 25; tabs += 1) {
    if ((await button.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the button "${name}" is not reached by Tab`);
}

/** Draws the newest notice and mails it through the catcher, as serve and a worker do; returns it as it came out there. */
async function deliver(site: Site, studio: ReturnType<typeof openDrawing>): Promise<Mail> {
  await drawNotices({ db: site.db, drawNotice: studio.drawNotice, baseUrl: site.url, rehearsal: true });
  const notice = site.db.select().from(notices).all().at(-1);
  if (notice?.drawing == null || site.catcher === undefined) throw new Error('nothing was drawn');
  const from = { name: site.publication.name, address: site.publication.fromAddress };
  const template = composeNotice({ from, ...notice.drawing, date: notice.createdAt, bounceDomain: 'tidewater.example' });
  const { envelope, bytes } = personalise(template, { address: notice.address, delivery: 'deliverytokendeliverytokendelivery' });
  const transport = createTransport(site.catcher.url);
  await transport.sendMail({ envelope, raw: bytes });
  transport.close();
  const [newest] = site.catcher.list({ limit: 1 });
  const raw = newest && (await site.catcher.read(newest.id))?.raw;
  if (raw === undefined) throw new Error('nothing was caught');
  return read(raw);
}
