/** Source text → issue tree. Pure: it names the files the issue shows, and leaves reading them to the room's door. */

import type { RootContent } from 'mdast';
import { directiveFromMarkdown } from 'mdast-util-directive';
import { fromMarkdown, type Options } from 'mdast-util-from-markdown';
import { directive } from 'micromark-extension-directive';
import { cleanText } from '../model/clean.ts';
import { type Finding, type Inline, type IssueTree, plain, treeFormat } from '../model/issue.ts';
import { type BlockReading, readBlocks, readHeading, reportLanguage, reserveIds } from './blocks.ts';
import { mendFences, reportUnread } from './fences.ts';
import type { FileNeed } from './figures.ts';
import { collectFindings, inSourceOrder, type Place, quoted, type Report, top } from './findings.ts';
import { type FrontMatter, readFrontMatter } from './front-matter.ts';
import { collectIds } from './ids.ts';
import { markEscapes, placeOf } from './inline.ts';
import { limits, reportDepth, withinBytes, withinLimits } from './limits.ts';

/** What the source alone says. */
export interface Parsed {
  /** As far as it could be read; absent when the source is over a limit. Not for use while a finding is an error, or while `needs` are open. */
  tree?: IssueTree;
  /** The files the issue shows, in order, each with the block of the tree that waits to be filled from it. */
  needs: FileNeed[];
  /** In the order of the source. */
  findings: Finding[];
}

// Of the directives only the block forms: inline ones eat the ":30" of "10:30". HTML, code and link definitions are switched off
// in the grammar, so whatever looks like them comes out as the text it is, and no renderer has anything to sanitise.
const grammar = [
  { flow: directive().flow ?? {} },
  { disable: { null: ['htmlFlow', 'htmlText', 'codeIndented', 'codeFenced', 'codeText', 'setextUnderline', 'definition'] } },
] satisfies Options['extensions'];

/** Reads an issue. Never throws: whatever is wrong is among the findings, with its line, column and remedy. */
export function parseIssue(source: string): Parsed {
  const { findings, report } = collectFindings();
  const refused = (): Parsed => ({ needs: [], findings: inSourceOrder(findings) });
  if (!withinBytes(report, Buffer.byteLength(source))) return refused();
  const { front, body } = readFrontMatter(report, cleanText(source));
  const lines = body.split('\n');
  if (!withinLimits(report, lines)) return refused();
  const mended = mendFences(report, lines);
  const marked = mended.map((line) => (/^:::?\p{L}/u.test(line) ? line : markEscapes(line))); // attributes know no backslash
  const nodes = fromMarkdown(marked.join('\n'), { extensions: grammar, mdastExtensions: [directiveFromMarkdown()] }).children;
  for (const { type, position } of nodes) {
    if (position && type !== 'leafDirective' && type !== 'containerDirective')
      reportUnread(report, mended, { first: position.start.line, last: position.end.line });
  }
  const tooMany = nodes.filter(({ type }) => type === 'heading')[limits.headings];
  if (tooMany) {
    report('error', 'limits', placeOf(tooMany), `The issue has more than ${limits.headings} headings`, 'Split it into several issues.');
    return refused();
  }
  const tooDeep = deepest(nodes, limits.depth);
  if (tooDeep) {
    reportDepth(report, placeOf(tooDeep));
    return refused();
  }
  const reading: BlockReading = { report, ids: collectIds(report), needs: [], inward: [] };
  const tree = readTree(reading, front, nodes);
  const isEmpty = tree.lead.length === 0 && tree.sections.length === 0;
  if (isEmpty && (body.trim() === '' || findings.every(({ severity }) => severity !== 'error')))
    report('error', 'structure', top, 'The issue has no text', 'Write it below the front matter; begin sections with "## …".');
  for (const { id, place } of reading.inward) {
    if (!reading.ids.has(id))
      report(
        'error',
        'links',
        place,
        `No heading or figure is called ${quoted(`#${id}`)}`,
        'Link to the {#name} of one, or give it that name.',
      );
  }
  return { tree, needs: reading.needs, findings: inSourceOrder(findings) };
}

/** The first list or quote inside of more than `levels` others. */
function deepest(nodes: readonly RootContent[], levels: number): RootContent | undefined {
  for (const node of nodes) {
    const opens = node.type === 'list' || node.type === 'blockquote';
    if (opens && levels === 0) return node;
    const inner =
      'children' in node && (opens || node.type === 'listItem') ? deepest(node.children, opens ? levels - 1 : levels) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** A heading and what stands below it, up to the next of its kind. */
interface Group {
  place: Place;
  id: string;
  c: Inline[];
  language?: string;
  nodes: RootContent[];
}

/** Folds the flat list of blocks: `##` opens a section, `###` an item of it. */
function readTree(reading: BlockReading, front: FrontMatter, nodes: readonly RootContent[]): IssueTree {
  const { report } = reading;
  reserveIds(reading.ids, nodes);
  const lead: RootContent[] = [];
  const sections: (Group & { items: Group[] })[] = [];
  let open = lead;
  for (const node of nodes) {
    if (node.type !== 'heading' || node.depth > 3) {
      open.push(node);
      continue;
    }
    const place = placeOf(node);
    if (node.depth === 1)
      report(
        'error',
        'structure',
        place,
        'A heading of level 1',
        'Write "##" for a section; the title of the issue stands in the front matter.',
      );
    const group = { place, ...readHeading(reading, node), nodes: [] };
    const section = sections.at(-1);
    if (node.depth < 3 && group.language !== undefined) reportLanguage(report, place);
    if (node.depth < 3) sections.push({ ...group, items: [] });
    else if (section) section.items.push(group);
    else report('error', 'structure', place, 'An item stands before the first section', 'Open the section above it with "## …".');
    open = group.nodes;
  }
  for (const { nodes, place, c, items } of sections) {
    if (nodes.length === 0 && items.length === 0) warnEmpty(report, 'section', place, c);
    for (const item of items) if (item.nodes.length === 0) warnEmpty(report, 'item', item.place, item.c);
  }
  return {
    tree: treeFormat,
    publication: front.publication,
    number: front.number,
    ...(front.period !== undefined && { period: front.period }),
    title: front.title,
    summary: front.preheader,
    language: front.language,
    direction: front.direction,
    lead: readBlocks(reading, lead, true),
    sections: sections.map(({ id, c, nodes, items }) => ({
      id,
      title: c,
      lead: readBlocks(reading, nodes, true),
      items: items.map((item) => ({
        id: item.id,
        headline: item.c,
        ...(item.language !== undefined && item.language !== front.language && { language: item.language }),
        blocks: readBlocks(reading, item.nodes, true),
      })),
    })),
  };
}

function warnEmpty(report: Report, what: string, place: Place, c: readonly Inline[]): void {
  report('warning', 'structure', place, `The ${what} ${quoted(plain(c))} is empty`, 'Write its text, or take the heading out.');
}
