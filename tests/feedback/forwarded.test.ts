/** Bounces of mail that a reader has forwarded: whose failure it is when others got it, or when none did. */
import { expect, test } from 'vitest';
import { readFeedback } from '../../src/feedback/read/read.ts';
import { dsn } from './mails.ts';
import { setUp } from './reading-room.ts';

const end = '\n--b\nContent-Type: text/rfc822-headers';
const also = (report: string, ...lines: string[]): string => report.replace(end, `\n${lines.join('\n')}\n${end}`);
const another = (action: string, status = action === 'failed' ? '5.1.1' : '2.0.0'): string[] => [
  'Final-Recipient: rfc822; b@home.example',
  `Action: ${action}`,
  `Status: ${status}`,
];
const forwarded = dsn({ to: 'a@work.example' });
const ofReader = (report: string): string => report.replace(/^(Final-Recipient: .*)$/gm, '$1\nOriginal-Recipient: rfc822;r1@example.com');

test('a report about several addresses behind the reader’s is no strike; about one, where the mail was forwarded to, it is', async () => {
  const room = setUp();
  const end = '\n--b\nContent-Type: text/rfc822-headers';
  const one = dsn({ to: 'a@team.example' });
  const two = one.replace(end, `\nFinal-Recipient: rfc822; b@team.example\nAction: failed\nStatus: 5.1.1\n${end}`);
  room.take(two, { recipients: [room.to(1)] });
  room.take(one, { recipients: [room.to(2)] });
  await room.read();
  expect(room.events().map(({ readerId, charge, scope }) => [readerId, charge, scope])).toEqual([
    [1, 'none', 'unknown'],
    [2, 'hard', 'recipient'],
  ]);
});

test.each(['delivered', 'relayed', 'expanded'])('an address that failed is no strike when another was %s', async (action) => {
  for (const report of [
    also(forwarded, ...another(action)),
    ofReader(also(forwarded, ...another(action))),
    also(dsn(), ...another(action)),
  ]) {
    const room = setUp();
    room.take(report, { recipients: [room.to(1)] });
    await room.read();
    expect(room.events()).toEqual([
      expect.objectContaining({
        kind: 'bounce',
        class: 'hard',
        charge: 'none',
        effect: 'none',
        why: expect.stringContaining('another got it'),
      }),
    ]);
    expect(room.states()).toEqual({ active: 3 });
  }
});

test('of several that failed for a reader, one that may still take mail speaks for all', async () => {
  const room = setUp();
  room.take(ofReader(also(forwarded, ...another('failed', '5.2.2'))), { recipients: [room.to(1)] });
  room.take(ofReader(also(forwarded, ...another('failed'))).replaceAll('r1@', 'r2@'), { recipients: [room.to(2)] });
  await room.read();
  expect(room.events().map(({ readerId, charge, effect }) => [readerId, charge, effect])).toEqual([
    [1, 'strike', 'held'],
    [2, 'hard', 'suspended'],
  ]);
});

test('an address that is listed twice, or another recipient’s success, is no second address', async () => {
  const twice = also(dsn(), 'Final-Recipient: rfc822; R1@example.com', 'Action: relayed', 'Status: 2.0.0');
  const other = ofReader(also(forwarded, ...another('delivered'))).replace(/r1@example\.com(?![\s\S]*r1@example\.com)/, 'r2@example.com');
  for (const report of [twice, other]) {
    const { recipients } = await readFeedback(Buffer.from(report));
    expect(recipients.map(({ class: grade, arrived }) => [grade, arrived])).toEqual([['hard', undefined]]);
  }
});
