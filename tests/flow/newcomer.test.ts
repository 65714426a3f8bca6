/** Somebody who has read nothing: from the first page that `npm start` shows to an own issue in the mailbox of an own reader, click by click. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { openGalley } from '../support/galley.ts';

describe.skipIf(chromiumPath === undefined)(`a newcomer${browserNote}`, { timeout: 60_000 }, () => {
  let opened: Awaited<ReturnType<typeof openBrowser>>;
  let galley: ReturnType<typeof openGalley>;
  beforeAll(async () => {
    [opened, galley] = [await openBrowser(), openGalley()];
  });
  afterAll(async () => {
    await galley[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  test('sends an own issue to an own reader by twelve clicks, each on what the page before leads to', async () => {
    const run = galley.start('demo');
    const [url] = await run.said(/http:\/\/(?:127\.0\.0\.1|localhost):\d+/);
    await run.said(/Ctrl-C/);
    const page = await opened.browser.newPage();
    let clicks = 0;
    const click = async (role: 'link' | 'button', name: string | RegExp): Promise<void> => {
      await page.getByRole(role, { name }).first().click();
      clicks += 1;
    };
    await page.goto(`${url}/console`);
    await click('link', 'Start your own publication');
    await page.getByLabel('Name', { exact: true }).fill('Ebb & Flow');
    await page.getByLabel('Mail comes from').fill('desk@ebb.example');
    await click('button', 'Start it');
    await click('link', 'Write your first issue');
    await click('button', 'Begin to write');
    const area = page.locator('#source');
    const written = (await area.inputValue())
      .replace(/TODO: what is in this issue[^"]*/, 'Ferries, harbours and lights: what happened on the coast this month.')
      .replaceAll(/TODO: /g, '');
    await area.fill(written);
    await page.getByText('Nothing stops it').waitFor();
    await click('button', 'Approve and schedule');
    await click('link', 'Add readers');
    await click('link', 'Add them one by one');
    await page.getByLabel('Address').fill('me@ebb.example');
    await page.getByLabel('What they agreed to').fill('It is me');
    await click('button', 'Add the reader');
    await click('link', 'Send it');
    await click('button', 'Approve this proof');
    await click('button', 'Send it now');
    await page.getByRole('heading', { name: 'has gone out' }).waitFor();
    await click('link', 'Caught mail');
    await page.getByText('me@ebb.example').first().waitFor();
    expect(clicks).toBe(12);
  });
});
