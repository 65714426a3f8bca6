/** Signing in without a browser: codes, links, invitations, roles, and what each refusal says. All of it over the wire, with real rows. */
import { describe, expect, test } from 'vitest';
import { audit, editors, notices, proofs, sessions } from '../../src/store/schema.ts';
import { commandLink, openSession, setUpCode } from '../../src/team/team.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site, sessionsKey } from './site.ts';

const minute = 60_000;

/** A browser as far as cookies go. */
function browser(site: Site, start = '') {
  const jar = new Map(start === '' ? [] : [start.split('=', 2) as [string, string]]);
  const ask = async (path: string, fields?: Record<string, string>): Promise<Response> => {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const headers = { 'sec-fetch-site': 'same-origin', accept: 'text/html', cookie };
    const sent = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) };
    const response = await fetch(site.url + path, { headers, redirect: 'manual', ...sent });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  return { jar, ask, may: async (path = '/console') => (await ask(path)).status === 200 };
}

/** The token of the newest notice of a kind. */
function mailed(site: Site, kind: 'sign-in' | 'invitation'): string {
  const facts = site.notices().map((notice) => notice.facts);
  const found = facts.filter((fact) => fact.kind === kind).at(-1);
  if (found === undefined || !('token' in found)) throw new Error(`no notice ${kind}`);
  return found.token;
}

describe('the first start', () => {
  const typed = { name: 'Mira Kohl', email: 'mira@desk.example' };

  test('whoever has the code becomes the owner, with small letters and without dashes too; then it is closed', async () => {
    await using site = await openSite();
    const { ask, may } = browser(site);
    const code = setUpCode(sessionsKey);
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect((await ask('/console/setup', { ...typed, code: code.toLowerCase().replaceAll('-', '') })).headers.get('location')).toBe(
      '/console',
    );
    expect(await may('/console/settings/team')).toBe(true);
    expect(site.db.select().from(editors).all()).toMatchObject([{ name: 'Mira Kohl', role: 'owner', email: 'mira@desk.example' }]);
    const other = browser(site);
    expect((await other.ask('/console/setup')).headers.get('location')).toBe('/console/signin');
    expect((await other.ask('/console/setup', { ...typed, email: 'x@desk.example', code })).status).toBe(409);
    expect(site.db.select().from(editors).all()).toHaveLength(1);
  });

  test.each([
    [{ code: 'AAAA-AAAA-AAAA' }, 403, 'This is not the code.'],
    [{ code: '' }, 403, 'This is not the code.'],
    [{ email: 'mira' }, 422, 'The address has no @'],
    [{ name: ' \u202e ' }, 422, 'Write a name'],
  ])('%j is refused in words, and what was typed stays', async (changes, status, words) => {
    await using site = await openSite();
    const response = await browser(site).ask('/console/setup', { ...typed, code: setUpCode(sessionsKey), ...changes });
    expect(response.status).toBe(status);
    const page = await response.text();
    expect(page).toContain(words);
    expect(page).toContain(`value="${{ ...typed, ...changes }.email}"`);
    expect(site.db.select().from(editors).all()).toEqual([]);
  });

  test('codes are tried twenty times an hour from one network, the right one included', async () => {
    await using site = await openSite();
    const { ask } = browser(site);
    for (let i = 0; i < 20; i += 1) expect((await ask('/console/setup', { ...typed, code: 'x' })).status).toBe(403);
    expect((await ask('/console/setup', { ...typed, code: setUpCode(sessionsKey) })).status).toBe(429);
    site.clock.ahead = 61 * minute;
    expect((await ask('/console/setup', { ...typed, code: setUpCode(sessionsKey) })).status).toBe(303);
  });

  test('by the name of BASE_URL it may be done from elsewhere, by another name nothing may', async () => {
    await using site = await openSite({ baseUrl: 'https://news.example.org' });
    const forwarded = { 'x-forwarded-for': '198.51.100.7', accept: 'text/html' };
    expect((await site.askAs('news.example.org', '/console/setup', forwarded)).body).toContain('Make this yours');
    expect((await site.askAs('news.example.org', '/console', forwarded)).status).toBe(303);
    expect((await site.askAs('evil.example', '/console/setup', forwarded)).status).toBe(403);
  });
});

describe('a link by mail', () => {
  test('is asked for with the same answer for every address; only somebody of the desk is written to', async () => {
    await using site = await openSite();
    const { email } = signInAs(site, 'editor');
    const pages: string[] = [];
    for (const asked of [email, 'stranger@desk.example']) {
      const response = await browser(site).ask('/console/signin/link', { email: asked });
      expect(response.status).toBe(200);
      pages.push((await response.text()).replaceAll(asked, 'ADDRESS'));
    }
    expect(pages[0]).toBe(pages[1]);
    expect(site.notices()).toMatchObject([{ address: email, facts: { kind: 'sign-in', minutes: 10 } }]);
  });

  test('signs in once, by the button and not by being looked at, in the browser that asked; its notice is emptied then', async () => {
    await using site = await openSite();
    const { email } = signInAs(site, 'editor');
    const [own, other] = [browser(site), browser(site)];
    await own.ask('/console/signin/link', { email, back: '/console/feedback' });
    await other.ask('/console/signin/link', { email: 'stranger@desk.example' });
    const link = `/console/link/${mailed(site, 'sign-in')}`;
    expect(site.db.select().from(proofs).all()[0]?.hash).toHaveLength(32);
    for (const ask of [other.ask, browser(site).ask]) {
      expect(await (await ask(link)).text()).toContain('Not in this browser');
      expect((await ask(link, {})).status).toBe(410);
    }
    for (let looks = 0; looks < 2; looks += 1) expect((await own.ask(link)).status).toBe(200);
    expect(await own.may()).toBe(false);
    expect((await own.ask(link, {})).headers.get('location')).toBe('/console/feedback');
    expect(await own.may()).toBe(true);
    expect((await own.ask(link, {})).status).toBe(410);
    expect(site.db.select().from(notices).all()).toMatchObject([{ address: '', facts: { kind: 'sign-in' }, drawing: null }]);
    expect(JSON.stringify(site.db.select().from(notices).all())).not.toContain(link.slice(-20));
  });

  test('is worth nothing after ten minutes', async () => {
    await using site = await openSite();
    const { email } = signInAs(site, 'editor');
    const own = browser(site);
    await own.ask('/console/signin/link', { email });
    const link = `/console/link/${mailed(site, 'sign-in')}`;
    site.clock.ahead = 10 * minute + 1;
    expect((await own.ask(link, {})).status).toBe(410);
  });

  test('one person is sent five an hour, one network twenty, and nobody learns which limit it was', async () => {
    await using site = await openSite();
    const { email } = signInAs(site, 'editor');
    const { ask } = browser(site);
    for (let i = 0; i < 20; i += 1) expect((await ask('/console/signin/link', { email })).status).toBe(200);
    expect(site.notices()).toHaveLength(5);
    expect((await ask('/console/signin/link', { email: 'stranger@desk.example' })).status).toBe(429);
  });

  test.each([
    ['//evil.example', '/console'],
    ['https://evil.example/console', '/console'],
    ['/consolevil', '/console'],
    ['/console/../u/x', '/console'],
    ['/console\\@evil.example', '/console/@evil.example'], // a page of ours that is not there
    ['/console/readers?q=a', '/console/readers?q=a'],
  ])('asked for with the way back %j it leads to %s', async (back, leads) => {
    await using site = await openSite();
    const { email } = signInAs(site, 'editor');
    const own = browser(site);
    await own.ask('/console/signin/link', { email, back });
    expect((await own.ask(`/console/link/${mailed(site, 'sign-in')}`, {})).headers.get('location')).toBe(leads);
  });

  test('from the command line works in any browser, once', async () => {
    await using site = await openSite();
    const { email } = signInAs(site, 'owner');
    const token = commandLink(site, email);
    const own = browser(site);
    expect((await own.ask(`/console/link/${token}`, {})).status).toBe(303);
    expect(await own.may('/console/settings/team')).toBe(true);
    expect((await browser(site).ask(`/console/link/${token}`, {})).status).toBe(410);
    expect(() => commandLink(site, 'nobody@desk.example')).toThrow(
      /Nobody of the desk has the address nobody@desk\.example: there is owner/,
    );
  });
});

describe('an invitation', () => {
  const guest = { name: 'Noor', email: 'noor@desk.example', role: 'editor' };

  test('goes out by mail, is taken up once under a name of one’s own, and gives that role', async () => {
    await using site = await openSite();
    const owner = signInAs(site, 'owner', 'Mira');
    expect((await browser(site, owner.cookie).ask('/console/settings/team/invite', guest)).status).toBe(303);
    expect(site.notices()).toMatchObject([{ address: guest.email, facts: { kind: 'invitation', by: 'Mira', role: 'editor', days: 7 } }]);
    const link = `/console/link/${mailed(site, 'invitation')}`;
    const noor = browser(site);
    expect(await (await noor.ask(link)).text()).toContain('You are invited as editor');
    expect((await noor.ask(link, { name: 'Noor Haddad' })).headers.get('location')).toBe('/console/settings/you');
    expect(await noor.may('/console/feedback/undo')).toBe(true);
    expect((await noor.ask('/console/settings/team')).status).toBe(403);
    expect((await browser(site).ask(link, { name: 'x' })).status).toBe(410);
    expect(site.db.select().from(editors).all()[1]).toMatchObject({ name: 'Noor Haddad', role: 'editor' });
  });

  test('is shown to be handed over where mail stays on the machine, and never lies in the caught mail', async () => {
    await using site = await openSite({ catcher: true });
    const owner = signInAs(site, 'owner');
    const page = await (await browser(site, owner.cookie).ask('/console/settings/team/invite', guest)).text();
    const [, path = ''] = /http:\/\/localhost:3000(\/console\/link\/[\w-]{43})/.exec(page) ?? [];
    expect(site.notices()).toEqual([]);
    expect((await browser(site).ask(path, { name: '' })).status).toBe(303);
  });

  test('sent again, the one before is worth nothing; after seven days so is any', async () => {
    await using site = await openSite();
    const { ask } = browser(site, signInAs(site, 'owner').cookie);
    await ask('/console/settings/team/invite', guest);
    const first = mailed(site, 'invitation');
    const id = site.db.select().from(editors).all().at(-1)?.id;
    await ask(`/console/settings/team/${id}/invite`, {});
    const second = mailed(site, 'invitation');
    expect((await browser(site).ask(`/console/link/${first}`)).status).toBe(410);
    expect((await browser(site).ask(`/console/link/${second}`)).status).toBe(200);
    site.clock.ahead = 7 * 24 * 60 * minute + 1;
    expect((await browser(site).ask(`/console/link/${second}`)).status).toBe(410);
  });

  test('to somebody who is there is refused, and what was typed stays', async () => {
    await using site = await openSite();
    const owner = signInAs(site, 'owner', 'Mira');
    const response = await browser(site, owner.cookie).ask('/console/settings/team/invite', { ...guest, email: owner.email.toUpperCase() });
    expect(response.status).toBe(409);
    expect(await response.text()).toMatch(/is here already, as Mira.*value="Noor"/s);
  });
});

describe('the team', () => {
  test('another role ends every session of that person, and the audit names both by number', async () => {
    await using site = await openSite();
    const [owner, editor] = [signInAs(site, 'owner'), signInAs(site, 'editor')];
    const own = browser(site, editor.cookie);
    expect(await own.may('/console/feedback/undo')).toBe(true);
    await browser(site, owner.cookie).ask(`/console/settings/team/${editor.id}/role`, { role: 'viewer' });
    expect(await own.may()).toBe(false);
    const noted = site.db.select().from(audit).all().at(-1);
    expect(noted).toMatchObject({
      actor: `person ${owner.id}`,
      action: 'team role',
      subject: `person ${editor.id}`,
      detail: 'editor to viewer',
    });
  });

  test('who is removed is signed out, may not come back by a link asked for before, and leaves a number and a name', async () => {
    await using site = await openSite();
    const [owner, editor] = [signInAs(site, 'owner'), signInAs(site, 'editor')];
    const own = browser(site);
    await own.ask('/console/signin/link', { email: editor.email });
    const link = `/console/link/${mailed(site, 'sign-in')}`;
    await browser(site, owner.cookie).ask(`/console/settings/team/${editor.id}/remove`, {});
    expect(await browser(site, editor.cookie).may()).toBe(false);
    expect((await own.ask(link, {})).status).toBe(410);
    expect(site.db.select().from(editors).all()[1]).toMatchObject({ id: editor.id, email: '', emailKey: null, name: 'Noor Haddad' });
  });

  test.each(['role', 'remove'])('the last owner stays: %s is refused and changes nothing', async (what) => {
    await using site = await openSite();
    const owner = signInAs(site, 'owner', 'Mira');
    signInAs(site, 'editor');
    const { ask, may } = browser(site, owner.cookie);
    const response = await ask(`/console/settings/team/${owner.id}/${what}`, { role: 'editor' });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('Mira is the only owner. Make somebody else an owner first.');
    expect(await may('/console/settings/team')).toBe(true);
  });

  test('what changes the team asks for a fresh proof: the form is kept, and goes out once it was given', async () => {
    await using site = await openSite();
    const owner = signInAs(site, 'owner');
    const own = browser(site, owner.cookie);
    site.clock.ahead = 10 * minute;
    const refused = await own.ask('/console/settings/team/invite', { name: '“Zoë”', email: 'zoe@desk.example', role: 'viewer' });
    expect(refused.status).toBe(403);
    const page = await refused.text();
    expect(page).toContain('<input type="hidden" name="name" value="“Zoë”">');
    expect(page).toContain('action="/console/settings/team/invite" id="again"');
    expect(site.notices()).toEqual([]);
    await own.ask('/console/signin/link', { email: owner.email });
    const before = own.jar.get('galley');
    await own.ask(`/console/link/${mailed(site, 'sign-in')}`, {});
    expect(own.jar.get('galley')).not.toBe(before); // the token of before is worth nothing
    expect(await browser(site, `galley=${before}`).may()).toBe(false);
    expect(site.db.select().from(sessions).all()).toHaveLength(1);
    expect((await own.ask('/console/settings/team/invite', { name: '“Zoë”', email: 'zoe@desk.example', role: 'viewer' })).status).toBe(303);
  });

  test('a session is ended by its person or by an owner, and by nobody else', async () => {
    await using site = await openSite();
    const [owner, editor, viewer] = [signInAs(site, 'owner'), signInAs(site, 'editor'), signInAs(site, 'viewer')];
    const where = { agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', network: '192.0.2.0/24' };
    const second = `galley=${openSession(site, editor.id, 'mail', where)}`;
    const list = await (await browser(site, editor.cookie).ask('/console/settings/you')).text();
    expect(list).toContain('Firefox on Linux');
    const number = site.db.select().from(sessions).all().at(-1)?.id;
    await browser(site, viewer.cookie).ask(`/console/settings/you/sessions/${number}/end`, {});
    expect(await browser(site, second).may()).toBe(true);
    await browser(site, editor.cookie).ask(`/console/settings/you/sessions/${number}/end`, {});
    expect(await browser(site, second).may()).toBe(false);
    await browser(site, owner.cookie).ask(`/console/settings/team/${editor.id}/sessions/end`, {});
    expect(await browser(site, editor.cookie).may()).toBe(false);
  });

  test('signing out ends the session itself, not only the cookie', async () => {
    await using site = await openSite();
    const { cookie } = signInAs(site, 'viewer');
    const own = browser(site, cookie);
    await own.ask('/console/signout', {});
    expect(own.jar.has('galley')).toBe(false);
    expect(await browser(site, cookie).may()).toBe(false);
  });
});

test('cookies are out of reach for scripts and other sites, and over https bound to the name', async () => {
  await using site = await openSite({ baseUrl: 'https://news.example.org' });
  const { email } = signInAs(site, 'owner');
  const token = commandLink(site, email);
  const post = (host: string): Promise<string[]> =>
    site.askAs(host, `/console/link/${commandLink(site, email)}`, { 'sec-fetch-site': 'same-origin' }, '').then(({ cookies }) => cookies);
  expect(await post('news.example.org')).toContainEqual(
    expect.stringMatching(/^__Host-galley=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/),
  );
  expect(await post('localhost')).toContainEqual(expect.stringMatching(/^galley=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/));
  expect(token).toHaveLength(43);
});

test('no answer of a passkey that was not asked for is taken, whatever it holds', async () => {
  await using site = await openSite();
  signInAs(site, 'owner');
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'sec-fetch-site': 'same-origin', host: 'localhost' };
  const asked = await site.askAs('localhost', '/console/signin/passkey', headers, '{}');
  expect(asked.status).toBe(200);
  const cookie = asked.cookies.map((line) => line.split(';', 1)[0]).join('; ');
  for (const answer of ['null', '[]', '{}', '{"id":1}', '{"id":"x","response":{}}', '{"id":"__proto__"}']) {
    for (const path of ['/console/signin/passkey/answer', '/console/setup/passkey/answer']) {
      expect((await site.askAs('localhost', path, { ...headers, cookie }, answer)).status, answer).toBe(400);
    }
  }
});
