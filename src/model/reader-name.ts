/** The reader's name in an issue: as an editor types it, `{{name|reader}}`, as a mark in a drawn mail, and as one reader reads it. */
import { html } from '../html.ts';
import { cleanLine } from './clean.ts';
import type { Block, Direction, Inline, IssueTree } from './issue.ts';
import { directionOf } from './language.ts';

/** `{{name|fallback}}`; the fallback is what everybody reads whose name is not known, and all who read on the web. */
const typed = /\{\{\s*name\s*\|([^{}|]*)\}\}/giu;

/**
 * In a drawn mail the name's place is a mark of letters for private use, so that it has no direction, escapes to itself, and breaks at no line: which way the
 * text around it runs (U+E200, U+E201), then the fallback in bytes of UTF-8 (U+E100 and up). The fallback travels with its place, so a mail may have several.
 */
const marked = /([\ue200\ue201])([\ue100-\ue1ff]+)/;
const allMarked = new RegExp(marked, 'g');
const firstByte = 0xe100;
/** What a store looks for to tell whether a drawn text has a place for a name; one of the two is in each. */
export const nameMarks = ['\ue200', '\ue201'] as const;

/** A name's place in a part of a mail. */
export interface NamePlace {
  /** Which way the text around it runs. */
  direction: Direction;
  fallback: string;
}

/** What was typed for a name and is none, with its place: without a fallback, not closed, or with a fallback of more than 100 letters. */
export function nameMistakes(text: string): { index: number; words: string }[] {
  const places = [...text.matchAll(/\{\{\s*name\b[^{}]*\}?\}?/giu)];
  return places
    .filter(({ 0: words }) => {
      const fallback = new RegExp(`^${typed.source}$`, 'iu').exec(words)?.[1];
      return fallback === undefined || cleanLine(fallback) === '' || fallback.length > longestFallback;
    })
    .map(({ index, 0: words }) => ({ index, words }));
}
const longestFallback = 100;

/** Places for something else than the name, as other programs have them: `{{first_name}}`. */
export const unknownPlaces = /\{\{(?!\s*name\b)[\w .-]{1,40}(?:\|[^{}]*)?\}\}/giu;

/** Whether a name's place is typed in a text. */
export const holdsName = (text: string): boolean => text.search(typed) >= 0;

/** The tree as everybody may read it: each fallback in the place of the name. */
export function treeForAll(tree: IssueTree): IssueTree {
  return inTree(tree, (fallback) => fallback);
}

/** The tree as it is drawn for mails: a mark in the place of the name. */
export function treeForMail(tree: IssueTree): IssueTree {
  return inTree(tree, (fallback, direction) => nameMark({ fallback, direction }));
}

/** What stands in a drawn mail for a name's place. */
export function nameMark({ fallback, direction }: NamePlace): string {
  const bytes = [...Buffer.from(fallback)].map((byte) => String.fromCharCode(firstByte + byte));
  return nameMarks[direction === 'ltr' ? 0 : 1] + bytes.join('');
}

type Put = (fallback: string, direction: Direction) => string;

/** The same tree where no name is typed. */
function inTree(tree: IssueTree, put: Put): IssueTree {
  if (!holdsName(JSON.stringify(tree))) return tree;
  const { direction } = tree;
  return {
    ...tree,
    lead: inBlocks(tree.lead, direction, put),
    sections: tree.sections.map((section) => ({
      ...section,
      lead: inBlocks(section.lead, direction, put),
      items: section.items.map((item) => ({
        ...item,
        blocks: inBlocks(item.blocks, item.language === undefined ? direction : directionOf(item.language), put),
      })),
    })),
  };
}

function inBlocks(blocks: readonly Block[], direction: Direction, put: Put): Block[] {
  const run = (c: readonly Inline[]): Inline[] =>
    c.map((node): Inline => {
      if (node.t === 'text')
        return { t: 'text', v: node.v.replace(typed, (whole, words: string) => put(cleanLine(words), direction) || whole) };
      return node.t === 'br' ? node : { ...node, c: run(node.c) };
    });
  return blocks.map((block): Block => {
    switch (block.t) {
      case 'para':
        return { ...block, c: run(block.c) };
      case 'implications':
        return { ...block, lead: run(block.lead), list: block.list.map(run) };
      case 'list':
        return { ...block, items: block.items.map((item) => inBlocks(item, direction, put)) };
      case 'quote':
        return { ...block, c: inBlocks(block.c, direction, put) };
      default:
        return block;
    }
  });
}

/** A drawn text cut at its names: texts, and between them the places. */
export function cutAtNames(text: string): (string | NamePlace)[] {
  const parts = text.split(marked);
  return parts.flatMap((part, i): (string | NamePlace)[] => {
    if (i % 3 === 0) return [part];
    if (i % 3 === 1) return [];
    const bytes = Buffer.from([...part].map((byte) => byte.charCodeAt(0) - firstByte));
    return [{ direction: parts[i - 1] === nameMarks[0] ? 'ltr' : 'rtl', fallback: bytes.toString() }];
  });
}

/** A drawn text as whoever looks at it on the desk sees it: with each fallback. */
export function withFallbacks(text: string, part: 'html' | 'text'): string {
  return text.search(allMarked) < 0
    ? text
    : cutAtNames(text)
        .map((piece) => (typeof piece === 'string' ? piece : nameAs(part, undefined, piece)))
        .join('');
}

/** Letters that run left to right, and signs and digits that keep to them: in a text that runs so they need no isolation. */
const plainly = /^\p{Script=Latin}[\p{Script=Latin}\p{M}0-9 .'’-]*$/u;

/**
 * A reader's name as it stands in a part of the mail: clean, escaped, and kept to itself where it may run another way than the words around it, by a `span`
 * with a direction in HTML and by U+2068 and U+2069 in text. Who has no name that can be shown is called by the fallback. Never empty, on one line, without a
 * space at its ends.
 */
export function nameAs(part: 'html' | 'text', name: string | undefined, { direction, fallback }: NamePlace): string {
  const words = shown(name ?? '') || shown(fallback) || '.';
  const alone = !(direction === 'ltr' && plainly.test(words));
  if (part === 'text') return alone ? `\u2068${words}\u2069` : words;
  return String(alone ? html`<span dir="auto">${words}</span>` : html`${words}`);
}

/** Empty for what shows nothing: format signs such as joiners, which a name may hold but not be. */
function shown(name: string): string {
  const line = cleanLine(name);
  return /[^\p{Cf}\p{Zs}\p{Mn}\p{Co}\p{Cn}]/u.test(line) ? line : '';
}
