/** Lines of a reading list: `- [Title](address), authors, *outlet*, date, details`. */

import type { List, ListItem, PhrasingContent, RootContent } from 'mdast';
import { type Inline, plain, type Reference } from '../model/issue.ts';
import { readDetails, type Tail } from '../model/reference.ts';
import { tidy, tidyLine } from '../model/tidy.ts';
import { placeOf, type Reading, readAddress, readInline, refuseName } from './inline.ts';

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
  const title = tidyLine(readInline(reading, link.children));
  refuseName(reading.report, placeOf(link), plain(title));
  const href = readAddress(reading, link.url, placeOf(link), plain(title));
  for (const node of tail) {
    if (node.type === 'link')
      reading.report('warning', 'links', placeOf(node), 'A second link in a reference prints as plain words', 'Give it a line of its own.');
  }
  return { title, href, ...readDetails(readTail(reading, tail)) };
}

/** What comes after the title, up to the first emphasis, in it and after it. */
function readTail(reading: Reading, tail: readonly PhrasingContent[]): Tail {
  const words = (nodes: readonly PhrasingContent[]): string => {
    const read = plain(readInline(reading, nodes));
    if (nodes[0] !== undefined) refuseName(reading.report, placeOf(nodes[0]), read);
    return read;
  };
  const at = tail.findIndex((node) => node.type === 'emphasis');
  return at < 0
    ? { after: words(tail) }
    : { before: words(tail.slice(0, at)), outlet: words(tail.slice(at, at + 1)), after: words(tail.slice(at + 1)) };
}

/** The paragraphs of a plain list, each as running text; undefined when an item holds anything else. */
export function readPlainList(reading: Reading, list: List): Inline[][] | undefined {
  const texts = list.children.map(({ children: [only, ...others] }) =>
    only?.type === 'paragraph' && others.length === 0 ? only : undefined,
  );
  if (texts.includes(undefined)) return undefined;
  return texts.map((paragraph) => tidy(readInline(reading, paragraph?.children ?? [])));
}
