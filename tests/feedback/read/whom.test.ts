/** Whom a report is about, and whether it is one, where its form misleads: echoes of the mail, lists, new addresses, HTML, answers of programs. */
import { describe, expect, test } from 'vitest';
import { readFeedback } from '../../../src/feedback/read/read.ts';

const read = async (body: string, { from = 'MAILER-DAEMON@example.net', subject = 'Undelivered Mail', header = '' } = {}) => {
  const bytes = Buffer.from(`Return-Path: <>\nFrom: ${from}\nTo: news@example.org\nSubject: ${subject}\n${header}\n${body}\n`);
  const { kind, recipients } = await readFeedback(bytes);
  return [kind, ...recipients.map((one) => `${one.address} ${one.class}`)];
};

describe('a report', () => {
  test('is about whom it says was not reached, not whom the mail was to', async () => {
    const body =
      "Your message\n\n  To:      'list@example.com'\n  Subject: The November issue\n  Sent:    Tue, 3 Nov 2026 09:00:00 +0000\n\ndid not reach the following recipient(s):\n\nc=US;a= ;p=Corp;o=Site;dda:SMTP=kate@example.net; on Tue, 3 Nov 2026 09:00:05 +0000\n    The recipient name is not recognized\n";
    expect(await read(body)).toEqual(['bounce', 'kate@example.net hard']);
  });

  test('may list several on one line', async () => {
    expect(await read('The following recipients could not be found: ana@example.com, bob@example.com')).toEqual([
      'bounce',
      'ana@example.com hard',
      'bob@example.com hard',
    ]);
  });

  test('may list first and give each reason afterwards', async () => {
    const body =
      "   ----- The following addresses had permanent fatal errors -----\nana@example.com\n    (expanded from: <list@example.net>)\nbob@example.net\n    (expanded from: <list@example.net>)\n\n   ----- Transcript of session follows -----\n>>> RCPT To:<ana@example.com>\n<<< 550 <ana@example.com>... User unknown\n550 ana@example.com... User unknown\n>>> RCPT To:<bob@example.net>\n<<< 552 <bob@example.net>... Mailbox full\n550 bob@example.net... Can't deliver\n";
    expect(await read(body)).toEqual(['bounce', 'ana@example.com hard', 'bob@example.net soft']);
  });

  test('is not about the new address of who has moved', async () => {
    const body =
      '   ----- The following addresses had permanent fatal errors -----\n<ana@example.com>\n\n   ----- Transcript of session follows -----\n551 <ana@example.com>... User has moved; please try <ana@example.net>\n';
    expect(await read(body)).toEqual(['bounce', 'ana@example.com hard']);
  });

  test('may be in HTML alone', async () => {
    const body =
      '<html><style>p{color:red}</style><p>Delivery has failed to these recipients:</p><p><a href="mailto:ana@example.com">ana@example.com</a><br>The mailbox couldn&#39;t be found.</p><p>ana@example.com<br>#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##</p></html>';
    expect(await read(body, { header: 'Content-Type: text/html; charset=utf-8\n' })).toEqual(['bounce', 'ana@example.com hard']);
  });

  test('of a small server may say why and nothing more', async () => {
    const body = 'The following recipients:\n\n ana@example.com - no such user\n';
    expect(await read(body, { from: 'MDaemon@example.com', subject: 'No such user' })).toEqual(['bounce', 'ana@example.com hard']);
  });

  test('of a name that DNS did not answer about is no word about the domain', async () => {
    const body =
      'This is the mail system at host example.net.\n\n<ana@example.com>: Host or domain name not found. Name service error for\n    name=example.com type=MX: Host not found, try again\n';
    expect(await read(body)).toEqual(['bounce', 'ana@example.com soft']);
  });
});

describe('a name', () => {
  test.each(['mailbox-full', 'user.unknown', 'spam.hater', 'support', 'no-reply', 'tomas', 'forest', 'ana'])(
    'such as %s@ is no reason, no role and no preposition',
    async (name) => {
      const body = `Sorry, unable to deliver your message to ${name}@example.com for the following reason:\n\n550 ${name}@example.com... No such user\n`;
      expect(await read(body)).toEqual(['bounce', `${name}@example.com hard`]);
    },
  );
});

describe('no report is', () => {
  test('the word that everybody was reached', async () => {
    const body =
      'This is the mail system at host example.net.\n\nEnclosed is the mail delivery report that you requested.\n\n<ana@example.com>: delivery via mx.example.com[192.0.2.7]:25: 250 2.1.5 Ok\n';
    expect(await read(body)).toEqual(['other', 'ana@example.com none']);
  });

  test('the answer of a help desk that mentions one', async () => {
    const body = 'Your request was received. If delivery failed please call us.';
    const header = 'Auto-Submitted: auto-replied\n';
    expect((await read(body, { from: 'Help desk <support@example.com>', subject: '[Ticket#123] The November issue', header }))[0]).toBe(
      'auto-reply',
    );
  });

  test('a challenge in the words of a mail system', async () => {
    const body =
      'This message was created automatically by mail delivery software (TMDA).\n\nTo release your message for delivery, please send an empty message to the following address.\n';
    const header = 'Auto-Submitted: auto-replied\nX-TMDA-Fingerprint: x\n';
    expect((await read(body, { from: 'Ana <ana@example.com>', subject: 'Please confirm your message', header }))[0]).toBe('auto-reply');
  });

  test('the word of a shop about an order', async () => {
    const bytes = Buffer.from(
      'Return-Path: <b@shop.example>\nFrom: Shop <orders@shop.example>\nSubject: Delivery status of your order\n\nYour order could not be delivered. Delivery failed at the address: 550 Main Street.\n',
    );
    expect((await readFeedback(bytes)).kind).toBe('other');
  });
});
