/** Measuring from the question to the count, with the real service, a real mail and a real browser: the link lands right, and nothing of the reader stays anywhere. */
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import PostalMime from 'postal-mime';
import { expect, onTestFinished, test } from 'vitest';
import { linkKey } from '../../src/model/measure.ts';
import { accessibilityFaults, browserNote, changeLook, chromiumPath, looks, openBrowser, scrollsSideways } from '../support/browser.ts';
import { openGalley, readersCsv } from '../support/galley.ts';
import { openPostOffice } from '../support/relay.ts';

/** A web server of somebody else, which notes who asks. */
async function openElsewhere(page: string): Promise<{ url: string; heard: { path: string; headers: IncomingHttpHeaders }[] }> {
  const heard: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    if (request.url !== '/favicon.ico') heard.push({ path: request.url ?? '', headers: request.headers });
    response.setHeader('content-type', 'text/html').end(page);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

/** Every row of every table as text, table by table. */
function everything(file: string): Map<string, string[]> {
  const db = new Database(file, { readonly: true });
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  const all = new Map(
    tables.map((name) => [
      name,
      db
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .map((row) => JSON.stringify(row)),
    ]),
  );
  db.close();
  return all;
}

test(`a link of a real mail is followed and counted, and of who followed it nothing is kept and nothing told${browserNote}`, async () => {
  const board = await openElsewhere('<!doctype html><title>The board</title>');
  const target = `${board.url}/minutes?page=1&item=2`;
  await using post = await openPostOffice();
  await using galley = openGalley({ SMTP_URL: post.url });
  const file = join(galley.folder, 'data', 'galley.db');
  writeFileSync(
    join(galley.folder, 'issue.md'),
    `---\npublication: The Tidewater Review\ntitle: "November 2026"\nperiod: 2026-11\nlang: en\npreheader: Tides and ferries, and what they mean for the winter timetable of the coast.\n---\n\nWelcome.\n\n::download[Download the full issue]\n\n## News\n\n### The ferry\n\nThe [harbour board](${target}) met.\n\nImplications: More crossings.\n`,
  );
  writeFileSync(join(galley.folder, 'readers.csv'), readersCsv(2));
  const publication = ['--name', 'The Tidewater Review', '--from', 'news@tidewater.example', '--address', '4 Harbour Row'];
  await galley.done('publication', 'add', 'tidewater', ...publication, '--measure', 'links,downloads');
  await galley.done('publication', 'add', 'river', '--name', 'River', '--from', 'news@river.example');
  await galley.done('issue', 'add', 'issue.md', '--publication', 'tidewater');
  await galley.done('import', 'readers.csv', '--publication', 'tidewater', '--consent', 'Signed up on the web site');
  await galley.done('send', 'tidewater/2026-11', '--wait');

  const mails = await Promise.all(post.mails.map(({ bytes }) => PostalMime.parse(bytes)));
  const links = (html = '') => [...html.matchAll(/href="([^"]+)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));
  const [one = [], two = []] = mails.map(({ html }) => links(html).filter((href) => href.includes('/l/')));
  expect(one).toEqual([expect.stringMatching(new RegExp(`/l/tidewater/2026-11/${linkKey(target)}$`))]);
  expect(two).toEqual(one); // the same for every reader
  expect(mails[0]?.text).toContain(target);

  const serve = galley.start('serve', '--workers', '0');
  const [, at = ''] = await serve.said(/Galley is at (http:\S+?)[;\s]/);
  await serve.said(
    /Nobody has said yet whether river may count .*: galley publication set river --measure links,downloads, or --measure none/,
  );
  const short = at + new URL(one[0] ?? '').pathname;
  const ours = () => everything(file).get('counts') ?? [];
  const answer = await fetch(short, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, target]);
  await expect.poll(ours, { timeout: 5000 }).toEqual([expect.stringContaining('"times":1')]);

  // The reader's program asks with all it has to tell; what changes in the whole store is one number.
  const before = everything(file);
  const tokens = [...new Set(`${mails[0]?.html}`.match(/[a-z2-7]{34}/g))];
  expect(tokens.length).toBeGreaterThan(1);
  const told = {
    referer: `http://mail.example/?reader=r1@example.com&${tokens.join('&')}`,
    'user-agent': 'Reader-Of-Mails/7',
    'x-forwarded-for': '203.0.113.77',
  };
  await fetch(short, { redirect: 'manual', headers: { ...told, cookie: `reader=${tokens[0]}` } });
  await (await fetch(`${at}/tidewater/2026-11.pdf`, { headers: told })).arrayBuffer();
  await expect
    .poll(ours, { timeout: 5000 })
    .toEqual(expect.arrayContaining([expect.stringContaining('"times":2'), expect.stringContaining('"what":"pdf"')]));
  const after = everything(file);
  expect([...after].filter(([name, rows]) => rows.join() !== before.get(name)?.join()).map(([name]) => name)).toEqual(['counts']);
  const kept = JSON.stringify([after.get('counts'), after.get('links')]);
  for (const trace of ['r1@example.com', 'Reader-Of-Mails', '203.0.113', 'mail.example', ...tokens]) expect(kept).not.toContain(trace);
  expect(Object.keys(JSON.parse(after.get('counts')?.[0] ?? '{}'))).toEqual(['issue_id', 'what', 'day', 'times']);

  if (chromiumPath === undefined) return;
  // A mailbox on the web that gives away its whole address, with the reader's tokens in it: our own server is told, the page reached is not.
  const mailbox = await openElsewhere(`<!doctype html><meta name="referrer" content="unsafe-url"><a href="${short}">harbour board</a>`);
  await using chromium = await openBrowser();
  const page = await chromium.browser.newPage();
  const asked: Record<string, string>[] = [];
  page.on('request', (request) => request.url() === short && asked.push(request.headers()));
  await page.goto(`${mailbox.url}/mail?token=${tokens[0]}`);
  board.heard.length = 0;
  await page.getByRole('link').click();
  await page.waitForURL(target);
  expect(asked[0]?.['referer']).toContain(tokens[0]);
  expect(board.heard.map(({ path, headers }) => [path, headers.referer])).toEqual([['/minutes?page=1&item=2', undefined]]);
  await expect.poll(ours, { timeout: 5000 }).toContainEqual(expect.stringContaining('"times":3'));
  await page.goto(`${at}/console?still`);
  await page.getByText('3 links followed and 1 PDF fetched').waitFor();
  for (const look of looks) {
    await changeLook(page, look);
    expect([await scrollsSideways(page), await accessibilityFaults(page)], `${look.width} ${look.scheme}`).toEqual([false, []]);
  }
});
