import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { openGalley, readersCsv } from '../support/galley.ts';
import { openPostfix, withoutPostfix } from '../support/postfix.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';

const issue = `---
publication: The Tidewater Review
title: "November 2026"
period: 2026-11
lang: en
preheader: Tides, ferries and lamps along the coast, and what they mean for the winter timetable.
---

Welcome to the review.

::download[Download the full issue]

## In the News

### The ferry runs again

The [harbour board](https://example.com/board) opened the pier on Monday at 10:30.

Implications: More crossings; fewer queues.
`;

/** A publication with an issue and readers, ready to send. */
async function prepared(readers: number, env: Record<string, string> = {}) {
  const galley = openGalley(env);
  writeFileSync(join(galley.folder, 'issue.md'), issue);
  writeFileSync(join(galley.folder, 'readers.csv'), readersCsv(readers));
  await galley.done(
    'publication',
    'add',
    'tidewater',
    '--name',
    'The Tidewater Review',
    '--from',
    'news@tidewater.example',
    '--address',
    '4 Harbour Row',
  );
  await galley.done('issue', 'add', 'issue.md', '--publication', 'tidewater');
  await galley.done('import', 'readers.csv', '--publication', 'tidewater', '--consent', 'Signed up on the web site');
  return galley;
}

const statusOf = async (galley: Awaited<ReturnType<typeof prepared>>, ...name: string[]) =>
  JSON.parse(await galley.done('status', ...name, '--json'));

/** The value of a header in a mail as received, unfolded. */
function header(bytes: Buffer, name: string): string {
  const head =
    bytes
      .toString('latin1')
      .split('\r\n\r\n')[0]
      ?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? '';
}

describe('a send', () => {
  test('an issue and a list become one mail to each reader, with tokens of its own, and a status that says so', async () => {
    await using post = await openPostOffice();
    await using galley = await prepared(500, { SMTP_URL: post.url });
    const { code, err } = await galley.run('send', 'tidewater/2026-11', '--wait');
    expect(err).toContain('500 of 500 accepted');
    expect(code).toBe(0);
    expect(post.mails.map((mail) => mail.to).sort()).toEqual(Array.from({ length: 500 }, (_, i) => `r${i + 1}@example.com`).sort());
    expect(new Set(post.mails.map((mail) => mail.from)).size).toBe(500);
    expect(new Set(post.mails.map((mail) => header(mail.bytes, 'Message-ID'))).size).toBe(500);
    expect(new Set(post.mails.map((mail) => header(mail.bytes, 'List-Unsubscribe'))).size).toBe(500);
    expect(await statusOf(galley)).toEqual({
      send: 'tidewater/2026-11',
      state: 'sent',
      rehearsal: false,
      prepared: 500,
      accepted: 500,
      refused: 0,
      deferred: 0,
      unknown: 0,
      cancelled: 0,
      waiting: 0,
      bounced: 0,
      complained: 0,
    });
    const [mail] = post.mails;
    const parsed = await PostalMime.parse(mail?.bytes ?? '');
    expect(parsed.subject).toBe('The Tidewater Review: November 2026');
    for (const part of [parsed.html, parsed.text]) expect(part).toContain('10:30');
    expect(parsed.to?.[0]?.address).toBe(mail?.to);
  });

  test('the reader who leaves by one click is left out of the next send', async () => {
    await using post = await openPostOffice();
    await using galley = await prepared(5, { SMTP_URL: post.url });
    await galley.done('send', 'tidewater/2026-11', '--wait');
    const leaver = post.mails.find((mail) => mail.to === 'r3@example.com');
    const url = /<(http[^>]+)>/.exec(header(leaver?.bytes ?? Buffer.alloc(0), 'List-Unsubscribe'))?.[1] ?? '';
    const serve = galley.start('serve', '--workers', '1');
    const [, at = ''] = await serve.said(/Galley is at (http:\S+?)[;\s]/);
    const answer = await fetch(`${at}${new URL(url).pathname}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
    expect((await galley.done('export', '--publication', 'tidewater')).split('\n').find((line) => line.startsWith('r3@'))).toContain(
      'left',
    );
    post.mails.length = 0;
    expect((await galley.run('send', 'tidewater/2026-11', '--wait')).code).toBe(0); // serve is running and does the work
    expect(post.mails.map((mail) => mail.to).sort()).toEqual(['r1@example.com', 'r2@example.com', 'r4@example.com', 'r5@example.com']);
    expect(await statusOf(galley)).toMatchObject({ send: 'tidewater/2026-11+2', prepared: 4, accepted: 4 });
    serve.child.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });

  test('final refusals are refused, transient ones wait for another try, and the exit code says that some wait', async () => {
    await using relay = await openScriptedRelay({
      rcpt: (to) => (to.startsWith('r1@') ? '550 5.1.1 no such user' : to.startsWith('r2@') ? '450 4.2.1 come back later' : '250 2.1.5 ok'),
    });
    await using galley = await prepared(10, { SMTP_URL: relay.url });
    const { code, err } = await galley.run('send', 'tidewater/2026-11', '--wait');
    expect(code).toBe(1);
    expect(err).toMatch(/r1@example\.com {2}550 5\.1\.1/);
    expect(await statusOf(galley)).toMatchObject({ state: 'sending', accepted: 8, refused: 1, deferred: 1, waiting: 0 });
  });

  test('a relay that is down charges nobody: the send says what it waits for and goes on when the relay is back', async () => {
    const down = await openPostOffice();
    const { port, url } = down;
    await down.close();
    await using galley = await prepared(30, { SMTP_URL: url });
    const sending = galley.start('send', 'tidewater/2026-11', '--wait');
    await sending.said(/connection refused|next try in/i);
    expect(await statusOf(galley)).toMatchObject({ accepted: 0, refused: 0, deferred: 0, unknown: 0 });
    await using post = await openPostOffice({ port });
    expect((await sending.ended).code).toBe(0);
    expect(new Set(post.mails.map((mail) => mail.to)).size).toBe(30);
    expect(post.mails).toHaveLength(30);
  });

  test('without a relay a send is a rehearsal into the catcher, and says so', async () => {
    await using galley = await prepared(20);
    const { code, err } = await galley.run('send', 'tidewater/2026-11', '--wait');
    expect([code, err]).toEqual([0, expect.stringContaining('rehearsal')]);
    expect(await statusOf(galley)).toMatchObject({ rehearsal: true, accepted: 20 });
    expect(readdirSync(join(galley.folder, 'data', 'catcher')).filter((name) => name.endsWith('.eml'))).toHaveLength(20);
  });

  test('a stop in the middle of a send makes no unknowns, and the next start sends the rest once', async () => {
    await using post = await openPostOffice();
    await using galley = await prepared(400, { SMTP_URL: post.url, RATE_PER_SECOND: '150' });
    const sending = galley.start('send', 'tidewater/2026-11', '--wait');
    await expect.poll(() => post.mails.length, { timeout: 30_000 }).toBeGreaterThan(50);
    sending.child.kill('SIGTERM');
    await sending.ended;
    const half = await statusOf(galley);
    expect(half).toMatchObject({ unknown: 0, accepted: post.mails.length });
    expect(half.accepted).toBeLessThan(400);
    const serve = galley.start('serve', '--workers', '1');
    await expect.poll(async () => (await statusOf(galley)).state, { timeout: 60_000, interval: 500 }).toBe('sent');
    serve.child.kill('SIGTERM');
    await serve.ended;
    expect(await statusOf(galley)).toMatchObject({ accepted: 400, unknown: 0 });
    expect(new Set(post.mails.map((mail) => mail.to)).size).toBe(400);
    expect(post.mails).toHaveLength(400);
  });

  test('workers never open SQLite, and no key of the store reaches them', async () => {
    await using post = await openPostOffice();
    await using galley = await prepared(2, { SMTP_URL: post.url, SECRET_KEY: 'a secret of the test, long enough to pass' });
    const serve = galley.start('serve', '--workers', '2');
    await serve.said(/Galley is at/);
    const children = readFileSync(`/proc/${serve.child.pid}/task/${serve.child.pid}/children`, 'utf8').trim().split(' ');
    const workers = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('work'));
    expect(workers).toHaveLength(2);
    for (const pid of workers) {
      await expect.poll(() => readFileSync(`/proc/${pid}/maps`, 'utf8')).toContain('node');
      expect(readFileSync(`/proc/${pid}/maps`, 'utf8')).not.toMatch(/better.sqlite3/);
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('SECRET_KEY');
    }
    serve.child.kill('SIGTERM');
    await serve.ended;
  });

  test.skipIf(withoutPostfix !== undefined)(
    `through Debian’s Postfix each reader gets one mail with its envelope intact${withoutPostfix ? ` (left out: ${withoutPostfix})` : ''}`,
    async () => {
      await using post = await openPostOffice();
      await using postfix = await openPostfix(post.port);
      await using galley = await prepared(300, { SMTP_URL: `smtp://127.0.0.1:${postfix.port}` });
      await galley.done('send', 'tidewater/2026-11', '--wait');
      expect(await statusOf(galley)).toMatchObject({ accepted: 300, refused: 0, deferred: 0, unknown: 0 });
      await expect.poll(() => post.mails.length, { timeout: 60_000 }).toBe(300);
      expect(new Set(post.mails.map((mail) => mail.to)).size).toBe(300);
      for (const mail of post.mails) {
        const token = /^b\+([a-z2-7]{34})@tidewater\.example$/.exec(mail.from)?.[1];
        expect(header(mail.bytes, 'Message-ID')).toBe(`<${token}@tidewater.example>`);
      }
    },
  );
});

describe('bad input', () => {
  test('an issue that is wrong is not taken, and each line says what would be right', async () => {
    await using galley = openGalley();
    await galley.done('publication', 'add', 'tidewater', '--name', 'T', '--from', 'a@tidewater.example');
    writeFileSync(
      join(galley.folder, 'bad.md'),
      issue.replace('::download[Download the full issue]', ':::chrat{data="x.csv"}\nCaption\n:::'),
    );
    const checked = await galley.run('issue', 'check', 'bad.md');
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/^bad\.md:11:\d+: .*did you mean .?chart/im);
    expect((await galley.run('issue', 'add', 'bad.md', '--publication', 'tidewater')).code).toBe(1);
    expect((await galley.run('send', 'tidewater/2026-11')).err).toContain('No issue tidewater/2026-11');
  });

  test('a placeholder link keeps an issue from a relay until it is waived with a reason; a rehearsal goes', async () => {
    await using post = await openPostOffice();
    await using galley = openGalley();
    writeFileSync(join(galley.folder, 'issue.md'), issue.replace('https://example.com/board', '#'));
    writeFileSync(join(galley.folder, 'readers.csv'), readersCsv(1));
    await galley.done('publication', 'add', 'tidewater', '--name', 'T', '--from', 'a@tidewater.example');
    await galley.done('issue', 'add', 'issue.md', '--publication', 'tidewater');
    await galley.done('import', 'readers.csv', '--publication', 'tidewater', '--consent', 'Signed up on paper');
    expect((await galley.run('send', 'tidewater/2026-11', '--wait')).code).toBe(0);
    const settings = { SMTP_URL: post.url, DATA_DIR: join(galley.folder, 'data') };
    await using real = openGalley(settings);
    const refused = await real.run('send', 'tidewater/2026-11', '--wait');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('--waive links=REASON')]);
    expect((await real.run('send', 'tidewater/2026-11', '--wait', '--waive', 'links=')).code).toBe(2);
    expect((await real.run('send', 'tidewater/2026-11', '--wait', '--waive', 'links=sources follow')).code).toBe(0);
    expect(post.mails).toHaveLength(1);
  });

  test('wrong settings are all named at once before anything starts', async () => {
    await using galley = openGalley({ PORT: 'eighty', SMTP_URL: 'mail.example.org', RATE_PER_SECOND: '-1' });
    const { code, err } = await galley.run('serve');
    expect(code).toBe(1);
    for (const name of ['PORT', 'SMTP_URL', 'RATE_PER_SECOND']) expect(err).toContain(name);
    expect(existsSync(join(galley.folder, 'data'))).toBe(false);
  });

  test('a second serve, a port that is taken and a folder that cannot be made are each one clear line', async () => {
    await using galley = openGalley();
    const first = galley.start('serve', '--workers', '1');
    const [, port = ''] = await first.said(/Galley is at http:\/\/127\.0\.0\.1:(\d+)/);
    const second = await galley.run('serve');
    expect([second.code, second.err]).toEqual([1, expect.stringMatching(/^galley: .*galley serve.*\n$/)]);
    await using other = openGalley({ PORT: port });
    const taken = await other.run('serve');
    expect([taken.code, taken.err]).toEqual([1, expect.stringMatching(/^galley: Port \d+ is taken.*PORT.*\n$/)]);
    writeFileSync(join(other.folder, 'file'), '');
    await using nowhere = openGalley({ DATA_DIR: join(other.folder, 'file', 'data') });
    const folder = await nowhere.run('serve');
    expect([folder.code, folder.err]).toEqual([1, expect.stringMatching(/^galley: .*folder.*\n$/)]);
  });

  test('a wrong use is exit code 2 with what would be right, and help is exit code 0', async () => {
    await using galley = openGalley();
    for (const [args, words] of [
      [['sned'], /no command "sned"/],
      [['send'], /usage: galley send ISSUE/],
      [['send', 'tidewater'], /SLUG\/NUMBER/],
      [['status', '--jsno'], /--jsno/],
      [['serve', '--workers', 'many'], /whole number/],
    ] as const) {
      const { code, err } = await galley.run(...args);
      expect([args, code, err]).toEqual([args, 2, expect.stringMatching(words)]);
    }
    expect((await galley.run('--help')).out).toContain('publication add SLUG');
    expect((await galley.run('send', '--help')).out).toContain('--waive');
    expect((await galley.run('send', 'tidewater/2026-11', '--at', '2020-01-01T09:00')).err).toContain('No publication');
  });
});
