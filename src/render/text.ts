/** The plain-text part of the mail: issue tree → text. Nothing is lost but the pictures, and those are told. */

import type { Masthead } from '../model/edition.ts';
import type { Block, Chart, Figure, Inline, IssueTree, Reference } from '../model/issue.ts';
import { blocksOf, plain } from '../model/issue.ts';
import { type Addresses, isBlank, targetOf } from './addresses.ts';
import { isolatedLines, isolatedText } from './isolation.ts';
import { type Voice, voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

export interface TextParts {
  tree: IssueTree;
  masthead: Masthead;
  addresses: Addresses;
  words: Words;
  pdf: { pages: number; bytes: number };
}

const lineWidth = 72;

/** Draws the text part: lines of at most 72 columns for left-to-right scripts, unwrapped for the others, whose readers' programs break lines better than we can.
 *  Links are numbered and listed after the item they stand in; addresses are never broken, and stand outside of isolates, which programs would take for a part of them.
 *  There is no "-- " line: mail programs hide what follows one. */
export function drawText(parts: TextParts): string {
  const { tree, masthead, addresses, words, pdf } = parts;
  const issue: Voice = { language: tree.language, direction: tree.direction, words };
  const links = linkList();
  const print = (voice: Voice) => printer(parts, voice, links);
  const { full, run, flow, said, underlined } = print(issue);

  const hasDownload = [...blocksOf(tree)].some((b) => b.t === 'download');
  const top = [
    said(tree.publication),
    underlined(said(tree.title), '='),
    '',
    wrap(said(tree.summary), full),
    '',
    `${words.readOnWeb}:`,
    addresses.web,
  ];
  if (!hasDownload) top.push(`${words.download} (${said(words.facts(pdf))}):`, addresses.pdf);
  const sections = tree.sections.map((s) =>
    [
      flow(s.lead, underlined(run(s.title), '=')),
      ...s.items.map((item) => {
        const own = print(item.language === undefined ? issue : voiceOfItem(tree, item));
        return own.flow(item.blocks, own.underlined(own.run(item.headline), '-'));
      }),
    ].join('\n\n\n'),
  );
  const foot = [
    '* * *',
    '',
    wrap(said(words.because(tree.publication)), full),
    `${words.unsubscribe}:`,
    addresses.leave,
    `${words.preferences}:`,
    addresses.preferences,
    ...(masthead.postalAddress ? ['', wrap(masthead.postalAddress, full)] : []),
  ].join('\n');
  return `${[paragraphs([top.join('\n')]), flow(tree.lead), ...sections, foot].filter(Boolean).join('\n\n\n')}\n`;
}

/** The links of a mail, numbered through, and told where the item they stand in ends. */
function linkList(): { add: (address: string) => number; told: () => string } {
  let count = 0;
  let pending: string[] = [];
  return {
    add(address) {
      count += 1;
      pending.push(`[${count}] ${address}`);
      return count;
    },
    told() {
      const list = pending.join('\n');
      pending = [];
      return list;
    },
  };
}

/** The functions that print in one voice. */
function printer({ tree, addresses, pdf }: TextParts, { direction, words }: Voice, links: ReturnType<typeof linkList>) {
  const full = direction === 'ltr' ? lineWidth : Number.POSITIVE_INFINITY;
  const said = (text: string): string => isolatedText(text, direction);
  const addressOf = (href: string): string | undefined => {
    const target = targetOf(href);
    return target.kind === 'outside' ? target.href : target.kind === 'inside' ? `${addresses.web}#${target.id}` : undefined;
  };
  const run = (c: readonly Inline[]): string => c.map(piece).join('');
  const piece = (n: Inline): string => {
    switch (n.t) {
      case 'text':
        return said(n.v);
      case 'br':
        return '\n';
      case 'em':
      case 'strong':
        return starred(run(n.c));
      case 'link': {
        const title = run(n.c);
        const address = addressOf(n.href);
        return address === undefined ? title : `${title} [${links.add(address)}]`;
      }
    }
  };
  const underlined = (title: string, sign: string, width = full): string => {
    const lines = wrap(title, width);
    return `${lines}\n${sign.repeat(Math.min(Math.max(...lines.split('\n').map(columns)), lineWidth))}`;
  };
  const reference = (r: Reference, width: number): string => {
    const facts = [plain(r.title), r.authors, r.outlet, r.date, r.detail].filter((part) => part !== undefined);
    const line = wrap(facts.map(said).join(words.comma), width, '- ', '  ');
    const address = addressOf(r.href);
    return address === undefined ? line : `${line}\n  ${address}`;
  };
  const picture = (f: Chart | Figure, width: number): string =>
    [
      wrap(`[${words.figure}: ${run(f.caption)}]`, width),
      ...(f.source ? [wrap(`(${words.source}: ${said(f.source)})`, width)] : []),
      ...(f.note ? [wrap(`${words.note}: ${said(f.note)}`, width)] : []),
      wrap(said(f.alt), width),
      `${addresses.web}#${f.id}`,
    ].join('\n');

  const block = (b: Block, width = full): string => {
    switch (b.t) {
      case 'para':
        return wrap(run(b.c), width);
      case 'heading':
        return underlined(run(b.c), '.', width);
      case 'list':
        return b.items
          .map((blocks, i) => {
            const mark = b.ordered ? `${words.number(b.start + i)}. ` : '- ';
            return marked(paragraphs(blocks.map((inner) => block(inner, width - mark.length))), mark, ' '.repeat(mark.length));
          })
          .join('\n');
      case 'quote':
        return marked(paragraphs(b.c.map((inner) => block(inner, width - 2))), '> ', '> ');
      case 'implications':
        return [
          wrap(`${b.label}:${isBlank(b.lead) ? '' : ` ${run(b.lead)}`}`, width),
          ...b.list.map((point) => wrap(run(point), width, '- ', '  ')),
        ].join('\n');
      case 'papers':
      case 'sources':
        return [`${words[b.t]}:`, ...b.items.map((r) => reference(r, width))].join('\n');
      case 'reading':
        return b.items.map((r) => reference(r, width)).join('\n\n');
      case 'chart':
      case 'figure':
        return picture(b, width);
      case 'toc':
        return [
          `${words.contents}:`,
          ...tree.sections.map((s, i) => wrap(said(plain(s.title)), width, `${words.number(i + 1)}. `, '   ')),
        ].join('\n');
      case 'download':
        return `${wrap(`${run(b.c)} (${said(words.facts(pdf))}):`, width)}\n${addresses.pdf}`;
      case 'rule':
        return '* * *';
      case 'more':
        return '';
    }
  };
  /** Blocks, then the links they named. */
  const flow = (blocks: readonly Block[], head?: string): string => paragraphs([head, ...blocks.map((b) => block(b)), links.told()]);
  return { full, said, run, underlined, flow };
}

/** Paragraphs one empty line apart; empty ones are left out. */
function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join('\n\n');
}

/** Marks emphasis as people do in mail; words already marked stay as they are. */
function starred(words: string): string {
  return words.startsWith('*') && words.endsWith('*') ? words : words.replace(/^(\s*)(.*?)(\s*)$/su, '$1*$2*$3');
}

/** Fills lines up to `width` columns; a line break in the text is kept, a word longer than a line stays whole. */
export function wrap(text: string, width: number, first = '', rest = ''): string {
  const out: string[] = [];
  for (const line of text.split('\n')) {
    let current = out.length === 0 ? first : rest;
    let empty = true;
    for (const word of line.split(/\s+/).filter(Boolean)) {
      if (!empty && columns(current) + 1 + columns(word) > width) {
        out.push(current);
        current = rest + word;
      } else current += empty ? word : ` ${word}`;
      empty = false;
    }
    out.push(current);
  }
  return isolatedLines(out).join('\n');
}

/** Puts a mark before the first line and as much room before the others. */
function marked(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, i) => ((i === 0 ? first : rest) + line).trimEnd())
    .join('\n');
}

/** Width in columns of a fixed-width face: combining marks take none, East Asian letters two (Unicode annex 11). */
function columns(text: string): number {
  let sum = 0;
  for (const sign of text) {
    if (/\p{Mn}|\p{Cf}/u.test(sign)) continue;
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(sign) ? 2 : 1;
  }
  return sum;
}
