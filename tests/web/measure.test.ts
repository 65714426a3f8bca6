/** What is counted of readers, and how: short addresses lead only where an edition leads, counts know no reader, and nobody waits for them. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { downloadsKey, linkKey } from '../../src/model/measure.ts';
import { addCounts } from '../../src/store/counts.ts';
import { keepLinks } from '../../src/store/links.ts';
import { changePublication } from '../../src/store/publications.ts';
import { counts } from '../../src/store/schema.ts';
import type { Send } from '../../src/store/sends.ts';
import { openCounter } from '../../src/web/counter.ts';
import { isDownload } from '../../src/web/reader/links.ts';
import { signInAs } from './signed.ts';
import { leaveToken, openSite, pdf, publish, type Site, type SiteOptions, writtenAfterMs } from './site.ts';

const board = 'https://board.example/minutes?page=1&item=2';
const foreign = 'https://münchen.example/straße#ö';

/** A site whose publication measures, with an issue that went out with two links. */
async function measuring(options: SiteOptions = {}, rehearsal = false): Promise<Site & { send: Send }> {
  const site = await openSite(options);
  changePublication(site.db, site.publication.id, { measure: 'on', measureSince: site.now() });
  const send = publish(site, { rehearsal });
  const links = [board, foreign].map((url, i) => ({ url, words: `link ${i}`, key: linkKey(url) }));
  keepLinks(site.db, send.editionId, links);
  return Object.assign(site, { send });
}

const shortPath = (url: string): string => `/l/tidewater/2026-11/${linkKey(url)}`;
const follow = (site: Site, path: string, init: RequestInit = {}) => fetch(site.url + path, { redirect: 'manual', ...init });
/** What stands in the store once the counter has written. */
async function counted(site: Site): Promise<[string, number][]> {
  await sleep(writtenAfterMs);
  return site.db
    .select()
    .from(counts)
    .all()
    .map(({ what, times }) => [what, times]);
}

test('a link leads on, by a redirect that tells nobody where the reader came from and that no cache or search engine keeps', async () => {
  await using site = await measuring();
  const answer = await follow(site, shortPath(board));
  expect(answer.status).toBe(302);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    location: board,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-robots-tag': 'none',
  });
  expect(answer.headers.has('set-cookie')).toBe(false);
  expect((await follow(site, shortPath(foreign))).headers.get('location')).toBe('https://xn--mnchen-3ya.example/stra%C3%9Fe#%C3%B6');
});

test('following and fetching are counted by link and day; looking whether a link works is not', async () => {
  await using site = await measuring();
  for (let i = 0; i < 3; i += 1) await follow(site, shortPath(board));
  await follow(site, shortPath(foreign));
  await follow(site, shortPath(board), { method: 'HEAD' });
  await (await follow(site, '/tidewater/2026-11.pdf')).arrayBuffer();
  await follow(site, '/tidewater/2026-11.pdf', { method: 'HEAD' });
  await (await follow(site, '/tidewater/2026-11.pdf', { headers: { range: 'bytes=5-' } })).arrayBuffer();
  expect((await follow(site, '/tidewater/2026-10.pdf')).status).toBe(404);
  expect((await counted(site)).sort()).toEqual(
    [
      [linkKey(board), 3],
      [linkKey(foreign), 1],
      [downloadsKey, 1],
    ].sort(),
  );
  expect(site.db.select().from(counts).all()[0]?.day).toBe(new Date(site.now()).toISOString().slice(0, 10));
});

test.each([
  ['GET', 200, '', true],
  ['GET', 206, 'bytes 0-4999/90000', true],
  ['GET', 206, 'bytes 0-20/21', true],
  ['GET', 206, 'bytes 0-1/90000', false],
  ['GET', 206, 'bytes 5000-89999/90000', false],
  ['GET', 206, '', false],
  ['GET', 304, '', false],
  ['GET', 416, 'bytes */90000', false],
  ['GET', 404, '', false],
  ['HEAD', 200, '', false],
])('%s answered with %i %s is a download: %s', (method, statusCode, contentRange, download) => {
  expect(isDownload(method, { statusCode, contentRange })).toBe(download);
});

test('a download that a browser cuts short to go on in parts is counted once', async () => {
  await using site = await measuring();
  const large = Buffer.concat([pdf, Buffer.alloc(9_000_000)]);
  site.db.$client.prepare('UPDATE editions SET pdf = ?').run(large);
  await new Promise<void>((done, failed) => {
    const asked = request(`${site.url}/tidewater/2026-11.pdf`, (response) => response.once('data', () => asked.destroy()));
    asked.once('close', done).once('error', failed).end();
  });
  await (await follow(site, '/tidewater/2026-11.pdf', { headers: { range: 'bytes=65536-131071' } })).arrayBuffer();
  expect(await counted(site)).toEqual([[downloadsKey, 1]]);
});

test.each([
  '/l',
  '/l/',
  '/l//evil.example',
  '/l/tidewater',
  '/l/tidewater/2026-11',
  '/l/tidewater/2026-11/',
  '/l/tidewater/2026-11/evil.example',
  '/l/tidewater/2026-11/https:%2F%2Fevil.example',
  '/l/tidewater/2026-11/https://evil.example',
  `/l/tidewater/2026-11/${linkKey('https://evil.example')}?url=https://evil.example`,
  `/l/tidewater/2026-12/${linkKey(board)}`,
  `/l/elsewhere/2026-11/${linkKey(board)}`,
  `/l/tidewater/2026-11/${linkKey(board).toUpperCase()}G`,
  `/l/tidewater/2026-11/${linkKey(board)}%00`,
  `/l/tidewater/2026-11/${linkKey(board)}%0d%0aLocation:%20https://evil.example`,
  `/l/tidewater/2026-11/${linkKey(board)}/more`,
  '/l/tidewater/2026-11/%27%20OR%201=1--',
  `/l/tidewater/${'9'.repeat(5000)}/${linkKey(board)}`,
  `/l/%25/2026-11/${linkKey(board)}`,
])('%s leads nowhere: a plain page, no redirect, no count', async (path) => {
  await using site = await measuring();
  // written by hand: fetch would tidy the address up first
  const raw = await new Promise<string>((done, failed) => {
    const { hostname, port } = new URL(site.url);
    const line = connect(Number(port), hostname, () => line.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    let text = '';
    line.setEncoding('utf8').on('data', (chunk) => (text += chunk));
    line.once('end', () => done(text)).once('error', failed);
  });
  expect(raw).toMatch(/^HTTP\/1\.1 404 /);
  expect(raw.toLowerCase()).not.toContain('\nlocation:');
  expect(raw).toContain('There is no page at this address');
});

test('what no mail has carried yet leads nowhere: the send has to have started', async () => {
  await using site = await measuring();
  site.db.$client.exec("UPDATE sends SET as_of = NULL, state = 'scheduled'");
  expect((await follow(site, shortPath(board))).status).toBe(404);
});

test('switched off, links in mails sent before lead on for ever and nothing more is counted', async () => {
  await using site = await measuring();
  await follow(site, shortPath(board));
  await (await follow(site, '/tidewater/2026-11.pdf')).arrayBuffer();
  const before = await counted(site);
  changePublication(site.db, site.publication.id, { measure: 'off' });
  expect((await follow(site, shortPath(board))).headers.get('location')).toBe(board);
  await (await follow(site, '/tidewater/2026-11.pdf')).arrayBuffer();
  expect(before.length).toBe(2);
  expect(await counted(site)).toEqual(before);
});

test('a rehearsal counts nothing, and an issue that was only rehearsed neither', async () => {
  await using rehearsing = await measuring({ catcher: true }, true);
  await using rehearsed = await measuring({}, true);
  for (const site of [rehearsing, rehearsed]) {
    expect((await follow(site, shortPath(board))).status).toBe(302);
    await (await follow(site, '/tidewater/2026-11.pdf')).arrayBuffer();
    expect(await counted(site)).toEqual([]);
  }
});

test('what is counted but not written yet is written at the stop', async () => {
  const site = await measuring();
  const before = site.db.select().from(counts).all();
  await follow(site, shortPath(board));
  const rows: unknown[] = [];
  const close = site.db.$client.close.bind(site.db.$client);
  site.db.$client.close = () => {
    rows.push(...site.db.select().from(counts).all());
    return close();
  };
  await site[Symbol.asyncDispose]();
  expect([before.length, rows.length]).toEqual([0, 1]);
});

test('a store that cannot be written holds no reader up, and what was counted meanwhile is written afterwards', async () => {
  await using site = await measuring();
  site.db.$client.exec('ALTER TABLE counts RENAME TO away');
  expect((await follow(site, shortPath(board))).status).toBe(302);
  await sleep(writtenAfterMs);
  expect((await follow(site, shortPath(board))).status).toBe(302);
  expect(site.logged.filter((line) => line.includes('counts.wait')).length).toBe(1);
  site.db.$client.exec('ALTER TABLE away RENAME TO counts');
  expect((await counted(site)).reduce((sum, [, times]) => sum + times, 0)).toBe(2);
});

test('a counter keeps one number per thing, however often it happens, and the days are those of the publication', async () => {
  await using site = await measuring();
  const { db, publication } = site;
  changePublication(db, publication.id, { zone: 'Asia/Karachi' });
  const late = Date.UTC(2026, 10, 25, 19, 30); // after midnight in Karachi
  const counter = openCounter({ db, rehearsal: false, log: openLog({ level: 'error', write: () => {} }), now: () => late });
  const of = { slug: 'tidewater', number: '2026-11', what: linkKey(board) };
  for (let i = 0; i < 100_000; i += 1) counter.count(of);
  counter.count({ ...of, slug: 'elsewhere' });
  counter.close();
  counter.count(of);
  counter.flush();
  expect(db.select().from(counts).all()).toEqual([{ issueId: site.send.issueId, what: of.what, day: '2026-11-26', times: 100_000 }]);
});

test('the question stands on the desk until one of its two buttons is pressed; the first answer counts and is in the audit', async () => {
  await using site = await openSite();
  const desk = async () => (await fetch(`${site.url}/console`)).text();
  const answer = (fields: Record<string, string>, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) =>
    fetch(`${site.url}/console/measure`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ publication: 'tidewater', ...fields }).toString(),
    });
  expect(await desk()).toContain('Count links and downloads of <bdi>The Tidewater Review</bdi>?');
  expect((await answer({ answer: 'on' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await answer({ answer: 'perhaps' })).status).toBe(400);
  expect((await answer({ answer: 'on', publication: 'nobody' })).status).toBe(404);
  const stored = () => site.db.$client.prepare('SELECT measure FROM publications').pluck().get();
  expect(stored()).toBeNull();
  expect((await answer({ answer: 'off' })).headers.get('location')).toBe('/console');
  expect((await answer({ answer: 'on' })).status).toBe(303);
  expect(stored()).toBe('off');
  expect(await desk()).not.toContain('Count links and downloads');
  const notes = site.db.$client.prepare("SELECT actor, subject, detail FROM audit WHERE action = 'measure'").all();
  expect(notes).toEqual([{ actor: 'console', subject: 'tidewater', detail: 'off' }]);
});

test('only who may answer is asked', async () => {
  await using site = await openSite();
  for (const [role, asked] of [
    ['owner', true],
    ['editor', false],
    ['viewer', false],
  ] as const) {
    const { cookie } = signInAs(site, role);
    const page = await (await fetch(`${site.url}/console`, { headers: { cookie } })).text();
    expect(page.includes('Count links and downloads'), role).toBe(asked);
  }
});

test('the desk shows links by how often they were followed and downloads by day, and says what such numbers are', async () => {
  await using site = await measuring();
  const of = { slug: 'tidewater', number: '2026-11', at: Date.UTC(2026, 10, 25) };
  const hostile = 'https://x.example/"><script>alert(1)</script>';
  keepLinks(site.db, site.send.editionId, [{ url: hostile, words: '<b>& more</b>', key: linkKey(hostile) }]);
  addCounts(site.db, [
    { ...of, what: linkKey(foreign), times: 1200 },
    { ...of, what: linkKey(board), times: 7 },
    { ...of, what: downloadsKey, times: 40 },
    { ...of, what: downloadsKey, times: 2, at: of.at + 86_400_000 },
  ]);
  const page = await (await fetch(`${site.url}/console?still`)).text();
  expect(page.indexOf('link 1')).toBeLessThan(page.indexOf('link 0'));
  for (const words of [
    '1,200',
    'nobody is told apart',
    'check mail for dangers',
    '25 Nov 2026',
    '<b>42 PDFs</b> fetched',
    '<b>1,207 links</b> followed',
  ])
    expect(page, words).toContain(words);
  expect(page).toContain('&lt;b&gt;&amp; more&lt;/b&gt;');
  expect(page).not.toContain('<script');
  changePublication(site.db, site.publication.id, { measure: 'off', measureSince: site.now() });
  expect(await (await fetch(`${site.url}/console?still`)).text()).toContain('when it was switched off');
});

test('where nothing was ever counted the desk says nothing of it', async () => {
  await using site = await openSite();
  changePublication(site.db, site.publication.id, { measure: 'off', measureSince: site.now() });
  publish(site);
  expect(await (await fetch(`${site.url}/console?still`)).text()).not.toContain('Links and downloads');
});

test('why readers left is told in their words, counted, escaped, and without who they are', async () => {
  await using site = await measuring();
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${site.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const leave = async (reader: number, reason: string): Promise<void> => {
    const path = `/u/${leaveToken(site.publication.id, reader)}`;
    await post(path, reader === 3 ? { 'List-Unsubscribe': 'One-Click' } : { from: 'page' });
    await post(`${path}/reason`, { reason });
  };
  expect(await (await fetch(`${site.url}/console?still`)).text()).not.toContain('Who left');
  await leave(1, 'Too long.');
  await leave(2, 'too long');
  await leave(3, '<img src=x> write to r3@example.com instead');
  for (const path of ['/console?still', '/console/leaving']) {
    const page = await (await fetch(site.url + path)).text();
    expect(page, path).toContain('3 readers left: 2 on our page, 1 by the mail program’s own button. 3 said why.');
    expect(page, path).toMatch(/<q dir="auto">too long<\/q> <b>2 times<\/b>/i);
    expect(page, path).toContain('&lt;img src=x&gt; write to [an address] instead');
    expect(page, path).not.toContain('example.com');
  }
  expect(await (await fetch(`${site.url}/console/leaving`)).text()).toContain('after 2026-11');
});
