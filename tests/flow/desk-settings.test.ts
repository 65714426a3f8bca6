/** Settings in a real browser: from nothing to an own publication and back through every page, without script; the sample that follows the typing, with it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findPublication, getPublication } from '../../src/store/publications.ts';
import { accessibilityFaults, browserNote, changeLook, chromiumPath, looks, openBrowser, scrollsSideways } from '../support/browser.ts';
import { openSite, type Site } from '../web/site.ts';

describe.skipIf(chromiumPath === undefined)(`settings in a browser${browserNote}`, { timeout: 30_000 }, () => {
  let site: Site;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite({ catcher: true });
    context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  const press = (button: string): Promise<void> => page.getByRole('button', { name: button, exact: true }).click();

  test('without script: a newcomer names a publication in three lines and is led to the issue and the readers', async () => {
    site.db.$client.exec('DELETE FROM publications');
    await page.goto(`${site.url}/console`);
    await page.getByRole('heading', { name: 'Name your publication' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('The Ebb & Flow');
    await page.getByLabel('Mail comes from').fill('desk@ebb');
    await press('Begin');
    await page.getByText('One field needs a look').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('The Ebb & Flow');
    await page.getByLabel('Mail comes from').fill('desk@ebb.example');
    await press('Begin');
    await page.getByRole('link', { name: 'Write your first issue' }).waitFor();
    await page.getByRole('link', { name: 'Add readers' }).click();
    await page.getByRole('heading', { name: 'Import a list' }).waitFor();
    expect(findPublication(site.db, 'the-ebb-flow')).toMatchObject({ name: 'The Ebb & Flow', fromAddress: 'desk@ebb.example' });
  });

  test('without script: the whole form is filled in, refused at one field, put right and saved, the sender too', async () => {
    await page.goto(`${site.url}/console/settings`);
    await page.getByLabel('Name', { exact: true }).fill('Ebb');
    await page.getByLabel('Mail comes from').fill('news@ebb.example');
    await page.getByLabel('Answers go to').fill('letters@ebb.example');
    await page.getByLabel('Postal address').fill('4 Harbour Row');
    await page.getByLabel('Language', { exact: true }).fill('ur');
    await page.getByLabel('Time zone').fill('Asia/Karachy');
    await page.getByLabel('Day of the month').selectOption('second friday');
    await page.getByLabel('Time', { exact: true }).fill('08:15');
    await page.getByLabel('Send one').check();
    await page.getByLabel('Count nothing').check();
    await page.getByLabel('For readers').check();
    await press('Save');
    await page.getByText('Time zone "Asia/Karachy" is no time zone').waitFor();
    for (const look of looks) {
      await changeLook(page, look);
      expect(await scrollsSideways(page), `${look.width}`).toBe(false);
    }
    await page.getByLabel('Time zone').fill('Asia/Karachi');
    await press('Save');
    await page.getByText('Saved.').waitFor();
    expect(getPublication(site.db, 'the-ebb-flow')).toMatchObject({
      ...{ name: 'Ebb', fromAddress: 'news@ebb.example', replyTo: 'letters@ebb.example', postalAddress: '4 Harbour Row', language: 'ur' },
      ...{ zone: 'Asia/Karachi', slot: 'second friday 08:15', welcome: true, measure: 'off', pdf: 'readers' },
    });
    await page.getByText('The next three, as clocks in Asia/Karachi show them').waitFor();
  });

  test('without script: Preview shows a look before it is saved', async () => {
    await page.goto(`${site.url}/console/settings/brand`);
    await page.getByLabel('Accent', { exact: true }).fill('#8a1f3d');
    await press('Preview');
    const link = page.frameLocator('iframe').first().locator('main a, td a, a').last();
    await link.waitFor();
    expect(getPublication(site.db, 'the-ebb-flow').brand).toBeNull();
    await press('Save');
    await page.getByText('Saved.').waitFor();
    expect(getPublication(site.db, 'the-ebb-flow').brand).toEqual({ accent: '#8a1f3d' });
  });

  test('with script the sample and what is said of a colour follow the typing', async () => {
    const own = await browser.newContext();
    const typing = await own.newPage();
    const complaints: string[] = [];
    typing.on('pageerror', (error) => complaints.push(error.message));
    typing.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await typing.goto(`${site.url}/console/settings/brand`);
    await typing.getByLabel('Accent', { exact: true }).fill('#ffcc00');
    await typing.getByText('too little, text takes 4.5:1').waitFor();
    await typing.waitForFunction("document.querySelector('[data-said=accent]').textContent.startsWith('1.')");
    expect(typing.frames().some((frame) => frame.url().includes('accent=%23ffcc00'))).toBe(true);
    expect(await accessibilityFaults(typing)).toEqual([]);
    await own.close();
    expect(complaints).toEqual([]);
  });
});
