import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { mintToken, readToken } from '../../src/model/token.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { openStore } from '../../src/store/open.ts';
import { keys } from '../../src/store/schema.ts';

const subject = { publication: 1, reader: 2, send: 3 };

test('the key ring made at the first start is read again with the same secret', () => {
  const db = openStore(':memory:');
  const first = openKeyRing(db, 'a secret', 1);
  const again = openKeyRing(db, 'a secret', 2);
  expect(Buffer.from(again.suppression)).toEqual(Buffer.from(first.suppression));
  expect(readToken(again.tokens, 'leave', mintToken(first.tokens, 'leave', subject))).toEqual(subject);
});

test('another secret is refused by name and nothing is made anew', () => {
  const db = openStore(':memory:');
  openKeyRing(db, 'a secret', 1);
  expect(() => openKeyRing(db, 'another', 2)).toThrow(/SECRET_KEY is not the one/);
  expect(db.select().from(keys).all()).toHaveLength(3);
});

test('a key stands in the file only wrapped', () => {
  const db = openStore(':memory:');
  const ring = openKeyRing(db, 'a secret', 1);
  for (const row of db.select().from(keys).all()) expect(row.wrapped.includes(Buffer.from(ring.suppression))).toBe(false);
});

test('a token key is rotated by adding: the new one signs, the old one still verifies', () => {
  const db = openStore(':memory:');
  const before = openKeyRing(db, 'a secret', 1).tokens;
  const old = mintToken(before, 'leave', subject);
  const key = createSecretKey(Buffer.alloc(32, 9));
  const rotated = { current: 2, keys: new Map([...before.keys, [2, key]]) };
  expect(readToken(rotated, 'leave', old)).toEqual(subject);
  expect(mintToken(rotated, 'leave', subject)).not.toBe(old);
});
