/** Golden facts of a whole drawing: what must be in the mail, the text, the page and the PDF of an issue with every kind of block. */
import { execFileSync } from 'node:child_process';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { type Drawing, leaveTokenPlaceholder, preferencesTokenPlaceholder } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { cutAtNames, withFallbacks } from '../../src/model/reader-name.ts';
import { drawFeedContent, openDrawing, stylesheetLink } from '../../src/render/render.ts';
import { programOnPath } from '../support/programs.ts';
import { bars, fullTree, masthead, readHtml, tokens, words, wordsOf } from './trees.ts';

const web = 'https://letters.example.org/tides/2031-06';
const studio = openDrawing();
let tree: IssueTree;
let figures: Map<string, Uint8Array>;
let drawn: Drawing;

beforeAll(async () => {
  const png = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#0a656c' } })
    .png()
    .toBuffer();
  const picture = await studio.admitPicture(png);
  if ('problem' in picture) throw new Error(picture.problem);
  tree = fullTree(picture.name);
  figures = new Map([[picture.name, picture.bytes]]);
  drawn = await studio.draw(tree, masthead, figures);
});
afterAll(() => studio.close());

test('mails have a place for the reader’s name in the direction of its item; what everybody reads has the fallback', async () => {
  const item = {
    id: 'one',
    headline: words('One'),
    language: 'ur',
    blocks: [{ t: 'para' as const, c: words('آداب {{name|قاری & co}}!') }],
  };
  const named: IssueTree = {
    ...tree,
    lead: [
      { t: 'para', c: [...words('Dear '), { t: 'strong', c: words('{{name|reader}}') }, ...words(', hello')] },
      { t: 'list', ordered: false, start: 1, items: [[{ t: 'quote', c: [{ t: 'para', c: words('{{ NAME | friend }}') }] }]] },
    ],
    sections: [{ id: 'news', title: words('News'), lead: [], items: [item] }],
  };
  const { email, text, light, page, pdf } = await studio.draw(named, masthead, figures);
  const places = (part: string) => cutAtNames(part).filter((piece) => typeof piece !== 'string');
  const wanted = [
    { direction: 'ltr', fallback: 'reader' },
    { direction: 'ltr', fallback: 'friend' },
    { direction: 'rtl', fallback: 'قاری & co' },
  ];
  for (const part of [email, text, light.email]) expect(places(part)).toEqual(wanted);
  const feed = drawFeedContent(named, { web, pdf: undefined });
  for (const part of [page, light.page, feed]) {
    expect(places(part)).toEqual([]);
    expect(readHtml(part)).toContain('Dear reader, hello');
    expect(part).not.toMatch(/\{\{|[\ue000-\uf8ff]/);
  }
  expect(readHtml(withFallbacks(email, 'html'))).toMatch(/Dear\s+reader, hello/);
  expect(withFallbacks(text, 'text')).toContain('Dear *reader*, hello');
  expect(withFallbacks(email, 'html')).toContain('<span dir="auto">قاری &amp; co</span>!');
  expect(pdf.length).toBeGreaterThan(1000);
});

const count = (text: string, part: string) => text.split(part).length - 1;

describe('every rendering', () => {
  test.each(['email', 'text', 'page'] as const)('%s holds every word of the issue', (part) => {
    const there = new Set(tokens(part === 'text' ? drawn.text : readHtml(drawn[part])));
    const missing = wordsOf(tree).filter((word) => !there.has(word));
    expect(missing).toEqual([]);
  });

  test.each(['email', 'text', 'page'] as const)('%s prints source and note of every chart and picture side by side', (part) => {
    const text = (part === 'text' ? drawn.text : readHtml(drawn[part])).replace(/\s+/g, ' ');
    for (const [source, note] of [
      ['Harbour ledger', 'Counted on two evenings only.'],
      ['Rooftop survey', 'Illustrative numbers.'],
      ['Own drawing', 'Not to scale.'],
    ]) {
      expect(text).toContain(`(Source: ${source}) Note: ${note}`);
    }
  });

  test('a placeholder link prints its words and no link', () => {
    for (const part of [drawn.email, drawn.page]) {
      expect(part).toContain('after a petition still to be linked and');
      expect(part).not.toContain('href="#"');
    }
    expect(drawn.text).toContain('after a petition still to be linked and');
  });

  test('the same tree gives the same bytes', async () => {
    const again = await studio.draw(tree, masthead, figures);
    expect(Buffer.from(again.pdf).equals(Buffer.from(drawn.pdf))).toBe(true);
    expect({ ...again, pdf: 0 }).toEqual({ ...drawn, pdf: 0 });
  });

  test.each([
    ['Unsubscribe', `/u/${leaveTokenPlaceholder}`],
    ['Preferences', `/p/${preferencesTokenPlaceholder}`],
  ])("the mark of a reader's token stands in the link %s and nowhere else", (label, path) => {
    const mark = path.slice(3);
    expect(count(drawn.email, mark)).toBe(1);
    expect(drawn.email).toMatch(new RegExp(`<a [^>]*href="https://letters.example.org${path}"[^>]*>${label}</a>`));
    expect(count(drawn.text, mark)).toBe(1);
    expect(drawn.text).toContain(`${label}:\nhttps://letters.example.org${path}\n`);
    expect(count(drawn.page, mark)).toBe(0);
  });

  test.each([leaveTokenPlaceholder, preferencesTokenPlaceholder])(
    "a tree that holds the mark %s is refused: it would carry the reader's token elsewhere",
    async (mark) => {
      const leaking: IssueTree = {
        ...tree,
        lead: [{ t: 'para', c: [{ t: 'link', href: `https://thief.example/${mark}`, c: words('look') }] }],
      };
      await expect(studio.draw(leaking, masthead, figures)).rejects.toMatchObject({ name: 'AppError', code: 'render.placeholder' });
    },
  );
});

describe('the mail', () => {
  test('the subject is publication and title', () => expect(drawn.subject).toBe('Tide Tables: June 2031'));

  test('it begins with the summary for the list of mails, and links the page and the PDF near the top', () => {
    expect(drawn.email.indexOf(tree.summary)).toBeLessThan(drawn.email.indexOf('role="article"'));
    const top = drawn.email.slice(0, drawn.email.indexOf('On the Water</h2>'));
    expect(top).toContain(`href="${web}"`);
    expect(top).toContain(`href="${web}.pdf"`);
    expect(readHtml(top)).toContain('Download the whole number');
    expect(top).toContain(`href="${web}#on-the-water"`);
  });

  test('charts and pictures are shown from their public address, with size and alternative text', () => {
    expect(drawn.pictures).toHaveLength(2);
    for (const { name } of drawn.pictures) expect(drawn.email).toContain(`src="${masthead.pictureBase}${name}"`);
    expect(drawn.email).toMatch(/<img alt="Grouped bars: lamps lit on two piers in May and June\."[^>]* width="552"/);
    expect(drawn.email).toMatch(/<img alt="A plan of the quay from above\."[^>]* width="40"/);
  });

  test('places in the issue are linked on the web page, since many mail programs ignore anchors', () => {
    expect(drawn.email).toContain(`<a href="${web}#gulls">a note on gulls</a>`);
  });

  test('sections and items keep their ids', () => {
    for (const id of ['on-the-water', 'lamps', 'gulls', 'reading']) expect(count(drawn.email, `id="${id}"`)).toBe(1);
  });

  test('the foot says why it came, how to leave, and from where', () => {
    expect(readHtml(drawn.email).replace(/\s+/g, ' ')).toContain(
      'You receive this because you subscribed to Tide Tables. Unsubscribe · Preferences Harbour Office, 1 Quay Street, 00000 Example',
    );
  });

  test('it carries dark colours, no script and nothing loaded from elsewhere', () => {
    expect(drawn.email).toContain('@media (prefers-color-scheme:dark)');
    expect(drawn.email).toContain('[data-ogsc]');
    expect(drawn.email).not.toMatch(/<script|<link|@import|url\(/i);
  });

  test('without a download block the PDF is linked in the head of the mail', async () => {
    const { email, text } = await studio.draw({ ...tree, lead: [], sections: tree.sections.slice(1) }, masthead, figures);
    expect(email.slice(0, email.indexOf('<h1'))).toContain(`href="${web}.pdf"`);
    expect(text).toMatch(new RegExp(`Download the full issue \\(PDF, 1 page, \\d+ KB\\):\n${web}.pdf`));
  });
});

describe('the web page', () => {
  test('language, direction and the one style sheet are named', () => {
    expect(drawn.page).toContain('<html lang="en" dir="ltr">');
    expect(count(drawn.page, stylesheetLink)).toBe(1);
    expect(count(drawn.page, 'rel="stylesheet"')).toBe(1);
  });

  test('sections and items are landmarks with their ids, and the contents lead to them', () => {
    for (const id of ['on-the-water', 'reading']) {
      expect(drawn.page).toContain(`<section id="${id}"`);
      expect(drawn.page).toContain(`<a href="#${id}">`);
    }
    for (const id of ['lamps', 'gulls']) expect(drawn.page).toContain(`<article id="${id}"`);
  });

  test('it says what it is, to whoever links to it and to whoever reads microdata', () => {
    for (const [property, content] of [
      ['type', 'article'],
      ['site_name', 'Tide Tables'],
      ['title', 'June 2031'],
      ['url', web],
      ['locale', 'en_US'],
      ['image:alt', 'A plan of the quay from above.'],
    ])
      expect(drawn.page).toContain(`<meta property="og:${property}" content="${content}">`);
    expect(drawn.page).toContain('<main id="content" class="issue" itemscope itemtype="https://schema.org/PublicationIssue">');
    expect(drawn.page).toContain('itemtype="https://schema.org/Periodical"><meta itemprop="name" content="Tide Tables">');
    expect(drawn.page).toContain('<meta itemprop="issueNumber" content="2031-06">');
    expect(count(drawn.page, 'itemtype="https://schema.org/Article"')).toBe(tree.sections.flatMap(({ items }) => items).length);
    expect(drawn.page).toContain(`<link itemprop="url" href="${web}/lamps">`);
  });

  test('it needs no script and no inline style, so a strict policy can hold', () => {
    expect(drawn.page).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/i);
  });

  test('no id stands twice, the ones inside charts included', () => {
    const ids = [...drawn.page.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a chart is named by its alternative text and gives its numbers as a table', () => {
    expect(drawn.page).toContain(`role="img" aria-label="${bars.alt}"`);
    expect(drawn.page).toContain('<th scope="col">lamps</th>');
    expect(drawn.page).toContain('<th scope="row">North pier</th><td>June</td><td>1,050</td>');
  });

  test('the download says how long and how large the PDF is', () => {
    expect(readHtml(drawn.page)).toContain(`PDF, ${drawn.pdfPages} pages, ${Math.round(drawn.pdf.length / 1000)} KB`);
  });
});

describe('the PDF', () => {
  const bytes = () => Buffer.from(drawn.pdf).toString('latin1');

  test('it is tagged after PDF/UA-1, with language and bookmarks', () => {
    for (const mark of ['%PDF-1.7', '/MarkInfo', '/StructTreeRoot', 'pdfuaid', '/Lang', '/Outlines']) expect(bytes()).toContain(mark);
  });

  test('it carries no date of its making', () => expect(bytes()).not.toMatch(/CreationDate \(D:(?!1970)/));

  const pdftotext = programOnPath('pdftotext');
  test.skipIf(!pdftotext)('it holds every word, page numbers in the contents, numbered figures and both charts (needs pdftotext)', () => {
    const text = execFileSync(pdftotext ?? '', ['-layout', '-', '-'], { input: drawn.pdf, encoding: 'utf8' });
    const there = new Set(tokens(text));
    const label = new Set(tokens('Download the whole number')); // the PDF does not offer itself
    expect(wordsOf(tree).filter((word) => !there.has(word) && !label.has(word))).toEqual([]);
    expect(text).toMatch(/Further Reading[ .\u2060]+2/);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Figure 1: Lamps lit by pier, May and June (Source: Harbour ledger) Note: Counted on two evenings only.',
    );
    for (const label of ['South mole', 'Fish market', 'Figure 3']) expect(text).toContain(label);
    expect(text).toContain('“logs”');
    expect(text).toContain('2029–2031');
  });

  test('implications longer than a page run over to the next', async () => {
    const point = 'A point that goes on for a while, so that it takes more than one line of the box';
    const long: IssueTree = {
      ...tree,
      lead: [{ t: 'implications', label: 'Implications', lead: [], list: Array.from({ length: 100 }, () => words(point)) }],
      sections: [],
    };
    expect((await studio.draw(long, masthead, figures)).pdfPages).toBeGreaterThan(2);
  });

  test('a sign that no typeface has is named, not left out', async () => {
    const odd: IssueTree = { ...tree, lead: [{ t: 'para', c: words('Fair winds 漢 and 🙂') }] };
    const refusal = await studio.draw(odd, masthead, figures).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    expect(String(refusal)).toContain('漢 (U+6F22)');
    expect(String(refusal)).toContain('🙂 (U+1F642)');
  });

  test('a missing picture is named', async () => {
    await expect(studio.draw(tree, masthead, new Map())).rejects.toMatchObject({
      code: 'render.figure',
      message: expect.stringContaining('quay-plan'),
    });
  });
});
