/** The blocks `:::chart` and `:::figure`: a caption, then lines that begin with "Source:", "Alt:" and "Note:". */

import type { ContainerDirective } from 'mdast-util-directive';
import { cleanLine } from '../model/clean.ts';
import { type Block, type Chart, type ChartPreset, chartPresets, type Figure, type Inline, plain } from '../model/issue.ts';
import { nearest } from '../model/nearest.ts';
import { tidyLine } from '../model/tidy.ts';
import { didYouMean, type Place, quoted } from './findings.ts';
import type { Ids } from './ids.ts';
import { placeOf, type Reading, readInline, refuseName } from './inline.ts';

/** A file the issue shows, and the block that waits for it: a chart for its numbers, a figure for its stored name and size, a download for its PDF. */
export type FileNeed = { path: string; place: Place } & (
  | { kind: 'chart'; block: Chart }
  | { kind: 'figure'; block: Figure }
  | { kind: 'pdf'; block: Extract<Block, { t: 'download' }> }
);

const labels = ['Source', 'Alt', 'Note'] as const;
type Label = (typeof labels)[number];
const attributeOf = { chart: 'data', figure: 'src' } as const;
const fileExample = { chart: 'data="data/file.csv"', figure: 'src="picture.png"' } as const;

/** Reads one such block; every mistake in it is reported, and the block comes out as far as it can be read. */
export function readFigure(reading: Reading, ids: Ids, kind: 'chart' | 'figure', node: ContainerDirective): FileNeed {
  const { report } = reading;
  const place = placeOf(node);
  const attributes = node.attributes ?? {};
  const fileAttribute = attributeOf[kind];
  const path = cleanLine(attributes[fileAttribute] ?? '');
  if (path === '') report('error', 'figures', place, `The ${kind} names no file`, `Add {${fileExample[kind]}} after :::${kind}.`);

  const { caption, lines } = readLines(reading, kind, node);
  const source = lines.Source ?? '';
  const alt = lines.Alt ?? '';
  if (source === '')
    report('error', 'figures', place, `The ${kind} has no source`, 'Add a line "Source: …" that says whose numbers or picture it is.');
  if (alt === '')
    report(
      'error',
      'figures',
      place,
      `The ${kind} has no alternative text`,
      `Add a line "Alt: …" that says what the ${kind} shows to those who cannot see it.`,
    );
  if (caption.length === 0 && kind === 'chart')
    report('warning', 'figures', place, 'The chart has no caption', 'Say what it shows in its first line.');

  const fileName = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const id = cleanLine(attributes['id'] ?? '') || ids.make(fileName, kind);
  const common = { id, caption, source, alt, ...(lines.Note ? { note: lines.Note } : {}) };
  if (kind === 'figure') return { kind, path, place, block: { t: 'figure', asset: '', width: 0, height: 0, ...common } };
  const preset = readPreset(reading, cleanLine(attributes['preset'] ?? ''), place);
  return { kind, path, place, block: { t: 'chart', preset, data: { columns: [], rows: [] }, ...common } };
}

function readPreset({ report }: Reading, typed: string, place: Place): ChartPreset {
  const preset = chartPresets.find((known) => known === typed);
  if (preset) return preset;
  const [first, ...others] = chartPresets;
  const known = `preset="${first}" (or ${others.join(', ')})`;
  if (typed === '') report('error', 'figures', place, 'The chart does not say how it is drawn', `Add ${known}.`);
  else report('error', 'figures', place, `Unknown preset ${quoted(typed)}`, didYouMean(typed, chartPresets, `Write ${known}.`));
  return 'grouped-bars';
}

const labelledLine = /^\s*(\p{L}+)\s*[:：]\s*(.*)$/su;

/** Whether the words of a caption would be read as a labelled line, or as a slip of one. */
export function readsAsLabel(caption: readonly Inline[]): boolean {
  const word = labelledLine.exec(plain(caption))?.[1];
  return word !== undefined && nearest(word, labels) !== undefined;
}

/** The caption and the labelled lines. A label that is missing while a line begins almost like it is taken for a slip. */
function readLines(reading: Reading, kind: string, node: ContainerDirective): { caption: Inline[]; lines: Partial<Record<Label, string>> } {
  const { report } = reading;
  const caption: Inline[] = [];
  const lines: Partial<Record<Label, string>> = {};
  const slips: { typed: string; meant: Label; place: Place }[] = [];
  for (const child of node.children) {
    if (child.type !== 'paragraph') {
      report(
        'error',
        'figures',
        placeOf(child),
        `Only a caption and labelled lines may stand in a ${kind}`,
        'Move the rest below its closing ":::".',
      );
      continue;
    }
    // A label may follow on the next line without an empty line between.
    let current: Label | undefined;
    for (const { content, place } of splitLines(child.children)) {
      const c = readInline(reading, content);
      const words = plain(c);
      refuseName(report, place, words);
      const match = labelledLine.exec(words);
      const label = labels.find((known) => known.toLowerCase() === match?.[1]?.toLowerCase());
      if (label) {
        current = label;
        if (lines[label] !== undefined) report('error', 'figures', place, `A second "${label}:" line`, 'Put both in one line.');
        if (content.some((part) => part.type === 'link'))
          report('warning', 'links', place, `A link in a "${label}:" line prints as plain words`, 'Put it in the caption or in the text.');
        lines[label] = cleanLine(match?.[2] ?? '');
      } else if (current) {
        lines[current] = cleanLine(`${lines[current] ?? ''} ${words}`);
      } else {
        const near = nearest(match?.[1] ?? '', labels);
        const meant = labels.find((known) => known === near);
        if (meant && match?.[1]) slips.push({ typed: match[1], meant, place });
        if (caption.length > 0) caption.push({ t: 'text', v: ' ' });
        caption.push(...c);
      }
    }
  }
  for (const { typed, meant, place } of slips) {
    if (lines[meant] === undefined) report('error', 'figures', place, `${quoted(`${typed}:`)} is not a label`, `Did you mean "${meant}:"?`);
  }
  return { caption: tidyLine(caption), lines };
}

type Phrases = Parameters<typeof readInline>[1];

/** The lines of a paragraph as typed, each with its place. */
function splitLines(nodes: Phrases): { content: Phrases[number][]; place: Place }[] {
  const lines: { content: Phrases[number][]; place: Place }[] = [];
  let content: Phrases[number][] = [];
  const push = (node: Phrases[number], place: Place) => {
    if (content.length === 0) lines.push({ content, place });
    content.push(node);
  };
  for (const node of nodes) {
    const place = placeOf(node);
    if (node.type === 'break') content = [];
    else if (node.type !== 'text') push(node, place);
    else {
      for (const [index, value] of node.value.split('\n').entries()) {
        const at = { line: place.line + index, column: index === 0 ? place.column : 1 };
        if (index > 0) content = [];
        if (value !== '') push({ type: 'text', value, position: { start: at, end: at } }, at);
      }
    }
  }
  return lines;
}
