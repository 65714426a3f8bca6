/** A mail that carries its reader's name: what is spliced reads exactly as what Nodemailer composes from the filled-in sources, whatever the reader is called. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { relaxedBody } from '../../src/message/canonical.ts';
import { dkimRecord, dkimTrouble } from '../../src/message/dkim-record.ts';
import { type Addressee, composeTemplate, type MessageInput, openSigner, personalise, readDkim } from '../../src/message/message.ts';
import { leaveTokenPlaceholder, pdfTokenPlaceholder, preferencesTokenPlaceholder } from '../../src/model/edition.ts';
import { nameAs, nameMark } from '../../src/model/reader-name.ts';

const now = Date.UTC(2026, 10, 25);
const reader = {
  address: 'reader@example.com',
  delivery: 'deliverytokendeliverytokendelivery',
  leave: 'abcdefghijklmnopqrstuvwxyz234567ab',
  preferences: 'zyxwvutsrqponmlkjihgfedcba765432zy',
  pdf: 'pqrstuvwxyz234567abcdefghijklmnopq',
};
const ltr = { direction: 'ltr', fallback: 'reader' } as const;
const rtl = { direction: 'rtl', fallback: 'قارئ' } as const;
const input = (text: string, email: string, changes: Partial<MessageInput> = {}): MessageInput => ({
  from: { name: 'Tidewater Review', address: 'news@example.org' },
  replyTo: 'editor@example.org',
  listName: 'Tidewater Review',
  listId: 'tidewater.lists.example.org',
  subject: 'November',
  email,
  text,
  date: now,
  baseUrl: 'https://news.example.org',
  bounceDomain: 'bounce.example.org',
  leaveByMail: true,
  feedbackId: 'i42:l7:issue:exorg',
  ...changes,
});
const keys = readDkim({
  domain: 'example.org',
  keys: [
    {
      selector: 'r1',
      pem: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  ],
});

/** The sources with one reader's values put in, as if there were only this reader. */
const filled = (source: string, part: 'html' | 'text', { name }: Pick<Addressee, 'name'>): string => {
  const values: Record<string, string> = {
    [nameMark(ltr)]: nameAs(part, name, ltr),
    [nameMark(rtl)]: nameAs(part, name, rtl),
    [leaveTokenPlaceholder]: reader.leave,
    [preferencesTokenPlaceholder]: reader.preferences,
    [pdfTokenPlaceholder]: reader.pdf,
  };
  // in one pass: a name may look like a placeholder
  return source.toWellFormed().replace(new RegExp(Object.keys(values).join('|'), 'g'), (place) => values[place] ?? '');
};

/** The same mail by Nodemailer's composer, from scratch. */
function fromScratch({ from, replyTo, subject, text, email = '' }: MessageInput, named: Pick<Addressee, 'name'>): Promise<Buffer> {
  return new MailComposer({
    from,
    ...(replyTo !== undefined && { replyTo }),
    to: reader.address,
    subject,
    date: new Date(now),
    messageId: `<${reader.delivery}@example.org>`,
    text: filled(text, 'text', named),
    html: filled(email, 'html', named),
  })
    .compile()
    .build();
}

/** What a mail says, as a mail program reads it; line ends as one, those at the end off. */
async function read(bytes: Buffer) {
  const { text, html, subject, from, to, replyTo, messageId, date } = await new PostalMime().parse(bytes);
  const words = (part: string | undefined) => part?.replaceAll('\r\n', '\n').replace(/\n+$/, '');
  return { text: words(text), html: words(html), subject, from, to, replyTo, messageId, date };
}

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'O\'Brien & "Sons" </p>',
  'Ada\r\nBcc: evil@example.com\r\n\r\n<p>owned',
  'علی رضا',
  '\u202eadA\u202c \u2067x\u2069',
  '👩‍👩‍👧‍👦 Zoë',
  'L'.repeat(300),
  'م'.repeat(300),
  'a\u0000b\u0007c\u0085d\u2028e',
  '=\r\n=3D=\n=',
  `x${' y'.repeat(600)}`,
  leaveTokenPlaceholder,
  nameMark(ltr),
  '{{name|reader}}',
  '.',
  'From me',
  '.\r\n.\r\nQUIT',
  '--=_0123456789abcdef',
  '\ud800 half',
  ' \t ',
  '\u200d\u200b',
  '$& $1 $`',
];
const name = fc.oneof(
  fc.constantFrom(undefined, ...hostile),
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(nameMark(ltr), nameMark(rtl), leaveTokenPlaceholder, preferencesTokenPlaceholder, pdfTokenPlaceholder),
  },
  fc.string({ unit: 'grapheme', maxLength: 90 }).map((text) => text.replace(/[\p{Cc}\ue000-\ue2ff\u2028\u2029]/gu, '')),
  fc.constantFrom('\n', '\n\n', '.', 'From ', ' ', '  ', '=', '🎉', 'é', 'یہ ایک خبرنامہ ہے ', '--', 'x'.repeat(1200), 'word '.repeat(250)),
);
const source = fc.array(piece, { maxLength: 24 }).map((pieces) => `Dear ${nameMark(ltr)},\n${pieces.join('')}\nend`);
const anySource = fc.oneof(
  source,
  source.map((words) => `${'نے اس مہینے لکھا '.repeat(120)}${words}`),
);

test('every mail reads exactly as one composed from scratch, its lines are short, and its hash goes on from what all share', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anySource, anySource, name, async (text, email, called) => {
      const what = input(text, `<p>${email}</p>\n`);
      const template = composeTemplate(what);
      const { bytes, bodyHash } = personalise(JSON.parse(JSON.stringify(template)), { ...reader, name: called });
      expect(await read(bytes)).toEqual(await read(await fromScratch(what, { name: called })));
      const raw = bytes.toString('latin1');
      for (const encoding of raw.match(/^Content-Transfer-Encoding: .*$/gm) ?? []) seen.add(encoding);
      const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
      expect(body.split('\r\n').filter((line) => !/^[\x20-\x7e]{0,76}$/.test(line) || /^(\.|From )|[ \t]$/.test(line))).toEqual([]);
      expect(bodyHash?.()).toBe(
        createHash('sha256')
          .update(relaxedBody(Buffer.from(body, 'latin1')), 'latin1')
          .digest('base64'),
      );
      expect(personalise(template, { ...reader, name: called }).bytes).toEqual(bytes);
    }),
    { numRuns: 250 },
  );
  expect(seen.size).toBe(2);
});

test.each(hostile)('a reader called %j changes no header, breaks no markup, and gets a good signature', async (called) => {
  const sign = openSigner(keys);
  for (const around of ['', 'نے اس مہینے لکھا '.repeat(80)]) {
    const template = composeTemplate(input(`${around}Dear ${nameMark(ltr)}, hello\n`, `<p>${around}Dear ${nameMark(rtl)}, hello</p>\n`));
    const plainly = personalise(template, { ...reader, name: 'Ada' });
    const message = personalise(template, { ...reader, name: called });
    expect(message.envelope).toEqual(plainly.envelope);
    const head = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString('latin1');
    expect(head(message.bytes)).toBe(head(plainly.bytes));
    const { html = '', text = '' } = await read(message.bytes);
    expect(html.match(/<\/?[a-z][^>]*>/g)).toEqual(['<p>', '<span dir="auto">', '</span>', '</p>']);
    expect(text.split('\n')).toHaveLength(1);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066\u2067]/);
    const signed = await sign(template, message, now);
    expect(dkimTrouble(signed, keys)).toBeUndefined();
  }
});

/** What a receiver finds, by mailauth. */
async function verdict(bytes: Buffer): Promise<string | undefined> {
  const [key] = keys.keys;
  const { results } = await dkimVerify(bytes, { resolver: async () => [[key === undefined ? '' : dkimRecord('example.org', key).value]] });
  return results[0]?.status.result;
}

test('mailauth passes the mail of a reader with a name, and not one whose name was changed or that had a header put in', async () => {
  const template = composeTemplate(input(`Dear ${nameMark(ltr)}, hello\n`, `<p>Dear ${nameMark(ltr)}, hello</p>\n`));
  const signed = await openSigner(keys)(template, personalise(template, { ...reader, name: 'Zoë' }), now);
  expect(await verdict(signed)).toBe('pass');
  const changed = (from: string, to: string) => Buffer.from(signed.toString('latin1').replace(from, to), 'latin1');
  for (const [from, to] of [
    ['Zo=C3=AB', 'Eve'],
    ['From: ', 'Subject: Injected\r\nFrom: '],
    ['From: ', 'From: "Eve" <eve@example.com>\r\nFrom: '],
    ['From: ', 'Reply-To: eve@example.com\r\nFrom: '],
    ['From: ', 'List-Unsubscribe: <https://evil.example/>\r\nFrom: '],
    ['From: ', 'Cc: eve@example.com\r\nFrom: '],
  ] as const)
    expect([to, await verdict(changed(from, to))]).toEqual([to, to === 'Eve' ? 'neutral' : 'fail']); // mailauth's word for another body is neutral
});

describe('a name', () => {
  const words = (called: string | undefined, place: typeof ltr | typeof rtl = ltr) => [
    nameAs('text', called, place),
    nameAs('html', called, place),
  ];
  test('of Latin letters stands as it is where the text runs as it does', () => {
    for (const called of ['Zoë O’Brien-Smith', 'Reader 7']) expect(words(called)).toEqual([called, called]);
  });
  test('that may run another way is kept to itself', () => {
    expect(words('علی')).toEqual(['\u2068علی\u2069', '<span dir="auto">علی</span>']);
    expect(words('Ada', rtl)).toEqual(['\u2068Ada\u2069', '<span dir="auto">Ada</span>']);
    expect(words('3 Ada')).toEqual(['\u20683 Ada\u2069', '<span dir="auto">3 Ada</span>']);
  });
  test.each([undefined, '', '  ', '\u200d', '\u202e', '\u0000'])('that shows nothing, %j, is the fallback', (called) => {
    expect(words(called)).toEqual(['reader', 'reader']);
  });
});

test('a message without a place for a name is the same whatever its reader is called', () => {
  const template = composeTemplate(input('Hello\n', '<p>Hello</p>\n'));
  expect(personalise(template, { ...reader, name: 'Ada' }).bytes).toEqual(personalise(template, reader).bytes);
});
