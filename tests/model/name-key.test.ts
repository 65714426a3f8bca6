/** Names as they are compared when somebody is looked for. */
import { expect, test } from 'vitest';
import { foldName, nameKeys } from '../../src/model/name-key.ts';

test.each([
  ['Jürgen  Müller-Weiß', 'jurgen muller weiss'],
  ['José Ángel', 'jose angel'],
  ['O’Brien, Seán', 'obrien sean'],
  ['İpek Yıldız', 'ipek yildiz'],
  ['أَمينة علي', 'امینه علی'],
  ['امينه على', 'امینه علی'],
  ['کریم‌الدین', 'کریم الدین'],
  ['<b>7</b>', 'b 7 b'],
  ['—', ''],
])('%s is compared as %s', (typed, folded) => {
  expect(foldName(typed)).toBe(folded);
});

test('a name stands under each of its words once, the words before after it', () => {
  expect(nameKeys('Ana María López')).toEqual(['ana maria lopez', 'maria lopez ana', 'lopez ana maria']);
  expect(nameKeys('Ali Ali')).toEqual(['ali ali']);
  expect(nameKeys(' . ')).toEqual([]);
});

test('a name without end makes few keys, none of them long', () => {
  const keys = nameKeys(Array.from({ length: 500 }, (_, i) => `${'x'.repeat(90)}${i}`).join(' '));
  expect(keys.length).toBeLessThanOrEqual(6);
  expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(80);
});
