/** Slugs: what may stand in an address and does not stand for something else there. */
import { expect, test } from 'vitest';
import { parseSlug, reservedSlugs } from '../../src/model/publication.ts';

test.each(['durand', 'tidewater-review', 'x', '2026', 'a1', 'a'.repeat(40)])('%s is a slug', (slug) => {
  expect(parseSlug(slug)).toBe(slug);
});

test.each(['', 'Durand', 'two words', '-x', 'x-', 'x/y', '..', 'feed.atom', 'ü', 'a'.repeat(41), 'x\n'])('%j is no slug', (slug) => {
  expect(() => parseSlug(slug)).toThrow(/cannot be a slug: take/);
});

test.each(reservedSlugs)('%s is kept for pages of Galley', (slug) => {
  expect(() => parseSlug(slug)).toThrow(`Galley's own pages are at /${slug}`);
});
