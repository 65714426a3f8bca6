/** Lines of a reading list: `- [Title](address), authors, *outlet*, date, details`. */

import type { List, ListItem, PhrasingContent, RootContent } from 'mdast';
import { type Inline, plain, type Reference } from '../model/issue.ts';
import { placeOf, type Reading, readAddress, readInline } from './inline.ts';

const form = 'Write "- [Title](address), authors, *outlet*, date, details"; only the link is needed.';

/** The references of a `:::papers`, `:::sources` or `:::reading` block. What is no list is reported. */
export function readReferences(reading: Reading, nodes: readonly RootContent[]): Reference[] {
  const lists = nodes.filter((node): node is List => node.type === 'list');
  for (const node of nodes) {
    if (node.type !== 'list') reading.report('error', 'structure', placeOf(node), 'Only list items may stand in this block', form);
  }
  return lists.flatMap((list) => list.children.flatMap((item) => readReference(reading, item) ?? []));
}

/** One item; undefined and reported when it does not begin with a link. */
function readReference(reading: Reading, item: ListItem): Reference | undefined {
  const [paragraph, ...others] = item.children;
  const words = paragraph?.type === 'paragraph' ? paragraph.children : [];
  const [link, ...tail] = words;
  if (link?.type !== 'link' || others.length > 0) {
    const problem = others.length > 0 ? 'A reference is one paragraph' : 'A reference begins with its link';
    reading.report('error', 'structure', placeOf(item), problem, form);
    return undefined;
  }
  const title = readInline(reading, link.children);
  const href = readAddress(reading, link.url, placeOf(link), plain(title));
  for (const node of tail) {
    if (node.type === 'link')
      reading.report('warning', 'links', placeOf(node), 'A second link in a reference prints as plain words', 'Give it a line of its own.');
  }
  return { title, href, ...readDetails(reading, tail) };
}

/** What comes after the title. The first emphasis is the outlet; what stands before it are the authors, and a date is known by its year. */
function readDetails(reading: Reading, tail: readonly PhrasingContent[]): Omit<Reference, 'title' | 'href'> {
  const words = (nodes: readonly PhrasingContent[]): string => trimmed(plain(readInline(reading, nodes)));
  const at = tail.findIndex((node) => node.type === 'emphasis');
  const parts: Omit<Reference, 'title' | 'href'> = {};
  const set = (key: keyof typeof parts, value: string) => {
    if (value !== '') parts[key] = value;
  };
  const segments = words(tail.slice(at + 1)).split(/\s*[,،]\s*/);
  const dated = findDate(segments);
  if (at >= 0) {
    set('authors', words(tail.slice(0, at)).replace(/^by\s+/i, ''));
    set('outlet', words(tail.slice(at, at + 1)));
  } else if (dated && dated.from > 0) {
    set(
      'authors',
      segments
        .splice(0, dated.from)
        .join(', ')
        .replace(/^by\s+/i, ''),
    );
    dated.from = 0;
  }
  if (dated) set('date', segments.splice(dated.from, dated.length).join(', '));
  set('detail', segments.filter((segment) => segment !== '').join(', '));
  return parts;
}

/** Where the date stands among the parts between commas, in the spellings editors use, digits of any script. */
function findDate(segments: readonly string[]): { from: number; length: number } | undefined {
  for (const [from, segment] of segments.entries()) {
    if (/^[\p{L}\p{M}.]+\s+\p{Nd}{1,2}$/u.test(segment) && /^\p{Nd}{4}$/u.test(segments[from + 1] ?? '')) return { from, length: 2 }; // February 28, 2025
    if (/^(?:\p{Nd}{1,2}\.?\s+)?(?:[\p{L}\p{M}.]+(?:\s*[-–/]\s*[\p{L}\p{M}.]+)?\s+)?\p{Nd}{4}$/u.test(segment)) return { from, length: 1 }; // 28 February 2025, May–June 2025, 2025
    if (/^\p{Nd}{4}-\p{Nd}{2}(?:-\p{Nd}{2})?$/u.test(segment)) return { from, length: 1 }; // 2025-02-28
  }
  return undefined;
}

/** Without the commas, stops and spaces that join the parts. */
function trimmed(text: string): string {
  const start = text.search(/[^\s,،.]/);
  if (start < 0) return '';
  let end = text.length;
  while (/[\s,،]/.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end).replace(/(?<=\p{L}{2}|\p{Nd})\.$/u, '');
}

/** The paragraphs of a plain list, each as running text; undefined when an item holds anything else. */
export function readPlainList(reading: Reading, list: List): Inline[][] | undefined {
  const texts = list.children.map(({ children: [only, ...others] }) =>
    only?.type === 'paragraph' && others.length === 0 ? only : undefined,
  );
  if (texts.includes(undefined)) return undefined;
  return texts.map((paragraph) => readInline(reading, paragraph?.children ?? []));
}
