/** The archive over HTTP: what it lists and what it never lists, the one address of each page, the sitemap and robots.txt. */
import { expect, test } from 'vitest';
import { saveEdition } from '../../src/store/editions.ts';
import { withdrawIssue } from '../../src/store/published.ts';
import { drawSitemap } from '../../src/web/reader/archive.ts';
import type { Archive } from '../../src/web/reader/archives.ts';
import { samplePublication } from '../support/store.ts';
import { openSite, publish, type Site } from './site.ts';

const text = async (site: Site, path: string): Promise<string> => (await fetch(site.url + path)).text();
const listed = async (site: Site, path = '/tidewater'): Promise<string[]> =>
  [...(await text(site, path)).matchAll(/href="\/tidewater\/(\d{4}-\d\d)"/g)].map(([, number = '']) => number);

/** Gives an issue a month and a title of its own. */
function title(site: Site, number: string, words: string): void {
  const set = `UPDATE revisions SET tree = json_set(tree, '$.title', ?, '$.period', ?) WHERE tree ->> '$.number' = ?`;
  site.db.$client.prepare(set).run(words, number, number);
}

test('the archive lists every issue under its year, the newest first, each with what it is about and its PDF', async () => {
  await using site = await openSite();
  for (const number of ['2025-12', '2026-01', '2026-11']) {
    publish(site, { number });
    title(site, number, `Number ${number} & more`);
  }
  expect(await listed(site)).toEqual(['2026-11', '2026-01', '2025-12']);
  const page = await text(site, '/tidewater');
  expect(page).toContain('<a href="/tidewater/2026-11">Number 2026-11 &amp; more</a>');
  expect(page).toContain('href="/tidewater/2026-11.pdf"');
  expect(page).toContain('<section class="year" id="2025"');
  expect(page).toContain('<a href="#2025">2025</a>');
  expect(page).toContain('Tides, ferries and lamps.');
  expect(page).not.toContain('noindex');
});

test('an archive without an issue says so', async () => {
  await using site = await openSite();
  expect(await text(site, '/tidewater')).toContain('Nothing has come out yet');
});

const hidden: [string, (site: Site) => void][] = [
  ['scheduled', (site) => site.db.$client.exec("UPDATE sends SET as_of = NULL, state = 'scheduled' WHERE id = 2")],
  ['withdrawn', (site) => withdrawIssue(site.db, 2, 1)],
  ['cancelled before anybody had it', (site) => site.db.$client.exec("UPDATE sends SET state = 'cancelled' WHERE id = 2")],
  ['only rehearsed, where mail goes over a relay', (site) => site.db.$client.exec('UPDATE sends SET rehearsal = 1 WHERE id = 2')],
];

test.each(hidden)('an issue that is %s shows nowhere', async (_, hide) => {
  await using site = await openSite();
  publish(site, { number: '2026-10' });
  publish(site, { number: '2026-11' });
  expect(await listed(site)).toEqual(['2026-11', '2026-10']);
  hide(site);
  for (const path of ['/', '/tidewater', '/tidewater/feed.atom', '/tidewater/feed.json', '/sitemap.xml', '/tidewater/subscribe'])
    expect(await text(site, path), path).not.toContain('tidewater/2026-11');
  for (const path of ['/tidewater/2026-11', '/tidewater/2026-11.pdf', '/tidewater/2026-11.light', '/tidewater/2026-11/ferries'])
    expect((await fetch(site.url + path)).status, path).toBe(404);
  expect(await listed(site)).toEqual(['2026-10']);
});

test('an issue that was cancelled when some had it stays, and one that was withdrawn comes back', async () => {
  await using site = await openSite();
  publish(site);
  site.db.$client.exec("UPDATE sends SET state = 'cancelled', accepted = 1");
  expect(await listed(site)).toEqual(['2026-11']);
  expect(withdrawIssue(site.db, 1, 1)).toBe(true);
  expect(withdrawIssue(site.db, 1, 2)).toBe(false);
  expect(await listed(site)).toEqual([]);
  expect(withdrawIssue(site.db, 1, null)).toBe(true);
  expect(await listed(site)).toEqual(['2026-11']);
});

test('a rehearsal is listed where the house only rehearses', async () => {
  await using site = await openSite({ catcher: true });
  publish(site, { rehearsal: true });
  expect(await listed(site)).toEqual(['2026-11']);
});

test('what changed shows at once, whoever changed it, and what did not is answered with 304', async () => {
  await using site = await openSite();
  publish(site, { number: '2026-10' });
  const first = await fetch(`${site.url}/tidewater`);
  const again = { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
  await first.text();
  expect((await fetch(first.url, { headers: again })).status).toBe(304);
  site.db.$client.exec('UPDATE sends SET bounced = 1'); // changes the store, not the archive
  expect((await fetch(first.url, { headers: again })).status).toBe(304);
  publish(site, { number: '2026-11' });
  const changed = await fetch(first.url, { headers: again });
  expect(changed.status).toBe(200);
  expect(await changed.text()).toContain('2026-11');
});

test('a new edition of an issue takes the place of the one before', async () => {
  await using site = await openSite();
  publish(site);
  expect(await text(site, '/tidewater/2026-11')).toContain('November 2026');
  const corrected = saveEdition(site.db, {
    issueId: 1,
    revision: 1,
    language: 'en',
    format: 'full',
    hash: 'ff',
    subject: 'Corrected',
    email: '',
    plainText: '',
    page: '<title>Corrected</title>',
    pdf: Buffer.from('%PDF'),
    masthead: 'other',
    createdAt: 1,
  });
  site.db.$client.prepare('UPDATE sends SET edition_id = ?').run(corrected.id);
  expect(await text(site, '/tidewater/2026-11')).toContain('Corrected');
});

test.each([
  ['/tidewater/', '/tidewater'],
  ['/Tidewater', '/tidewater'],
  ['/TIDEWATER/feed.atom', '/tidewater/feed.atom'],
  ['/tidewater/2026-11/', '/tidewater/2026-11'],
  ['/Tidewater/2026-11/ferries///', '/tidewater/2026-11/ferries'],
  ['/tidewater/subscribe/?language=ar', '/tidewater/subscribe?language=ar'],
  ['/TIDEWATER/2026-11.pdf?link=abc', '/tidewater/2026-11.pdf?link=abc'],
  ['/tidewater//evil.example/', '/tidewater//evil.example'],
])('%s leads to the one address, %s', async (path, to) => {
  await using site = await openSite();
  publish(site);
  const answer = await fetch(site.url + path, { redirect: 'manual' });
  expect(answer.status).toBe(301);
  expect(answer.headers.get('location')).toBe(to);
});

test.each([
  '//evil.example',
  '//evil.example/',
  '/%2f%2fevil.example/',
  '/\\evil.example/',
  '/.evil.example/',
  '/nobody/',
  '/tidewater/..%2f..%2fetc%2fpasswd',
  '/tidewater/2026-11%00',
  '/tidewater/2026-11/..%2f..',
  '/tidewater/feed.rss',
  `/tidewater/${'9'.repeat(5000)}`,
  "/tidewater/'; DROP TABLE sends; --",
])('%s is no page and leads nowhere', async (path) => {
  await using site = await openSite();
  publish(site);
  const answer = await fetch(site.url + path, { redirect: 'manual' });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('location')).toBeNull();
});

test('an address that cannot be decoded is a bad request, not a failure', async () => {
  await using site = await openSite();
  expect((await fetch(`${site.url}/tidewater/%ff`)).status).toBe(400);
  expect(site.logged.filter((line) => line.includes('web.failed'))).toEqual([]);
});

test('HEAD is answered like GET without the body, OPTIONS with what may be asked, and nothing else is taken', async () => {
  await using site = await openSite();
  publish(site);
  for (const path of [
    '/tidewater',
    '/tidewater/2026-11',
    '/tidewater/2026-11.pdf',
    '/tidewater/feed.atom',
    '/tidewater/feed.json',
    '/sitemap.xml',
  ]) {
    const get = await fetch(site.url + path);
    const head = await fetch(site.url + path, { method: 'HEAD' });
    expect(head.status, path).toBe(200);
    for (const name of ['etag', 'content-type', 'content-length', 'content-encoding', 'last-modified', 'cache-control', 'vary'])
      expect(head.headers.get(name), `${path} ${name}`).toBe(get.headers.get(name));
    expect((await head.arrayBuffer()).byteLength, path).toBe(0);
    expect((await fetch(site.url + path, { method: 'OPTIONS' })).headers.get('allow'), path).toContain('GET');
    expect((await fetch(site.url + path, { method: 'DELETE' })).status, path).toBe(404);
  }
});

test('the sitemap names the public pages with the instant of their last change, and robots.txt keeps programs from links with tokens', async () => {
  await using site = await openSite({ baseUrl: 'https://news.example.org' });
  samplePublication(site.db, 'lanterns');
  publish(site);
  const map = await text(site, '/sitemap.xml');
  expect([...map.matchAll(/<loc>([^<]*)<\/loc><lastmod>([^<]*)<\/lastmod>/g)].map(([, at, when]) => [at, when])).toEqual([
    ['https://news.example.org/tidewater', '2026-11-22T09:00:00.000Z'],
    ['https://news.example.org/tidewater/2026-11', '2026-11-22T09:00:00.000Z'],
    ['https://news.example.org/lanterns', '2026-11-22T09:00:00.000Z'],
  ]);
  const robots = await fetch(`${site.url}/robots.txt`);
  expect(robots.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const lines = (await robots.text()).split('\n');
  for (const path of ['/u/', '/p/', '/c/', '/l/', '/console', '/api/', '/*?link=']) expect(lines).toContain(`Disallow: ${path}`);
  expect(lines).toContain('Sitemap: https://news.example.org/sitemap.xml');
});

test('a sitemap has at most 50,000 addresses: the newest', () => {
  const archive = (slug: string, from: number): Archive => ({
    publication: { slug } as Archive['publication'],
    issues: Array.from({ length: 30_000 }, (_, i) => ({ number: `n${i}`, updatedAt: from + i }) as Archive['issues'][number]),
    updatedAt: from + 30_000,
    hash: slug,
  });
  const map = drawSitemap([archive('old', 0), archive('new', 1_000_000)], 'https://x.example');
  expect(map.match(/<url>/g)).toHaveLength(50_000);
  expect(map).toContain('<loc>https://x.example/new/n0</loc>');
  expect(map).not.toContain('<loc>https://x.example/old/n0</loc>');
  expect(map.length).toBeLessThan(50_000_000);
});
