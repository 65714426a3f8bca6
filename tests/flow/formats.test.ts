/** Formats from the page of preferences to the mail: three readers get what they chose over real SMTP, from the next send on, and a resend is what it was. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { closeStore, openStore } from '../../src/store/open.ts';
import { openGalley, readersCsv } from '../support/galley.ts';
import { openScriptedRelay, type ReceivedMail } from '../support/relay.ts';

const issue = `---
publication: The Tidewater Review
title: "November 2026"
period: 2026-11
lang: en
preheader: Tides, ferries and lamps along the coast.
---

Welcome to the review, {{name|reader}}.

::download[Download the full issue]

## In the News

### The ferry runs again

The harbour board opened the pier.

:::chart{#crossings data="data/crossings.csv" preset="bars"}
Crossings by month

Source: Harbour board

Alt: Two bars: crossings in September and in October.
:::
`;

const name = 'tidewater/2026-11';

/** Writes the issue with its data into a folder. */
function writeIssue(folder: string): void {
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'issue.md'), issue);
  writeFileSync(join(folder, 'data/crossings.csv'), 'month,crossings\nSeptember,70\nOctober,84\n');
}

/** What a mail is made of. */
async function read({ bytes }: ReceivedMail) {
  const { html, text = '' } = await new PostalMime().parse(bytes);
  const type = /^Content-Type: ([\w/]+)/m.exec(bytes.toString('latin1'))?.[1];
  return { type, html, text, token: /\/p\/([a-z2-7]{34})/.exec(text)?.[1] ?? '' };
}

test('three readers get the formats they chose, from the next send on; what is sent again is byte for byte what it was', {
  timeout: 120_000,
}, async () => {
  await using relay = await openScriptedRelay({ dot: (taken) => (taken >= 3 && taken < 6 ? 'hang up' : '250 taken') });
  await using galley = openGalley({ SMTP_URL: relay.url, SMTP_CONNECTIONS: '1' });
  writeIssue(galley.folder);
  writeFileSync(join(galley.folder, 'readers.csv'), readersCsv(3));
  const from = ['--name', 'The Tidewater Review', '--from', 'news@tidewater.example', '--address', '4 Harbour Row'];
  await galley.done('publication', 'add', 'tidewater', ...from);
  await galley.done('issue', 'add', 'issue.md', '--publication', 'tidewater');
  await galley.done('import', 'readers.csv', '--publication', 'tidewater', '--consent', 'Signed up on the web site');
  const serve = galley.start('serve', '--workers', '1');
  const [, at = ''] = await serve.said(/Galley is at (http:\S+?)[;\s]/);
  /** The latest mail to a reader. */
  const mailTo = (reader: number) => relay.mails.findLast(({ to }) => to === `r${reader}@example.com`) as ReceivedMail;
  const choose = async (reader: number, format: string) => {
    const { token } = await read(mailTo(reader));
    const page = await fetch(`${at}/p/${token}`, { method: 'POST', body: new URLSearchParams({ format }) });
    expect(await page.text()).toContain(`value="${format}" checked`);
  };

  expect((await galley.run('send', name, '--wait')).code).toBe(0);
  for (const reader of [1, 2, 3]) expect((await read(mailTo(reader))).html).toContain('<img');
  await choose(2, 'light');
  await choose(3, 'text');

  expect((await galley.run('send', name, '--wait')).code).toBe(1); // the relay hangs up after each dot: nobody knows
  const [full, light, text] = await Promise.all([1, 2, 3].map((reader) => read(mailTo(reader))));
  expect(full?.type).toBe('multipart/alternative');
  expect(full?.html).toContain('<img');
  expect(light?.type).toBe('multipart/alternative');
  expect(light?.html).not.toContain('<img');
  expect(light?.html).toMatch(/<th scope="row">October<\/th><td>84<\/td>/);
  expect(light?.html).toContain('/tidewater/2026-11.light"');
  for (const part of [light?.html, text?.text]) for (const way of ['/u/', '/p/', '/tidewater/2026-11.pdf']) expect(part).toContain(way);
  expect([text?.type, text?.html]).toEqual(['text/plain', undefined]);
  for (const part of [full?.html, full?.text]) expect(part).toContain('Welcome to the review, Reader 1.');
  for (const part of [light?.html, light?.text]) expect(part).toContain('Welcome to the review, Reader 2.');
  const words = (mail: typeof full) =>
    mail?.text
      .replace(/\/[pu]\/\w+/g, '')
      .replace(/Reader \d/, '')
      .trimEnd();
  expect([words(light), words(text)]).toEqual([words(full), words(full)]);
  expect(relay.mails.every(({ bytes }) => bytes.includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click'))).toBe(true);

  const before = [1, 2, 3].map((reader) => mailTo(reader));
  await choose(1, 'text');
  await choose(2, 'full');
  await choose(3, 'light');
  const db = openStore(join(galley.folder, 'data', 'galley.db'));
  db.$client.exec(`UPDATE deliveries SET changed_at = changed_at - ${16 * 60_000} WHERE state = 'unknown'`);
  db.$client.exec(`UPDATE readers SET name = 'Somebody Else'`);
  closeStore(db);
  expect(await galley.done('unknown', `${name}+2`, 'resend', '--all')).toBe('3 messages are to be sent again\n');
  await expect.poll(() => relay.mails.length, { timeout: 30_000 }).toBe(9);
  expect([1, 2, 3].map((reader) => mailTo(reader))).toEqual(before);

  const page = await fetch(`${at}/tidewater/2026-11.light`);
  expect([page.status, page.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  const lightPage = await page.text();
  expect(lightPage).toContain('Full page, with pictures');
  const open = await Promise.all(
    ['2026-11', 'feed.atom', 'feed.json'].map(async (each) => (await fetch(`${at}/tidewater/${each}`)).text()),
  );
  for (const part of [lightPage, ...open]) {
    expect(part).toContain('Welcome to the review, reader.');
    expect(part).not.toContain('Reader 1');
  }
  serve.child.kill('SIGTERM');
  await serve.ended;
});

test('a preview has the light mail and the light page beside the others, and the checks say of which mail they speak', async () => {
  await using galley = openGalley();
  writeIssue(galley.folder);
  const paragraphs = Array.from({ length: 40 }, (_, i) => `\n### Item ${i}\n\n${'The pier has lamps. '.repeat(50)}\n`);
  writeFileSync(join(galley.folder, 'issue.md'), issue + paragraphs.join(''));
  expect(await galley.done('issue', 'preview', 'issue.md', '--out', 'preview')).toContain('light.html, light-page.html');
  const [mail, page, checks] = ['light.html', 'light-page.html', 'checks.json'].map((file) =>
    readFileSync(join(galley.folder, 'preview', file), 'utf8'),
  );
  expect(Buffer.byteLength(mail ?? '')).toBeLessThanOrEqual(25 * 1024);
  expect(page).toContain('Item 39');
  const found = (JSON.parse(checks ?? '') as { check: string; problem: string }[]).filter(({ check }) => check === 'fold');
  expect(found[0]?.problem).toMatch(
    /^The light mail would be over 25 KB, so fold 1 of \d+ shows "Crossings by month" in words instead of numbers/,
  );
  expect(found.every(({ problem }) => problem.startsWith('The light mail'))).toBe(true); // the full one fits
});
