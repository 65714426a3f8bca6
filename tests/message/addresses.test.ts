/** What `parseAddress` takes can be mailed: whatever stands in it, it makes an envelope and one `To` field, and it goes through a real SMTP dialogue. */
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { composeNotice, personalise } from '../../src/message/message.ts';
import { isAddressProblem, parseAddress } from '../../src/model/address.ts';

const template = composeNotice({
  from: { name: 'Tidewater Review', address: 'news@example.org' },
  subject: 'Please confirm',
  email: '<p>Hello</p>',
  text: 'Hello\n',
  date: Date.UTC(2026, 10, 22, 7),
  bounceDomain: 'bounce.example.org',
});
const delivery = 'deliverytokendeliverytokendelivery';

/** Checks that an address, once taken, is mailed as it stands; returns whether it was taken. */
async function mailed(text: string): Promise<boolean> {
  const parsed = parseAddress(text);
  if (isAddressProblem(parsed)) {
    expect(parsed.problem).not.toBe('');
    expect(parsed.remedy).not.toBe('');
    return false;
  }
  const { envelope, bytes } = personalise(template, { address: parsed.address, delivery });
  expect(envelope.to).toBe(parsed.address);
  expect(Buffer.byteLength(envelope.to)).toBeLessThanOrEqual(254);
  const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString();
  expect(head.split('\r\n').filter((line) => line.startsWith('To:'))).toEqual([`To: <${parsed.address}>`]);
  const [first, ...others] = (await new PostalMime().parse(bytes)).to ?? [];
  expect(others).toEqual([]);
  if (!parsed.address.startsWith('"')) expect(first?.address).toBe(parsed.address);
  return true;
}

test.each([
  'ada+news@example.org',
  'a.b.c+d=e@example.org',
  '"ada lovelace"@example.org',
  '"a\\"b"@example.org',
  '"@"@example.org',
  'ada@bücher.example',
  'ada@xn--bcher-kva.example',
  'Ada@EXAMPLE.org',
  'δοκιμή@παράδειγμα.example',
  'احمد@مثال.example',
  `${'l'.repeat(64)}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(57)}.org`,
])('%s is taken and mailed', async (text) => {
  expect(await mailed(text)).toBe(true);
});

test.each([
  `${'l'.repeat(64)}@${'d'.repeat(63)}.${'d'.repeat(63)}.${'d'.repeat(58)}.org`, // 255 octets
  `${'l'.repeat(65)}@example.org`,
  '"ada"lovelace@example.org',
  '"a<b>c"@example.org',
  '"a<b"@example.org',
  '"a\\>b"@example.org',
  '"tab\there"@example.org',
  'ada@[192.0.2.1]',
  'ada@localhost',
  'ada lovelace@example.org',
])('%s is refused with the reason', async (text) => {
  expect(await mailed(text)).toBe(false);
});

test('whatever is typed is mailed as it stands, or refused with the reason', async () => {
  const piece = fc.constantFrom(...'aZ0.+_-@"\\<>()[]:;, \t\r\n\u0000é漢م\u200f%=?#&xn--', 'example', '.org', '@example.org', '"', 'xn--');
  const quoted = fc.string({ unit: 'binary-ascii', maxLength: 8 }).map((inside) => `"${inside}"@example.org`);
  const text = fc.oneof(
    quoted,

    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
    fc.emailAddress(),
    fc.string(),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(text, async (typed) => {
      if (await mailed(typed)) taken += 1;
    }),
    { numRuns: 1500 },
  );
  expect(taken).toBeGreaterThan(100);
});
