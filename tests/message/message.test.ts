import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { checkSender, composeTemplate, type MessageInput, personalise } from '../../src/message/message.ts';
import { leaveTokenPlaceholder, pdfTokenPlaceholder, preferencesTokenPlaceholder } from '../../src/model/edition.ts';

const reader = {
  address: 'joerg+news@example.com',
  delivery: 'deliverytokendeliverytokendelivery',
  leave: 'abcdefghijklmnopqrstuvwxyz234567ab',
  preferences: 'zyxwvutsrqponmlkjihgfedcba765432zy',
  pdf: 'pqrstuvwxyz234567abcdefghijklmnopq',
};
/** A text as this reader gets it. */
const filled = (text: string): string =>
  text
    .replaceAll(leaveTokenPlaceholder, reader.leave)
    .replaceAll(preferencesTokenPlaceholder, reader.preferences)
    .replaceAll(pdfTokenPlaceholder, reader.pdf);

function input(changes: Partial<MessageInput> = {}): MessageInput {
  return {
    from: { name: 'Tidewater Review', address: 'news@example.org' },
    replyTo: 'editor@example.org',
    listName: 'Tidewater Review',
    listId: 'tidewater.lists.example.org',
    subject: 'Grüße',
    email: `<p>Grüße = <a href="https://news.example.org/u/${leaveTokenPlaceholder}">leave</a></p>\n`,
    text: `Hello,\n\nleave: https://news.example.org/u/${leaveTokenPlaceholder}\n`,
    date: Date.UTC(2026, 10, 22, 7),
    baseUrl: 'https://news.example.org',
    bounceDomain: 'bounce.example.org',
    leaveByMail: true,
    feedbackId: 'i42:l7:issue:exorg',
    ...changes,
  };
}

const bytesOf = (changes: Partial<MessageInput> = {}, to = reader): Buffer => personalise(composeTemplate(input(changes)), to).bytes;
const parse = (bytes: Buffer) => new PostalMime().parse(bytes);
/** The words of a part: line ends as \n, the last one off. */
const wordsOf = (part: string | undefined) => part?.replaceAll('\r\n', '\n').replace(/\n$/, '');
/** Everything the headers of a mail are made of, unfolded, as one text per header. */
const headersOf = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .slice(0, bytes.indexOf('\r\n\r\n'))
    .replace(/\r\n(?=[ \t])/g, '')
    .split('\r\n');

test('a mail without an HTML part is its text alone, with every header that the other has', async () => {
  const { email: _, ...words } = input();
  const { bytes } = personalise(composeTemplate(words), reader);
  const [head = '', body = ''] = bytes.toString().split('\r\n\r\n', 2);
  const both = headersOf(bytesOf()).filter((header) => !header.startsWith('Content-Type'));
  expect(headersOf(bytes)).toEqual([...both, 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable']);
  expect(head).not.toContain('multipart');
  expect(bytes.toString().endsWith('\r\n')).toBe(true);
  expect(body).toContain('Hello,');
  const parsed = await parse(bytes);
  expect([wordsOf(parsed.text), parsed.html]).toEqual([wordsOf(filled(words.text)), undefined]);
});

test('text that runs right to left, and long, comes out of a mail of text alone as it went in, its tokens too', async () => {
  const { email: _, ...words } = input();
  const link = `https://news.example.org/u/${leaveTokenPlaceholder}`;
  const text = `${'\u2068The Two Shores\u2069 نے اس مہینے لکھا۔ '.repeat(60)}\n\n.\n${link}\n`;
  const parsed = await parse(personalise(composeTemplate({ ...words, text }), reader).bytes);
  expect(wordsOf(parsed.text)).toBe(wordsOf(filled(text)));
});

test('a whole mail, byte by byte', () => {
  const message = personalise(composeTemplate(input()), reader);
  expect(message.envelope).toEqual({
    from: 'b+deliverytokendeliverytokendelivery@bounce.example.org',
    to: 'joerg+news@example.com',
    envid: 'deliverytokendeliverytokendelivery',
  });
  const boundary = /boundary="(.*)"/.exec(message.bytes.toString())?.[1];
  expect(boundary).toMatch(/^=_[0-9a-f]{32}$/);
  expect(message.bytes.toString().split('\r\n')).toEqual([
    'From: "Tidewater Review" <news@example.org>',
    'To: <joerg+news@example.com>',
    'Reply-To: <editor@example.org>',
    'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Date: Sun, 22 Nov 2026 07:00:00 +0000',
    'Message-ID: <deliverytokendeliverytokendelivery@example.org>',
    'List-Id: Tidewater Review <tidewater.lists.example.org>',
    'List-Unsubscribe: <https://news.example.org/u/abcdefghijklmnopqrstuvwxyz234567ab>,',
    ' <mailto:u+abcdefghijklmnopqrstuvwxyz234567ab@bounce.example.org?subject=unsubscribe>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'Feedback-ID: i42:l7:issue:exorg',
    'Precedence: bulk',
    'X-Auto-Response-Suppress: OOF, AutoReply',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative;',
    ` boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Hello,',
    '',
    'leave: https://news.example.org/u/abcdefghijklmnopqrstuvwxyz234567ab',
    '',
    `--${boundary}`,
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>Gr=C3=BC=C3=9Fe =3D <a href=3D"https://news.example.org/u/=',
    'abcdefghijklmnopqrstuvwxyz234567ab">leave</a></p>',
    '',
    `--${boundary}--`,
    '',
  ]);
});

/** What goes over the line. */
const sent = (...filled: Parameters<typeof personalise>) => {
  const { envelope, bytes } = personalise(...filled);
  return { envelope, bytes };
};

test('a template that travelled through JSON gives the same bytes, each time', () => {
  const template = composeTemplate(input());
  const travelled = JSON.parse(JSON.stringify(template));
  expect(sent(travelled, reader)).toEqual(sent(template, reader));
  expect(personalise(template, reader).bytes).toEqual(bytesOf());
});

test('every reader gets the same mail but for address and tokens', () => {
  const template = composeTemplate(input());
  const other = { address: 'a@b.example', delivery: 'z'.repeat(34), leave: '7'.repeat(34) };
  const swapped = personalise(template, other)
    .bytes.toString()
    .replaceAll(other.delivery, reader.delivery)
    .replaceAll(other.leave, reader.leave)
    .replace(other.address, reader.address);
  expect(swapped).toBe(personalise(template, reader).bytes.toString());
});

const urdu = 'یہ ایک خبرنامہ ہے جو ہر مہینے آتا ہے۔ '.repeat(30);
test.each([
  ['Latin text is quoted-printable', 'Grüße, “naïve” façade\n'.repeat(40), 'quoted-printable'],
  ['Arabic script is base64', urdu, 'base64'],
])('%s, and reads the same after parsing', async (_rule, words, encoding) => {
  const text = `${words}\n.\nFrom here  \n${leaveTokenPlaceholder}${preferencesTokenPlaceholder}é${leaveTokenPlaceholder}\nthe end`;
  const bytes = bytesOf({ text, email: `<p>${text}</p>` });
  expect(bytes.toString().match(/^Content-Transfer-Encoding: .*$/gm)).toEqual([
    `Content-Transfer-Encoding: ${encoding}`,
    `Content-Transfer-Encoding: ${encoding}`,
  ]);
  const mail = await parse(bytes);
  expect(wordsOf(mail.text)).toBe(filled(text));
  expect(wordsOf(mail.html)).toBe(filled(`<p>${text}</p>`));
});

test('whatever the words: lines of at most 76 letters in CRLF, ASCII only, no line that begins with a dot or From, and the same text after parsing', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 90 }),
    fc.constantFrom(
      leaveTokenPlaceholder,
      preferencesTokenPlaceholder,
      pdfTokenPlaceholder,
      '\n',
      '\r\n',
      '.',
      'From ',
      ' ',
      '\t',
      '=',
      '=_',
      '🎉',
      'é',
      'ہے',
      '--',
      'x'.repeat(80),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const text = `${pieces.join('')}\nend`;
      const bytes = bytesOf({ text, email: text });
      const raw = bytes.toString('latin1');
      const body = raw.slice(raw.indexOf('\r\n\r\n')).split('\r\n');
      expect(body.every((line) => /^[\x20-\x7e\t]{0,76}$/.test(line) && !/^(\.|From )|[ \t]$/.test(line))).toBe(true);
      const wanted = filled(text.toWellFormed().replace(/\r\n|\r|\n/g, '\n'));
      expect(wordsOf((await parse(bytes)).text)).toBe(wanted);
    }),
    { numRuns: 150 },
  );
});

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        ' ',
        'Bcc: evil@example.com',
        '=?UTF-8?Q?x?=',
        '"',
        '\\',
        '<',
        '>',
        '🎉',
        '\u2028',
        'w'.repeat(90),
        '\0',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

test('no name or subject adds a header, makes a line over 78 letters, or is lost', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, nasty, nasty, async (subject, name, listName) => {
      const bytes = bytesOf({ subject, listName, from: { name, address: 'news@example.org' } });
      const names = headersOf(bytes).map((header) => header.slice(0, header.indexOf(':')));
      expect(names).toEqual([
        'From',
        'To',
        'Reply-To',
        'Subject',
        'Date',
        'Message-ID',
        'List-Id',
        'List-Unsubscribe',
        'List-Unsubscribe-Post',
        'Feedback-ID',
        'Precedence',
        'X-Auto-Response-Suppress',
        'MIME-Version',
        'Content-Type',
      ]); // prettier-ignore
      for (const line of bytes.toString('latin1').slice(0, bytes.indexOf('\r\n\r\n')).split('\r\n')) {
        if (!line.includes('/u/') && !line.includes('mailto:')) expect(line.length).toBeLessThanOrEqual(78);
        for (const word of line.match(/=\?[^?]*\?[QB]\?[^?]*\?=/g) ?? []) expect(word.length).toBeLessThanOrEqual(75);
      }
      const mail = await parse(bytes);
      const plain = (words: string) =>
        words
          .toWellFormed()
          .replace(/[\s\p{Cc}]+/gu, ' ')
          .trim();
      expect(mail.subject ?? '').toBe(plain(subject));
      expect(mail.from).toEqual({ name: plain(name), address: 'news@example.org' });
      expect(mail.headers.filter(({ key }) => key === 'list-id')[0]?.value.endsWith('<tidewater.lists.example.org>')).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('encoded words are made of whole code points', () => {
  const subject = headersOf(bytesOf({ subject: 'a🎉'.repeat(60) })).find((header) => header.startsWith('Subject'));
  const words = subject?.match(/=\?UTF-8\?[QB]\?[^?]*\?=/g) ?? [];
  expect(words.length).toBeGreaterThan(3);
  for (const word of words) {
    const [, , kind, payload = ''] = word.split('?');
    const bytes =
      kind === 'B'
        ? Buffer.from(payload, 'base64')
        : Buffer.from(
            payload.replace(/=(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
            'latin1',
          );
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toThrow();
  }
});

test('a long plain subject is folded at its spaces and stays readable', () => {
  const subject = 'The quick brown fox jumps over the lazy dog and then over another one which is lazy too';
  const lines = bytesOf({ subject }).toString().split('\r\n');
  const at = lines.findIndex((line) => line.startsWith('Subject:'));
  expect(`${lines[at]}${lines[at + 1]}`).toBe(`Subject: ${subject}`);
});

test('an international domain goes out as A-labels, a local part beyond ASCII as it is', async () => {
  const { envelope, bytes } = personalise(composeTemplate(input()), { ...reader, address: 'jörg@müller.example' });
  expect(envelope.to).toBe('jörg@xn--mller-kva.example');
  expect(headersOf(bytes)[1]).toBe('To: <jörg@xn--mller-kva.example>');
  expect((await parse(bytesOf({ bounceDomain: 'müller.example' }))).headers.find(({ key }) => key === 'list-unsubscribe')?.value).toContain(
    '@xn--mller-kva.example?',
  );
});

test.each([
  '',
  'a',
  '@b.example',
  'a@',
  'a b@c.example',
  'a@b c.example',
  'a\r\nBcc: x@y.example',
  'a@b.example\r\nX: y',
  'a@b.example>',
  'a,b@c.example',
  `${'a'.repeat(65)}@b.example`,
  '"a\r\n"@b.example',
  'a@b..example',
])('nothing is made for %j', (address) => {
  expect(() => personalise(composeTemplate(input()), { ...reader, address })).toThrow(/is not an address/);
});

test('a message composed before there were preferences needs no token for them, one with the link does', () => {
  const { preferences: _, ...before } = reader;
  expect(sent(composeTemplate(input()), before)).toEqual(sent(composeTemplate(input()), reader));
  for (const words of ['', urdu]) {
    const template = composeTemplate(input({ text: `${words}${preferencesTokenPlaceholder}` }));
    expect(() => personalise(template, before)).toThrow('needs a token for preferences');
  }
});

test('a link to the full issue takes a token of its own, and a message without one takes none', async () => {
  const { pdf: _, ...without } = reader;
  for (const words of ['', urdu]) {
    const text = `${words} https://a.example/b/1.pdf?link=${pdfTokenPlaceholder} ${leaveTokenPlaceholder}`;
    const template = composeTemplate(input({ text }));
    expect(() => personalise(template, without)).toThrow('needs a token for the full issue');
    expect(wordsOf((await parse(personalise(template, reader).bytes)).text)).toBe(filled(text));
  }
  expect(sent(composeTemplate(input()), without)).toEqual(sent(composeTemplate(input()), reader));
});

test('a token that is none of ours is not spliced in', () => {
  expect(() => personalise(composeTemplate(input()), { ...reader, preferences: 'x' })).toThrow(RangeError);
  expect(() => personalise(composeTemplate(input()), { ...reader, leave: 'x\r\nBcc: evil@example.com' })).toThrow(RangeError);
  expect(() => personalise(composeTemplate(input()), { ...reader, delivery: '' })).toThrow(RangeError);
});

test.each<[string, Partial<MessageInput>, RegExp]>([
  ['a sender beyond ASCII', { from: { name: 'N', address: 'jörg@example.org' } }, /plain letters/],
  ['a bounce domain that is none', { bounceDomain: 'not a domain' }, /bounce domain "not a domain"/],
  ['a base URL with a line break', { baseUrl: 'https://a.example\r\nX: y' }, /base URL/],
  ['a feedback id with a space', { feedbackId: 'a b' }, /feedback id/],
  ['a date that is none', { date: Number.NaN }, /date of the send/],
])('%s is said when the send is composed', (_what, changes, words) => {
  expect(() => composeTemplate(input(changes))).toThrow(words);
});

test.each<[string, MessageInput['from'], string | undefined, RegExp | undefined]>([
  ['a plain sender', { name: 'Tidewater Review', address: 'news@example.org' }, 'editor@example.org', undefined],
  ['no name and no reply address', { name: '', address: 'news@example.org' }, undefined, undefined],
  ['an international domain', { name: 'Grüße', address: 'news@müller.example' }, undefined, undefined],
  ['a name with a line break', { name: 'N\r\nBcc: evil@example.com', address: 'news@example.org' }, undefined, undefined],
  ['a sender beyond ASCII', { name: 'N', address: 'jörg@example.org' }, undefined, /^The sender .*jörg.* plain letters/],
  ['a sender without a domain', { name: 'N', address: 'news' }, undefined, /"news" is not an address/],
  ['a domain that is none', { name: 'N', address: 'news@not a domain' }, undefined, /is not an address/],
  ['a sender with a line break', { name: 'N', address: 'news@example.org\r\nX: y' }, undefined, /is not an address/],
  ['a reply address beyond ASCII', { name: 'N', address: 'a@b.example' }, 'jörg@b.example', /^The reply address .* plain letters/],
  ['a reply address that is none', { name: 'N', address: 'a@b.example' }, 'nobody', /"nobody" is not an address/],
  ['an empty reply address', { name: 'N', address: 'a@b.example' }, '', /is not an address/],
])('a sender is refused up front for the reason its send would be, and only then: %s', (_what, from, replyTo, words) => {
  const told = (act: () => void): unknown => {
    try {
      act();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const early = told(() => checkSender({ ...from, replyTo }));
  const { replyTo: _none, ...rest } = input({ from });
  expect(early).toEqual(told(() => composeTemplate(replyTo === undefined ? rest : { ...rest, replyTo })));
  if (words === undefined) expect(early).toBeUndefined();
  else expect(early).toMatchObject({ code: 'message.address', message: expect.stringMatching(words) });
});

test('where nobody reads what is mailed to us, no header says that one can leave by mail', () => {
  const headers = headersOf(bytesOf({ leaveByMail: false }));
  expect(headers).toContain('List-Unsubscribe: <https://news.example.org/u/abcdefghijklmnopqrstuvwxyz234567ab>');
  expect(headers).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  expect(headers.join('\n')).not.toContain('mailto:');
});
