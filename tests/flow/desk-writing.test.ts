/** Writing an issue in a real browser: it saves itself, one save at a time, keeps what cannot be saved, and shows what is typed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDraft } from '../../src/store/issues.ts';
import { text } from '../schedule/desk.ts';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { openSite, type Site } from '../web/site.ts';
import { keepText } from './typed.ts';

const own = { 'sec-fetch-site': 'same-origin' };

describe.skipIf(chromiumPath === undefined)(`writing in a browser${browserNote}`, { timeout: 60_000 }, () => {
  let site: Site;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let issues = 0;

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite();
    site.db.$client.exec("UPDATE publications SET slot = 'first tuesday 09:00'");
  }, 30_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  /** Begins an issue and opens its page; what the browser complains of is collected. */
  async function open({ source, script = true }: { source?: string; script?: boolean } = {}) {
    issues += 1;
    const number = `20${30 + issues}-01`;
    const fields = { publication: 'tidewater', from: 'text', source: source ?? text('One.', { number }) };
    const begun = await fetch(`${site.url}/console/issues/new`, {
      method: 'POST',
      headers: own,
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    const path = begun.headers.get('location') ?? '';
    const context = await browser.newContext({ javaScriptEnabled: script });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(site.url + path);
    const id = Number(path.split('/').at(-1));
    return { id, path, page, context, complaints, number, stored: () => findDraft(site.db, id)?.source ?? '' };
  }
  const area = (page: Page) => page.locator('#source');
  const state = (page: Page) => page.locator('[data-state]');
  const frame = (page: Page) => page.frameLocator('.frame iframe:not([data-coming])');
  /** Clicks when the browser has noted where the frame is after scrolling: it is another process, and would take a click of the same instant for its own. */
  const press = async (target: Locator): Promise<void> => {
    await target.scrollIntoViewIfNeeded();
    await sleep(200);
    await target.click();
  };
  const close = (context: BrowserContext) => context.close();

  test('what is typed is saved by itself and shown beside it, without a word from the browser', async () => {
    const { page, context, complaints, stored } = await open();
    await frame(page).getByText('One.').first().waitFor();
    const asked: number[] = [];
    let most = 0;
    let now = 0;
    page.on('request', (request) => {
      if (request.method() !== 'POST' || request.url().endsWith('/preview')) return;
      now += 1;
      most = Math.max(most, now);
      asked.push(Date.now());
    });
    page.on('requestfinished', (request) => {
      if (request.method() === 'POST' && !request.url().endsWith('/preview')) now -= 1;
    });
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nAnother word, typed letter by letter.', { delay: 15 });
    await frame(page).getByText('Another word, typed letter by letter.').first().waitFor();
    await state(page)
      .getByText(/^Saved \d\d:\d\d$/)
      .waitFor();
    expect(stored()).toContain('Another word, typed letter by letter.');
    expect([most, asked.length <= 2]).toEqual([1, true]);
    expect(complaints).toEqual([]);
    await close(context);
  });

  test('a mistake is shown at its line while it is typed, and its link puts the caret there', async () => {
    const { page, context } = await open();
    await page.locator('.checks').getByText('Nothing is wrong with it').waitFor();
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nTODO write this.');
    await page.locator('.checks').getByText('TODO').first().waitFor();
    await area(page).evaluate((source) => (source as unknown as { setSelectionRange(a: number, b: number): void }).setSelectionRange(0, 0));
    await press(page.locator('.checks [data-line]').first());
    const chosen = await area(page).evaluate((source) => {
      const { value, selectionStart, selectionEnd } = source as unknown as { value: string; selectionStart: number; selectionEnd: number };
      return value.slice(selectionStart, selectionEnd);
    });
    expect(chosen).toBe('TODO write this.');
    await close(context);
  });

  test('two who write at once: the second is shown what differs, and chooses; neither text is lost', async () => {
    const { page, context, id, stored } = await open();
    await area(page).waitFor();
    const theirs = stored().replace('One.', 'Theirs.');
    await keepText(site, id, theirs);
    await area(page).fill(stored().replace('Theirs.', 'Mine.'));
    await page.getByRole('alert').getByText('saved another text').waitFor();
    expect(stored()).toBe(theirs);
    await press(page.getByText('What is different'));
    expect(await page.locator('.conflict del').allTextContents()).toContain('Theirs.');
    await press(page.getByRole('button', { name: 'Take theirs' }));
    expect(await area(page).inputValue()).toContain('Theirs.');
    await press(page.getByRole('button', { name: 'Bring it back' }));
    await state(page)
      .getByText(/^Saved/)
      .waitFor();
    expect(stored()).toContain('Mine.');
    await close(context);
  });

  test('while there is no connection the text is kept on this computer, and saved when there is one; a page that is opened anew brings it back', async () => {
    const { page, context, path, stored } = await open();
    await area(page).waitFor();
    await page.waitForLoadState('networkidle');
    await context.setOffline(true);
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nWritten on a train.');
    await state(page).getByText('Offline, kept on this computer').waitFor();
    expect(stored()).not.toContain('train');
    await context.setOffline(false);
    await page.goto(site.url + path);
    await state(page)
      .getByText(/^Saved/)
      .waitFor();
    await expect.poll(stored).toContain('Written on a train.');
    await close(context);
  });

  test('a page that is left while something is unsaved loses no word', async () => {
    const { page, context, path, stored } = await open();
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nThe last word.');
    await page.goto(`${site.url}/console/issues`);
    await page.goto(site.url + path);
    await expect.poll(stored).toContain('The last word.');
    expect(await area(page).inputValue()).toContain('The last word.');
    await close(context);
  });

  test('a session that ends while somebody writes is told, and the text stays on this computer', async () => {
    const { page, context } = await open();
    await area(page).waitFor();
    await page.route('**/console/issues/*', (route) =>
      route.request().method() === 'POST' ? route.fulfill({ status: 401, json: {} }) : route.continue(),
    );
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nMore.');
    await state(page).getByText('Signed out, kept on this computer').waitFor();
    expect(await page.evaluate('Object.values(localStorage).join()')).toContain('More.');
    await close(context);
  });

  test('a text too large for any issue is not sent, and said so', async () => {
    const { page, context, stored } = await open();
    await area(page).evaluate((source) => {
      const field = source as unknown as { value: string; hidden: boolean; dispatchEvent(event: Event): void };
      field.hidden = true; // laying out so much takes the browser seconds
      field.value = 'x'.repeat(2 * 1024 * 1024 + 1);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await state(page).getByText('Not saved: this text is 2.0 MB, and an issue holds at most 2 MB').waitFor();
    expect(stored()).toContain('One.');
    await close(context);
  });

  test('a picture dropped on the text stands where the caret is, is kept, and shown; another of its name takes its place, and one writes on', async () => {
    const { page, context, stored } = await open();
    await area(page).press('ControlOrMeta+End');
    const png = (width: number) =>
      sharp({ create: { width, height: 30, channels: 3, background: '#0a656c' } })
        .png()
        .toBuffer();
    const drop = async (width: number) => `const carried = new DataTransfer();
      carried.items.add(new File([Uint8Array.from(atob('${(await png(width)).toString('base64')}'), (letter) => letter.charCodeAt(0))], 'Tide Window.png', { type: 'image/png' }));
      document.querySelector('#source').dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));`;
    const isShown = (width: number) =>
      expect
        .poll(() =>
          frame(page)
            .locator('img')
            .first()
            .evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth),
        )
        .toBe(width);
    await page.evaluate(await drop(40));
    await expect.poll(() => area(page).inputValue()).toContain(':::figure{#tide-window src="tide-window.png"}');
    await isShown(40);
    await page.evaluate(await drop(60));
    await isShown(60);
    await page.keyboard.type('\nWritten on.');
    await expect.poll(stored).toContain('Written on.');
    expect((await area(page).inputValue()).match(/:::figure/g)).toHaveLength(1);
    expect(await page.locator('[data-conflict]').isVisible()).toBe(false);
    await close(context);
  });

  test('script in any field is shown as words, in the frame too', async () => {
    const hostile = '<img src=x onerror=alert(1)>';
    const { page, context, complaints } = await open({
      source: text(hostile, { number: '2029-02' }).replace('December 2026', hostile).replace('A ferry', hostile),
    });
    page.on('dialog', () => complaints.push('a script ran'));
    await frame(page).getByText(hostile).first().waitFor();
    for (const way of ['Light', 'Text', 'Page']) {
      await press(page.getByRole('link', { name: way, exact: true }));
      await frame(page).getByText(hostile).first().waitFor();
    }
    expect(complaints).toEqual([]);
    await close(context);
  });

  test('from text to approved and scheduled by clicks, and a change undoes it', async () => {
    const { page, context, path, stored } = await open({ source: text('One.', { number: '2026-12' }) });
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nA word that is not saved yet.');
    await press(page.getByRole('button', { name: 'Approve and schedule' }));
    await press(page.getByRole('button', { name: 'Approve this proof' }));
    await page.getByText('Approved by').waitFor();
    expect(stored()).toContain('A word that is not saved yet.');
    await press(page.getByRole('button', { name: 'Put it down for this slot' }));
    await page.getByText('By itself, in the monthly slot').waitFor();
    await page.goto(`${site.url}/console/calendar`);
    await page.getByText('Goes out by itself').waitFor();
    await page.goto(site.url + path);
    await area(page).press('ControlOrMeta+End');
    await page.keyboard.type('\nOne more word.');
    await page.getByText('approval counts no more').waitFor();
    await page.locator('[data-stands]').getByText('changed since it was approved').waitFor();
    await close(context);
  });

  test('two people press Send at once, one of them twice: it is one send, and who was later is told', async () => {
    const { page, context, path, id } = await open();
    await page.goto(`${site.url}${path}/proof`);
    await press(page.getByRole('button', { name: 'Make the proof' }));
    await press(page.getByRole('button', { name: 'Approve this proof' }));
    const other = await context.newPage();
    await other.goto(`${site.url}${path}/proof`);
    const buttons = [page, other].map((each) => each.getByRole('button', { name: 'Send it now' }));
    for (const button of buttons) await button.scrollIntoViewIfNeeded();
    await Promise.all([buttons[0]?.dblclick(), buttons[1]?.click()]);
    for (const each of [page, other]) await each.getByRole('button', { name: 'Take it back' }).waitFor();
    const told = await Promise.all([page, other].map((each) => each.getByRole('alert').getByText('readers get it once').count()));
    expect(told).toContain(1);
    expect(site.db.$client.prepare('SELECT COUNT(*) FROM sends WHERE issue_id = ?').pluck().get(id)).toBe(1);
    await close(context);
  });

  test('all of it works without a script: saved by its button, looked at, checked, approved, scheduled, taken back', async () => {
    const { page, context, stored, path } = await open({ script: false });
    await area(page).fill(`${stored()}\nTyped without a script.\n`);
    await press(page.getByRole('button', { name: 'Save' }));
    expect(stored()).toContain('Typed without a script.');
    await page.frameLocator('iframe[name=look]').getByText('Typed without a script.').first().waitFor();
    await press(page.getByRole('link', { name: 'Text', exact: true }));
    await page.frameLocator('iframe[name=look]').getByText('Unsubscribe').first().waitFor();
    await press(page.getByRole('link', { name: 'See what is wrong with it' }));
    await page.getByText('Nothing is wrong with it').waitFor();
    await page.goto(`${site.url}${path}/proof`);
    await press(page.getByRole('button', { name: 'Make the proof' }));
    await press(page.getByRole('button', { name: 'Approve this proof' }));
    await page.getByLabel('Day and hour').fill('2049-12-01T09:00');
    await press(page.getByRole('button', { name: 'Schedule it' }));
    await page.getByText('Until then it can be changed or taken back').waitFor();
    await press(page.getByRole('button', { name: 'Take it back' }));
    await page.getByRole('button', { name: 'Send it now' }).waitFor();
    await close(context);
  });

  test('the script is small', async () => {
    const { page, context } = await open();
    const address = await page.locator('script[src*="editor.js"]').getAttribute('src');
    const answer = await fetch(site.url + address, { headers: { 'accept-encoding': 'gzip' } });
    const { length } = Buffer.from(await answer.arrayBuffer());
    expect(length).toBeLessThan(40 * 1024); // as it is, so compressed all the more
    await close(context);
  });
});
