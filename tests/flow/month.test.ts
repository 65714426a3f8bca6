/** A month on the desk, in real browsers: from nobody's desk to the report, over a real serve, Redis and relay. Only the clock is moved. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { type Month, openMonth } from '../support/month.ts';
import type { ReceivedMail } from '../support/relay.ts';

const day = 86_400_000;
const readers = 300;
/** Of a hundred readers one has no mailbox any more, and one has a full one, which is emptied later. */
const gone = /^r(100|200|300)@/;
const full = /^r(50|150|250)@/;

const seed = resolve(import.meta.dirname, '../../../shared/seed');
const sample = resolve(import.meta.dirname, '../../emails/sample');

describe.skipIf(chromiumPath === undefined)(`the month${browserNote}`, { timeout: 120_000 }, () => {
  let month: Month;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let emptied = false;
  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    month = await openMonth((address) =>
      gone.test(address) ? '550 5.1.1 no such user here' : full.test(address) && !emptied ? '552 5.2.2 mailbox full' : undefined,
    );
  }, 60_000);
  afterAll(async () => {
    await month[Symbol.asyncDispose]();
    await closeBrowser();
  });

  /** Somebody at a computer of their own, which makes passkeys. */
  async function person(): Promise<{ page: Page; context: BrowserContext }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const options = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', ...options } });
    return { page, context };
  }
  const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const heading = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('heading', { name }).first().waitFor();
  const to = (address: string): ReceivedMail[] => month.mails.filter((mail) => mail.to === address);
  /** The issue at a reader: notices have no way off the list. */
  const isReader = ({ to: address, bytes }: ReceivedMail): boolean => /^r\d+@/.test(address) && bytes.includes('List-Unsubscribe-Post');
  /** The newest mail to an address, once it is there. */
  async function mailTo(address: string, ...words: string[]) {
    const found = () => to(address).find(({ bytes }) => words.every((word) => bytes.includes(word)));
    await expect.poll(found, { timeout: 30_000 }).toBeDefined();
    return new PostalMime().parse(found()?.bytes ?? '');
  }
  const linkIn = ({ text = '' }: { text?: string | undefined }, path: string): string => {
    const [link] = new RegExp(`${month.url}${path}\\S+`).exec(text) ?? [];
    if (link === undefined) throw new Error(`no link to ${path} in:\n${text}`);
    return link;
  };

  test('goes from nobody’s desk to an issue that is signed off by two, sent in its slot, watched, reported, and sent to whom it missed', async () => {
    const { page } = await person();

    // the first start: the code of the log, a passkey, a publication of one’s own
    await page.goto(`${month.url}/console/setup?code=${month.code}`);
    await page.getByLabel('Your name').fill('Mira Khan');
    await page.getByLabel('Your email').fill('mira@desk.example');
    await press(page, 'Create my passkey');
    await heading(page, 'Name your publication');
    await page.getByLabel('Name', { exact: true }).fill('The Durand Dispatch');
    await page.getByLabel('Mail comes from').fill('news@dispatch.example');
    await press(page, 'Begin');
    await page.goto(`${month.url}/console/settings`);
    await page.getByLabel('Postal address').fill('1 Example Street, Exampleton');
    await page.getByLabel('Time zone').fill('Asia/Karachi');
    await press(page, 'Save');
    await page.goto(`${month.url}/console/calendar`);
    await page.getByRole('link', { name: 'Change how it is run' }).click();
    await page.getByLabel('Monthly slot').fill(month.slot);
    await page.getByLabel('Two people sign off').check();
    await page.getByLabel('Remind, days before').fill('3, 1');
    await page.getByLabel('Whom to remind').fill('mira@desk.example');
    await press(page, 'Keep it');
    await page.getByText('Two people sign off.').waitFor();

    // readers, from a list
    await page.goto(`${month.url}/console/readers/import`);
    const rows = Array.from({ length: readers }, (_, i) => `r${i + 1}@readers.example,Reader ${i + 1}`);
    await page
      .getByLabel('File')
      .setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(`email,name\n${rows.join('\n')}\n`) });
    await page.getByLabel('What they agreed to').fill('Signed up at the seminar in March');
    await press(page, 'Look at the file');
    await press(page, 'Try it out');
    await press(page, `Add ${readers} readers`);
    await heading(page, `It added ${readers} readers`);

    // the text, with something that stops it
    const { source, tables } = monthText();
    await page.goto(`${month.url}/console/issues/new`);
    await page.getByLabel('The text').fill(`${source}\nTODO: one more line.\n`);
    await page.getByRole('region', { name: 'From pasted words' }).getByRole('button', { name: 'Take it in' }).click();
    const area = page.locator('#source');
    await area.waitFor();
    await page.locator('input[name=file]').setInputFiles(tables);
    await page.locator('[data-dropped]').getByText('taken in').waitFor();
    const issuePath = new URL(page.url()).pathname;
    await page.locator('.checks').getByText('TODO').first().waitFor();
    await area.fill((await area.inputValue()).replace('TODO: one more line.', 'One more line.'));
    await page.locator('.checks').getByText('TODO').first().waitFor({ state: 'detached' });
    // what is known to lack stays so, for a reason
    await page.goto(`${month.url}${issuePath}/checks`);
    for (const waive of await page.getByText('They may go out as they are').all()) {
      await waive.click();
      await page.getByLabel('Why? The reason is kept.').first().fill('The sources are not public');
      await page
        .getByRole('button', { name: /^Waive/ })
        .first()
        .click();
    }
    await page.goto(`${month.url}${issuePath}`);
    await page
      .getByText(/Nothing stops it|All clear/)
      .first()
      .waitFor();

    // a test, with the headers of the real mail
    await page.getByLabel('To', { exact: true }).fill('mira@desk.example');
    await press(page, 'Send a test');
    const tried = await mailTo('mira@desk.example', '[Test]', 'List-Unsubscribe');
    expect(tried.subject).toMatch(/^\[Test\] /);
    expect(tried.headers.find(({ key }) => key === 'list-unsubscribe-post')?.value).toBe('List-Unsubscribe=One-Click');

    // signed off by somebody else, who was invited by mail
    await page.goto(month.url + issuePath);
    await press(page, 'Approve and schedule');
    await page.getByText('Somebody else has to approve it').waitFor();
    await page.goto(`${month.url}/console/settings/team`);
    const form = page.getByRole('region', { name: 'Invite somebody' });
    await form.getByLabel('Name').fill('Noor Haddad');
    await form.getByLabel('Email').fill('noor@desk.example');
    await form.getByText('Editor', { exact: true }).click();
    await form.getByRole('button', { name: 'Invite' }).click();
    const invitation = await mailTo('noor@desk.example');
    const second = await person();
    await second.page.goto(linkIn(invitation, '/console/link/'));
    await press(second.page, 'Join');
    await second.page.goto(`${month.url}${issuePath}/proof`);
    await press(second.page, 'Approve this proof');
    await second.page.getByText('Approved by').waitFor();

    // down for the slot; a reminder; the slot
    await press(second.page, 'Put it down for this slot');
    await second.page.getByText('By itself, in the monthly slot').waitFor();
    await second.page.goto(`${month.url}/console/calendar`);
    await second.page.getByText('Goes out by itself').waitFor();
    month.clock.ahead += 3 * day;
    const reminder = await mailTo('mira@desk.example', 'slot');
    expect(reminder.subject).toContain('The Durand Dispatch');
    expect(month.mails.filter(isReader)).toEqual([]);
    month.clock.ahead = month.slotAt - Date.now() + 1000;
    await expect.poll(() => month.mails.filter(isReader).length, { timeout: 40_000, interval: 50 }).toBeGreaterThan(20);

    // watched, paused, resumed; the session of the day before is over only if it was idle for long
    await page.goto(`${month.url}/console`);
    await page.goto(`${month.url}/console/sends/1`);
    await press(page, 'Pause sending');
    await heading(page, 'is paused');
    const held = month.mails.filter(isReader).length;
    expect(held).toBeLessThan(readers - 6);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(month.mails.filter(isReader).length).toBe(held);
    await press(page, 'Go on sending');
    await heading(page, 'has gone out');
    const taken = month.mails.filter(isReader).map((mail) => mail.to);
    expect(taken.length).toBe(readers - 6);
    expect(new Set(taken).size).toBe(readers - 6);

    // somebody leaves, by the link of the mail
    const mail = await mailTo('r1@readers.example');
    const reader = await browser.newPage();
    await reader.goto(linkIn(mail, '/u/'));
    await reader.getByRole('button', { name: 'Unsubscribe' }).click();
    await reader
      .getByText(/You have left|no longer|are off the list/)
      .first()
      .waitFor();
    await reader.close();

    // the report, and whom it missed: not those who are gone
    await page.getByRole('link', { name: 'Read the report' }).click();
    const report = page.url();
    const missed = async (): Promise<string | null> => {
      await page.goto(report);
      return page.locator('#missed').textContent();
    };
    await expect.poll(missed, { timeout: 20_000, interval: 500 }).toBe('3 readers could get it yet');
    await page.getByText(`${readers - 6} of ${readers} readers got it`).waitFor();
    for (const reason of ['mailbox full', 'no such mailbox']) await page.getByRole('link', { name: reason }).waitFor();
    expect(await page.locator('.figures').textContent()).toMatch(/Accepted\s*98.0/);
    await page.getByText('1 reader left').first().waitFor();
    emptied = true;
    await press(page, 'Send it to the missed');
    await heading(page, 'Is it you?');
    await press(page, 'Use a passkey');
    await expect.poll(() => month.mails.filter(isReader).length, { timeout: 30_000 }).toBe(readers - 3);
    const all = month.mails.filter(isReader).map((mail) => mail.to);
    expect(new Set(all).size).toBe(readers - 3);
    expect(all.slice(-3).every((address) => full.test(address))).toBe(true);
  });
});

/** The February issue with its tables, or the sample where that is not at hand. */
function monthText(): { source: string; tables: string[] } {
  const real = existsSync(seed);
  const source = readFileSync(real ? join(seed, 'durand-dispatch-2025-02.md') : join(sample, 'issue.md'), 'utf8');
  const named = [...source.matchAll(/(?:data|src)="([^"]+)"/g)].map(([, path = '']) => join(real ? seed : sample, path));
  return { source, tables: [...new Set(named)] };
}
