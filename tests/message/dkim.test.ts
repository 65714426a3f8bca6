import { generateKeyPairSync } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { expect, test } from 'vitest';
import { type Dkim, signMessage } from '../../src/message/dkim.ts';
import { composeTemplate, personalise, readDkim } from '../../src/message/message.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const record = `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;
const dkim = readDkim({ domain: 'example.org', keys: [{ selector: 'n1', pem }] });
const now = Date.now();

/** Verifies with mailauth; the key comes from this fake DNS. */
async function verdict(bytes: Buffer): Promise<string | undefined> {
  const { results } = await dkimVerify(bytes, {
    resolver: async (name: string) => {
      if (name === 'n1._domainkey.example.org') return [[record.slice(0, 200), record.slice(200)]];
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    },
  });
  return results[0]?.status.result;
}

function message(address = 'reader@example.com', text = 'Hello  there \n\n  indented\n\n\n'): Buffer {
  const template = composeTemplate({
    from: { name: 'Tidewater', address: 'news@example.org' },
    listName: 'Tidewater',
    listId: 'tidewater.lists.example.org',
    subject: 'A subject that is long enough to be folded because it has many words in it, more than fit',
    email: '<p>Hello   there</p>\n\n',
    text,
    date: now,
    baseUrl: 'https://news.example.org',
    bounceDomain: 'bounce.example.org',
    feedbackId: 'a:b:c:d',
  });
  return personalise(template, { address, delivery: 'd'.repeat(34), leave: 'e'.repeat(34) }).bytes;
}

const sign = (bytes: Buffer, by: Dkim = dkim) => signMessage({ bytes }, by, now);
const signed = await sign(message());

test('a signed mail verifies, and the mail itself is untouched', async () => {
  expect(await verdict(signed)).toBe('pass');
  expect(signed.subarray(-message().length)).toEqual(message());
  expect(await verdict(await sign(message('jörg@example.com')))).toBe('pass');
});

test('the signature names every header once more than it occurs, has its time, and neither length nor long lines', () => {
  const head = signed.toString('latin1', 0, signed.indexOf('\r\nFrom:'));
  const tags = Object.fromEntries(
    head
      .slice('DKIM-Signature:'.length)
      .replace(/\s/g, '')
      .split(';')
      .map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]),
  );
  expect(tags).toMatchObject({
    v: '1',
    a: 'rsa-sha256',
    c: 'relaxed/relaxed',
    d: 'example.org',
    s: 'n1',
    t: String(Math.floor(now / 1000)),
  });
  expect(Object.keys(tags)).not.toContain('l');
  const names = tags['h']?.split(':') ?? [];
  const count = (name: string) => names.filter((given) => given === name).length;
  for (const name of [
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'mime-version',
    'content-type',
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
    'feedback-id',
  ]) {
    expect([name, count(name)]).toEqual([name, 2]);
  }
  expect([count('cc'), count('reply-to'), count('precedence')]).toEqual([1, 1, 0]);
  for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
});

test.each([
  'From: evil@example.com',
  'Subject: other',
  'List-Unsubscribe: <https://evil.example/x>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  'Reply-To: evil@example.com',
  'Cc: x@example.com',
  'Content-Type: text/plain',
  'Feedback-ID: x',
])('a second or new %s breaks it', async (header) => {
  expect(await verdict(Buffer.concat([Buffer.from(`${header}\r\n`), signed]))).not.toBe('pass');
  const below = signed.indexOf('\r\n\r\n');
  expect(await verdict(Buffer.concat([signed.subarray(0, below), Buffer.from(`\r\n${header}`), signed.subarray(below)]))).not.toBe('pass');
});

test('a changed word breaks it, changed spaces and refolding do not', async () => {
  const text = signed.toString('latin1');
  expect(await verdict(Buffer.from(text.replace('indented', 'invented'), 'latin1'))).not.toBe('pass');
  expect(
    await verdict(
      Buffer.from(
        text.replace('List-Id: Tidewater <', 'List-Id:   Tidewater\r\n <').replace('Hello   there</p>', 'Hello there</p>  '),
        'latin1',
      ),
    ),
  ).toBe('pass');
  expect(await verdict(Buffer.from(`${text}\r\n\r\n`, 'latin1'))).toBe('pass');
});

test.each([
  ['an empty body', 'From: a@example.org\r\n\r\n'],
  ['no body at all', 'From: a@example.org'],
  ['a body of blank lines', 'From: a@example.org\r\n\r\n \r\n\t\r\n\r\n'],
  ['a body without a last line end', 'From: a@example.org\r\n\r\nhello \t world  '],
  ['an address beyond ASCII that ends in a no-break byte', 'To: à\r\nFrom: a@example.org\r\n\r\nx\r\n'],
])('%s verifies', async (_what, mail) => {
  expect(await verdict(await sign(Buffer.from(mail)))).toBe('pass');
});

test.each<[string, string, RegExp]>([
  ['no key', 'hello', /cannot be read; it takes an RSA private key of 2048 bits/],
  ['a public key', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), /is a public key/],
  [
    'a short key',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    /has 1024 bits/,
  ],
  ['an Ed448 key', generateKeyPairSync('ed448').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /of type ed448/],
  [
    'a locked key',
    rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    /passphrase/,
  ],
])('%s is refused with words', (_what, key, words) => {
  expect(() => readDkim({ domain: 'example.org', keys: [{ selector: 'n1', pem: key }] })).toThrow(words);
});

test('a domain or selector that could not stand in a signature is refused', () => {
  expect(() => readDkim({ domain: 'example.org; l=0', keys: [{ selector: 'n1', pem }] })).toThrow(/DKIM domain/);
  expect(() => readDkim({ domain: 'example.org', keys: [{ selector: '', pem }] })).toThrow(/DKIM selector/);
  const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  expect(readDkim({ domain: 'example.org', keys: [{ selector: 'n1', pem: pkcs1 }] }).keys[0]?.algorithm).toBe('rsa-sha256');
  expect(() => readDkim({ domain: 'example.org', keys: [1, 2].map((n) => ({ selector: `n${n}`, pem })) })).toThrow(/other kind/);
});
