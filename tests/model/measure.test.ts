/** What may be counted of an issue: which answers there are, which links are counted, and what their short addresses say. */
import { expect, test } from 'vitest';
import type { IssueTree } from '../../src/model/issue.ts';
import { isCounted, isLinkKey, linkKey, linksOf, parseMeasure, shortAddress } from '../../src/model/measure.ts';
import { fullTree, words } from '../render/trees.ts';

test.each([
  ['links,downloads', 'on'],
  ['downloads, links', 'on'],
  ['none', 'off'],
])('--measure %s means %s', (text, answer) => {
  expect(parseMeasure(text)).toBe(answer);
});

test.each(['', 'links', 'downloads', 'yes', 'on', 'constructor', 'links,downloads,opens'])(
  '--measure %j is refused with what it takes',
  (text) => {
    expect(() => parseMeasure(text)).toThrow(/--measure takes links,downloads \(.*never per reader\) or none/);
  },
);

const base = 'https://letters.example.org';

test.each([
  ['https://council.example/minutes?page=1&item=2', true],
  ['http://council.example', true],
  ['https://letters.example.org.evil.example/', true],
  ['https://letters.example.org:8443/', true],
  ['https://letters.example.org', false],
  ['https://letters.example.org/tides/2031-05#gulls', false],
  ['HTTPS://LETTERS.example.org:443/l/tides/2031-05/aaaaaaaaaaaa', false],
  ['mailto:desk@council.example', false],
  ['tel:+4930123456', false],
  ['#gulls', false],
  ['#', false],
])('a link to %s is counted: %s', (href, counted) => {
  expect(isCounted(href, base)).toBe(counted);
});

test('a key is of the address alone: the same in every issue and for every reader, and another for another address', () => {
  const [one, two] = ['https://council.example/a', 'https://council.example/b'].map(linkKey);
  expect(linkKey('https://council.example/a')).toBe(one);
  expect(one).not.toBe(two);
  expect([one, two].every((key) => isLinkKey(key ?? ''))).toBe(true);
  expect(shortAddress({ baseUrl: base, slug: 'tides' }, '2031/06 ü', 'https://council.example/a')).toBe(
    `${base}/l/tides/2031%2F06%20%C3%BC/${one}`,
  );
});

test('what could be no key is none', () => {
  for (const text of ['', 'pdf', 'ABCDEF012345', 'abcdef01234', 'abcdef0123456', 'ghijkl012345', "abcdef01234'"])
    expect(isLinkKey(text), text).toBe(false);
});

test('every address that leads out is listed once, in the order of the text, with the words it first stands on', () => {
  const href = 'https://council.example/lead';
  const tree: IssueTree = {
    ...fullTree(),
    lead: [
      {
        t: 'list',
        ordered: false,
        start: 1,
        items: [[{ t: 'quote', c: [{ t: 'para', c: [{ t: 'link', href, c: [{ t: 'strong', c: words('the\n lead') }] }] }] }]],
      },
      {
        t: 'sources',
        items: [
          { title: words('again'), href },
          { title: words('A source'), href: 'https://source.example/' },
        ],
      },
    ],
  };
  const found = linksOf(tree, base);
  expect(found.slice(0, 3).map(({ url, words: on }) => [url, on])).toEqual([
    [href, 'the lead'],
    ['https://source.example/', 'A source'],
    ['https://council.example/minutes?page=1&item=2', 'voted for lamps'],
  ]);
  expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
  expect(found.every(({ key, url }) => key === linkKey(url))).toBe(true);
});
