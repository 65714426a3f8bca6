/** Guessing the word that was meant. */
import { expect, test } from 'vitest';
import { nearest } from '../../src/model/nearest.ts';

test.each([
  ['chrat', 'chart'],
  ['figur', 'figure'],
  ['Figures', 'figure'],
  ['SMTP_URI', undefined],
  ['xyzzy', undefined],
  ['', undefined],
  ['ab', undefined],
])('%s was probably meant as %s', (typed, meant) => {
  expect(nearest(typed, ['figure', 'chart', 'box', 'xy'])).toBe(meant);
});

test('the word with the fewest slips is the one', () => {
  expect(nearest('chert', ['charts', 'chart', 'sheet'])).toBe('chart');
});
