/** Signing in with a real browser: passkeys by Chromium's virtual authenticator (CDP WebAuthn), links without script, sessions that end under an open page. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveRevision } from '../../src/store/issues.ts';
import { editors, passkeys } from '../../src/store/schema.ts';
import { setUpCode } from '../../src/team/team.ts';
import { accessibilityFaults, browserNote, changeLook, chromiumPath, looks, openBrowser, scrollsSideways } from '../support/browser.ts';
import { sampleTree } from '../support/store.ts';
import { signInAs } from '../web/signed.ts';
import { openSite, type Site, sessionsKey } from '../web/site.ts';

const minute = 60_000;
const name = '<script>alert(1)</script> & Mira';

describe.skipIf(chromiumPath === undefined)(`the ways in, in a browser${browserNote}`, { timeout: 30_000 }, () => {
  let site: Site;
  let base: string;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  /** The owner's browser, with their passkey in it. */
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite();
    base = site.url.replace('127.0.0.1', 'localhost'); // passkeys need a name
    context = await browser.newContext();
    page = await context.newPage();
    page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => /Content Security Policy/.test(message.text()) && complaints.push(message.text()));
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const options = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', ...options } });
  });
  afterAll(async () => {
    await closeBrowser();
    await site[Symbol.asyncDispose]();
  });

  const press = (button: string): Promise<void> => page.getByRole('button', { name: button }).click();
  const heading = (words: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name: words }).waitFor();

  async function withoutFault(): Promise<void> {
    for (const look of looks) {
      await changeLook(page, look);
      expect(await scrollsSideways(page), `${page.url()} ${look.width}`).toBe(false);
      expect(await accessibilityFaults(page), `${page.url()} ${look.width} ${look.scheme}`).toEqual([]);
    }
  }

  test('a wrong code makes nobody the owner, the right one and a passkey do, and set-up is closed from then on', async () => {
    await page.goto(`${base}/console`);
    await page.getByRole('link', { name: 'Make it yours' }).click();
    await heading('Make this yours');
    await withoutFault();
    await page.getByLabel('Set-up code').fill('AAAA-AAAA-AAAA');
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('Your email').fill('mira@desk.example');
    await press('Create my passkey');
    await page.getByText('This is not the code').waitFor();
    expect(site.db.select().from(editors).all()).toEqual([]);
    await page.getByLabel('Set-up code').fill(setUpCode(sessionsKey).toLowerCase());
    await press('Create my passkey');
    await page.waitForURL(`${base}/console`);
    await page.getByText('Nobody’s yet').waitFor({ state: 'detached' });
    expect(site.db.select().from(passkeys).all()).toMatchObject([{ editorId: 1, domain: 'localhost' }]);
    await page.goto(`${base}/console/setup`);
    expect(page.url()).toBe(`${base}/console`); // to the sign-in, and who is signed in back to the desk
  });

  test('script in a name is shown as the words it is', async () => {
    for (const path of ['/console/settings/you', '/console/settings/team']) {
      await page.goto(base + path);
      await page.getByRole('heading', { name }).waitFor();
      await withoutFault();
    }
    await page.locator('.menu.person summary').click();
    await page.getByText(name).first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('signing out and in with the passkey leads back to the page that was asked for; the same answer again is refused', async () => {
    await page.locator('.menu.person summary').click({ trial: true });
    await press('Sign out');
    await heading('Sign in');
    await page.goto(`${base}/console/feedback?domain=example.com`);
    await heading('Sign in');
    await withoutFault();
    const answered = page.waitForRequest((request) => request.url().endsWith('/passkey/answer'));
    await press('Use a passkey');
    await page.waitForURL(`${base}/console/feedback?domain=example.com`);
    const body = (await answered).postData() ?? '';
    await page.goto(`${base}/console/settings/you`); // a page that may ask by script: others may not
    const again = (asked: boolean): Promise<number> =>
      page.evaluate(
        async ([body, asked]) => {
          const post = (path: string, body: string) =>
            fetch(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json', Accept: 'application/json' } });
          if (asked === 'asked') await post('/console/signin/passkey', '{}');
          return (await post('/console/signin/passkey/answer', String(body))).status;
        },
        [body, asked ? 'asked' : 'not asked'],
      );
    expect(await again(false)).toBe(400);
    expect(await again(true)).toBe(400); // an old answer to a new question
  });

  test('what changes the team is refused without a fresh proof, keeps what was typed, and goes through with one', async () => {
    site.clock.ahead += 11 * minute;
    await page.goto(`${base}/console/settings/team`);
    const form = page.getByRole('region', { name: 'Invite somebody' });
    await form.getByLabel('Name').fill('نور الهدى');
    await form.getByLabel('Email').fill('noor@desk.example');
    await form.getByRole('button', { name: 'Invite' }).click();
    await heading('Is it you?');
    await withoutFault();
    expect(site.db.select().from(editors).all()).toHaveLength(1);
    await press('Use a passkey');
    await page.getByRole('heading', { name: 'نور الهدى' }).waitFor();
    expect(site.db.select().from(editors).all()).toHaveLength(2);
  });

  test('a script that lacks the proof is led to it and back', async () => {
    site.clock.ahead += 11 * minute;
    await page.goto(`${base}/console/settings/you`);
    await press('Add a passkey');
    await heading('Is it you?');
    await press('Use a passkey');
    await page.waitForURL(`${base}/console/settings/you`);
    await press('Add a passkey');
    await page.getByText('This device has a passkey here already').waitFor();
  });

  test('who may only look is offered nothing to change, and a form sent all the same is refused', async () => {
    const { cookie } = signInAs(site, 'viewer', 'Sam Reed');
    const looking = await browser.newContext();
    const [name = '', value = ''] = cookie.split('=');
    await looking.addCookies([{ name, value, url: base }]);
    const theirs = await looking.newPage();
    saveRevision(site.db, { publicationId: site.publication.id, tree: sampleTree, source: 'x', stops: [], hash: 'h', now: site.now() });
    await theirs.goto(`${base}/console/issues/1`);
    await theirs.locator('#source[readonly]').waitFor();
    expect(await theirs.getByRole('button', { name: /Save|Send|Add/ }).count()).toBe(0);
    const before = site.db.$client.prepare('SELECT COUNT(*) FROM revisions').pluck().get();
    const status = await theirs.evaluate(
      "fetch('/console/issues/1', { method: 'POST', body: new URLSearchParams({ source: 'x' }) }).then(({ status }) => status)",
    );
    expect(status).toBe(403);
    expect(site.db.$client.prepare('SELECT COUNT(*) FROM revisions').pluck().get()).toBe(before);
    await looking.close();
  });

  test('a link by mail signs in without script, in its browser only, and once', async () => {
    const { email } = signInAs(site, 'editor', 'Noor Haddad');
    const [own, other] = await Promise.all([0, 1].map(() => browser.newContext({ javaScriptEnabled: false })));
    const [asking, thief] = await Promise.all([own, other].map((each) => each?.newPage()));
    if (asking === undefined || thief === undefined) throw new Error('no page');
    await asking.goto(`${base}/console/issues`);
    await asking.getByLabel('Or get a link by email').fill(email);
    await asking.getByRole('button', { name: 'Email me a link' }).click();
    await asking.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const facts = site.notices().at(-1)?.facts;
    const link = `${base}/console/link/${facts && 'token' in facts ? facts.token : ''}`;
    await thief.goto(link);
    await thief.getByRole('heading', { name: 'Not in this browser' }).waitFor();
    await asking.goto(link);
    await asking.getByRole('button', { name: 'Sign in' }).click();
    await asking.waitForURL(`${base}/console/issues`);
    await asking.goto(link);
    await asking.getByRole('heading', { name: 'This link is used up' }).waitFor();
    await asking.goto(`${base}/console`);
    await asking.locator('.menu.person summary').click(); // the menu needs no script either
    await asking.getByRole('button', { name: 'Sign out' }).click();
    await asking.waitForURL(`${base}/console/signin`);
    await Promise.all([own?.close(), other?.close()]);
  });

  test('a session ended under an open page: the next press asks who it is, keeps the text, and goes through afterwards', async () => {
    await page.goto(`${base}/console/settings/you`);
    await page.getByLabel('Name').fill('Mira Kohl');
    site.db.$client.exec('DELETE FROM sessions WHERE editor_id = 1');
    await press('Save');
    await heading('You are signed out');
    await withoutFault();
    await press('Use a passkey');
    await heading('Mira Kohl');
    expect(complaints).toEqual([]);
  });

  test('by keyboard alone one gets past the bar, opens the menus and moves between the parts', async () => {
    await page.goto(`${base}/console`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('#main');
    await page.locator('.menu.person summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Passkeys and sessions');
    await page.getByRole('link', { name: 'Readers', exact: true }).focus();
    await page.keyboard.press('Enter');
    await heading(/readers$/);
  });
});
