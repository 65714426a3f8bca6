/** Blocks of the grammar into blocks of the issue tree. */

import type { BlockContent, DefinitionContent, Heading, RootContent } from 'mdast';
import type { ContainerDirective, LeafDirective } from 'mdast-util-directive';
import { cleanLine } from '../model/clean.ts';
import { type Block, type Inline, plain } from '../model/issue.ts';
import { canonicalLanguage, isLanguage } from '../model/language.ts';
import { tidy, tidyLine } from '../model/tidy.ts';
import { knownBlocks } from './fences.ts';
import { type FileNeed, readFigure } from './figures.ts';
import { didYouMean, type Place, quoted, type Report } from './findings.ts';
import type { Ids } from './ids.ts';
import { announcesList, splitImplications, takeLabel } from './implications.ts';
import { placeOf, type Reading, readInline, refuseName } from './inline.ts';
import { readPlainList, readReferences } from './references.ts';

/** A reading with what blocks need besides. */
export interface BlockReading extends Reading {
  ids: Ids;
  needs: FileNeed[];
}

/** Attributes each block takes besides `id`. */
const attributesOf: Record<string, readonly string[]> = { chart: ['id', 'data', 'preset'], figure: ['id', 'src'], download: ['src'] };
/** `{#name}`, `{lang=ps}` or `{#name lang=ps}` at the end of a heading. */
const headingMark = /\s*\{(?:#(?<id>[^{}\s]*)|lang=(?<only>[^{}\s]*)|#(?<both>[^{}\s]*)\s+lang=(?<lang>[^{}\s]*))\}\s*$/;

interface HeadingMark {
  index: number;
  id?: string | undefined;
  language?: string | undefined;
}

function markOf(words: string): HeadingMark | undefined {
  const match = headingMark.exec(words);
  const { id, both, only, lang } = match?.groups ?? {};
  return match === null ? undefined : { index: match.index, id: id ?? both, language: only ?? lang };
}

type Node = RootContent | BlockContent | DefinitionContent;

/** Reads a run of blocks; headings of the upper levels have been taken out by the caller when `atMargin`. */
export function readBlocks(reading: BlockReading, nodes: readonly Node[], atMargin: boolean): Block[] {
  const { report } = reading;
  const blocks: Block[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (!node) continue;
    const place = placeOf(node);
    switch (node.type) {
      case 'paragraph': {
        const c = readInline(reading, node.children);
        const labelled = takeLabel(c);
        const next = nodes[i + 1];
        const announced = labelled && next?.type === 'list' && announcesList(labelled.rest) ? next : undefined;
        if (announced && labelled) {
          i++;
          const list = readPlainList(reading, announced);
          if (!list)
            report('error', 'structure', placeOf(announced), 'Each implication is one paragraph', 'Take out inner lists and empty lines.');
          blocks.push({ t: 'implications', label: labelled.label, lead: tidy(labelled.rest), list: list ?? [] });
        } else if (labelled && labelled.rest.length === 0) {
          report(
            'warning',
            'structure',
            place,
            `Nothing follows "${labelled.label}:"`,
            'Write "first; second; third" after it, or a list below it.',
          );
        } else if (labelled) blocks.push(splitImplications(labelled.label, labelled.rest));
        else blocks.push(...paragraph(c));
        break;
      }
      case 'heading': {
        if (!atMargin) report('error', 'structure', place, 'A heading stands inside a list or quote', 'Begin it at the margin.');
        if (node.depth > 4)
          report('warning', 'structure', place, `A heading of level ${node.depth} prints like one of level 4`, 'Write "####".');
        const heading = readHeading(reading, node);
        if (heading.language !== undefined) reportLanguage(report, place);
        blocks.push({ t: 'heading', id: heading.id, c: heading.c });
        break;
      }
      case 'list': {
        const items = node.children.map((item) => readBlocks(reading, item.children, false)).filter((item) => item.length > 0);
        if (items.length > 0) blocks.push({ t: 'list', ordered: node.ordered === true, start: node.start ?? 1, items });
        break;
      }
      case 'blockquote': {
        const c = readBlocks(reading, node.children, false);
        if (c.length > 0) blocks.push({ t: 'quote', c });
        break;
      }
      case 'thematicBreak':
        blocks.push({ t: 'rule' });
        break;
      case 'leafDirective':
      case 'containerDirective':
        blocks.push(...readDirective(reading, node));
        break;
      default:
        report('error', 'structure', place, `"${node.type}" has no place in an issue`, 'Write it as a paragraph, list, quote or block.');
    }
  }
  return blocks;
}

/** A paragraph, unless nothing is left of it. */
function paragraph(typed: readonly Inline[]): Block[] {
  const c = tidy(typed);
  return plain(c).trim() === '' ? [] : [{ t: 'para', c }];
}

/** The words of a heading and its id: the one written behind them as `{#id}`, which `reserveIds` has taken, or one made from the words. */
export function readHeading(reading: BlockReading, node: Heading): { id: string; c: Inline[]; language?: string } {
  const c = readInline(reading, node.children);
  const last = c.at(-1);
  const mark = last?.t === 'text' ? markOf(last.v) : undefined;
  if (last?.t === 'text' && mark) last.v = last.v.slice(0, mark.index);
  const words = plain(c).trim();
  if (words === '') reading.report('error', 'structure', placeOf(node), 'A heading has no words', 'Write them after the "#" marks.');
  refuseName(reading.report, placeOf(node), words);
  const language = mark?.language === undefined ? undefined : readLanguage(reading, mark.language, placeOf(node));
  return { id: mark?.id || reading.ids.make(words, 'part'), c: tidyLine(c), ...(language !== undefined && { language }) };
}

/** Says that only an item is in another language than its issue. */
export function reportLanguage(report: Report, place: Place): void {
  report('error', 'structure', place, 'Only an item (###) has a language of its own', 'Give lang= to each item of the section.');
}

function readLanguage({ report }: BlockReading, tag: string, place: Place): string | undefined {
  if (isLanguage(tag)) return canonicalLanguage(tag);
  report('error', 'structure', place, `${quoted(tag)} is not a language tag of BCP 47`, 'Write a tag such as en, ur, ps, fa-AF or en-GB.');
  return undefined;
}

/** Asks for the PDF that a download link names; an issue has one. */
function readPdf({ report, needs }: BlockReading, block: Extract<Block, { t: 'download' }>, path: string, place: Place): void {
  const first = needs.find(({ kind }) => kind === 'pdf');
  if (path === '')
    report(
      'error',
      'pdf',
      place,
      'The download link names no file',
      'Write {src="full-issue.pdf"}, or leave it out: Galley makes the PDF.',
    );
  else if (first)
    report('error', 'pdf', place, `The issue has a PDF already, on line ${first.place.line}`, 'Leave out one of the two {src="…"}.');
  else needs.push({ kind: 'pdf', path, place, block });
}

/** The words of the download link, which is one already. */
function withoutLinks(reading: BlockReading, c: readonly Inline[], place: Place): Inline[] {
  return tidyLine(
    c.flatMap((node): Inline[] => {
      if (node.t === 'text' || node.t === 'br') return [node];
      if (node.t !== 'link') return [{ ...node, c: withoutLinks(reading, node.c, place) }];
      reading.report(
        'error',
        'links',
        place,
        'A link stands within the download link',
        'Write ::download[Download the full issue]; it leads to the PDF by itself.',
      );
      return withoutLinks(reading, node.c, place);
    }),
  );
}

/** Takes the ids that editors wrote, so that none made from words collides with one further down. */
export function reserveIds(ids: Ids, nodes: readonly RootContent[]): void {
  for (const node of nodes) {
    if (node.type === 'heading') {
      const last = node.children.at(-1);
      const id = last?.type === 'text' ? markOf(last.value)?.id : undefined;
      if (id !== undefined) ids.reserve(id.normalize('NFC'), placeOf(node));
    } else if (node.type === 'containerDirective' && node.attributes?.['id']) ids.reserve(node.attributes['id'], placeOf(node));
  }
}

/** A block of ours. An unknown one is reported, and its contents read for their own mistakes. */
function readDirective(reading: BlockReading, node: ContainerDirective | LeafDirective): Block[] {
  const { report } = reading;
  const place = placeOf(node);
  const { name } = node;
  if (!knownBlocks.includes(name)) {
    report(
      'error',
      'blocks',
      place,
      `Unknown block ${quoted(name)}`,
      didYouMean(name, knownBlocks, `The blocks are ${knownBlocks.join(', ')}.`),
    );
    return node.type === 'containerDirective' ? readBlocks(reading, node.children, false) : [];
  }
  const allowed = attributesOf[name] ?? [];
  for (const key of Object.keys(node.attributes ?? {})) {
    if (allowed.includes(key)) continue;
    const right = allowed.length > 0 ? `It takes ${allowed.join(', ')}.` : 'It takes none.';
    report('error', 'blocks', place, `Unknown attribute ${quoted(key)} of "${name}"`, didYouMean(key, allowed, right));
  }
  if (node.type === 'leafDirective') {
    if (name === 'toc') return [{ t: 'toc' }];
    if (name === 'more') return [{ t: 'more' }];
    const c = tidyLine(readInline(reading, node.children));
    if (plain(c).trim() === '')
      report('error', 'blocks', place, 'The download link has no words', 'Write ::download[Download the full issue].');
    if (plain(c).length > 300)
      report(
        'error',
        'blocks',
        place,
        'The words of the download link are longer than 300 letters',
        'Write ::download[Download the full issue].',
      );
    refuseName(report, place, plain(c));
    const block: Extract<Block, { t: 'download' }> = { t: 'download', c: withoutLinks(reading, c, place) };
    const path = node.attributes?.['src'];
    if (path != null) readPdf(reading, block, cleanLine(path), place);
    return [block];
  }
  if (name === 'chart' || name === 'figure') {
    const need = readFigure(reading, reading.ids, name, node);
    reading.needs.push(need);
    return [need.block];
  }
  const items = readReferences(reading, node.children);
  if (node.children.length === 0)
    report('error', 'structure', place, `The block "${name}" is empty`, 'Write a list of references in it: - [Title](address).');
  return [{ t: name === 'papers' || name === 'sources' ? name : 'reading', items }];
}
