import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideAddress, isAddressProblem, maskAddress, parseAddress } from '../../src/model/address.ts';

const good: [given: string, address: string, key?: string][] = [
  ['amina@example.org', 'amina@example.org'],
  ['  Amina@Example.ORG\t', 'Amina@example.org', 'amina@example.org'],
  ["o'brien+news/2=x@sub.example.co.uk", "o'brien+news/2=x@sub.example.co.uk"],
  ['a@BÜCHER.example', 'a@xn--bcher-kva.example'],
  ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
  ['a@faß.de', 'a@xn--fa-hia.de'],
  ['a@日本。jp', 'a@xn--wgv71a.jp'],
  ['a@ＥＸＡＭＰＬＥ.org', 'a@example.org'],
  ['Дмитрий@почта.рф', 'Дмитрий@xn--80a1acny.xn--p1ai', 'дмитрий@xn--80a1acny.xn--p1ai'],
  ['Zoe\u0308@example.org', 'Zoe\u0308@example.org', 'zo\u00eb@example.org'],
  ['"a b"@example.org', '"a b"@example.org'],
  ['"a@b,c"@example.org', '"a@b,c"@example.org'],
  ['"Amina"@example.org', '"Amina"@example.org', 'amina@example.org'],
  ['"a\\"b"@example.org', '"a\\"b"@example.org'],
  ['a@3com.example', 'a@3com.example'],
  [`${'l'.repeat(64)}@example.org`, `${'l'.repeat(64)}@example.org`],
];

test.each(good)('%s is the address %s', (given, address, key = address) => {
  expect(parseAddress(given)).toEqual({ address, key, domain: address.slice(address.lastIndexOf('@') + 1) });
});

const bad: [given: string, problem: RegExp][] = [
  ['', /is empty/],
  ['   ', /is empty/],
  ['amina', /no @/],
  ['amina.example.org', /no @/],
  ['@example.org', /nothing before the @/],
  ['amina@', /nothing after the @/],
  ['a b@example.org', /space inside/],
  ['a@exa mple.org', /space inside/],
  ['a@b@example.org', /more than one @/],
  ['a@example.org,b@example.org', /","/],
  ['a@example.org; b@example.org', /";"/],
  ['Amina <amina@example.org>', /name with an address/],
  ['<amina@example.org>', /name with an address/],
  ['mailto:amina@example.org', /mailto/],
  ['a@example', /no dot in its domain/],
  ['a@example.org.', /dot at the edge of its domain/],
  ['a@.example.org', /dot at the edge of its domain/],
  ['a@example..org', /two dots/],
  ['.a@example.org', /dot at the edge/],
  ['a.@example.org', /dot at the edge/],
  ['a..b@example.org', /two dots/],
  ['a(x)@example.org', /character before the @/],
  ['"a@example.org', /do not pair/],
  ['a\n@example.org', /line break/],
  ['a\u0000@example.org', /control character/],
  ['a\u200b@example.org', /invisible/],
  ['a@exam\u00adple.org', /invisible/],
  ['a@[192.0.2.1]', /number address/],
  ['a@192.0.2.1', /number address/],
  ['a@0x7f.1', /ends in "1"|ends in|number|domain/],
  ['a@example.123', /ends in "123"/],
  ['a@ex_ample.org', /"_" in its domain/],
  ['a@example.org/path', /"\/" in its domain/],
  ['a@example.org:25', /":" in its domain/],
  ['a@ex%61mple.org', /"%" in its domain/],
  ['a@-example.org', /"-example"/],
  ['a@xn--a.com', /punycode/],
  ['a@xn--zzzzzz.org', /punycode/],
  ['a@1א.com', /international names/],
  [`${'l'.repeat(65)}@example.org`, /65 octets before/],
  [`${'é'.repeat(33)}@example.org`, /66 octets before/],
  [`a@${'d'.repeat(64)}.org`, /too long/],
  [`${'l'.repeat(64)}@${`${'d'.repeat(60)}.`.repeat(4)}org`, /octets long/],
];

test.each(bad)('%j is refused in plain words: %s', (given, problem) => {
  const parsed = parseAddress(given);
  expect(isAddressProblem(parsed) && parsed.problem).toMatch(problem);
  expect(isAddressProblem(parsed) && parsed.remedy).not.toBe('');
});

test('spellings of one mailbox share a key, other mailboxes do not', () => {
  const key = (text: string) => {
    const parsed = parseAddress(text);
    return isAddressProblem(parsed) ? undefined : parsed.key;
  };
  expect(key('AMINA@EXAMPLE.ORG')).toBe(key('"amina"@example.org'));
  expect(key('a@Bücher.example')).toBe(key('A@XN--BCHER-KVA.EXAMPLE'));
  expect(key('amina+news@example.org')).not.toBe(key('amina@example.org'));
  expect(key('a.mina@example.org')).not.toBe(key('amina@example.org'));
});

test('whatever is given, the answer is an address that reads the same again, or a problem', () => {
  const piece = fc.constantFrom(
    'a',
    'Z',
    '9',
    '.',
    '-',
    '@',
    '"',
    '\\',
    ' ',
    ',',
    'ß',
    'İ',
    'ǅ',
    '\u0301',
    'xn--',
    'bcher-kva',
    '。',
    '\u200d',
    'א',
    '\n',
    '[',
    'example.org',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `${pieces.join('')}@example.org`),
  );
  fc.assert(
    fc.property(text, (given) => {
      const first = parseAddress(given);
      if (isAddressProblem(first)) return;
      expect(parseAddress(first.address)).toEqual(first);
      const folded = parseAddress(first.key);
      expect(isAddressProblem(folded) ? folded : folded.key).toBe(first.key);
      expect(first.domain).toMatch(/^[a-z0-9.-]+$/);
    }),
    { numRuns: 3000 },
  );
});

test('a masked address shows its edges and its domain only', () => {
  expect(maskAddress('amina@example.org')).toBe('a…a@example.org');
  expect(maskAddress('al@example.org')).toBe('a…@example.org');
  expect(maskAddress('a@example.org')).toBe('a…@example.org');
  expect(maskAddress('😀middle🙂@example.org')).toBe('😀…🙂@example.org');
  expect(maskAddress('nonsense')).not.toContain('onsens');
});

test('an address is hidden in what a server says, however often and in whatever letter case it stands there', () => {
  expect(hideAddress('550 <A.Mina+x@Example.org> unknown (a.mina+x@example.org)', 'a.mina+x@example.org')).toBe(
    '550 <a…x@example.org> unknown (a…x@example.org)',
  );
  expect(hideAddress('550 aXmina+x@example.org', 'a.mina+x@example.org')).toBe('550 aXmina+x@example.org');
  expect(hideAddress('no address here', '')).toBe('no address here');
});
