/** The full issue where only readers may have it: who gets it, by which link, for how long, and what everybody else is told. */
import { expect, test } from 'vitest';
import { eraseReader } from '../../src/audience/audience.ts';
import { mintToken, type TokenKind } from '../../src/model/token.ts';
import { changePublication } from '../../src/store/publications.ts';
import { t0 } from '../support/store.ts';
import { openSite, pdf, publish, ring, type Site } from './site.ts';

const day = 24 * 60 * 60 * 1000;
const path = '/tidewater/2026-11.pdf';
const link = (send = 1, { reader = 2, publication = 1, kind = 'pdf' as TokenKind } = {}) =>
  mintToken(ring, kind, { publication, reader, send });
const get = (site: Site, token?: string, headers = {}) =>
  fetch(`${site.url}${path}${token === undefined ? '' : `?link=${token}`}`, { headers });
const ask = (site: Site, fields: Record<string, string>, token?: string) =>
  fetch(`${site.url}${path}${token === undefined ? '' : `?link=${token}`}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

/** A site whose full issue is for readers, one day after its send began. */
async function openReadersSite(): Promise<Site> {
  const site = await openSite();
  changePublication(site.db, site.publication.id, { pdf: 'readers' });
  publish(site);
  site.clock.ahead = t0 + day - Date.now();
  return site;
}

test('everybody else is told that it is for readers, and how to get it', async () => {
  await using site = await openReadersSite();
  const answer = await get(site);
  expect(answer.status).toBe(403);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await answer.text();
  expect(page).toContain('The full issue is for readers');
  expect(page).toContain('href="/tidewater/subscribe"');
  expect(page).not.toContain('link=');
});

test('the link of a mail opens it for 30 days, kept by no cache that others share', async () => {
  await using site = await openReadersSite();
  const answer = await get(site, link());
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': 'private, no-cache',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'none',
    'content-type': 'application/pdf',
  });
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(pdf);
  const part = await get(site, link(), { range: 'bytes=0-3' });
  expect([part.status, await part.text()]).toEqual([206, '%PDF']);
  site.clock.ahead += 29 * day - 1000;
  expect((await get(site, link())).status).toBe(200);
  site.clock.ahead += 2000;
  expect((await get(site, link())).status).toBe(403);
});

test('an old link offers a fresh one without asking for the address, and says nothing of whose it is', async () => {
  await using site = await openReadersSite();
  site.clock.ahead += 40 * day;
  const page = await (await get(site, link())).text();
  expect(page).toContain('This link has expired');
  expect(page).not.toContain('name="email"');
  expect(page).not.toContain('r2@example.com');
  const answer = await ask(site, {}, link());
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('r2@example.com');
  site.answer();
  expect(site.notices()).toMatchObject([{ address: 'r2@example.com', facts: { kind: 'full-issue', number: '2026-11' } }]);
});

test('a fresh link opens its issue for seven days, as often as it is followed, and confirms nothing', async () => {
  await using site = await openReadersSite();
  await ask(site, { email: 'R2@Example.com' });
  site.answer();
  const { facts } = site.notices()[0] ?? {};
  const token = facts !== undefined && 'token' in facts ? facts.token : '';
  for (let time = 0; time < 3; time += 1) expect((await get(site, token)).status).toBe(200);
  expect(await (await fetch(`${site.url}/c/${token}`)).text()).toContain('This link is no longer good');
  publish(site, { number: '2026-10' });
  expect((await fetch(`${site.url}/tidewater/2026-10.pdf?link=${token}`)).status).toBe(403);
  site.clock.ahead += 7 * day + 1000;
  const late = await get(site, token);
  expect(late.status).toBe(403);
  expect(await late.text()).toContain('This link has expired');
});

const strangers: [string, string | ((site: Site) => void)][] = [
  ['an address that nobody knows', 'stranger@example.org'],
  ['a reader who has left', (site) => site.db.$client.exec("UPDATE subscriptions SET state = 'left' WHERE reader_id = 2")],
  ['a reader who is suspended', (site) => site.db.$client.exec("UPDATE subscriptions SET state = 'suspended' WHERE reader_id = 2")],
  ['a reader who was erased', (site) => eraseReader({ ...site.readers, dataDir: site.readers.dataDir }, 2, t0)],
];

test.each(strangers)('%s is answered like a reader and gets nothing', async (_, which) => {
  await using site = await openReadersSite();
  const expected = await (await ask(site, { email: 'r1@example.com' })).text();
  if (typeof which !== 'string') which(site);
  const answer = await ask(site, { email: typeof which === 'string' ? which : 'r2@example.com' });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(expected);
  site.answer();
  expect(site.notices().map(({ address }) => address)).toEqual(['r1@example.com']);
});

test('an address gets at most three links a day, and a network may ask twenty times an hour', async () => {
  await using site = await openReadersSite();
  const answers: number[] = [];
  for (let time = 0; time < 21; time += 1) answers.push((await ask(site, { email: 'r1@example.com' })).status);
  expect(answers).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
  site.answer();
  expect(site.notices()).toHaveLength(3);
});

test('what is no address is told as one, with what would be right', async () => {
  await using site = await openReadersSite();
  const answer = await ask(site, { email: '"><script>nobody' });
  expect(answer.status).toBe(422);
  const page = await answer.text();
  expect(page).toContain('aria-invalid="true"');
  expect(page).not.toContain('<script>');
});

test.each([
  ['of another kind', link(1, { kind: 'leave' })],
  ['of another publication', link(1, { publication: 2 })],
  ['of a send of another issue', link(2)],
  ['of a send that never was', link(99)],
  ['cut short', link().slice(0, -1)],
  ['doubled', link() + link()],
  ['with a letter changed', `b${link().slice(1)}`],
  ['of a request that never was', mintToken(ring, 'request', { publication: 2, reader: 9, send: 0 })],
])('a link %s opens nothing', async (_, token) => {
  await using site = await openReadersSite();
  publish(site, { number: '2026-10' });
  const answer = await get(site, token);
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('The full issue is for readers');
});

test('two links in one address are none', async () => {
  await using site = await openReadersSite();
  expect((await fetch(`${site.url}${path}?link=${link()}&link=${link()}`)).status).toBe(403);
});

test('the archive and the feeds say that it is for readers, and name no file', async () => {
  await using site = await openReadersSite();
  expect(await (await fetch(`${site.url}/tidewater`)).text()).toContain('for readers');
  const atom = await (await fetch(`${site.url}/tidewater/feed.atom`)).text();
  expect(atom).toContain('The full issue as PDF is for readers');
  expect(atom).not.toContain('.pdf');
  const json = (await (await fetch(`${site.url}/tidewater/feed.json`)).json()) as { items: Record<string, unknown>[] };
  expect(json.items[0]?.['attachments']).toBeUndefined();
});

test('where it is public nothing is asked for', async () => {
  await using site = await openSite();
  publish(site);
  expect((await ask(site, { email: 'r1@example.com' })).status).toBe(404);
  expect((await get(site, 'anything')).headers.get('cache-control')).toBe('public, max-age=300');
});
