/** The table that turns a server's answer into reason, scope and class: each row decides the words that prompted it, and nothing transient is final. */
import { describe, expect, test } from 'vitest';
import { classify, readFacts } from '../../../src/feedback/read/read.ts';
import { reasonTable } from '../../../src/feedback/read/reasons.ts';

const providers = ['ezweb.ne.jp', 'docomo.ne.jp', 'messagelabs.com', 'vtext.com'];

describe('a row of the table', () => {
  test.each(reasonTable.map((row) => [`${row.reason}: ${row.seen}`, row] as const))('%s', (_, row) => {
    const facts = readFacts(row.seen);
    const step = row.step === undefined || row.step === 'unsaid' ? facts.step : row.step;
    const provider = providers.find((name) => row.provider?.test(name)) ?? '';
    const judged = classify({
      ...facts,
      ...(step && { step }),
      ...(row.hearsay && { hearsay: true }),
      provider,
      ours: ['news@example.org'],
    });
    expect([judged.reason, judged.scope]).toEqual([row.reason, row.scope]);
    expect(row.why).not.toBe('');
  });
});

describe('hard', () => {
  const verdict = (text: string, step?: 'start' | 'recipient' | 'message') => classify({ ...readFacts(text), ...(step && { step }) }).class;

  test('is what is permanent and about an address or a domain that is not there', () => {
    expect(verdict('550 5.1.1 <a@example.com>: Recipient address rejected: User unknown')).toBe('hard');
    expect(verdict('550 no such user', 'recipient')).toBe('hard');
    expect(verdict('551 5.1.6 User has moved')).toBe('hard');
    expect(verdict('550 5.1.2 Host unknown')).toBe('hard');
    expect(verdict('556 5.1.10 example.com does not accept mail (null MX)')).toBe('hard');
  });

  test('is never what may be otherwise tomorrow', () => {
    expect(verdict('450 4.1.1 <a@example.com>: Recipient address rejected: User unknown')).toBe('soft');
    expect(verdict('451 4.1.2 Host unknown')).toBe('soft');
  });

  test('is never said of a reader because of us', () => {
    for (const text of [
      '550 5.7.1 <a@example.com>: Relay access denied',
      '550 5.7.26 This mail is unauthenticated',
      '553 5.1.8 <news@example.org>: Sender address rejected: Domain not found',
      '554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using dnsbl.example',
      '554 5.7.1 Message rejected because of its content, user unknown',
      '535 5.7.8 Authentication credentials invalid',
    ])
      expect([text, verdict(text)]).toEqual([text, 'soft']);
  });

  test('is not said before a recipient was named, nor after the message by words alone, nor where the code says something else', () => {
    expect(verdict('550 5.1.1 user unknown', 'start')).toBe('soft');
    expect(verdict('550 user unknown', 'message')).toBe('soft');
    expect(verdict('550 5.2.1 user unknown')).toBe('soft');
    expect(verdict('550 user unknown')).toBe('hard');
  });

  test('is never said of a mailbox that is full, shut or filtered', () => {
    for (const text of [
      '552 5.2.2 Over quota',
      '550 5.2.1 The account is disabled',
      '550 5.2.0 Message filtered',
      '550 5.1.1 mailbox is full',
    ])
      expect([text, verdict(text)]).toEqual([text, 'soft']);
  });
});
