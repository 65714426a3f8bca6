/** DKIM with an RSA key and an Ed25519 key, the record that goes with each, and the hash of bodies that differ in tokens only. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, test } from 'vitest';
import { openBodyHasher, relaxedBody } from '../../src/message/canonical.ts';
import { signMessage } from '../../src/message/dkim.ts';
import { dkimRecord, dkimTrouble, signatureTrouble } from '../../src/message/dkim-record.ts';
import { composeTemplate, openSigner, personalise, readDkim } from '../../src/message/message.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';

const pemOf = (kind: 'rsa' | 'ed25519'): string =>
  (kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
const both = readDkim({
  domain: 'example.org',
  keys: [
    { selector: 'e1', pem: pemOf('ed25519') },
    { selector: 'r1', pem: pemOf('rsa') },
  ],
});
const now = Date.UTC(2026, 10, 25);

const template = (text: string, email = `<p>${text}</p>\n`) =>
  composeTemplate({
    from: { name: 'Tidewater', address: 'news@example.org' },
    listName: 'Tidewater',
    listId: 'tidewater.lists.example.org',
    subject: 'November',
    email,
    text,
    date: now,
    baseUrl: 'https://news.example.org',
    bounceDomain: 'bounce.example.org',
    feedbackId: 'a:b:c:d',
  });
const reader = { address: 'reader@example.com', delivery: 'd'.repeat(34), leave: 'e'.repeat(34) };

/** What a receiver finds, by mailauth; the DNS answers with our own records. */
async function verdicts(bytes: Buffer): Promise<Record<string, string>> {
  const records = both.keys.map((key) => dkimRecord(both.domain, key));
  const { results } = await dkimVerify(bytes, {
    resolver: async (name: string) => {
      const found = records.find((record) => record.name === name);
      if (found === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      return [found.strings];
    },
  });
  return Object.fromEntries(results.map(({ selector, status }) => [selector, status.result]));
}

test('signed with both keys a mail verifies with both, by the records as they are printed; the RSA signature stands first', async () => {
  const signed = await signMessage(personalise(template('Hello'), reader), both, now);
  expect(await verdicts(signed)).toEqual({ r1: 'pass', e1: 'pass' });
  expect([...signed.toString('latin1').matchAll(/^DKIM-Signature: .* a=([a-z0-9-]+);/gm)].map(([, algorithm]) => algorithm)).toEqual([
    'rsa-sha256',
    'ed25519-sha256',
  ]);
  expect(await verdicts(Buffer.concat([Buffer.from('List-Unsubscribe: <https://evil.example>\r\n'), signed]))).not.toMatchObject({
    e1: 'pass',
  });
});

test('the vector of RFC 8463, appendix A, is found good, and a letter less is not', () => {
  const field = (tags: string): string => `DKIM-Signature: ${tags}`;
  const fields = [
    field(
      'v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==',
    ),
    'From: Joe SixPack <joe@football.example.com>',
    'To: Suzie Q <suzie@shopping.example.net>',
    'Subject: Is dinner ready?',
    'Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)',
    'Message-ID: <20030712040037.46341.5F8J@football.example.com>',
  ];
  const body = 'Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n';
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=', 'base64').toString('base64url') },
    format: 'jwk',
  });
  const [first = ''] = fields;
  expect(signatureTrouble(fields, first, Buffer.from(body), key)).toBeUndefined();
  expect(signatureTrouble(fields, first, Buffer.from(body.replace('hungry', 'angry')), key)).toBe('is of another body');
  const renamed = fields.map((each) => each.replace('dinner', 'lunch'));
  expect(signatureTrouble(renamed, first, Buffer.from(body), key)).toBe('is not one of this message');
});

describe('the hash of a body is that of the whole body', () => {
  const awkward = fc.array(
    fc.constantFrom(' ', '  ', '\t', '\n', '\n\n', 'a', 'word', '.', 'é', 'نامه', '=', leaveTokenPlaceholder, 'From ', '\u00a0'),
    { maxLength: 40 },
  );
  test('for any text around the tokens', () => {
    const property = fc.property(awkward, awkward, (text, email) => {
      const { bytes, bodyHash } = personalise(template(text.join(''), email.join('')), reader);
      const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
      expect(bodyHash?.()).toBe(createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64'));
    });
    fc.assert(property, { numRuns: 500 });
  });

  test('for stretches with blanks at their ends; one that ends in nothing but line ends is read whole', () => {
    const stretch = fc.stringMatching(/^(?:[ \t]|\r\n|[a-z]){0,8}$/);
    const property = fc.property(fc.array(stretch, { minLength: 1, maxLength: 4 }), (stretches) => {
      const own = stretches.slice(1).map((_, i) => Buffer.from(`token${i}`));
      const hasher = openBodyHasher(stretches.map((each) => Buffer.from(each)));
      const whole = Buffer.concat(stretches.flatMap((each, i) => [Buffer.from(each), own[i] ?? Buffer.alloc(0)]));
      const expected = createHash('sha256').update(relaxedBody(whole), 'latin1').digest('base64');
      if (hasher === undefined) expect(stretches.at(-1)?.trim()).toBe('');
      else expect(hasher.hash(own)).toBe(expected);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

test('a worker looks at its first signature of each message, and sends none that receivers would refuse', async () => {
  const message = personalise(template('Hello'), reader);
  const sign = openSigner(both);
  expect(dkimTrouble(await sign({}, message, now), both)).toBeUndefined();
  const spoilt = { ...message, bodyHash: () => 'AAAA' };
  await expect(openSigner(both)({}, spoilt, now)).rejects.toThrow(
    /would refuse our DKIM signature: the signature with the key e1 is of another body/,
  );
  expect(dkimTrouble(message.bytes, both)).toBe('the signature with the key e1 is missing');
});

test('a record fits into strings of a zone file, and an Ed25519 key stands in it as its 32 bytes', () => {
  const [ed, rsa] = both.keys.map((key) => dkimRecord('example.org', key));
  expect(rsa?.name).toBe('r1._domainkey.example.org');
  expect(rsa?.strings.length).toBe(2);
  expect(rsa?.strings.join('')).toBe(rsa?.value);
  expect(Math.max(...(rsa?.strings ?? []).map((each) => each.length))).toBeLessThanOrEqual(255);
  expect(Buffer.from(ed?.value.split('p=')[1] ?? '', 'base64')).toHaveLength(32);
});
