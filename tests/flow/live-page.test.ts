/** The page of a send under way in a real browser, over a real serve, Redis and relay: it keeps up by itself, through restarts of serve, with and without script. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getSend } from '../../src/store/sends.ts';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { openDueSend } from '../support/due.ts';
import { freePort } from '../support/ports.ts';
import { openPostOffice } from '../support/relay.ts';

const wait = { timeout: 60_000 };
const accepted = async (page: Page): Promise<number> =>
  Number.parseInt(((await page.locator('.count').textContent()) ?? '').replaceAll(',', ''), 10);

describe.skipIf(chromiumPath === undefined)(`a send under way, watched${browserNote}`, () => {
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
  }, 30_000);
  afterAll(() => closeBrowser());

  test('with script two viewers see it move, paused as the workers have it, through a restart of serve, to its end, and is never reloaded', async () => {
    await using post = await openPostOffice({ refuse: (to) => (/^r\d*50@/.test(to) ? 550 : undefined) });
    const port = await freePort();
    const { galley, db, id } = openDueSend(1000, { SMTP_URL: post.url, RATE_PER_SECOND: '180', PORT: String(port) });
    await using _ = galley;
    const first = galley.start('serve', '--workers', '1');
    await first.said(/Galley is at/);
    const path = `http://localhost:${port}/console/sends/${id}`;
    const context = await browser.newContext();
    const [page, other] = [await context.newPage(), await context.newPage()];
    const loads: string[] = [];
    page.on('load', () => loads.push('load'));
    await page.goto(path);
    await other.goto(path);
    await page.bringToFront();
    await expect.poll(() => accepted(page), wait).toBeGreaterThan(100);

    await page.locator('#live-ask > summary').click(); // opened while the page goes on under it
    const opened = await accepted(page);
    await expect.poll(() => accepted(page), wait).toBeGreaterThan(opened);
    expect(await page.evaluate("document.getElementById('live-ask').open")).toBe(true);

    first.child.kill('SIGTERM');
    await first.ended;
    await page.locator('#live-lost').waitFor({ state: 'visible' });
    const before = await accepted(page);
    const second = galley.start('serve', '--workers', '1');
    await second.said(/Galley is at/);
    await expect.poll(() => accepted(page), wait).toBeGreaterThan(before);
    await page.locator('#live-lost').waitFor({ state: 'hidden' });
    expect(loads).toEqual(['load']);

    await page.getByRole('button', { name: 'Pause sending' }).click();
    await page.getByRole('heading', { name: 'is paused' }).waitFor();
    expect(getSend(db, id)).toMatchObject({ state: 'paused', queued: 0 });
    const stopped = post.mails.length;
    await other.bringToFront();
    await other.getByRole('heading', { name: 'is paused' }).waitFor(); // told, not asked
    expect(await other.locator('#live-said').textContent()).toContain('is paused');
    expect(post.mails.length).toBe(stopped);
    await other.getByRole('button', { name: 'Go on sending' }).click();
    await page.bringToFront();
    await expect.poll(() => page.locator('h1').textContent(), wait).toContain('has gone out');
    const send = getSend(db, id);
    expect(send.accepted + send.unknown + send.refused).toBe(1000);
    await page.getByRole('link', { name: 'Read the report' }).click();
    await page.getByText('readers got it').or(page.getByText('Nearly everyone got it')).first().waitFor();
    await context.close();
    second.child.kill('SIGTERM');
    await second.ended;
  });

  test('without script it renews itself, and its buttons do the same', async () => {
    await using post = await openPostOffice();
    const { galley, db, id } = openDueSend(1200, { SMTP_URL: post.url, RATE_PER_SECOND: '100' });
    await using _ = galley;
    const serve = galley.start('serve', '--workers', '1');
    const [, url] = await serve.said(/Galley is at (\S+?)[;\s]/);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${url}/console/sends/${id}`);
    const before = await accepted(page);
    await expect.poll(() => accepted(page), wait).toBeGreaterThan(before);
    await page.getByText('Stop for good').click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await expect.poll(() => page.locator('h1').textContent(), wait).toContain('was stopped');
    expect(getSend(db, id)).toMatchObject({ state: 'cancelled', queued: 0, ready: 0 });
    await context.close();
    serve.child.kill('SIGTERM');
    await serve.ended;
  });
});
