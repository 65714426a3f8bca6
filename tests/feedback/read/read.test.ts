/** What one mail says: kinds, recipients, codes, tokens, and that no mail, however odd, takes long or throws. The mails are our own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFeedback } from '../../../src/feedback/read/read.ts';

const folder = join(import.meta.dirname, '../../fixtures/feedback');
const fixture = (name: string): Buffer => readFileSync(join(folder, `${name}.eml`));
const token = 'bear2h6m3q5zkx4vw7c2ydna6tsgfou3je';

/** Kind, then per recipient: address, status, code, reason, scope, class. */
const expected: Record<string, [kind: string, ...recipients: string[]]> = {
  'status-failed': ['bounce', 'rosa@example.com 5.1.1 550 user-unknown recipient hard'],
  'status-delayed': ['delay', 'rosa@example.com 4.4.1 - network remote none'],
  'status-expired': ['bounce', 'rosa@example.com 4.4.1 - network remote soft'],
  'status-delivered': ['other', 'rosa@example.com 2.0.0 250 unknown unknown none'],
  'status-vague': ['bounce', 'rosa@example.com 5.2.2 552 mailbox-full recipient soft'],
  'status-three': [
    'bounce',
    'rosa@elsewhere.example 5.1.1 550 user-unknown recipient hard',
    'sami@example.com 5.7.1 554 content message soft',
  ],
  'status-global': ['bounce', 'jörg@bücher.example 5.1.1 550 user-unknown recipient hard'],
  'status-in-text': ['bounce', 'rosa@example.com 5.1.1 - user-unknown recipient hard'],
  'status-broken-boundary': ['bounce', 'rosa@example.com 5.1.1 550 user-unknown recipient hard'],
  complaint: ['complaint', 'rosa@example.com - - abuse recipient none'],
  'complaint-redacted': ['complaint', 'rosa@example.com - - abuse recipient none'],
  'complaint-fraud': ['complaint', 'rosa@example.com - - fraud recipient none', 'sami@example.com - - fraud recipient none'],
  'complaint-jmrp': ['complaint', 'rosa@example.com - - abuse recipient none'],
  'not-spam': ['other', 'rosa@example.com - - not-spam recipient none'],
  'auth-report': ['other', 'rosa@example.com - - auth-report recipient none'],
  vacation: ['auto-reply', 'rosa@example.com - - vacation recipient none'],
  'vacation-unmarked': ['auto-reply', 'rosa@example.com - - vacation recipient none'],
  challenge: ['auto-reply', 'rosa@example.com - - challenge recipient none'],
  'read-receipt': ['other', 'rosa@example.com - - read-receipt recipient none'],
  unsubscribe: ['unsubscribe', 'rosa@example.com - - opt-out recipient none'],
  'unsubscribe-automatic': ['auto-reply', 'rosa@example.com - - vacation recipient none'],
  answer: ['other'],
  'bounce-forwarded-by-a-person': ['other'],
  'newsletter-about-bounces': ['other'],
  'status-quoted-by-a-person': ['other'],
  'sns-bounce': ['bounce', 'rosa@example.com 5.1.1 550 user-unknown recipient hard'],
  // made by the servers themselves in tests/flow/returns.test.ts
  'postfix-unknown': ['bounce', 'r5@example.com 5.1.1 - user-unknown recipient hard'],
  'postfix-full': ['bounce', 'r3@example.com 5.2.2 - mailbox-full recipient soft'],
  'postfix-refused': ['bounce', 'r6@elsewhere.example 5.1.1 550 user-unknown recipient hard'],
  'exim-unknown': ['bounce', 'r5@example.com 5.0.0 - user-unknown recipient hard'],
  'exim-full': ['bounce', 'r3@example.com 5.0.0 - mailbox-full recipient soft'],
  'exim-refused': ['bounce', 'r6@elsewhere.example 5.1.1 550 user-unknown recipient hard'],
  'exim-delayed': ['delay', 'r4@example.com 4.0.0 - unknown unknown none'],
  'wrapped-report': ['bounce', 'rosa@example.com 5.1.1 550 user-unknown recipient hard'],
};

describe('a mail that came back', () => {
  test.each(Object.entries(expected))('%s', async (name, said) => {
    const { kind, recipients } = await readFeedback(fixture(name));
    const lines = recipients.map(({ address, status, code, reason, scope, class: verdict }) =>
      [address, status ?? '-', code ?? '-', reason, scope, verdict].join(' '),
    );
    expect([kind, ...lines]).toEqual(said);
  });

  test('every fixture is expected above', () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(expected)
        .map((name) => `${name}.eml`)
        .sort(),
    );
  });

  test('names the mail it is about, who reports and when it happened', async () => {
    expect(await readFeedback(fixture('status-failed'))).toMatchObject({
      messageId: `${token}@example.org`,
      token,
      reporter: 'mx.example.net',
      date: Date.parse('2026-11-03T09:00:30Z'),
    });
  });

  test('says whom we wrote to when that is not whom it was forwarded to', async () => {
    const { recipients } = await readFeedback(fixture('status-three'));
    expect(recipients[0]).toMatchObject({ address: 'rosa@elsewhere.example', original: 'rosa@example.com' });
  });

  test('has the words that decided on one short line', async () => {
    const { recipients } = await readFeedback(fixture('status-vague'));
    expect(recipients[0]?.diagnostic).toBe('552 5.2.2 <rosa@example.com>: Mailbox is over quota');
  });
});

describe('the token is found', () => {
  const mail = (head: string, body = ''): Promise<{ token?: string }> =>
    readFeedback(Buffer.from(`${head}From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n${body}`));
  test.each([
    ['in the address it was delivered to', `Delivered-To: b+${token}@bounce.example.org\n`, ''],
    ['in capitals, as some servers write local parts', `X-Original-To: B+${token.toUpperCase()}@bounce.example.org\n`, ''],
    ['wrapped by BATV', `To: prvs=1234abcdef=b+${token}@bounce.example.org\n`, ''],
    ['wrapped by SRS', `To: SRS0=ab12=XY=bounce.example.org=b+${token}@forward.example\n`, ''],
    [
      'in the line of the server that took it',
      `Received: from a by b for <b+${token}@bounce.example.org>; Tue, 3 Nov 2026 09:00:00 +0000\n`,
      '',
    ],
    [
      'in the original Message-ID',
      '',
      `<a@b.example>:\nno mailbox\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <${token}@example.org>\n`,
    ],
  ])('%s', async (_, head, body) => {
    expect((await mail(head, body)).token).toBe(token);
  });

  test('nowhere in a longer word, and in no address of another form', async () => {
    expect((await mail(`To: b+${token}a@bounce.example.org, c+${token}@bounce.example.org, ${token}\n`)).token).toBeUndefined();
  });
});

describe('whatever comes', () => {
  const text = (size: number, of: string): Buffer => Buffer.from(of.repeat(Math.ceil(size / of.length)).slice(0, size));
  const head = 'From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n';
  const odd: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['25 MB of one letter', Buffer.alloc(25_000_000, 'a')],
    ['25 MB of report', Buffer.concat([Buffer.from(`${head}\n`), text(25_000_000, '<a@b.example>: 550 unknown user of some mailbox\n')])],
    ['a line of 1 MB', Buffer.concat([Buffer.from(`${head}\n`), text(1_000_000, 'a@b.example unknown user 550 5.1.1 ')])],
    ['a header of 1 MB', Buffer.concat([Buffer.from('Subject: '), text(1_000_000, '=?utf-8?Q?=41?= '), Buffer.from('\n\nx')])],
    ['a million line ends', Buffer.alloc(1_000_000, '\n')],
    ['a million NULs', Buffer.alloc(1_000_000)],
    [
      '10,000 parts',
      Buffer.from(`${head}Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/plain\n\nx\n'.repeat(10_000)}`),
    ],
    [
      'parts nested 100 deep',
      Buffer.from(`${head}${Array.from({ length: 100 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`).join('')}`),
    ],
    ['mails in mails 100 deep', Buffer.from(`${head}${`Content-Type: message/rfc822\n\n${head}`.repeat(100)}\nx`)],
    [
      '20,000 recipients',
      Buffer.from(
        `${head}Content-Type: message/delivery-status\n\n${Array.from({ length: 20_000 }, (_, n) => `Final-Recipient: rfc822; a${n}@b.example\nAction: failed\nStatus: 5.0.0\n\n`).join('')}`,
      ),
    ],
    [
      'a charset that is none',
      Buffer.from(`${head}Content-Type: text/plain; charset=klingon\n\n<a@b.example>: \xff\xfe unknown user\n`, 'latin1'),
    ],
  ];
  test.each(odd)('%s is read in a moment', async (_, bytes) => {
    await readFeedback(bytes); // patterns are compiled once
    const before = process.cpuUsage();
    await readFeedback(bytes);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(200); // CPU time, with the collector's and a busy machine's share: the rule is 50 ms
  });

  test('a mail cut off anywhere is read without an error', async () => {
    for (const name of ['status-failed', 'complaint', 'sns-bounce']) {
      const whole = fixture(name);
      for (let at = 0; at < whole.length; at += 7) await readFeedback(whole.subarray(0, at));
    }
  });

  test.each(readdirSync(folder))('%s says the same with LF, CRLF and CR', async (file) => {
    const bytes = readFileSync(join(folder, file)).toString('latin1');
    const lf = await readFeedback(Buffer.from(bytes, 'latin1'));
    for (const end of ['\r\n', '\r']) expect(await readFeedback(Buffer.from(bytes.replaceAll('\n', end), 'latin1'))).toEqual(lf);
  });
});
