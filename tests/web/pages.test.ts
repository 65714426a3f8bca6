/** What readers reach without a token: the issue, its PDF, its pictures, the assets; and what every answer carries. */
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { openWeb } from '../../src/web/web.ts';
import { openSite, pdf, pictureName, publish, sessionsKey } from './site.ts';

/** Status of a GET as a browser's cache asks (fetch itself would add `no-cache`). */
function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}

test('a published issue is the stored page, and a browser that has it gets 304', async () => {
  await using site = await openSite();
  publish(site);
  const response = await fetch(`${site.url}/tidewater/2026-11`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await response.text()).toContain('<h1>November 2026</h1>');
  const known = { 'if-none-match': response.headers.get('etag') ?? '', 'accept-encoding': 'gzip, deflate' };
  expect(await statusWith(response.url, known)).toBe(304);
});

test('an issue is not public before its send has started', async () => {
  await using site = await openSite();
  publish(site);
  site.db.$client.exec("UPDATE sends SET as_of = NULL, state = 'scheduled'");
  for (const path of ['/tidewater/2026-11', '/tidewater/2026-11.pdf', '/tidewater/2026-11/ferries'])
    expect((await fetch(site.url + path)).status, path).toBe(404);
});

test('the link to an item leads to its place on the page; an item that is not there is 404', async () => {
  await using site = await openSite();
  publish(site);
  const found = await fetch(`${site.url}/tidewater/2026-11/ferries`, { redirect: 'manual' });
  expect(found.status).toBe(302);
  expect(found.headers.get('location')).toBe('/tidewater/2026-11#ferries');
  for (const item of ['trams', 'ferries%22%20x', '%22', 'x%0d%0aSet-Cookie:%20a=b'])
    expect((await fetch(`${site.url}/tidewater/2026-11/${item}`, { redirect: 'manual' })).status, item).toBe(404);
});

test('the PDF has a proper name, its length, a strong ETag and its date', async () => {
  await using site = await openSite();
  publish(site);
  const response = await fetch(`${site.url}/tidewater/2026-11.pdf`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'content-length': String(pdf.length),
    'content-disposition': `inline; filename="The Tidewater Review 2026-11.pdf"; filename*=UTF-8''The%20Tidewater%20Review%202026-11.pdf`,
    'accept-ranges': 'bytes',
    'x-robots-tag': 'none',
    'last-modified': 'Sun, 22 Nov 2026 09:00:00 GMT',
    etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
  });
  expect(Buffer.from(await response.arrayBuffer())).toEqual(pdf);
  const head = await fetch(response.url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(pdf.length));
  const etag = response.headers.get('etag') ?? '';
  expect(await statusWith(response.url, { 'if-none-match': etag })).toBe(304);
  expect(await statusWith(response.url, { 'if-none-match': etag, range: 'bytes=0-3' })).toBe(304);
  expect(await statusWith(response.url, { 'if-none-match': '"other"' })).toBe(200);
  expect(await statusWith(response.url, { 'if-modified-since': 'Sun, 22 Nov 2026 09:00:00 GMT' })).toBe(304);
});

const ranges: [string, Record<string, string>, number, string | null, number][] = [
  ['the first bytes', { range: 'bytes=0-3' }, 206, `bytes 0-3/${pdf.length}`, 4],
  ['the last bytes', { range: 'bytes=-5' }, 206, `bytes ${pdf.length - 5}-${pdf.length - 1}/${pdf.length}`, 5],
  ['more than there is', { range: 'bytes=9999-' }, 416, `bytes */${pdf.length}`, 74],
  ['the end, without saying where that is', { range: 'bytes=20-' }, 206, `bytes 20-${pdf.length - 1}/${pdf.length}`, pdf.length - 20],
  ['an end beyond the file', { range: 'bytes=20-99999999999999999999' }, 206, `bytes 20-${pdf.length - 1}/${pdf.length}`, pdf.length - 20],
  ['more of the end than there is', { range: 'bytes=-9999' }, 206, `bytes 0-${pdf.length - 1}/${pdf.length}`, pdf.length],
  ['two ranges, answered whole', { range: 'bytes=0-1,5-6' }, 200, null, pdf.length],
  ['two ranges that touch are one', { range: 'bytes=0-1,2-6' }, 206, `bytes 0-6/${pdf.length}`, 7],
  ['a thousand times the same byte', { range: `bytes=${'0-0,'.repeat(1000)}0-0` }, 206, `bytes 0-0/${pdf.length}`, 1],
  ['the end before the start', { range: 'bytes=5-2' }, 416, `bytes */${pdf.length}`, 74],
  ['nothing at all', { range: 'bytes=' }, 200, null, pdf.length],
  ['nothing of the end', { range: 'bytes=-0' }, 416, `bytes */${pdf.length}`, 74],
  ['no range', { range: 'bytes' }, 200, null, pdf.length],
  ['letters for numbers', { range: 'bytes=a-b' }, 200, null, pdf.length],
  [
    'the end of this edition',
    { range: 'bytes=0-3', 'if-range': `"${createHash('sha256').update('tidewater2026-11').digest('hex')}"` },
    206,
    `bytes 0-3/${pdf.length}`,
    4,
  ],
  ['since a date, answered whole', { range: 'bytes=0-3', 'if-range': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 200, null, pdf.length],
  ['a range in a unit we do not know', { range: 'lines=1-2' }, 200, null, pdf.length],
  ['a range of an older edition', { range: 'bytes=0-3', 'if-range': '"old"' }, 200, null, pdf.length],
];

test.each(ranges)('a part of the PDF: %s', async (_, headers, status, contentRange, length) => {
  await using site = await openSite();
  publish(site);
  const response = await fetch(`${site.url}/tidewater/2026-11.pdf`, { headers });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-range')).toBe(contentRange);
  expect((await response.arrayBuffer()).byteLength).toBe(length);
});

test('a picture may be kept for good, is shown anywhere and can do nothing', async () => {
  await using site = await openSite();
  publish(site);
  const response = await fetch(`${site.url}/a/${pictureName}`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': expect.stringMatching(/^image\/svg\+xml/),
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining('sandbox'),
  });
  expect((await fetch(`${site.url}/a/${'0'.repeat(64)}.png`)).status).toBe(404);
});

test('every style sheet and font a page asks for is there, and is fixed by its hash', async () => {
  await using site = await openSite();
  const page = await (await fetch(site.url)).text();
  const sheet = /href="(\/assets\/reader\.css\?v=[0-9a-f]+)"/.exec(page)?.[1];
  const css = await fetch(`${site.url}${sheet}`);
  expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(css.headers.get('cache-control')).toContain('immutable');
  expect((await fetch(`${site.url}/assets/reader.css`)).headers.get('cache-control')).not.toContain('immutable');
  const fonts = [...(await css.text()).matchAll(/url\("?([^)"]+)"?\)/g)].map((match) => match[1] ?? '');
  expect(fonts.length).toBeGreaterThan(4);
  for (const font of fonts) {
    const answer = await fetch(site.url + font, { method: 'HEAD' });
    expect(answer.status, font).toBe(200);
    expect(answer.headers.get('cache-control'), font).toContain('immutable');
  }
  for (const path of ['/assets/none.css', '/assets/../web.ts', '/assets/%2e%2e%2fweb.ts', '/assets/'])
    expect((await fetch(site.url + path)).status, path).toBe(404);
});

test('every page carries a policy that allows no script, whatever it is', async () => {
  await using site = await openSite();
  publish(site);
  for (const path of ['/', '/tidewater/2026-11', '/console', '/console/mail', '/nothing/here', '/u/x', '/healthz']) {
    const { headers } = await fetch(site.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toMatch(/default-src 'none'/);
    expect(policy, path).not.toMatch(/script-src|unsafe-eval/);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('x-powered-by'), path).toBeNull();
    expect(headers.get('set-cookie'), path).toBeNull();
  }
});

test('HTTPS is insisted on only where readers come by it', async () => {
  await using plain = await openSite();
  await using secure = await openSite({ baseUrl: 'https://news.example.org' });
  expect((await fetch(plain.url)).headers.get('strict-transport-security')).toBeNull();
  expect((await fetch(secure.url)).headers.get('strict-transport-security')).toBe('max-age=31536000');
});

test('what is not there is told as a page, and as JSON to those who ask for it', async () => {
  await using site = await openSite();
  const page = await fetch(`${site.url}/no/such`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(404);
  expect(await page.text()).toContain('This page is not here');
  const json = await fetch(`${site.url}/no/such`, { headers: { accept: 'application/json' } });
  expect(json.status).toBe(404);
  expect(await json.json()).toMatchObject({ error: { code: 'web.not_found' } });
});

test('healthz says ok while the store answers, and fails when it does not', async () => {
  await using site = await openSite();
  const well = await fetch(`${site.url}/healthz`);
  expect(await well.json()).toEqual({ ok: true });
  site.db.$client.exec('PRAGMA foreign_keys = OFF; DROP TABLE publications');
  expect((await fetch(`${site.url}/healthz`)).status).toBe(500);
});

test('the front page lists what came out, and says so when nothing has', async () => {
  await using site = await openSite();
  expect(await (await fetch(site.url)).text()).toContain('Nothing has come out yet');
  publish(site);
  const page = await (await fetch(site.url)).text();
  expect(page).toContain('<a href="/tidewater/2026-11">Ferries, lamps &amp; the price of a tide</a>');
});

test('a taken port and a foreign HOST are named with what to do', async () => {
  await using site = await openSite();
  const port = Number(new URL(site.url).port);
  const deps = { readers: site.readers, sessionsKey, log: openLog({ level: 'error', write: () => {} }) };
  const config = { host: '127.0.0.1', port, baseUrl: 'http://localhost:3000', oldBaseUrls: [] };
  await expect(openWeb({ ...deps, config })).rejects.toMatchObject({
    code: 'web.port_taken',
    message: `Port ${port} is taken by another program: set PORT to a free one`,
  });
  await expect(openWeb({ ...deps, config: { ...config, host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({ code: 'web.host_unknown' });
});

test('closing ends at once though a browser keeps its connection and another is half way through a request', async () => {
  const site = await openSite();
  const { port } = new URL(site.url);
  await (await fetch(site.url)).text(); // fetch keeps this connection open
  const half = connect(Number(port), '127.0.0.1');
  await new Promise<void>((resolve) =>
    half.write('POST /u/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc', () => resolve()),
  );
  const cut = new Promise<void>((resolve) => half.once('close', () => resolve()).once('error', () => {}));
  await site[Symbol.asyncDispose]();
  await cut;
  await expect(fetch(site.url)).rejects.toThrow();
});
