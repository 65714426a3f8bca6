/** What a reader of the PDF should find, in the order in which it is read; and what poppler finds. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, type Chart, type Figure, type Inline, type IssueTree, plain, type Reference } from '../../src/model/issue.ts';

/** The words of a tree as the PDF prints them, from the first page to the last; Arabic ones with vowel marks aside, because Typst 0.14 writes the letter under a mark twice when its text is copied. */
export function wordsInOrder(tree: IssueTree): string[] {
  const texts = [tree.publication, tree.title, tree.summary, ...tree.lead.flatMap(textsOf)];
  for (const { title, lead, items } of tree.sections) {
    texts.push(plain(title), ...lead.flatMap(textsOf));
    for (const { headline, blocks } of items) texts.push(plain(headline), ...blocks.flatMap(textsOf));
  }
  return texts.map((text) => text.normalize('NFC').replace(markedWord, ' ')).flatMap(wordsOf);
}

const markedWord = /[\p{Script=Arabic}\u200c]+[\u064b-\u065f\u0670][\p{Script=Arabic}\u200c\u064b-\u065f\u0670]*/gu;

function textsOf(block: Block): string[] {
  const run = (c: readonly Inline[]) => plain(c);
  const reference = ({ title, authors, outlet, date, detail }: Reference) =>
    [run(title), authors, outlet, date, detail].filter((part) => part !== undefined);
  const caption = ({ caption: words, source, note }: Chart | Figure) => [run(words), source, note ?? ''];
  switch (block.t) {
    case 'para':
    case 'heading':
      return [run(block.c)];
    case 'list':
      return block.items.flatMap((blocks) => blocks.flatMap(textsOf));
    case 'quote':
      return block.c.flatMap(textsOf);
    case 'implications':
      return [block.label, run(block.lead), ...block.list.map(run)];
    case 'papers':
    case 'sources':
    case 'reading':
      return block.items.flatMap(reference);
    case 'chart':
    case 'figure':
      return caption(block);
    case 'toc':
    case 'download':
    case 'more':
    case 'rule':
      return [];
  }
}

/** The words of a text, in a spelling that printing does not change: no marks, no joiners, no signs of direction, quotes alike.
 *  Of lam and alef poppler reads their one sign from its wrong end, so they are brought into that order here. */
export function wordsOf(text: string): string[] {
  const bare = text
    .normalize('NFKD')
    .replace(/[\u202a\u202b]/g, ' ')
    .replace(/[\p{M}،؛؟۔\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/ل(ا+)/g, '$1ل');
  return bare.match(/[\p{Script=Arabic}\u0660-\u0669]+|(?:(?!\p{Script=Arabic})[\p{L}\p{N}]|'(?=\p{L}))+/gu) ?? [];
}

/** The words of a PDF as `pdftotext` finds them, line after line. On a page that is mostly left to right, poppler does not see that a paragraph runs the other way
 *  and puts down the runs of its lines from left to right, each right in itself: such a line, one with right-to-left runs within, is given in both orders. */
export function wordsOfLines(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const turns = line.split('\u202b').length - 1;
    if (turns === 0 || (turns === 1 && line.startsWith('\u202b'))) return wordsOf(line);
    return [
      ...wordsOf(line),
      ...line
        .split(/[\u202a-\u202c]+/)
        .toReversed()
        .flatMap(wordsOf),
    ];
  });
}

/** Words of `expected` that do not come in their order in `found`, each with the word before it, as few as can be. Others may stand between: page heads, contents, the words in a chart. */
export function outOfOrder(expected: readonly string[], found: readonly string[]): string[] {
  const width = found.length + 1;
  const longest = new Uint16Array((expected.length + 1) * width); // of the rest of both, from each place on
  for (let i = expected.length - 1; i >= 0; i--)
    for (let j = found.length - 1; j >= 0; j--)
      longest[i * width + j] =
        expected[i] === found[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  const missing: string[] = [];
  let j = 0;
  for (const [i, word] of expected.entries()) {
    while (j < found.length && found[j] !== word && longest[i * width + j] === longest[i * width + j + 1]) j++;
    if (found[j] === word) j++;
    else missing.push(`${word} (after ${expected[i - 1] ?? 'the beginning'})`);
  }
  return missing;
}

/** Runs a program of poppler or qpdf on a PDF. `PDF` in the arguments stands for the file. Returns its output and complaints, throws when it fails. */
export function readPdf(program: string, args: readonly string[], pdf: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'galley-pdf-'));
  const file = join(folder, 'issue.pdf');
  try {
    writeFileSync(file, pdf);
    return execFileSync(
      program,
      args.map((arg) => (arg === 'PDF' ? file : arg)),
      { encoding: 'utf8', maxBuffer: 50_000_000, stdio: ['ignore', 'pipe', 'pipe'] },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
