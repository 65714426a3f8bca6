/** The desk of what came back: lists, readers with their evidence, the tray, taking back; all of it real events judged by the real room. */
import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { suppress } from '../../src/feedback/feedback.ts';
import { countReasons, eventQuery, listEvents } from '../../src/store/feedback-list.ts';
import { findInbound } from '../../src/store/inbound.ts';
import { audit, notices, subscriptions, suppressions } from '../../src/store/schema.ts';
import { dsn } from '../feedback/mails.ts';
import { breakDown, comeBack, fillEvents, takeMail } from './returned.ts';
import { openSite, type Site } from './site.ts';

const pageAt = async (site: Site, path: string): Promise<string> => (await fetch(site.url + path)).text();

/** Sends a form as the console's own page does. */
const press = (site: Site, path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(site.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    redirect: 'manual',
  });

const states = ({ db }: Site): string[] =>
  db
    .select()
    .from(subscriptions)
    .orderBy(subscriptions.readerId)
    .all()
    .map(({ state }) => state);
const audited = ({ db }: Site) =>
  db
    .select()
    .from(audit)
    .all()
    .map(({ actor, action, subject, detail }) => [actor, action, subject, detail].join(' '));

describe('what came back', () => {
  test('is counted in words, each event with its reader, what it says and what it did, newest first', async () => {
    await using site = await openSite();
    expect(await pageAt(site, '/console/feedback')).toContain('Nothing has come back yet');
    comeBack(site);
    breakDown(site);
    const page = await pageAt(site, '/console/feedback');
    expect(page).toContain('<dt>bounces</dt><dd>2</dd>');
    expect(page).toContain('<dt>complaints</dt><dd>1</dd>');
    expect(page).toContain('no such mailbox');
    const readers = [...page.matchAll(/<th scope="row"><a href="\/console\/readers\/(\d+)">/g)].map((match) => Number(match[1]));
    expect(readers).toEqual([3, 2, 1]);
    expect(page).toContain('550 5.1.1 no such user');
    for (const did of ['Suspended', 'Kept as a strike', 'Left']) expect(page).toMatch(new RegExp(`<span class="tag \\w+">${did}</span>`));
    expect(page).toMatch(/<mark>Out of order<\/mark> <b><bdi>Google \(gmail\.com, googlemail\.com\)/);
    expect(page).toMatch(/<bdi>Yahoo<\/bdi>.*Over\./);
    expect(page).not.toMatch(/<script|style=/);
  });

  test('is narrowed by domain, reason, effect and day, a provider by any of its domains; a day that is none is said', async () => {
    await using site = await openSite();
    comeBack(site);
    site.db.$client.exec(`UPDATE feedback SET domains = 'google' WHERE reader_id = 1`);
    const shown = async (query: string): Promise<number[]> =>
      [...(await pageAt(site, `/console/feedback?${query}`)).matchAll(/<th scope="row"><a href="\/console\/readers\/(\d+)">/g)].map(
        (match) => Number(match[1]),
      );
    expect(await shown('domain=googlemail.com')).toEqual([1]);
    expect(await shown('reason=mailbox-full')).toEqual([2]);
    expect(await shown('effect=left')).toEqual([3]);
    expect(await shown('effect=undone')).toEqual([]);
    const today = new Date(site.now() - 3_600_000).toISOString().slice(0, 10);
    expect(await shown(`day=${today}&effect=suspended`)).toEqual([1]);
    expect(await shown('day=2020-01-01')).toEqual([]);
    const odd = await pageAt(site, '/console/feedback?day=2026-02-31&reason=%3Cscript%3E');
    expect(odd).toContain('is no day');
    expect(odd).not.toContain('<script');
  });

  test('comes page by page, each event once, and of 100,000 any page and filter by an index in under 150 ms', async () => {
    await using site = await openSite();
    comeBack(site);
    fillEvents(site, 100_000);
    const ids: string[] = [];
    let path: string | undefined = '/console/feedback?reason=moved';
    for (let pages = 0; pages < 3 && path !== undefined; pages += 1) {
      const page = await pageAt(site, path);
      ids.push(...[...page.matchAll(/try again (\d+)/g)].map((match) => String(match[1])));
      path = /href="([^"]+)">Older/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(new Set(ids).size).toBe(150);
    expect(ids).toEqual([...ids].sort((a, b) => Number(b) - Number(a)));
    const counting = performance.now();
    expect(countReasons(site.db, 0).reduce((sum, { events }) => sum + events, 0)).toBe(100_003);
    expect(performance.now() - counting).toBeLessThan(50);
    const after = { at: site.now(), id: 1 };
    const filters = [{}, { domains: 'd7.example' }, { reason: 'moved' }, { effect: 'late' }, { from: 0, to: 1 }, { reader: 1 }] as const;
    for (const filter of filters) {
      const { text, values } = eventQuery(filter, after);
      const plan = site.db.$client.prepare(`EXPLAIN QUERY PLAN ${text}`).all({ ...values, limit: 50 }) as { detail: string }[];
      expect(plan[0]?.detail, JSON.stringify(filter)).toMatch(/^SEARCH f USING INDEX feedback_/);
      if (!('reader' in filter)) expect(plan.map(({ detail }) => detail).join(), JSON.stringify(filter)).not.toContain('TEMP B-TREE');
      const began = performance.now();
      listEvents(site.db, filter, after, 50);
      expect(performance.now() - began, JSON.stringify(filter)).toBeLessThan(150);
    }
  });
});

describe('a reader', () => {
  test('is found by an address, in any letter case, by how it begins, or by a word of the name', async () => {
    await using site = await openSite();
    comeBack(site);
    const exact = await fetch(`${site.url}/console/readers?q=R2%40EXAMPLE.com`, { redirect: 'manual' });
    expect([exact.status, exact.headers.get('location')]).toEqual([303, '/console/readers/2']);
    expect((await pageAt(site, '/console/readers?q=r')).match(/href="\/console\/readers\/\d/g)).toHaveLength(3);
    site.db.$client.exec("UPDATE readers SET name = 'Jürgen Müller' WHERE id = 2");
    expect(await pageAt(site, '/console/readers?q=MULLER')).toMatch(/href="\/console\/readers\/2"><bdi>Jürgen Müller<\/bdi>/);
    expect(await pageAt(site, '/console/readers?q=%3Cb%3E')).toContain('Nobody is called “<bdi>&lt;b&gt;</bdi>”');
    for (const nobody of ['9', 'x', '1e3', '-1']) expect((await fetch(`${site.url}/console/readers/${nobody}`)).status).toBe(404);
  });

  test('is shown with standing, evidence, the mail itself, history and what suppresses the address', async () => {
    await using site = await openSite();
    const inbound = takeMail(site, dsn(), { state: 'read', note: 'suspended' });
    comeBack(site, { inbound });
    site.db.$client.exec(`UPDATE readers SET name = 'نور <b>' WHERE id = 1`);
    const page = await pageAt(site, '/console/readers/1');
    expect(page).toContain('<h1><bdi>نور &lt;b&gt;</bdi></h1>');
    expect(page).toContain('<span class="tag bad">Suspended</span>');
    for (const said of [
      '550 5.1.1 no such user',
      '550 5.1.1</span>',
      'mx.example.com',
      'the token in the address it came to',
      'a hard bounce of an address that never took a mail',
    ])
      expect(page).toContain(said);
    expect(page).toContain(`href="/console/feedback/mails/${inbound}"`);
    expect(page).toContain('Mail to it came back: the address is dead.');
    expect(page).toContain('Suspended <small>because of a bounce</small>');
    const mail = await pageAt(site, `/console/feedback/mails/${inbound}`);
    expect(mail).toContain('Recipient address rejected');
    site.db.$client.exec(`DELETE FROM inbound`);
    expect(await pageAt(site, '/console/readers/1')).toContain('not kept any more');
    expect((await fetch(`${site.url}/console/feedback/mails/${inbound}`)).status).toBe(404);
  });

  test('comes back by a written reason alone, once, and the reason stands in the audit and on the page', async () => {
    await using site = await openSite();
    comeBack(site);
    const without = await press(site, '/console/readers/1/lift', { reason: '  ' });
    expect(without.status).toBe(422);
    expect(await without.text()).toContain('Write why it is right');
    expect(states(site)).toEqual(['suspended', 'active', 'left']);
    for (let twice = 0; twice < 2; twice += 1)
      expect((await press(site, '/console/readers/1/lift', { reason: 'They phoned: it was full' })).headers.get('location')).toBe(
        '/console/readers/1',
      );
    expect(states(site)).toEqual(['active', 'active', 'left']);
    expect(site.db.select().from(suppressions).all()).toHaveLength(1);
    expect(audited(site)).toEqual([expect.stringMatching(/^console suppress lift [0-9a-f]{16} They phoned: it was full$/)]);
    expect(await pageAt(site, '/console/readers/1')).toContain('“<bdi>They phoned: it was full</bdi>”');
  });

  test('who left stays left when a complaint is lifted', async () => {
    await using site = await openSite();
    comeBack(site);
    await press(site, '/console/readers/3/lift', { reason: 'pressed by mistake, they wrote' });
    expect(states(site)).toEqual(['suspended', 'active', 'left']);
    expect(await pageAt(site, '/console/readers/3')).not.toContain('Nothing is sent to this address');
  });

  test('suppressed by a person without any subscription is told so', async () => {
    await using site = await openSite();
    comeBack(site);
    suppress({ db: site.db, suppressionKey: createSecretKey(site.readers.suppressionKey), now: site.now }, 'r2@example.com', 'operator');
    expect(await pageAt(site, '/console/readers/2')).toContain('A person here asked for it.');
  });
});

describe('the tray', () => {
  const puzzle = 'From: =?utf-8?q?Zo=C3=AB?= <zoe@example.net>\nSubject: <b>Hello</b>\n\nWhere is my paper?\nIt never came.\n';

  test('says who wrote, when, why it is here and how it begins; each mail with three answers', async () => {
    await using site = await openSite();
    expect(await pageAt(site, '/console/feedback/tray')).toContain('The tray is empty');
    const id = takeMail(site, puzzle);
    const page = await pageAt(site, '/console/feedback/tray');
    expect(page).toContain('1 mail in the tray');
    expect(page).toContain('<bdi>&lt;b&gt;Hello&lt;/b&gt;</bdi>');
    expect(page).toContain('Zoë &lt;zoe@example.net&gt;');
    expect(page).toContain('Where is my paper? It never came.');
    expect(page).toContain('a bounce of no mail that we can tell');
    for (const answer of ['nothing', 'again', 'editors']) expect(page).toContain(`action="/console/feedback/mails/${id}/${answer}"`);
    expect(await pageAt(site, '/console/feedback')).toContain('<mark>1 mail</mark>');
  });

  test('is read page by page', async () => {
    await using site = await openSite();
    const ids = Array.from({ length: 27 }, (_, i) => takeMail(site, `Subject: mail ${i}\n\nx\n`));
    const first = await pageAt(site, '/console/feedback/tray');
    expect(first).toContain('27 mails in the tray');
    expect(first).toContain(`before=${ids[2]}`);
    expect((await pageAt(site, `/console/feedback/tray?before=${ids[2]}`)).match(/<h2>/g)).toHaveLength(2);
  });

  test.each([
    ['nothing', 'read', 'a person looked at it: it is nothing', 0],
    ['again', 'waiting', 'a bounce of no mail that we can tell', 0],
    ['editors', 'read', 'passed on to the editors', 1],
  ])('an answer of "%s" is done once, however often it is pressed, and stands in the audit', async (answer, state, note, forwarded) => {
    await using site = await openSite();
    const id = takeMail(site, puzzle);
    for (let twice = 0; twice < 2; twice += 1)
      expect((await press(site, `/console/feedback/mails/${id}/${answer}`)).headers.get('location')).toBe('/console/feedback/tray');
    expect(findInbound(site.db, id)).toMatchObject({ state, note });
    expect(site.db.select().from(notices).all()).toHaveLength(forwarded);
    expect(audited(site)).toEqual([`console tray ${answer} mail ${id} `]);
  });

  test('a mail is shown as text whatever it holds, and taken home as it came', async () => {
    await using site = await openSite();
    const raw = Buffer.concat([
      Buffer.from('Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src=x>\0\x1b[31m\u202egnp'),
      Buffer.from([0xff, 0xfe]),
    ]);
    const id = takeMail(site, raw);
    const page = await pageAt(site, `/console/feedback/mails/${id}`);
    for (const unsafe of ['<script', '<img', '\0', '\x1b', '\u202e']) expect(page).not.toContain(unsafe);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('⟨00⟩⟨1b⟩[31m');
    const home = await fetch(`${site.url}/console/feedback/mails/${id}/raw`);
    expect(home.headers.get('content-disposition')).toContain('attachment');
    expect(home.headers.get('content-type')).toMatch(/^message\/rfc822/);
    expect(home.headers.get('content-security-policy')).toContain('sandbox');
    expect(Buffer.from(await home.arrayBuffer())).toEqual(raw);
  });

  test('a mail that is not kept any more can only be called nothing', async () => {
    await using site = await openSite();
    const id = takeMail(site, puzzle);
    site.db.$client.exec('UPDATE inbound SET raw = NULL');
    expect(await pageAt(site, `/console/feedback/mails/${id}`)).toContain('It is not kept any more');
    expect((await press(site, `/console/feedback/mails/${id}/again`)).status).toBe(409);
    expect((await press(site, `/console/feedback/mails/${id}/editors`)).status).toBe(409);
    expect((await fetch(`${site.url}/console/feedback/mails/${id}/raw`)).status).toBe(404);
    expect((await press(site, `/console/feedback/mails/${id}/nothing`)).status).toBe(303);
    expect(audited(site)).toHaveLength(1);
  });
});

describe('taking back', () => {
  test('is previewed exactly and changes nothing, then done by a button, once', async () => {
    await using site = await openSite();
    comeBack(site);
    const span = { from: '2020-01-01T00:00', to: '2099-01-01T00:00', domain: '', text: 'no such user' };
    const path = `/console/feedback/undo?${new URLSearchParams(span)}`;
    const preview = await pageAt(site, path);
    expect(preview).toContain('<b>1 bounce</b>, puts <b>1 suspended subscription</b> back and lifts <b>1 suppression</b>');
    const foreign = await fetch(site.url + path, { headers: { 'sec-fetch-site': 'cross-site' } });
    expect(await foreign.text()).not.toContain('What it would change'); // another site cannot make us work
    expect(states(site)).toEqual(['suspended', 'active', 'left']);
    expect(audited(site)).toEqual([]);
    for (let twice = 0; twice < 2; twice += 1)
      expect((await press(site, '/console/feedback/undo', span)).headers.get('location')).toBe(path);
    expect(states(site)).toEqual(['active', 'active', 'left']);
    expect(audited(site)).toEqual([
      expect.stringMatching(
        /^console feedback undo feedback 1 bounces .* that say "no such user"; 1 subscriptions back, 1 suppressions lifted$/,
      ),
    ]);
    const after = await pageAt(site, path);
    expect(after).toContain('There is nothing to take back here');
    expect(after).toContain('by <bdi>this machine, before anybody had joined</bdi>: <bdi>1 bounces');
    expect(await pageAt(site, '/console/readers/1')).toContain('<span class="tag off">Taken back</span>');
  });

  test.each([
    [{ from: '2026-01-01T00:00', to: '' }, 'both are needed'],
    [{ from: '2026-02-01T00:00', to: '2026-01-01T00:00' }, 'turn them round'],
    [{ from: 'soon', to: '2026-01-01T00:00' }, 'is no time'],
  ])('%j is told what is wrong with it, and by POST takes nothing back', async (span, problem) => {
    await using site = await openSite();
    comeBack(site);
    const answer = await fetch(`${site.url}/console/feedback/undo?${new URLSearchParams(span)}`);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(problem);
    await press(site, '/console/feedback/undo', span);
    expect(states(site)).toEqual(['suspended', 'active', 'left']);
  });
});

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a sister of this site', { 'sec-fetch-site': 'same-site' }, 403],
  ['nobody who says where from', {}, 403],
  ['an old browser on another site', { origin: 'https://evil.example' }, 403],
  ['an old browser that hides it', { origin: 'null' }, 403],
  ['our own page', { 'sec-fetch-site': 'same-origin' }, 303],
  ['an old browser on our own page', { origin: 'own' }, 303],
] as const)('a change asked for by %s', async (_, headers: Record<string, string>, status) => {
  await using site = await openSite();
  const id = takeMail(site, 'Subject: x\n\nx\n');
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === 'own' ? site.url : value]));
  const answer = await fetch(`${site.url}/console/feedback/mails/${id}/nothing`, { method: 'POST', headers: own, redirect: 'manual' });
  expect(answer.status).toBe(status);
  expect(findInbound(site.db, id)?.state).toBe(status === 303 ? 'read' : 'tray');
});
