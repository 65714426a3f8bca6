/** Rules of notices: every fact in both parts, in words, and nothing a name holds gets out of its place. */
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { composeNotice, personalise } from '../../src/message/message.ts';
import type { DrawnFacts } from '../../src/model/notice.ts';
import { drawNotice } from '../../src/render/notice.ts';

const masthead = { slug: 'tidewater', name: 'The Tidewater Review', postalAddress: '4 Harbour Row', baseUrl: 'https://news.example.org' };
const empty: DrawnFacts = { kind: 'slot-empty', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', next: '2027-01-05T09:00+05:00' };
const late: DrawnFacts = { kind: 'send-late', send: 'tidewater/2026-12', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', hours: 24 };

const near: DrawnFacts = {
  kind: 'slot-near',
  at: '2026-12-01T09:00+05:00',
  zone: 'Asia/Karachi',
  days: 7,
  missing: 'approval',
  issue: 'tidewater/2026-12',
};
const skipped: DrawnFacts = {
  kind: 'slot-skipped',
  at: '2026-12-01T09:00+05:00',
  zone: 'Asia/Karachi',
  hours: 10,
  next: '2027-01-05T09:00+05:00',
};

const outage: DrawnFacts = {
  kind: 'outage',
  domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
  hard: 1234,
  days: 1,
  earlier: { from: '2026-11-27T09:00Z', to: '2026-11-30T09:00Z' },
};

const halted: DrawnFacts = { kind: 'send-halted', send: 'tidewater/2026-12', reply: '554 5.7.1 Relay access denied' };
const relayTrouble: DrawnFacts = {
  kind: 'relay-trouble',
  send: 'tidewater/2026-12',
  trouble: 'connection refused at 127.0.0.1:25',
  minutes: 7,
};

/** The words of an HTML part, as a reader sees them. */
const shown = (email: string): string =>
  email
    .replace(/<(style|title)[\s\S]*?<\/\1>|<!--[\s\S]*?-->|<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&amp;', '&');

test.each([
  [{ kind: 'approval-void', issue: 'tidewater/2026-12' } as const, ['tidewater/2026-12', 'Nothing is sent until']],
  [
    empty,
    [
      'Tuesday 1 December 2026, 09:00',
      '(Asia/Karachi)',
      'Tuesday 5 January 2027, 09:00',
      'galley issue approve tidewater/NUMBER',
      'galley send tidewater/NUMBER',
    ],
  ],
  [
    late,
    [
      'tidewater/2026-12',
      'Tuesday 1 December 2026, 09:00',
      '24 hours',
      'galley resume tidewater/2026-12',
      'galley cancel tidewater/2026-12',
    ],
  ],
  [near, ['Tuesday 1 December 2026, 09:00', '(Asia/Karachi)', 'tidewater/2026-12 is being written. Nobody has approved it yet.']],
  [skipped, ['Tuesday 1 December 2026, 09:00', '10 hours late', 'Tuesday 5 January 2027, 09:00']],
  [
    outage,
    [
      'outlook.com, hotmail.com, live.com, msn.com',
      '1,234 mails',
      '1 day before',
      'galley feedback undo --from 2026-11-27T09:00Z --to 2026-11-30T09:00Z --domain outlook.com',
    ],
  ],
  [halted, ['tidewater/2026-12', '554 5.7.1 Relay access denied', 'galley resume tidewater/2026-12', 'galley cancel tidewater/2026-12']],
  [relayTrouble, ['tidewater/2026-12', '7 minutes', 'connection refused at 127.0.0.1:25']],
] as const)('every fact of $kind stands in both parts', async (facts, words) => {
  const { subject, email, text } = await drawNotice(facts, masthead);
  for (const word of [...words, 'The Tidewater Review', '4 Harbour Row']) {
    expect(shown(email)).toContain(word);
    expect(text.replace(/\s+/g, ' ')).toContain(word);
  }
  expect(email).toContain('https://news.example.org/console');
  expect(text).toContain('https://news.example.org/console');
  expect(subject).toContain('The Tidewater Review');
  expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
  expect(await drawNotice(facts, masthead)).toEqual({ subject, email, text });
});

test('a command stands on a line of its own in the text part', async () => {
  expect((await drawNotice(late, masthead)).text.split('\n')).toContain('galley resume tidewater/2026-12');
});

test('a name in another script is kept from turning the sentence round', async () => {
  const { email } = await drawNotice(empty, { ...masthead, name: 'ڈیورنڈ ڈسپیچ' });
  expect(email.match(/<bdi>ڈیورنڈ ڈسپیچ<\/bdi>/g)?.length).toBeGreaterThanOrEqual(3);
});

describe.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '{{x}}</mj-text>', 'A & B'])(
  'a publication named %j',
  (name) => {
    test('stays words', async () => {
      const { email } = await drawNotice(empty, { ...masthead, name });
      expect(email).not.toMatch(/<script|<img|onerror=[^&]*>(?!.*&gt;)|<\/mj-/);
      expect(email).toContain(name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'));
    });
  },
);

describe('a composed notice', () => {
  const compose = async (name = masthead.name, replyTo?: string) => {
    const drawing = await drawNotice(empty, { ...masthead, name });
    const from = { name, address: 'news@tidewater.example' };
    return composeNotice({
      from,
      ...(replyTo && { replyTo }),
      ...drawing,
      date: Date.UTC(2026, 11, 1, 4),
      bounceDomain: 'bounce.example.org',
    });
  };
  const delivery = 'deliverytokendeliverytokendelivery';
  const to = { address: 'editor@tidewater.example', delivery };

  test('is mail that no list program and no auto-responder answers, from the publication to one person', async () => {
    const { envelope, bytes } = personalise(await compose(undefined, 'desk@tidewater.example'), to);
    expect(envelope).toEqual({ from: `b+${delivery}@bounce.example.org`, to: 'editor@tidewater.example', envid: delivery });
    const mail = await new PostalMime().parse(bytes);
    expect(Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))).toEqual({
      from: '"The Tidewater Review" <news@tidewater.example>',
      to: '<editor@tidewater.example>',
      'reply-to': '<desk@tidewater.example>',
      subject: 'The Tidewater Review: nothing was sent, no issue was approved',
      date: 'Tue, 01 Dec 2026 04:00:00 +0000',
      'message-id': `<${delivery}@tidewater.example>`,
      'auto-submitted': 'auto-generated',
      'x-auto-response-suppress': 'All',
      'mime-version': '1.0',
      'content-type': expect.stringMatching(/^multipart\/alternative; boundary=/),
    });
    expect(mail.text).toContain('Tuesday 1 December 2026, 09:00');
    expect(mail.html).toContain('Tuesday 1 December 2026, 09:00');
  });

  test('lets no name start a header of its own', async () => {
    const { bytes } = personalise(await compose('Review\r\nBcc: all@example.org\r\n\r\nHello'), to);
    const { headers } = await new PostalMime().parse(bytes);
    expect(headers.map(({ key }) => key)).not.toContain('bcc');
  });

  test('needs no token to leave by, which an issue’s mail does', async () => {
    const template = await compose();
    expect(() => personalise(template, to)).not.toThrow();
    const issue = { ...template, pieces: [...template.pieces, { slot: 'leave' as const }] };
    expect(() => personalise(issue, to)).toThrow('needs a token to leave by');
  });
});

const link = 'a'.repeat(34);
const until = Date.UTC(2026, 11, 31, 22);
const toReaders: DrawnFacts[] = [
  { kind: 'confirm', language: 'en', token: link, days: 7 },
  { kind: 'known', language: 'en', token: link },
  { kind: 'welcome', language: 'en', token: link, latest: { title: 'Ferries & lamps', number: '2026-11' } },
  { kind: 'welcome', language: 'en', token: link },
  { kind: 'left', language: 'en', token: link, until, zone: 'Asia/Karachi' },
  { kind: 'paused', language: 'en', token: link, until, zone: 'Asia/Karachi' },
  { kind: 'own', language: 'en', token: link, minutes: 30 },
  { kind: 'new-address', language: 'en', token: link, days: 7 },
];

describe.each(['en', 'ur', 'ps', 'fa-AF', 'ar'])('to a reader in %s', (language) => {
  test.each(toReaders.map((facts) => [facts.kind, facts] as const))(
    'a notice of kind %s says everything in its language and direction',
    async (kind, facts) => {
      const { subject, email, text } = await drawNotice({ ...facts, language } as DrawnFacts, masthead);
      expect(email).toMatch(new RegExp(`<html[^>]* lang="${language}" dir="${language === 'en' ? 'ltr' : 'rtl'}"`));
      expect(`${subject}${shown(email)}${text}`).not.toMatch(/[{}]|undefined/);
      const path =
        kind === 'welcome' && 'latest' in facts
          ? '/tidewater/2026-11'
          : `/${kind === 'left' ? 'u' : ['known', 'welcome', 'paused'].includes(kind) ? 'p' : 'c'}/${link}`;
      expect(email).toContain(`href="https://news.example.org${path}"`);
      expect(text.split('\n')).toContain(`https://news.example.org${path}`);
      if (language !== 'en') expect(subject.replaceAll('The Tidewater Review', '')).toMatch(/\p{Script=Arabic}/u);
    },
  );
});

test('days in a notice are those of the publication’s zone', async () => {
  const { text } = await drawNotice({ kind: 'left', language: 'en', token: link, until, zone: 'Asia/Karachi' }, masthead);
  expect(text).toContain('1 January 2027');
});

test('a publication’s name cannot put a header into a notice, nor markup', async () => {
  const { subject, email } = await drawNotice(
    { kind: 'known', language: 'en', token: link },
    { ...masthead, name: '<b>Tide</b>\r\nBcc: x@example.org' },
  );
  expect(email).not.toContain('<b>Tide');
  const from = { name: 'Tide', address: 'news@example.org' };
  const template = composeNotice({ from, subject, email, text: 't', date: 0, bounceDomain: 'example.org' });
  const { headers } = await new PostalMime().parse(personalise(template, { address: 'ada@example.org', delivery: 'd'.repeat(34) }).bytes);
  expect(headers.filter(({ key }) => key === 'bcc')).toEqual([]);
});
