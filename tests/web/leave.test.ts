/** Leaving over the wire: what pages and mail programs may send to `/u/TOKEN`, and what comes of it. */
import { createSecretKey } from 'node:crypto';
import { connect } from 'node:net';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { mintToken, nobody } from '../../src/model/token.ts';
import { consents, readers, subscriptions } from '../../src/store/schema.ts';
import { leaveToken, openSite, preferencesToken, publish, ring, type Site } from './site.ts';

function stateOf(site: Site, reader: number): string | undefined {
  return site.db.select().from(subscriptions).where(eq(subscriptions.readerId, reader)).get()?.state;
}

function waysOf(site: Site, reader: number): string[] {
  return site.db
    .select()
    .from(consents)
    .where(eq(consents.readerId, reader))
    .all()
    .map(({ event, way }) => `${event} ${way}`);
}

async function siteWithReaders(): Promise<{ site: Site; token: string; address: string }> {
  const site = await openSite();
  publish(site);
  const token = leaveToken(site.publication.id, 1);
  return { site, token, address: `${site.url}/u/${token}` };
}

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const multipart = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';

const clicks: [string, RequestInit, ((address: string, token: string) => string)?][] = [
  ['urlencoded, as RFC 8058 section 8.1 shows', { headers: form, body: 'List-Unsubscribe=One-Click' }],
  ['multipart, as RFC 8058 section 8.2 shows', { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: multipart }],
  ['multipart whose boundary is missing', { headers: { 'content-type': 'multipart/form-data' }, body: multipart }],
  ['no body and no content type', {}],
  ['an empty form', { headers: form, body: '' }],
  ['plain text', { headers: { 'content-type': 'text/plain' }, body: 'hello' }],
  ['JSON', { headers: { 'content-type': 'application/json' }, body: '{"List-Unsubscribe":"One-Click"}' }],
  ['JSON that is broken', { headers: { 'content-type': 'application/json' }, body: '{' }],
  ['bytes without a content type', { body: Buffer.from([0, 1, 2, 255]) }],
  ['a body said to be compressed that is not', { headers: { ...form, 'content-encoding': 'gzip' }, body: 'x=1' }],
  ['a body of 1 MB', { headers: form, body: 'x'.repeat(1_000_000) }],
  [
    'a foreign origin, cookies and credentials',
    {
      headers: { ...form, origin: 'https://mail.example', cookie: 'a=b', authorization: 'Basic eDp5', 'sec-fetch-site': 'cross-site' },
      body: 'List-Unsubscribe=One-Click',
    },
  ],
  ['a slash at the end', { headers: form, body: 'List-Unsubscribe=One-Click' }, (address) => `${address}/`],
  ['a query after it', { headers: form, body: 'List-Unsubscribe=One-Click' }, (address) => `${address}?utm_source=mail`],
  [
    'the token in capitals',
    { headers: form, body: 'List-Unsubscribe=One-Click' },
    (address, token) => address.replace(token, token.toUpperCase()),
  ],
];

test.each(clicks)('a POST leaves at once: %s', async (_, request, change = (address) => address) => {
  const { site, token, address } = await siteWithReaders();
  await using _site = site;
  const response = await fetch(change(address, token), { method: 'POST', redirect: 'manual', ...request });
  expect(response.status).toBe(200);
  expect(response.headers.get('set-cookie')).toBeNull();
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect((await response.text()).length).toBeLessThan(100);
  expect(stateOf(site, 1)).toBe('left');
  expect(waysOf(site, 1)).toEqual(['leave one-click']);
  expect(stateOf(site, 2)).toBe('active');
});

test('a POST whose line breaks in the middle of its body leaves all the same', async () => {
  const { site, token } = await siteWithReaders();
  await using _site = site;
  const line = connect(Number(new URL(site.url).port), '127.0.0.1');
  line.write(`POST /u/${token} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26\r\n\r\nList-Unsub`, () => line.destroy());
  await expect.poll(() => stateOf(site, 1)).toBe('left');
});

test.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing, however often a scanner asks', async (method) => {
  const { site, address } = await siteWithReaders();
  await using _site = site;
  for (let i = 0; i < 3; i += 1) expect((await fetch(address, { method })).status).toBe(200);
  expect(stateOf(site, 1)).toBe('active');
  expect(waysOf(site, 1)).toEqual([]);
});

test('the page asks once, shows the address masked and sends nothing about itself on', async () => {
  const { site, token, address } = await siteWithReaders();
  await using _site = site;
  const response = await fetch(address);
  const page = await response.text();
  expect(page).toContain('Leave <bdi lang="en">The Tidewater Review</bdi>?');
  expect(page).not.toContain('r1@example.com');
  expect(page.match(/<button/g)).toHaveLength(1);
  expect(page).toContain(`<form method="post" action="/u/${token}">`);
  expect(page).not.toContain('<script');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('x-robots-tag')).toBe('none');
  expect(response.headers.get('set-cookie')).toBeNull();
});

test('the button of the page leaves, and its answer offers an undo that works', async () => {
  const { site, address } = await siteWithReaders();
  await using _site = site;
  const left = await fetch(address, { method: 'POST', headers: form, body: 'from=page' });
  expect(left.status).toBe(200);
  expect(await left.text()).toContain('You have left <bdi lang="en">The Tidewater Review</bdi>');
  expect(waysOf(site, 1)).toEqual(['leave page']);
  const back = await fetch(`${address}/undo`, { method: 'POST' });
  expect(back.status).toBe(200);
  expect(await back.text()).toContain('You are back');
  expect(stateOf(site, 1)).toBe('active');
});

test('who has left already is told so, by GET and by POST, and may still undo', async () => {
  const { site, address } = await siteWithReaders();
  await using _site = site;
  for (let i = 0; i < 2; i += 1) expect((await fetch(address, { method: 'POST' })).status).toBe(200);
  const page = await (await fetch(address)).text();
  expect(page).toContain('You have left');
  expect(page).toContain('Put me back');
  expect(waysOf(site, 1)).toEqual(['leave one-click']);
});

test('fifty clicks at once are one leave', async () => {
  const { site, address } = await siteWithReaders();
  await using _site = site;
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => fetch(address, { method: 'POST', headers: form, body: 'List-Unsubscribe=One-Click' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(waysOf(site, 1)).toEqual(['leave one-click']);
});

const wrong: [string, (token: string) => string][] = [
  ['with one letter changed', (token) => (token.startsWith('a') ? 'b' : 'a') + token.slice(1)],
  ['cut short', (token) => token.slice(0, -1)],
  ['with a letter more', (token) => `${token}a`],
  ['of another kind', () => mintToken(ring, 'delivery', { publication: 1, reader: 1, send: 1 })],
  [
    'of a foreign key',
    () =>
      mintToken({ current: 1, keys: new Map([[1, createSecretKey(Buffer.alloc(32, 8))]]) }, 'leave', {
        publication: 1,
        reader: 1,
        send: 1,
      }),
  ],
  ['that is no token at all', () => 'unsubscribe%20me'],
  ['that cannot be decoded', () => '%E0%A4%A'],
];

test.each(wrong)('a token %s finds nothing, and nothing of it reaches the log', async (_, change) => {
  const { site, token } = await siteWithReaders();
  await using _site = site;
  for (const [path, method] of [
    ['', 'GET'],
    ['', 'POST'],
    ['/undo', 'POST'],
  ] as const) {
    const response = await fetch(`${site.url}/u/${change(token)}${path}`, { method });
    expect([404, 400]).toContain(response.status);
    expect(await response.text()).toContain('<h1>');
  }
  expect(stateOf(site, 1)).toBe('active');
  expect(site.logged).toEqual([]);
});

test('a token works for the reader when the rows are gone: 200 and calm words', async () => {
  const { site, address } = await siteWithReaders();
  await using _site = site;
  site.db.delete(subscriptions).run();
  site.db.delete(readers).run();
  for (const [path, method] of [
    ['', 'GET'],
    ['', 'POST'],
    ['/undo', 'POST'],
  ] as const) {
    expect((await fetch(`${address}${path}`, { method })).status).toBe(200);
  }
  expect(await (await fetch(address)).text()).toContain('You are not on this list');
});

test('a failure inside is answered without detail, and the log does not name the token', async () => {
  const { site, token, address } = await siteWithReaders();
  await using _site = site;
  site.db.$client.exec('DROP TABLE consents');
  const response = await fetch(address, { method: 'POST' });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('consents');
  expect(site.logged).toHaveLength(1);
  expect(site.logged[0]).toContain('"event":"web.failed"');
  expect(site.logged[0]).toContain('"route":"/u/:token"');
  expect(site.logged[0]).not.toContain(token);
  expect(stateOf(site, 1)).toBe('active');
});

test('the links of a test of an issue belong to nobody: each says so, pressed or posted, and nothing changes', async () => {
  await using site = await openSite();
  const leave = leaveToken(site.publication.id, nobody);
  const preferences = preferencesToken(site.publication.id, nobody);
  const ask = async (path: string, form?: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(site.url + path, form === undefined ? {} : { method: 'POST', headers, body: form });
    return [response.status, await response.text()];
  };
  const page = [200, expect.stringContaining('This link is of a test')];
  for (const path of [`/u/${leave}`, `/p/${preferences}`]) expect(await ask(path), path).toEqual(page);
  for (const path of [`/u/${leave}/undo`, `/u/${leave}/reason`, `/p/${preferences}`, `/p/${preferences}/leave`, `/p/${preferences}/own`])
    expect(await ask(path, 'months=1'), path).toEqual(page);
  expect(await ask(`/u/${leave}`, 'List-Unsubscribe=One-Click')).toEqual([200, 'This link is of a test: nothing has changed.\n']);
  expect(site.notices()).toEqual([]);
});
