import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import { mintToken, readToken, type TokenKeys, tokenLength } from '../../src/model/token.ts';

const keyOf = (byte: number) => createSecretKey(Buffer.alloc(32, byte));
const ring: TokenKeys = {
  current: 2,
  keys: new Map([
    [1, keyOf(1)],
    [2, keyOf(2)],
  ]),
}; // prettier-ignore
const subject = { publication: 7, reader: 1_000_000, send: 42 };

test('a token gives back its subject, for every number that fits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      fc.integer({ min: 0, max: 2 ** 36 - 1 }),
      fc.integer({ min: 0, max: 2 ** 24 - 1 }),
      (publication, reader, send) => {
        const token = mintToken(ring, 'delivery', { publication, reader, send });
        expect(token).toMatch(/^[a-z2-7]{34}$/);
        expect(readToken(ring, 'delivery', token)).toEqual({ publication, reader, send });
      },
    ),
  );
});

test('the same subject has the same token always, so that a resend is the same mail', () => {
  expect(mintToken(ring, 'leave', subject)).toBe(mintToken(ring, 'leave', { ...subject }));
});

test('the placeholder in a drawn mail is as long as a token, with a token’s letters, and is none', () => {
  expect(leaveTokenPlaceholder).toMatch(new RegExp(`^[a-z2-7]{${tokenLength}}$`));
  expect(readToken(ring, 'leave', leaveTokenPlaceholder)).toBeUndefined();
});

test('a token is read in any letter case, because mail servers change it', () => {
  expect(readToken(ring, 'delivery', mintToken(ring, 'delivery', subject).toUpperCase())).toEqual(subject);
});

test('a token of one kind is none of the other', () => {
  expect(readToken(ring, 'leave', mintToken(ring, 'delivery', subject))).toBeUndefined();
});

test('tokens of a retired key verify for ever, those of an unknown key never', () => {
  const old = mintToken({ ...ring, current: 1 }, 'leave', subject);
  expect(readToken(ring, 'leave', old)).toEqual(subject);
  expect(readToken({ current: 2, keys: new Map([[2, keyOf(2)]]) }, 'leave', old)).toBeUndefined();
  expect(readToken({ current: 1, keys: new Map([[1, keyOf(9)]]) }, 'leave', old)).toBeUndefined();
});

test('no letter of a token can be changed', () => {
  const token = mintToken(ring, 'leave', subject);
  for (let at = 0; at < tokenLength; at += 1) {
    for (const letter of 'abcdefghijklmnopqrstuvwxyz234567') {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      if (changed !== token) expect(readToken(ring, 'leave', changed)).toBeUndefined();
    }
  }
});

test('anything else is no token, and does no harm', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => readToken(ring, 'leave', text) === undefined));
  for (const text of ['', 'a'.repeat(33), 'a'.repeat(35), '0'.repeat(34), `${'a'.repeat(33)}\n`])
    expect(readToken(ring, 'leave', text)).toBeUndefined();
});

test('a number too large for its field is refused, not cut short', () => {
  expect(() => mintToken(ring, 'leave', { ...subject, reader: 2 ** 36 })).toThrow(RangeError);
  expect(() => mintToken(ring, 'leave', { ...subject, publication: 2 ** 16 })).toThrow(RangeError);
  expect(() => mintToken(ring, 'leave', { ...subject, send: 2 ** 24 })).toThrow(RangeError);
  expect(() => mintToken({ current: 3, keys: ring.keys }, 'leave', subject)).toThrow(RangeError);
});
