/** Settings on the desk: what may be set is what the command line takes, each mistake is told at its field, and nothing that anybody typed is lost. */
import { describe, expect, test } from 'vitest';
import { auditOf } from '../../src/store/audit.ts';
import { changePublication, findPublication, getPublication, listPublications } from '../../src/store/publications.ts';
import { settingTexts } from '../../src/web/console/settings-form.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const path = '/console/settings?publication=tidewater';
const own = { accept: 'text/html', 'sec-fetch-site': 'same-origin' };

interface Sent {
  status: number;
  location: string | null;
  page: string;
}

/** Sends the form as a browser does: every field, with what was shown before, and what was changed. */
async function send(site: Site, changes: Record<string, string>, { cookie, to = path, shown }: SendOptions = {}): Promise<Sent> {
  const before = shown ?? settingTexts(getPublication(site.db, 'tidewater'));
  const was = Object.fromEntries(Object.entries(before).map(([name, value]) => [`was.${name}`, value]));
  const body = new URLSearchParams({ ...was, ...before, ...changes });
  const headers = { ...own, ...(cookie !== undefined && { cookie }) };
  const answer = await fetch(site.url + to, { method: 'POST', headers, body, redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location'), page: await answer.text() };
}

interface SendOptions {
  cookie?: string;
  to?: string;
  shown?: Record<string, string>;
}

const stored = (site: Site) => getPublication(site.db, 'tidewater');

test('what is changed is kept in the one spelling, the rest stays, and the audit names the fields and the person by number', async () => {
  await using site = await openSite();
  const { id, cookie } = signInAs(site, 'owner');
  const before = stored(site);
  const { status, location } = await send(
    site,
    {
      postalAddress: ' 5 Harbour Row\r\nPort Example ',
      slotDay: 'first tuesday',
      slotTime: '9:00',
      welcome: 'yes',
      measure: 'on',
      pdf: 'readers',
    },
    { cookie },
  );
  expect([status, location]).toEqual([303, '/console/settings?publication=tidewater&saved=1']);
  expect(stored(site)).toEqual({
    ...before,
    ...{ postalAddress: '5 Harbour Row, Port Example', slot: 'first tuesday 09:00', welcome: true, measure: 'on', pdf: 'readers' },
    measureSince: expect.any(Number),
  });
  expect(auditOf(site.db, 'publication set', 5)).toMatchObject([
    { actor: `person ${id}`, subject: 'tidewater', detail: 'postalAddress, slotDay, slotTime, welcome, measure on, pdf' },
  ]);
});

test('a form that changes nothing writes nothing', async () => {
  await using site = await openSite();
  expect((await send(site, {})).status).toBe(303);
  expect(auditOf(site.db, 'publication set', 5)).toEqual([]);
});

describe('refused at its field, with what would be right, and nothing is saved or lost:', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ name: ' ' }, /id="name-wrong">Name is empty: write the name readers see\./],
    [{ name: 'a\u202eb' }, /id="name-wrong">Name holds a line break or a character that cannot be seen/],
    [{ name: 'x'.repeat(5000) }, /id="name-wrong">Name has 2000 letters: 100 are the most/],
    [{ from: 'nobody' }, /id="from-wrong">Mail comes from nobody: /],
    [{ from: 'é@tidewater.example' }, /id="from-wrong">Mail comes from cannot be used: .*plain letters/],
    [{ replyTo: 'a@b, c@d' }, /id="replyTo-wrong">Answers go to /],
    [{ postalAddress: 'y'.repeat(400) }, /id="postalAddress-wrong">Postal address has 400 letters/],
    [{ language: 'zz-zz-zz' }, /id="language-wrong">Language &quot;zz-zz-zz&quot; is no language/],
    [{ zone: 'Mars/Olympus' }, /id="zone-wrong">Time zone &quot;Mars\/Olympus&quot; is no time zone/],
    [{ slotDay: 'fifth tuesday' }, /id="slotDay-wrong">.*is none of first, second/],
    [{ slotDay: 'day 3', slotTime: '25:00' }, /id="slotDay-wrong">.*is no time from 00:00/],
    [{ pdf: 'nobody' }, /is no choice: take public or readers/],
  ])('%j', async (changes, words) => {
    await using site = await openSite();
    const before = stored(site);
    const { status, page } = await send(site, { ...changes, welcome: 'yes' });
    expect(status).toBe(422);
    expect(page).toMatch(words);
    expect(page).toContain('nothing that you typed is lost');
    expect(page).toMatch(/name="welcome" value="yes" checked/);
    expect(stored(site)).toEqual(before);
  });

  test('script in any field is shown as the words it is', async () => {
    await using site = await openSite();
    const script = '"><script>alert(1)</script>';
    const fields = Object.keys(settingTexts(stored(site)));
    const { page } = await send(site, Object.fromEntries(fields.map((field) => [field, script])));
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('&lt;script&gt;alert');
    expect((await send(site, { name: script })).status).toBe(307);
    expect((await send(site, { name: script }, { to: path.replace('?', '/sender?') })).status).toBe(303);
    expect(await (await fetch(site.url + path)).text()).not.toContain('<script>alert');
  });
});

describe('two people at one form:', () => {
  test('changes of different fields are both kept, and the later one is told', async () => {
    await using site = await openSite();
    const shown = settingTexts(stored(site));
    await send(site, { zone: 'Asia/Karachi' }, { shown });
    const { status, location } = await send(site, { postalAddress: '9 Quay' }, { shown });
    expect([status, location]).toEqual([303, `${path}&saved=1&kept=zone`]);
    expect(stored(site)).toMatchObject({ zone: 'Asia/Karachi', postalAddress: '9 Quay' });
    expect(await (await fetch(site.url + location)).text()).toContain('Somebody else changed “Time zone” meanwhile; that is kept.');
  });

  test('of one field the later one is told what is stored, keeps what was typed, and may put it in its place', async () => {
    await using site = await openSite();
    const shown = settingTexts(stored(site));
    await send(site, { postalAddress: 'One' }, { shown });
    const { status, page } = await send(site, { postalAddress: 'Two', zone: 'Asia/Karachi' }, { shown });
    expect(status).toBe(409);
    expect(page).toContain('Saved meanwhile: <b><bdi>One</bdi></b>');
    expect(page).toContain('value="Two"');
    expect(stored(site)).toMatchObject({ postalAddress: 'One', zone: 'UTC' });
    const again = Object.fromEntries(
      [...page.matchAll(/name="was\.(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    );
    expect((await send(site, { postalAddress: 'Two', zone: 'Asia/Karachi' }, { shown: again })).status).toBe(303);
    expect(stored(site)).toMatchObject({ postalAddress: 'Two', zone: 'Asia/Karachi' });
  });

  test('who typed the same is told nothing', async () => {
    await using site = await openSite();
    const shown = settingTexts(stored(site));
    await send(site, { zone: 'Asia/Karachi' }, { shown });
    expect(await send(site, { zone: 'Asia/Karachi' }, { shown })).toMatchObject({ status: 303, location: `${path}&saved=1` });
  });
});

describe('the sender', () => {
  test('is changed only after a fresh proof; what was typed waits in the page that asks for one', async () => {
    await using site = await openSite();
    const { cookie } = signInAs(site, 'owner');
    site.clock.ahead = 3_600_000;
    const first = await send(site, { from: 'desk@tidewater.example', zone: 'Asia/Karachi' }, { cookie });
    expect([first.status, first.location]).toEqual([307, '/console/settings/sender?publication=tidewater']);
    const asked = await send(site, { from: 'desk@tidewater.example', zone: 'Asia/Karachi' }, { cookie, to: first.location ?? '' });
    expect(asked.status).toBe(403);
    expect(asked.page).toContain('name="from" value="desk@tidewater.example"');
    expect(stored(site)).toMatchObject({ fromAddress: 'news@tidewater.example', zone: 'UTC' });
    expect((await send(site, { zone: 'Asia/Karachi' }, { cookie })).status).toBe(303);
  });

  test('is changed with one', async () => {
    await using site = await openSite();
    const { cookie } = signInAs(site, 'owner');
    const to = '/console/settings/sender?publication=tidewater';
    expect((await send(site, { from: 'Desk@Tidewater.example', replyTo: '' }, { cookie, to })).status).toBe(303);
    expect(stored(site)).toMatchObject({ fromAddress: 'Desk@tidewater.example', replyTo: null });
  });
});

test('a slot says its next three dates by the clocks of its zone, and the hours that do not exist or come twice', async () => {
  await using site = await openSite();
  site.clock.ahead = Date.parse('2026-11-25T12:00Z') - Date.now();
  changePublication(site.db, site.publication.id, { zone: 'Europe/Berlin', slot: 'last sunday 02:30' });
  const page = await (await fetch(site.url + path)).text();
  for (const date of ['Sunday, 29 November 2026 at 02:30', 'Sunday, 27 December 2026 at 02:30', 'Sunday, 31 January 2027 at 02:30'])
    expect(page).toContain(date);
  expect(page).toContain(
    '02:30 does not exist that day: the clocks are put forward over it. It goes out on Sunday, 28 March 2027 at 03:30.',
  );
  expect(page).toContain(
    '02:30 comes twice that day: the clocks are put back over it. It goes out the first time, on Sunday, 31 October 2027 at 02:30.',
  );
});

test('editors and viewers see what is set and no form', async () => {
  await using site = await openSite();
  for (const role of ['editor', 'viewer'] as const) {
    const { cookie } = signInAs(site, role);
    for (const at of [path, path.replace('?', '/brand?')]) {
      const page = await (await fetch(site.url + at, { headers: { cookie } })).text();
      expect(page).toContain('An owner can change these.');
      expect(page).not.toMatch(/<form[^>]*settings/);
    }
  }
});

describe('naming a publication', () => {
  const to = '/console/settings/new';
  const begin = (site: Site, texts: Record<string, string>) => send(site, texts, { to, shown: { name: '', from: '', slug: '' } });

  test('takes a name and an address; the rest is made, and the desk leads on to the first issue and readers', async () => {
    await using site = await openSite();
    const { location } = await begin(site, { name: 'Über Café & Co.', from: 'desk@cafe.example' });
    expect(location).toBe('/console?publication=uber-cafe-co');
    expect(findPublication(site.db, 'uber-cafe-co')).toMatchObject({ name: 'Über Café & Co.', language: 'en', slot: null, measure: null });
    const page = await (await fetch(site.url + location)).text();
    expect(page).toContain('href="/console/issues?publication=uber-cafe-co"');
    expect(page).toContain('href="/console/readers/import?publication=uber-cafe-co"');
    expect(auditOf(site.db, 'publication add', 5)).toMatchObject([{ actor: 'console', subject: 'uber-cafe-co' }]);
  });

  test.each([
    ['Assets', 'assets-2'],
    ['ورق', 'newsletter'],
    ['The Tidewater', 'the-tidewater'],
    ['Tidewater', 'tidewater-2'],
    ['x'.repeat(90), 'x'.repeat(36)],
  ])('the address of %s is free and may stand in links: %s', async (name, slug) => {
    await using site = await openSite();
    expect((await begin(site, { name, from: 'a@b.example' })).location).toBe(`/console?publication=${slug}`);
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ name: '', from: 'a@b.example' }, /Name is empty/],
    [{ name: 'A', from: 'a@' }, /Mail comes from a@: /],
    [{ name: 'A', from: 'a@b.example', slug: 'Not One' }, /cannot be a slug/],
    [{ name: 'A', from: 'a@b.example', slug: 'console' }, /Galley&#39;s own pages are at|Galley's own pages are at/],
    [{ name: 'A', from: 'a@b.example', slug: 'tidewater' }, /is the address of another publication/],
  ])('%j is refused at its field', async (texts, words) => {
    await using site = await openSite();
    const { status, page } = await begin(site, texts);
    expect(status).toBe(422);
    expect(page).toMatch(words);
    expect(listPublications(site.db)).toHaveLength(1);
  });

  test('comes first where there is none yet; who may not is told who may', async () => {
    await using site = await openSite();
    site.db.$client.exec('DELETE FROM publications');
    for (const at of ['/console', '/console/settings', '/console/settings/brand']) {
      const answer = await fetch(site.url + at, { redirect: 'follow' });
      expect(new URL(answer.url).pathname, at).toBe(to);
      expect(await answer.text()).toContain('Name your publication');
    }
    signInAs(site, 'owner');
    const { cookie } = signInAs(site, 'editor');
    for (const at of ['/console', '/console/settings'])
      expect(await (await fetch(site.url + at, { headers: { cookie } })).text()).toContain('No publication yet');
  });
});

test('settings of several publications begin with the question which', async () => {
  await using site = await openSite();
  await fetch(`${site.url}/console/settings/new`, {
    method: 'POST',
    headers: own,
    body: new URLSearchParams({ name: 'Ebb', from: 'a@b.example' }),
  });
  const page = await (await fetch(`${site.url}/console/settings`)).text();
  expect(page).toContain('href="/console/settings?publication=ebb"');
  expect((await fetch(`${site.url}/console/settings`, { method: 'POST', headers: own, body: new URLSearchParams() })).status).toBe(404);
});
