/** The PDF of each golden issue as other programs read it: qpdf finds nothing to mend, poppler its tags, faces, bookmarks, links and words in the order of reading. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type IssueTree, plain } from '../../src/model/issue.ts';
import { programOnPath } from '../support/programs.ts';
import { drawnIssue, drawnIssues } from './drawn.ts';
import { goldenIssues } from './issues.ts';
import { outOfOrder, readPdf, wordsInOrder, wordsOfLines } from './reading.ts';

const names = goldenIssues.map(({ name }) => name);
const absent = (program: string, debian: string) =>
  programOnPath(program) === undefined ? ` (skipped: no ${program} on PATH; apt-get install ${debian})` : '';
const noQpdf = absent('qpdf', 'qpdf');
const noPoppler = absent('pdftotext', 'poppler-utils');

beforeAll(drawnIssues, 120_000);
const pdfOf = async (name: string) => (await drawnIssue(name)).drawing.pdf;

test.skipIf(noQpdf !== '').each(names)(`%s: qpdf finds the file sound${noQpdf}`, async (name) => {
  expect(readPdf('qpdf', ['--check', 'PDF'], await pdfOf(name))).toContain('No syntax or stream encoding errors found');
});

describe.skipIf(noPoppler !== '').each(names)(`poppler, %s${noPoppler}`, (name) => {
  test('the file is tagged, says that it follows PDF/UA-1, its title and its language', async () => {
    const { tree, drawing } = await drawnIssue(name);
    expect(readPdf('pdfinfo', ['PDF'], drawing.pdf)).toMatch(/^Tagged: +yes$/m);
    const meta = readPdf('pdfinfo', ['-meta', 'PDF'], drawing.pdf);
    expect(meta).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(meta).toContain(`>${tree.publication}: ${tree.title}</rdf:li>`);
    expect(Buffer.from(drawing.pdf).toString('latin1')).toMatch(new RegExp(`/Lang ?\\(${tree.language}\\)`));
  });

  test('every face is in the file, with what its signs mean', async () => {
    const faces = readPdf('pdffonts', ['PDF'], await pdfOf(name))
      .trim()
      .split('\n')
      .slice(2);
    expect(faces.length).toBeGreaterThan(3);
    // the last columns: embedded, subset, mapped to Unicode, object number and generation
    expect(faces.filter((line) => !/ yes +yes +yes +\d+ +\d+$/.test(line))).toEqual([]);
  });

  test('sections and items are bookmarks, and the contents lead to their pages', async () => {
    const { tree, drawing } = await drawnIssue(name);
    const xml = readPdf('pdftohtml', ['-xml', '-i', '-q', '-stdout', 'PDF'], drawing.pdf);
    const bookmarks = [...xml.matchAll(/<item page="(\d+)">(.*)<\/item>/g)].map(([, page, words = '']) => ({
      page,
      words: unescaped(words).replace(/[\u200e\u200f]/g, ''),
    }));
    expect(bookmarks.map(({ words }) => words)).toEqual(headingsOf(tree));
    expect(linesOfContents(xml)).toEqual(bookmarks.map(({ page }) => ({ leadsTo: page, says: page })));
  });

  test('every link leads where it did in the issue', async () => {
    const { tree, drawing } = await drawnIssue(name);
    const found = readPdf('pdfinfo', ['-url', 'PDF'], drawing.pdf)
      .split('\n')
      .map((line) => line.trim().split(/\s+/).at(-1));
    expect(linksOf(tree).length).toBeGreaterThan(3);
    expect(linksOf(tree).filter((href) => !found.includes(href))).toEqual([]);
  });

  test('its words come in the order of reading', async () => {
    const { tree, drawing } = await drawnIssue(name);
    const found = wordsOfLines(readPdf('pdftotext', ['PDF', '-'], drawing.pdf));
    expect(outOfOrder(wordsInOrder(tree), found)).toEqual([]);
  });

  test('words that come elsewhere than they should would be seen', async () => {
    const { tree, moved } = await drawnIssue(name);
    const found = wordsOfLines(readPdf('pdftotext', ['PDF', '-'], moved.drawing.pdf));
    expect(outOfOrder(wordsInOrder(tree), found).length).toBeGreaterThan(5);
  });
});

const headingsOf = (tree: IssueTree): string[] =>
  tree.sections.flatMap(({ title, items }) => [plain(title), ...items.map(({ headline }) => plain(headline))]);

/** The lines of the contents in poppler's XML: parts of text that are links, about as far from the top; the number stands at the end, or first where lines run right to left. */
function linesOfContents(xml: string): { leadsTo: string; says: string }[] {
  const lines: { top: number; leadsTo: string; words: string }[] = [];
  for (const [, top, leadsTo = '', part = ''] of xml.matchAll(/<text top="(\d+)"[^>]*><a href="[^"#]*#(\d+)">(.*?)<\/a><\/text>/g)) {
    const words = part.replace(/<[^>]*>/g, '');
    const line = lines.at(-1);
    if (line && Math.abs(line.top - Number(top)) < 8) line.words += words;
    else lines.push({ top: Number(top), leadsTo, words });
  }
  return lines.map(({ leadsTo, words }) => ({ leadsTo, says: (/\d+\s*$/.exec(words) ?? /^\s*\d+/.exec(words))?.[0].trim() ?? words }));
}

const unescaped = (text: string): string =>
  text.replace(
    /&(lt|gt|quot|#39|amp);/g,
    (sign) => ({ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' })[sign] ?? sign,
  );

/** Where the links of an issue lead outside of it. */
function linksOf(tree: IssueTree): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object')
      for (const [key, part] of Object.entries(value)) {
        if (key === 'href' && typeof part === 'string' && /^https?:/.test(part)) found.push(part);
        else walk(part);
      }
  };
  walk(tree);
  return found;
}
