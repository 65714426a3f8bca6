/** Answers made small on the wire: who gets which coding, what is never compressed, and what is kept. */
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { mintToken } from '../../src/model/token.ts';
import { changePublication } from '../../src/store/publications.ts';
import { openShelf } from '../../src/web/packed.ts';
import { leaveToken, openSite, preferencesToken, publish, ring } from './site.ts';

interface Answer {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
}

/** Asks as `fetch` cannot: with these codings and no others, and the bytes as they come. */
function ask(url: string, headers: Record<string, string> = {}, { method = 'GET', body = '' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

const everything = 'gzip, deflate, br, zstd';
const compressed = [
  '/tidewater',
  '/tidewater/2026-11',
  '/tidewater/feed.atom',
  '/tidewater/feed.json',
  '/sitemap.xml',
  '/assets/reader.css',
];

test.each(compressed)('%s is the same in every coding, each with an ETag of its own', async (path) => {
  await using site = await openSite();
  publish(site);
  const plain = await ask(site.url + path);
  const br = await ask(site.url + path, { 'accept-encoding': everything });
  const gzip = await ask(site.url + path, { 'accept-encoding': 'gzip' });
  expect([plain, br, gzip].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'br', 'gzip']);
  expect(brotliDecompressSync(br.bytes)).toEqual(plain.bytes);
  expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
  const tags = [plain, br, gzip].map(({ headers }) => String(headers['etag']));
  expect(new Set(tags).size).toBe(3);
  for (const [tag, codings] of [
    [tags[0], {}],
    [tags[1], { 'accept-encoding': everything }],
    [tags[2], { 'accept-encoding': 'gzip' }],
  ] as const) {
    const known = await ask(site.url + path, { ...codings, 'if-none-match': tag ?? '' });
    expect([known.status, known.bytes.length, known.headers['vary']]).toEqual([304, 0, 'Accept-Encoding']);
  }
});

test.each([
  ['nothing', 'identity'],
  ['a coding that is refused', 'br;q=0'],
  ['everything refused', '*;q=0'],
  ['one that we do not know', 'zstd'],
  ['nonsense', ',;=,q=br,\t'],
  ['a very long list', 'x,'.repeat(3000)],
])('who takes %s gets the bytes as they are', async (_, codings) => {
  await using site = await openSite();
  publish(site);
  const answer = await ask(`${site.url}/tidewater`, { 'accept-encoding': codings });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.bytes.toString()).toContain('</html>');
});

test.each([
  ['a list with many', `${'"x", '.repeat(2000)}"y"`, 200],
  ['any', '*', 304],
  ['one that is weak', 'W/"x"', 200],
  ['one without its end', '"', 200],
  ['nothing', '', 200],
])('If-None-Match with %s is answered', async (_, tag, status) => {
  await using site = await openSite();
  publish(site);
  expect((await ask(`${site.url}/tidewater`, { 'if-none-match': tag })).status).toBe(status);
});

test('the form to subscribe and the front page are compressed as they are made', async () => {
  await using site = await openSite();
  publish(site);
  for (const path of ['/', '/tidewater/subscribe']) {
    const answer = await ask(site.url + path, { 'accept-encoding': everything });
    expect(answer.headers, path).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    expect(brotliDecompressSync(answer.bytes).toString(), path).toContain('</html>');
  }
});

test('what holds a token, or repeats what was typed, is never compressed', async () => {
  await using site = await openSite();
  publish(site);
  changePublication(site.db, site.publication.id, { pdf: 'readers' });
  const codings = { 'accept-encoding': everything };
  const old = mintToken(ring, 'pdf', { publication: 1, reader: 1, send: 1 });
  site.clock.ahead = 400 * 24 * 3_600_000;
  const paths = [
    `/u/${leaveToken(1, 1)}`,
    `/p/${preferencesToken(1, 1)}`,
    '/c/x',
    `/tidewater/2026-11.pdf?link=${old}`,
    '/console',
    '/console/languages',
  ];
  for (const path of paths) expect((await ask(site.url + path, codings)).headers['content-encoding'], path).toBeUndefined();
  const form = { ...codings, 'content-type': 'application/x-www-form-urlencoded' };
  for (const path of ['/tidewater/subscribe', '/tidewater/2026-11.pdf']) {
    const answer = await ask(site.url + path, form, { method: 'POST', body: 'email=nobody' });
    expect(answer.bytes.toString(), path).toContain('nobody');
    expect(answer.headers['content-encoding'], path).toBeUndefined();
  }
});

test('a shelf keeps what was taken last, makes each thing once however many ask, and no failure', async () => {
  const shelf = openShelf<string>(10, (text) => text.length);
  const made: string[] = [];
  const take = (key: string, size = 4) =>
    shelf.take(key, async () => {
      made.push(key);
      return key.repeat(size);
    });
  await Promise.all([take('a'), take('a')]);
  await take('b');
  await take('a');
  await take('c'); // b was taken longest ago and leaves
  await take('a');
  await take('b');
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  await take('x', 100); // larger than the shelf: it is handed over, and stays until the next
  await expect(shelf.take('bad', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(shelf.take('bad', async () => 'good')).resolves.toBe('good');
});
