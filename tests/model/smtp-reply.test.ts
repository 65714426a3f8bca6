import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgeReply, oneLine, outcomeOfReply, parseReply, replyTable, type SmtpStage, smtpStages } from '../../src/model/smtp-reply.ts';

const waits = { kind: 'not-sent', relay: true };
const slow = { kind: 'not-sent', slow: true };
const aboutUs = { kind: 'refused', senderScope: true };
/** Stage, reply, verdict: at least one real reply for every row of the table. */
const samples: readonly [SmtpStage, string, object][] = [
  ['dot', '250 2.0.0 Ok: queued as 4Xyz', { kind: 'accepted' }],
  ['greeting', '421 4.3.2 Service shutting down', waits],
  ['rcpt', '421 4.7.0 too many errors', waits],
  ['rcpt', '421 4.3.2 going away', waits],
  ['dot', '421 4.7.28 rate limited', slow],
  ['rcpt', '421-4.7.0 [TSS04] Messages temporarily deferred\r\n421 4.7.0 see the page', slow],
  ['dot', '451 4.7.650 The mail server has been temporarily rate limited', { kind: 'deferred', slow: true }],
  ['rcpt', '451 4.7.1 Greylisting in action, please come back later', { kind: 'deferred' }],
  ['greeting', '554 5.7.1 no service for you', waits],
  ['tls', '454 4.7.0 TLS not available', waits],
  ['auth', '535 5.7.8 authentication failed', waits],
  ['mail', '550 5.1.8 sender address rejected', waits],
  ['mail', '452 4.3.1 insufficient storage', waits],
  ['rcpt', '530 5.7.0 Authentication required', waits],
  ['rcpt', '535 5.7.8 bad credentials', waits],
  ['rcpt', '454 4.7.1 <a@example.com>: Relay access denied', waits],
  ['data', '503 5.5.1 RCPT first', waits],
  ['rcpt', '450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted', { kind: 'deferred' }],
  ['data', '451 4.3.0 try later', { kind: 'deferred' }],
  ['dot', '452 4.2.2 mailbox full', { kind: 'deferred' }],
  ['rcpt', '554 5.7.1 <a@example.com>: Relay access denied', aboutUs],
  ['rcpt', '550 relay not permitted', aboutUs],
  ['rcpt', '550 relaying denied', aboutUs],
  ['rcpt', '550 5.7.0 Email relay denied 192.0.2.1', aboutUs],
  ['rcpt', '553 <n@example.org>: Sender address rejected: not owned by user', aboutUs],
  ['rcpt', '550 sender rejected', aboutUs],
  ['dot', '550 5.4.5 Daily user sending limit exceeded', aboutUs],
  ['rcpt', '550 sending quota exceeded', aboutUs],
  ['rcpt', '553 5.1.7 The sender address is not valid', aboutUs],
  ['rcpt', '550 5.1.1 <a@example.com>: User unknown', { kind: 'refused' }],
  ['rcpt', '552 5.2.2 mailbox of this user is over quota', { kind: 'refused' }],
  ['rcpt', '550 5.1.351 remote server returned unknown user', { kind: 'refused' }],
  ['rcpt', '550 5.7.13 user disabled', { kind: 'refused' }],
  ['dot', '550 5.7.515 Access denied, sending domain does not meet the required authentication level', aboutUs],
  ['dot', '554 5.7.1 message rejected for policy reasons', aboutUs],
  ['dot', '552 5.3.4 message too large', aboutUs],
  ['dot', '554 5.6.0 Email message is malformed', aboutUs],
  ['dot', '550 5.4.5 enough for today', aboutUs],
  ['rcpt', '555 5.5.4 unsupported parameter', aboutUs],
  ['rcpt', '501 5.5.2 syntax error in parameters', { kind: 'refused' }],
  ['rcpt', '502 command not implemented', aboutUs],
  ['rcpt', '550 no such user here', { kind: 'refused' }],
  ['data', '554 transaction failed', { kind: 'refused' }],
  ['dot', '354 go on', { kind: 'unknown' }],
  ['rcpt', '354 go on', waits],
];

test.each(samples)('%s: %s', (stage, raw, expected) => {
  const { reply: _, ...verdict } = outcomeOfReply(stage, raw);
  expect(verdict).toEqual(expected);
});

test('every row of the table is reached, and says why', () => {
  const reached = new Set(samples.map(([stage, raw]) => judgeReply(stage, parseReply(raw) ?? { code: 0, text: '' }).why));
  expect(replyTable.filter(({ why }) => !reached.has(why))).toEqual([]);
  expect(new Set(replyTable.map(({ why }) => why)).size).toBe(replyTable.length);
});

test('before a recipient is named nothing is about a reader, whatever the words', () => {
  for (const stage of ['greeting', 'tls', 'auth', 'mail'] as const) {
    for (const code of [250, 354, 421, 450, 454, 503, 530, 535, 550, 552, 554]) {
      expect(judgeReply(stage, { code, enhanced: '5.1.1', text: 'user unknown' })).toMatchObject(waits);
    }
  }
});

test('accepted is said of nothing but a 2xx after the dot', () => {
  for (const stage of smtpStages) {
    for (let code = 200; code < 600; code += 1) {
      expect(judgeReply(stage, { code, text: '' }).kind === 'accepted').toBe(stage === 'dot' && code < 300);
    }
  }
});

test('a 5xx is permanent, a 4xx is not', () => {
  expect(judgeReply('auth', { code: 535, text: '' }).permanent).toBe(true);
  expect(judgeReply('auth', { code: 454, text: '' }).permanent).toBeUndefined();
});

test('replies of several lines are read whole, with or without an enhanced code', () => {
  expect(parseReply('550-5.1.1 The email account\r\n550-5.1.1 does not exist.\r\n550 5.1.1 Really')).toEqual({
    code: 550,
    enhanced: '5.1.1',
    text: 'The email account does not exist. Really',
  });
  expect(parseReply('250')).toEqual({ code: 250, text: '' });
  expect(parseReply('550 5.1.1.2 is an address part')).toEqual({ code: 550, text: '5.1.1.2 is an address part' });
  expect(['', 'hello', '55', '999 x', '5500 x'].map(parseReply)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(outcomeOfReply('dot', 'garbage').kind).toBe('unknown');
  expect(outcomeOfReply('rcpt', 'garbage')).toMatchObject(waits);
});

test('words that are kept are one line of at most 200 letters without controls', () => {
  expect(oneLine('550 a\r\n\t\u0000b\u2028c\u009b')).toBe('550 a b c');
  expect([...oneLine('🎉'.repeat(300))]).toHaveLength(200);
});

const corpora = '../shared/corpora';
const rows = (name: string) => {
  const [head = '', ...lines] = readFileSync(`${corpora}/${name}`, 'utf8').trimEnd().split('\n');
  const columns = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [columns[i] ?? '', cell])));
};

test.skipIf(!existsSync(corpora))('Gmail’s 5xx about the sender or the message are marked, those about a mailbox are not', () => {
  const refused = rows('smtp-replies-google.tsv').filter(({ code }) => code?.startsWith('5') && !/^(503|53\d)$/.test(code));
  const marked = (scope: RegExp) =>
    refused
      .filter((row) => scope.test(row['scope'] ?? ''))
      .map(({ code, enhanced, text }) => outcomeOfReply('dot', `${code} ${enhanced} ${text}`).senderScope ?? false);
  expect(marked(/^sender|^message|^policy/)).not.toContain(false);
  expect(marked(/^sender/).length).toBeGreaterThan(15);
  expect(marked(/^recipient/)).not.toContain(true);
});

test.skipIf(!existsSync(corpora))('real replies of the field: none throws, 4xx waits, and no unknown user is held against us', () => {
  for (const { reply, status, text, sisimai_reason: reason } of rows('smtp-replies-seen.tsv')) {
    if (!/^[45]\d\d$/.test(reply ?? '')) continue;
    const outcome = outcomeOfReply('rcpt', `${reply} ${status} ${text}`);
    if (reply?.startsWith('4')) expect(['deferred', 'not-sent']).toContain(outcome.kind);
    if (reason === 'userunknown' && reply?.startsWith('5') && !/^5\.[37]\./.test(status ?? '')) {
      expect([reply, status, text, outcome.senderScope ?? false]).toEqual([reply, status, text, false]);
    }
  }
});
