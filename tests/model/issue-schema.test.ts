/** The schema of the issue tree: the same as its types, and strict about what the types cannot say. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Block, Inline, IssueTree, Item, Reference, Section } from '../../src/model/issue.ts';
import {
  blockSchemas,
  type inlines,
  type item,
  readTree,
  type reference,
  type section,
  type treeSchema,
} from '../../src/model/issue-schema.ts';
import { upgradeTree } from '../../src/model/issue-upgrade.ts';
import { sampleTree } from '../support/store.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = T extends object ? { [K in keyof T]: T[K] } : T;
type Kind<Union extends { t: string }> = { [K in Union['t']]: Flat<Extract<Union, { t: K }>> };
type Outputs<Schemas extends Record<string, z.ZodType>> = { [K in keyof Schemas]: Flat<z.output<Schemas[K]>> };

/** Compiles only while schema and types say the same, kind by kind. */
const agree: [
  Same<Outputs<typeof blockSchemas>['para'], Kind<Block>['para']>,
  Same<Outputs<typeof blockSchemas>['list'], Kind<Block>['list']>,
  Same<Outputs<typeof blockSchemas>['quote'], Kind<Block>['quote']>,
  Same<Outputs<typeof blockSchemas>['heading'], Kind<Block>['heading']>,
  Same<Outputs<typeof blockSchemas>['implications'], Kind<Block>['implications']>,
  Same<Outputs<typeof blockSchemas>['papers'], Kind<Block>['papers']>,
  Same<Outputs<typeof blockSchemas>['sources'], Kind<Block>['sources']>,
  Same<Outputs<typeof blockSchemas>['reading'], Kind<Block>['reading']>,
  Same<Outputs<typeof blockSchemas>['toc'], Kind<Block>['toc']>,
  Same<Outputs<typeof blockSchemas>['download'], Kind<Block>['download']>,
  Same<Outputs<typeof blockSchemas>['more'], Kind<Block>['more']>,
  Same<Outputs<typeof blockSchemas>['rule'], Kind<Block>['rule']>,
  Same<Outputs<typeof blockSchemas>['chart'], Kind<Block>['chart']>,
  Same<Outputs<typeof blockSchemas>['figure'], Kind<Block>['figure']>,
  Same<keyof typeof blockSchemas, Block['t']>,
  Same<keyof typeof inlines, Inline['t']>,
  Same<Outputs<typeof inlines>['link'], Kind<Inline>['link']>,
  Same<Flat<z.output<typeof reference>>, Flat<Reference>>,
  Same<Flat<z.output<typeof item>>, Flat<Item>>,
  Same<Flat<Omit<z.output<typeof section>, 'items'>>, Flat<Omit<Section, 'items'>>>,
  Same<keyof z.output<typeof treeSchema>, keyof IssueTree>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];

test('the schema has a shape for every kind of block', () => {
  expect(agree.every(Boolean)).toBe(true);
  expect(Object.keys(blockSchemas)).toHaveLength(14);
});

const para = (...c: unknown[]) => ({ ...sampleTree, lead: [{ t: 'para', c }] });
const lead = (...lead: unknown[]) => ({ ...sampleTree, lead });
const text = { t: 'text', v: 'Words' };
const chart = {
  t: 'chart',
  id: 'c',
  preset: 'bars',
  data: { columns: ['Pier', 'Boats'], rows: [['North', '7']] },
  caption: [text],
  source: 'S',
  alt: 'A',
};
const reading = (details: object) => lead({ t: 'reading', items: [{ title: [text], href: '#', ...details }] });

describe('refused, with its place named', () => {
  test.each<[string, unknown, string]>([
    ['nothing', null, 'it Invalid input'],
    ['an unknown key', { ...sampleTree, colour: 'red' }, 'it Unrecognized key: "colour"'],
    ['an unknown key deep within', para({ ...text, lang: 'en' }), 'lead[0].c[0] Unrecognized key: "lang"'],
    ['an unknown block', lead({ t: 'table' }), 'lead[0].t'],
    ['no text at all', lead(), 'it has no text'],
    ['a paragraph without words', para({ t: 'br' }), 'lead[0].c has no words'],
    ['a script behind a link', para({ t: 'link', href: 'javascript:alert(1)', c: [text] }), 'lead[0].c[0].href may not be linked to'],
    [
      'a link that would leave its attribute',
      para({ t: 'link', href: 'https://a.example/"x', c: [text] }),
      'lead[0].c[0].href may not be linked to',
    ],
    [
      'a link within a link',
      para({ t: 'link', href: '#', c: [{ t: 'link', href: '#', c: [text] }] }),
      'lead[0].c[0].c holds a link within a link',
    ],
    ['a link to no place', para({ t: 'link', href: '#gone', c: [text] }), 'it links to "#gone", which nothing is called'],
    ['a control character', para({ t: 'text', v: 'a\u0007' }), 'lead[0].c[0].v holds signs that text may not hold'],
    ['a hidden turn of direction', { ...sampleTree, title: 'a\u202eb' }, 'title holds signs that text may not hold'],
    ['letters not in composed form', { ...sampleTree, title: 'e\u0301' }, 'title holds signs that text may not hold'],
    ['a name with a quote', lead({ t: 'heading', id: 'a"b', c: [text] }), 'lead[0].id is not the name of a place'],
    ['a name twice', lead({ t: 'heading', id: 'a', c: [text] }, { t: 'heading', id: 'a', c: [text] }), 'it gives the name "a" twice'],
    [
      'a heading in a quote',
      lead({ t: 'quote', c: [{ t: 'heading', id: 'a', c: [text] }] }),
      'lead[0].c holds a block that stands at the margin only',
    ],
    ['a heading over two lines', lead({ t: 'heading', id: 'a', c: [text, { t: 'br' }, text] }), 'lead[0].c holds a line break'],
    ['a direction that is none', { ...sampleTree, direction: 'up' }, 'direction'],
    ['a language by its name', { ...sampleTree, language: 'english' }, 'language is not a language tag'],
    ['a number that is an address', { ...sampleTree, number: 'feed' }, 'number is an address of its own'],
    ['a month that is none', { ...sampleTree, period: '2026-13' }, 'period is no month'],
    [
      'a chart of words',
      lead({ ...chart, data: { ...chart.data, rows: [['North', 'many']] } }),
      'lead[0] has data that do not fit its preset',
    ],
    ['a chart without a source', lead({ ...chart, source: '' }), 'lead[0].source is empty'],
    [
      'a picture by its address',
      lead({ t: 'figure', id: 'f', asset: '../a.png', width: 1, height: 1, caption: [], source: 'S', alt: 'A' }),
      'lead[0].asset is not the name of a stored file',
    ],
    ['an unknown label', lead({ t: 'implications', label: 'So what', lead: [], list: [[text]] }), 'lead[0].label is none of Implications'],
    [
      'a lead before a list without a colon',
      lead({ t: 'implications', label: 'Implications', lead: [text], list: [[text]] }),
      'lead[0] has a lead before its list',
    ],
    ['a date without a year', reading({ date: 'May' }), 'lead[0].items[0] has a date without a year'],
    [
      'a detail that is but a date',
      reading({ detail: 'May 2031' }),
      'lead[0].items[0] has a date without a year, or a detail that is but a date',
    ],
    [
      'lists seven deep',
      lead(
        Array.from({ length: 7 }).reduce<unknown>((inner) => ({ t: 'list', ordered: false, start: 1, items: [[inner]] }), {
          t: 'para',
          c: [text],
        }),
      ),
      'nested more than 6 deep',
    ],
    [
      'emphasis ten thousand deep',
      para(Array.from({ length: 10_000 }).reduce<unknown>((inner) => ({ t: 'em', c: [inner] }), text)),
      'is nested more than 64 deep',
    ],
  ])('%s', (_, tree, message) => {
    expect(() => readTree(tree)).toThrow(message);
  });
});

test('what is within the rules comes back as it was', () => {
  for (const tree of [lead(chart), reading({ authors: 'A. Bee', date: 'May 2031' }), para(text, { t: 'br' }, text)])
    expect(readTree(tree)).toEqual(tree);
});

describe('an upgrade', () => {
  const one = (over: object) => ({ ...sampleTree, tree: 1, ...over });

  test('makes a month of a number that is one, and of no other', () => {
    expect(upgradeTree(one({ number: '2026-11' }))).toMatchObject({ tree: 2, period: '2026-11' });
    expect(upgradeTree(one({ number: '12' }))).not.toHaveProperty('period');
  });

  test('takes out of old text what the newest format may not hold', () => {
    const old = one({
      title: 'a\u202eb',
      lead: [
        { t: 'quote', c: [] },
        {
          t: 'para',
          c: [
            { t: 'em', c: [] },
            { t: 'text', v: '' },
            { t: 'text', v: ' Words ' },
          ],
        },
      ],
    });
    expect(readTree(old)).toMatchObject({ title: 'ab', lead: [{ t: 'para', c: [{ t: 'text', v: 'Words' }] }] });
  });

  test('changes nothing it was given', () => {
    const json = readFileSync(join(import.meta.dirname, '../fixtures/trees/format-1.json'), 'utf8');
    const old = JSON.parse(json);
    upgradeTree(old);
    expect(old).toEqual(JSON.parse(json));
  });
});

test('a whole issue is read in a few milliseconds', () => {
  const json = readFileSync(join(import.meta.dirname, '../fixtures/trees/format-1.json'), 'utf8');
  for (let i = 0; i < 5; i += 1) readTree(JSON.parse(json));
  const start = performance.now();
  for (let i = 0; i < 20; i += 1) readTree(JSON.parse(json));
  expect((performance.now() - start) / 20).toBeLessThan(10);
});
