/** Replies of servers as Postfix quotes them: which say that nobody lives there, and which only sound like it. */
import { describe, expect, test } from 'vitest';
import { readFeedback } from '../../../src/feedback/read/read.ts';

const verdict = async (reply: string, command = 'RCPT TO') => {
  const said = `<reader@example.com>: host mx.example.com[192.0.2.25] said: ${reply} (in reply to\n    ${command} command)`;
  const { kind, recipients } = await readFeedback(
    Buffer.from(
      `Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: news@example.org\nSubject: Undelivered Mail Returned to Sender\nContent-Type: text/plain; charset=utf-8\n\nThis is the mail system at host mx.example.net.\n\n${said}\n`,
    ),
  );
  return [kind, recipients[0]?.address, recipients[0]?.class];
};

describe('nobody lives there when a server says', () => {
  test.each([
    '550 5.1.1 can’t accept: no such person at this address',
    '550 address not present in directory',
    '550 no reader@example.com in name directory',
    '550 Unable to find recipient in the directory',
    '550 We do not have a user by that name',
    '550 5.7.1 Recipient not found in our directory',
    '553 sorry, your envelope recipient has been denied (#5.7.1)',
    '550 5.1.1 destination server rejected recipients',
    '554 5.7.1 <reader@example.com>: Recipient address rejected: undeliverable address: host mx.example.com[192.0.2.1] said: 550 unknown user',
    '550 Message was not accepted -- invalid mailbox. Local mailbox reader@example.com is unavailable: user not found',
    '550 5.0.350 Remote server returned an error -> 550 Recipient not found',
    '554 30 Sorry, your message cannot be delivered. This user does not have an example.com account',
    '550 E-mail address is not handled by this system',
    '550 Verification failed for <reader@example.com>',
    '550 Nutzer existiert nicht',
    '550 No existe ningún usuario con ese nombre',
    '550 Адресат не найден',
    '550 Нет такого ящика',
    '550 Onbekende gebruiker',
    '550 Okänd användare',
    '550 Nie ma takiego adresu',
    '550 该用户不存在',
    '550 ユーザーが存在しません',
    '550 존재하지 않는 사용자',
    '554 5.4.4 [internal] Domain Lookup Failed',
    '550 domain name does not appear to be registered',
  ])('%s', async (reply) => {
    expect(await verdict(reply)).toEqual(['bounce', 'reader@example.com', 'hard']);
  });
});

describe('somebody may live there when a server says', () => {
  test.each([
    '553 5.1.3 Sender address invalid',
    '501 5.1.7 Invalid address news@example.org sender',
    '550 mail from news@example.org rejected: mailbox does not exist',
    '550-Verification failed for <news@example.org> 550-No Such User Here 550 Sender verify failed',
    '550 Rejected: example.org has no MX record',
    '550 domain example.org does not exist (sender)',
    '550 The sending domain does not exist in DNS',
    '550 your host name does not exist in DNS',
    '550 HELO host name does not exist',
    '550 5.7.1 Access denied for unknown host',
    '550 IP address unknown. No reverse',
    '550 you do not exist on my whitelist',
    '550 5.7.1 too many unknown recipients from your host',
    '550 5.1.1 Benutzer hat zuviele Mails auf dem Server.',
    '550 邮箱已满',
    '452 4.1.1 user unknown, over quota',
    '450 4.1.1 <reader@example.com>: Recipient address rejected: unverified address: User unknown',
    '550 5.1.1 <reader@example.com> is a deactivated mailbox',
  ])('%s', async (reply) => {
    expect(await verdict(reply)).toEqual(['bounce', 'reader@example.com', 'soft']);
  });

  test.each([
    ['550 5.1.0 192.0.2.1 is not allowed to connect', 'MAIL FROM'],
    ['550 user unknown', 'end of DATA'],
  ])('%s, to %s, which names no recipient', async (reply, command) => {
    expect(await verdict(reply, command)).toEqual(['bounce', 'reader@example.com', 'soft']);
  });
});
