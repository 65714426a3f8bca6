/** Issues for the tests, written so that the body begins on line 8. */

import fc from 'fast-check';
import { type Parsed, parseIssue } from '../../src/issue/issue.ts';
import type { Block, Inline, IssueTree } from '../../src/model/issue.ts';
import { blocksOf, plain } from '../../src/model/issue.ts';

const front = `---
publication: The Tidewater Review
title: "November 2026"
period: 2026-11
lang: en
preheader: A tide-timed winter timetable, one lamp that keeps the wrong hours.
---
`;

/** The first line of the body in an `issueOf`. */
export const firstLine = 8;

/** A whole source with faultless front matter. */
export function issueOf(body: string): string {
  return front + body;
}

/** A faultless source with other front matter; the body is one line. */
export function issueWith(frontMatter: string): string {
  return `---\n${frontMatter}\n---\n\nWords.\n`;
}

export function parseBody(body: string): Parsed {
  return parseIssue(issueOf(body));
}

/** The tree of a body that must have one and no error. */
export function treeOf(source: string): IssueTree {
  const { tree, findings } = parseIssue(source);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (!tree || errors.length > 0) throw new Error(`no clean tree: ${JSON.stringify(errors)}`);
  return tree;
}

/** The blocks a faultless body comes out as, when it has no headings. */
export function blocksIn(body: string): Block[] {
  return treeOf(issueOf(body)).lead;
}

export const text = (v: string): Inline => ({ t: 'text', v });

/** Every word of a tree as a reader meets it, block by block, separated by spaces. */
export function wordsOf(tree: IssueTree): string {
  const parts: string[] = tree.sections.flatMap(({ title, items }) => [plain(title), ...items.map(({ headline }) => plain(headline))]);
  for (const block of blocksOf(tree)) {
    switch (block.t) {
      case 'para':
      case 'heading':
      case 'download':
        parts.push(plain(block.c));
        break;
      case 'implications':
        parts.push(`${block.label}:`, plain(block.lead), ...block.list.map(plain));
        break;
      case 'papers':
      case 'sources':
      case 'reading':
        for (const { title, authors, outlet, date, detail } of block.items)
          parts.push(plain(title), authors ?? '', outlet ?? '', date ?? '', detail ?? '');
        break;
      case 'chart':
      case 'figure':
        parts.push(plain(block.caption), block.source, block.note ?? '', block.alt);
    }
  }
  return parts.join(' ');
}

/** Pieces that mean something to the grammar, so that chance hits the interesting places. */
const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n\n',
    '## ',
    '### ',
    '#### ',
    '- ',
    '1. ',
    '> ',
    '*',
    '**',
    '_',
    '[',
    '](',
    ')',
    '](#)',
    '](#news)',
    '![',
    '{#a}',
    '{',
    '}',
    '"',
    '“',
  ),
  fc.constantFrom(
    '::toc\n',
    ':::chart{data="a.csv" preset="heat-map"}\n',
    ':::figure{#a src="b.png"}\n',
    ':::reading\n',
    ':::\n',
    '::::\n',
    ':::x{a=b}\n',
    '::download[x]\n',
  ),
  fc.constantFrom(
    'Source: s\n',
    'Alt: a\n',
    'Implications: a; b: c;',
    '**Implications:**',
    '---\n',
    '\\',
    '`',
    '<b>',
    '<!--',
    '&#x200b;',
    '&amp;',
    '\u0000',
    '\u202e',
    '\ud800',
    'پایلې: ',
    'خبر',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
/** Bodies that no editor types. */
export const anyBody = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
