/** Implications and paragraphs → Markdown: what the writing conventions would read into words that do not mean it is kept from them by backslashes. */

import { objectMark } from '../model/clean.ts';
import type { Block, Inline } from '../model/issue.ts';
import { tidy } from '../model/tidy.ts';
import { readsAsLabel } from './figures.ts';
import { announcesList, splitImplications, takeLabel } from './implications.ts';
import { joinTexts, printInline } from './print-inline.ts';

type Implications = Extract<Block, { t: 'implications' }>;

const text = (v: string): Inline => ({ t: 'text', v });

/** A paragraph, or the caption of a chart or figure. */
export function printParagraph(c: readonly Inline[], isCaption = false): string {
  const isLabelled = isCaption ? readsAsLabel(c) : takeLabel(c) !== undefined;
  return printInline(isLabelled ? shielded(c, /[:：]/) : c);
}

/**
 * Implications as they are typed, "label: lead: first; second.", when that is read as the same; with a bullet list otherwise. `bullet` is the list's sign,
 * empty without one.
 */
export function printImplications(block: Implications, isBeforeList: boolean): { text: string; bullet: string } {
  const { label, lead, list } = block;
  if (list.length === 0) return { text: printProse(block, isBeforeList), bullet: '' };
  const latin = /^\p{Script=Latin}/u.test(label);
  for (const stop of latin ? ['.', ''] : ['']) {
    const pieces = list.flatMap((piece, index) => (index === 0 ? piece : [text(latin ? '; ' : '؛ '), ...piece]));
    const inOne = tidy([...lead, ...(lead.length > 0 ? [text(' ')] : []), ...pieces, text(stop)]);
    const line = tidy([text(`${label}: `), ...inOne]);
    if (reads(line, block) && !(isBeforeList && announcesList(inOne))) return { text: printInline(line), bullet: '' };
  }
  const opening = printInline(tidy([text(`${label}: `), ...lead]));
  return { text: [opening, list.map((piece) => `- ${printInline(piece).replaceAll('\n', '\n  ')}`).join('\n')].join('\n\n'), bullet: '-' };
}

/** Implications that are but prose. */
function printProse({ label, lead }: Implications, isBeforeList: boolean): string {
  const isList = splitImplications(label, lead).list.length > 0;
  const words = isList ? lead.map((node) => (node.t === 'text' ? text(node.v.replace(/[;；؛]/g, `${objectMark}$&`)) : node)) : lead;
  const kept = isBeforeList && announcesList(words) ? lastShielded(words) : words;
  return printInline(joinTexts([text(`${label}: `), ...kept]));
}

/** Whether a paragraph is read as these implications. */
function reads(line: readonly Inline[], { label, lead, list }: Implications): boolean {
  const taken = takeLabel(line);
  if (taken === undefined || taken.label !== label || announcesList(taken.rest)) return false;
  return JSON.stringify(splitImplications(label, taken.rest)) === JSON.stringify({ t: 'implications', label, lead, list });
}

/** Running text with an object mark before the first sign of a kind in it. */
function shielded(c: readonly Inline[], sign: RegExp): Inline[] {
  let done = false;
  const walk = (nodes: readonly Inline[]): Inline[] =>
    nodes.map((node) => {
      if (done || node.t === 'br') return node;
      if (node.t !== 'text') return { ...node, c: walk(node.c) };
      done = sign.test(node.v);
      return text(node.v.replace(sign, `${objectMark}$&`));
    });
  return walk(c);
}

/** Running text whose last letter, a colon, has an object mark before it. */
function lastShielded(c: readonly Inline[]): Inline[] {
  const last = c.at(-1);
  if (last === undefined || last.t === 'br') return [...c];
  const node: Inline = last.t === 'text' ? text(last.v.replace(/[:：]$/, `${objectMark}$&`)) : { ...last, c: lastShielded(last.c) };
  return [...c.slice(0, -1), node];
}
