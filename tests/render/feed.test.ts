/** Feeds as text: hostile words change nothing of their structure, and the JSON Feed is what its version 1.1 asks for. */
import { expect, test } from 'vitest';
import { drawAtom, drawFeedContent, drawJsonFeed, type Feed } from '../../src/render/render.ts';
import { dangersIn, structureOf, wordsIn } from '../support/markup.ts';
import { fullTree, rightToLeftTree, words } from './trees.ts';

const home = 'https://letters.example.org/tides';
const hostile = `</title><script>alert(1)</script> ]]> & "quotes' \u0000\u0008\ufffe\ud800 <!--`;

function feed(title: string): Feed {
  const entry = {
    id: 'urn:uuid:1',
    url: `${home}/1`,
    title,
    summary: title,
    language: 'en',
    content: `<p>${title}</p>`,
    published: 0,
    updated: 1000,
  };
  const addresses = { home, atom: `${home}/feed.atom`, json: `${home}/feed.json` };
  return { id: 'urn:uuid:0', title, language: 'en', ...addresses, updated: 1000, entries: [entry] };
}

const tags = (xml: string): string[] => [...xml.matchAll(/<[^>]*>/g)].map(([tag]) => tag);

test('whatever the words, an Atom feed has the same elements, and nothing that XML may not hold', () => {
  const drawn = drawAtom(feed(hostile));
  expect(tags(drawn)).toEqual(tags(drawAtom(feed('x'))));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these may not stand in XML
  expect(drawn).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  expect(drawn.isWellFormed()).toBe(true);
});

test('an entry names its full issue with its size, or does not name it', () => {
  const { entries, ...rest } = feed('x');
  const with_ = { ...rest, entries: entries.map((entry) => ({ ...entry, pdf: { url: `${home}/1.pdf`, bytes: 42 } })) };
  expect(drawAtom(with_)).toContain(`<link rel="enclosure" type="application/pdf" length="42" href="${home}/1.pdf"/>`);
  expect(drawAtom(feed('x'))).not.toContain('enclosure');
  const { items } = JSON.parse(drawJsonFeed(with_)) as { items: { attachments: unknown }[] };
  expect(items[0]?.attachments).toEqual([{ url: `${home}/1.pdf`, mime_type: 'application/pdf', title: 'x', size_in_bytes: 42 }]);
});

test('the JSON Feed has what version 1.1 asks for', () => {
  expect(JSON.parse(drawJsonFeed(feed(hostile)))).toEqual({
    version: 'https://jsonfeed.org/version/1.1',
    title: hostile,
    home_page_url: home,
    feed_url: `${home}/feed.json`,
    language: 'en',
    authors: [{ name: hostile, url: home }],
    items: [
      {
        id: 'urn:uuid:1',
        url: `${home}/1`,
        title: hostile,
        summary: hostile,
        content_html: `<p>${hostile}</p>`,
        date_published: '1970-01-01T00:00:00.000Z',
        date_modified: '1970-01-01T00:00:01.000Z',
        language: 'en',
      },
    ],
  });
});

test('the content opens as the issue does, names every item, and leads to its place on the page', () => {
  const tree = fullTree();
  const content = drawFeedContent(tree, { web: `${home}/1`, pdf: `${home}/1.pdf` });
  expect(dangersIn(content)).toEqual([]);
  for (const section of tree.sections) {
    expect(content).toContain(`href="${home}/1#${encodeURIComponent(section.id)}"`);
    for (const item of section.items) expect(content).toContain(`href="${home}/1#${encodeURIComponent(item.id)}"`);
  }
  expect(content).toContain(`href="${home}/1.pdf"`);
  expect([...content.matchAll(/(?:href|src)="([^"]*)"/g)].every(([, to = '']) => /^(https?|mailto|tel):/.test(to))).toBe(true);
});

test('the content of an issue that runs right to left does so too', () => {
  const content = drawFeedContent(rightToLeftTree(), { web: `${home}/1`, pdf: undefined });
  expect(content).toMatch(/^<div lang="[a-z]+" dir="rtl">/);
  expect(content).not.toContain('.pdf"');
});

test('hostile words build nothing in the content', () => {
  const tree = fullTree();
  const withWords = (v: string) => ({
    ...tree,
    lead: [{ t: 'para' as const, c: words(v) }],
    sections: tree.sections.map((section) => ({
      ...section,
      title: words(v),
      items: section.items.map((item) => ({ ...item, headline: words(v) })),
    })),
  });
  const draw = (v: string) => drawFeedContent(withWords(v), { web: `${home}/1`, pdf: undefined });
  expect(structureOf(draw('<script>alert(1)</script><img src=x onerror=alert(1)>'))).toEqual(structureOf(draw('x')));
  expect(wordsIn(draw('<b>bold</b>'))).toContain('<b>bold</b>');
});
