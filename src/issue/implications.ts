/** The convention "Implications: lead: first; second; third." that editors type, and its explicit form with a bullet list. */

import { objectMark } from '../model/clean.ts';
import { type Block, type Inline, implicationsLabels, plain } from '../model/issue.ts';
import { tidy } from '../model/tidy.ts';

type Implications = Extract<Block, { t: 'implications' }>;

/** Signs with an object mark before them were typed with a backslash and are words. */
const colon = '[:：]';
const label = `(${implicationsLabels.join('|')})`;
const labelAndColon = new RegExp(`^\\s*${label}\\s*${colon}\\s*`, 'iu');
const labelAlone = new RegExp(`^\\s*${label}\\s*(${colon}?)\\s*$`, 'iu');

/** The label a paragraph begins with, plain or marked as strong or emphasis, and what comes after it; undefined for any other paragraph. */
export function takeLabel(c: readonly Inline[]): { label: string; rest: Inline[] } | undefined {
  const [first, second, ...others] = c;
  if (first?.t === 'text') {
    const match = labelAndColon.exec(first.v);
    if (!match) return undefined;
    return { label: match[1] ?? '', rest: withoutEmpty([{ t: 'text', v: first.v.slice(match[0].length) }, ...c.slice(1)]) };
  }
  if (first?.t !== 'strong' && first?.t !== 'em') return undefined;
  const match = labelAlone.exec(plain(first.c));
  if (!match) return undefined;
  const text = second?.t === 'text' ? second.v : '';
  if (match[2] === '' && !new RegExp(`^\\s*${colon}`, 'u').test(text)) return undefined; // a sentence that begins with the word in bold
  const rest: Inline[] =
    second?.t === 'text' ? [{ t: 'text', v: text.replace(new RegExp(`^\\s*${colon}?\\s*`, 'u'), '') }] : second ? [second] : [];
  return { label: match[1] ?? '', rest: withoutEmpty([...rest, ...others]) };
}

/** Whether what follows the label announces a list: nothing at all, or words that end in a colon. */
export function announcesList(rest: readonly Inline[]): boolean {
  return /(^|(?<!\ufffc)[:：])$/.test(plain(rest).trimEnd());
}

/**
 * Splits at the semicolons that stand outside of marks and brackets. Two pieces or more are a list, and words of the first piece
 * up to its last colon are the lead-in; a single piece is prose and stays the lead.
 */
export function splitImplications(labelTyped: string, rest: readonly Inline[]): Implications {
  const pieces: Inline[][] = [[]];
  for (const node of rest) {
    if (node.t !== 'text') pieces.at(-1)?.push(node);
    else
      for (const [index, v] of atSemicolons(node.v).entries()) {
        if (index > 0) pieces.push([]);
        pieces.at(-1)?.push({ t: 'text', v });
      }
  }
  const list = pieces.map(trimmed).filter((piece) => piece.length > 0);
  const [first = [], ...others] = list;
  if (others.length === 0) return { t: 'implications', label: labelTyped, lead: tidy(rest), list: [] };
  const { lead, item } = splitLead(first);
  const all = [item, ...others.slice(0, -1), withoutStop(others.at(-1) ?? [])].map(tidy);
  return { t: 'implications', label: labelTyped, lead: tidy(lead), list: all.filter((piece) => plain(piece).trim() !== '') };
}

/** Text cut at its semicolons, Latin, Arabic or full width; those in brackets do not count. */
function atSemicolons(text: string): string[] {
  const pieces: string[] = [];
  const lastClose = text.lastIndexOf(')');
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '(' && i < lastClose) depth++;
    else if (letter === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0 && text[i - 1] !== objectMark && (letter === '；' || (/[;؛]/.test(letter) && /\s/.test(text[i + 1] ?? '')))) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...pieces, text.slice(start)];
}

function splitLead(first: readonly Inline[]): { lead: Inline[]; item: Inline[] } {
  const at = first.findLastIndex((node) => node.t === 'text' && /(?<!\ufffc)[:：](\s|$)/.test(node.v));
  const node = first[at];
  const match = node?.t === 'text' ? /^(.*(?<!\ufffc)[:：])(?:\s+|$)(.*)$/su.exec(node.v) : null;
  const item = trimmed([{ t: 'text', v: match?.[2] ?? '' }, ...first.slice(at + 1)]);
  if (!match || item.length === 0) return { lead: [], item: [...first] };
  return { lead: [...first.slice(0, at), { t: 'text', v: match[1] ?? '' }], item };
}

/** The last piece without the full stop or semicolon that closed the sentence; a stop that belongs to an abbreviation stays. */
function withoutStop(piece: readonly Inline[]): Inline[] {
  const last = piece.at(-1);
  if (last?.t !== 'text' || /(\.\p{L}|\betc)\.$/u.test(last.v)) return [...piece];
  return withoutEmpty([...piece.slice(0, -1), { t: 'text', v: last.v.replace(/\ufffc?[.;۔؛。]$/u, '').trimEnd() }]);
}

/** Running text without white space at its ends. */
function trimmed(c: readonly Inline[]): Inline[] {
  const ends = c.map((node, index) => {
    if (node.t !== 'text') return node;
    const left = index === 0 ? node.v.trimStart() : node.v;
    return { ...node, v: index === c.length - 1 ? left.trimEnd() : left };
  });
  const kept = withoutEmpty(ends);
  return kept.length === ends.length || kept.length === 0 ? kept : trimmed(kept);
}

function withoutEmpty(c: readonly Inline[]): Inline[] {
  return c.filter((node) => node.t !== 'text' || node.v !== '');
}
