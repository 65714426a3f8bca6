/** The one form of running text: what the parser makes of every spelling, and what `print` can spell. */

import { objectMark } from './clean.ts';
import type { Inline } from './issue.ts';

type Mark = Exclude<Inline, { t: 'text' | 'br' }>;

/**
 * Running text in its one form: no mark within its like, none empty, none that begins or ends with a space or a line break; neighbours of a kind are one;
 * no spaces around line breaks or at the ends; no mark of the parser's own.
 */
export function tidy(c: readonly Inline[]): Inline[] {
  return trimmed(withoutSpacesAtBreaks(joined(flattened(c, new Set()).flatMap(expelled))));
}

/** Running text for one line: as `tidy`, a line break being a space. */
export function tidyLine(c: readonly Inline[]): Inline[] {
  const onOneLine = (nodes: readonly Inline[]): Inline[] =>
    nodes.map((node) => (node.t === 'br' ? { t: 'text', v: ' ' } : node.t === 'text' ? node : { ...node, c: onOneLine(node.c) }));
  return tidy(onOneLine(c));
}

/** Marks within a mark of their kind taken off. */
function flattened(c: readonly Inline[], within: ReadonlySet<string>): Inline[] {
  return c.flatMap((node): Inline[] => {
    if (node.t === 'text') return [{ t: 'text', v: node.v.replaceAll(objectMark, '') }];
    if (node.t === 'br') return [node];
    const inner = flattened(node.c, new Set([...within, node.t]));
    return within.has(node.t) ? inner : [{ ...node, c: inner }];
  });
}

const isSpace = (node: Inline): boolean => node.t === 'br' || (node.t === 'text' && /^\s*$/.test(node.v));

/** A mark without the spaces and breaks at its ends, which stand before and after it instead. */
function expelled(node: Inline): Inline[] {
  if (node.t === 'text' || node.t === 'br') return [node];
  const c = joined(node.c.flatMap(expelled));
  const before: Inline[] = [];
  const after: Inline[] = [];
  for (let [first] = c; first && isSpace(first); [first] = c) before.push(...c.splice(0, 1));
  for (let last = c.at(-1); last && isSpace(last); last = c.at(-1)) after.unshift(...c.splice(-1));
  const [first] = c;
  if (first?.t === 'text') {
    before.push({ t: 'text', v: /^\s*/.exec(first.v)?.[0] ?? '' });
    c[0] = { t: 'text', v: first.v.trimStart() };
  }
  const last = c.at(-1);
  if (last?.t === 'text') {
    after.unshift({ t: 'text', v: /\s*$/.exec(last.v)?.[0] ?? '' });
    c[c.length - 1] = { t: 'text', v: last.v.trimEnd() };
  }
  return [...before, ...(c.length > 0 ? [{ ...node, c }] : []), ...after];
}

/** Neighbouring texts, emphases and strong parts as one; empty texts left out. */
function joined(c: readonly Inline[]): Inline[] {
  const out: Inline[] = [];
  for (const node of c) {
    const last = out.at(-1);
    if (node.t === 'text' && node.v === '') continue;
    if (node.t === 'text' && last?.t === 'text') out[out.length - 1] = { t: 'text', v: (last.v + node.v).normalize('NFC') };
    else if ((node.t === 'em' || node.t === 'strong') && last?.t === node.t)
      out[out.length - 1] = { ...last, c: joined([...last.c, ...node.c]) } as Mark;
    else out.push(node);
  }
  return out;
}

function withoutSpacesAtBreaks(c: readonly Inline[]): Inline[] {
  const parts = c.map((node, index): Inline => {
    if (node.t === 'em' || node.t === 'strong' || node.t === 'link') return { ...node, c: withoutSpacesAtBreaks(node.c) };
    if (node.t === 'br') return node;
    const left = c[index - 1]?.t === 'br' ? node.v.trimStart() : node.v;
    return { t: 'text', v: c[index + 1]?.t === 'br' ? left.trimEnd() : left };
  });
  return joined(parts);
}

/** Without white space and line breaks at the ends. */
function trimmed(c: readonly Inline[]): Inline[] {
  const first = c.findIndex((node) => !isSpace(node));
  if (first < 0) return [];
  const kept = c.slice(first, c.findLastIndex((node) => !isSpace(node)) + 1);
  return kept.map((node, index) => {
    if (node.t !== 'text') return node;
    const left = index === 0 ? node.v.trimStart() : node.v;
    return { t: 'text', v: index === kept.length - 1 ? left.trimEnd() : left };
  });
}
