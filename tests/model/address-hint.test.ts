import { expect, test } from 'vitest';
import { type Address, parseAddress } from '../../src/model/address.ts';
import { hintOf } from '../../src/model/address-hint.ts';

const hint = (text: string) => hintOf(parseAddress(text) as Address);

test.each([
  ['ada@gmial.com', 'ada@gmail.com'],
  ['Ada+news@gmail.con', 'Ada+news@gmail.com'],
  ['ada@gmai.com', 'ada@gmail.com'],
  ['ada@hotmial.com', 'ada@hotmail.com'],
  ['ada@outlok.com', 'ada@outlook.com'],
  ['ada@yaho.com', 'ada@yahoo.com'],
])('%s is probably a slip of %s', (typed, suggestion) => {
  expect(hint(typed)).toEqual({ kind: 'typo', suggestion });
});

test.each([
  'ada@gmail.com',
  'ada@ymail.com',
  'ada@mail.com',
  'ada@example.org',
  'ada@live.nl',
  'ada@yahoo.de',
  'ada@bücher.example',
  'information@example.org',
])('%s is taken as it is', (typed) => {
  expect(hint(typed)).toBeUndefined();
});

test.each(['info@example.org', 'Postmaster@example.org', 'abuse+x@example.org', 'no-reply@example.org'])(
  '%s is a mailbox of several people',
  (typed) => {
    expect(hint(typed)).toEqual({ kind: 'role' });
  },
);

test('a slip is asked about before the role', () => {
  expect(hint('info@gmial.com')).toMatchObject({ kind: 'typo' });
});
