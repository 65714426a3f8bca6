/** A publication's look: colours that can be read, and what follows from one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brandOf, contrastOn, leastContrast, nearestReadable, readColour } from '../../src/model/brand.ts';

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test('contrast is that of WCAG: black on white 21, grey #767676 just over 4.5 on white alone, and the wash counts too', () => {
  expect(contrastOn('#ffffff', 'light')).toBeCloseTo(1, 5);
  expect(contrastOn('#000000', 'light')).toBeLessThan(21);
  expect(contrastOn('#000000', 'light')).toBeGreaterThan(18);
  expect(contrastOn('#767676', 'light')).toBeLessThan(4.54);
  expect(contrastOn('#ffffff', 'dark')).toBeGreaterThan(15);
});

test('a look without choices can be read, and so can any that comes of a colour that can', () => {
  fc.assert(
    fc.property(fc.option(colour, { nil: undefined }), (accent) => {
      const brand = brandOf(accent === undefined ? {} : { accent, ink: accent });
      for (const shades of [brand.accent, brand.ink]) {
        if (accent === undefined || contrastOn(accent, 'light') >= leastContrast)
          expect(contrastOn(shades.light, 'light')).toBeGreaterThanOrEqual(leastContrast);
        expect(contrastOn(shades.dark, 'dark')).toBeGreaterThanOrEqual(leastContrast);
      }
    }),
  );
});

test('the shade that is proposed can be read, and a colour that can is proposed as it is', () => {
  fc.assert(
    fc.property(colour, fc.constantFrom('light' as const, 'dark' as const), (given, scheme) => {
      const proposed = nearestReadable(given, scheme);
      expect(contrastOn(proposed, scheme)).toBeGreaterThanOrEqual(leastContrast);
      if (contrastOn(given, scheme) >= leastContrast) expect(proposed).toBe(given);
    }),
  );
});

test('what is chosen stands, the dark shade included', () => {
  expect(brandOf({ accent: '#8a1f3d', accentDark: '#ffd0dd', fonts: 'sans' })).toMatchObject({
    accent: { light: '#8a1f3d', dark: '#ffd0dd' },
    ink: { light: '#14242c', dark: '#e3ebed' },
    fonts: 'sans',
  });
});

test.each([
  ['#0A656C', '#0a656c'],
  ['#0a6', '#00aa66'],
  [' #123456 ', '#123456'],
  ['0a656c', undefined],
  ['red', undefined],
  ['#12345', undefined],
  ['#123456;color:red', undefined],
])('%j is read as %j', (typed, read) => {
  expect(readColour(typed)).toBe(read);
});
