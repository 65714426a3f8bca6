/** Runs of the other direction: where they begin and end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isolatedLines, isolatedText, runsOf } from '../../src/render/isolation.ts';

const foreign = (text: string, direction: 'ltr' | 'rtl') =>
  runsOf(text, direction)
    .filter((run) => run.foreign)
    .map(({ v }) => v);

test.each([
  ['a name', 'یہ Corrow کے شہر میں', ['Corrow']],
  ['a name of several words and its bracket', 'وہاں Reading Rooms Network (RRN) نے', ['Reading Rooms Network (RRN)']],
  ['a bracket that was opened outside', 'ادارہ (RRN) نے', ['RRN']],
  ['a title with its question mark', '، Quiet for Whom? پہلی', ['Quiet for Whom?']],
  ['the number after a Latin word, but not the one before', '12 Corrow 34 میں 56', ['Corrow 34']],
  ['an address', 'سوال grants@example.com پر', ['grants@example.com']],
  ['two names with an Arabic comma between', 'Corrow، Vael', ['Corrow', 'Vael']],
  ['nothing in plain Urdu with digits and a time', 'شام 6:30 بجے، 2026 میں', []],
])('in a text that runs right to left: %s', (_, text, runs) => {
  expect(foreign(text, 'rtl')).toEqual(runs);
});

test.each([
  ['a name with its marks', 'they call it پلِ آواز, the bridge', ['پلِ آواز']],
  ['digits of Arabic script', 'promised (شمارهٔ ۱۲) is', ['شمارهٔ ۱۲']],
  ['not the Latin number behind', 'called پل 41 times', ['پل']],
  ['not the quotes around', 'reads «لطفاً آهسته» and', ['لطفاً آهسته']],
  ['nothing in plain English', 'a bridge, 41 times: “yes”', []],
])('in a text that runs left to right: %s', (_, text, runs) => {
  expect(foreign(text, 'ltr')).toEqual(runs);
});

test('whatever the text: the runs joined are the text, no two of a kind are neighbours, and every foreign letter is in a foreign run', () => {
  const unit = fc.constantFrom(
    'a',
    'Z',
    'é',
    'ж',
    '漢',
    'ا',
    'ټ',
    '۔',
    '،',
    '۱',
    '7',
    ' ',
    '.',
    '(',
    ')',
    '?',
    '\n',
    '\u064f',
    '\u0301',
    '🎉',
    '\u200c',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), fc.constantFrom('ltr' as const, 'rtl' as const), (text, direction) => {
      const runs = runsOf(text, direction);
      expect(runs.map(({ v }) => v).join('')).toBe(text);
      const own = runs
        .filter((run) => !run.foreign)
        .map(({ v }) => v)
        .join('');
      expect(own).not.toMatch(direction === 'rtl' ? /(?![\u0590-\u08ff])\p{L}/u : /[\u0590-\u08ff]/);
      expect(runs.slice(1).every((run, i) => run.foreign || runs[i]?.foreign)).toBe(true);
    }),
  );
});

test('a long text of one kind takes no time', () => {
  const begun = performance.now();
  for (const text of ['a '.repeat(100_000), 'ا '.repeat(100_000), `ا${' '.repeat(200_000)}`, `a${'('.repeat(200_000)}`]) {
    for (const direction of ['ltr', 'rtl'] as const) runsOf(text, direction);
  }
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('an isolate that a line break cuts is closed and opened again', () => {
  const text = isolatedText('the boat چراغ چراغ sails', 'ltr');
  expect(text).toBe('the boat \u2068چراغ چراغ\u2069 sails');
  expect(isolatedLines(['the boat \u2068چراغ', 'چراغ', 'چراغ\u2069 sails'])).toEqual([
    'the boat \u2068چراغ\u2069',
    '\u2068چراغ\u2069',
    '\u2068چراغ\u2069 sails',
  ]);
});
