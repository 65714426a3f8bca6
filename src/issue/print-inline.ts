/** Running text → Markdown that is read as the same running text: every sign of the grammar escaped where it would count, and only there. */

import { objectMark } from '../model/clean.ts';
import type { Inline } from '../model/issue.ts';

/** A piece of the line being written. `edge` tells where an emphasis opens or closes, which the letters beside it decide. */
type Piece = { kind: 'text'; v: string } | { kind: 'raw'; v: string } | { kind: 'break' } | { kind: 'open' | 'close'; v: string };

/** Writes tidy running text; an object mark in it becomes a backslash. `opens` says whether it opens a block's first line, where more signs count. */
export function printInline(c: readonly Inline[], opens = true): string {
  const pieces = piecesOf(c, '');
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    const atStart = before === undefined ? opens : before.kind === 'break';
    if (piece.kind === 'text') piece.v = escaped(piece.v, pieces[index + 1], atStart);
  }
  // A letter spelt for one emphasis may stand within another, to which it then is a sign.
  while (
    pieces.some(
      (piece, index) =>
        (piece.kind === 'open' && spellOutside(pieces, index, -1)) || (piece.kind === 'close' && spellOutside(pieces, index, 1)),
    )
  );
  return pieces.map((piece) => (piece.kind === 'break' ? '\\\n' : piece.v)).join('');
}

/** Running text with neighbouring texts as one. */
export function joinTexts(c: readonly Inline[]): Inline[] {
  const out: Inline[] = [];
  for (const node of c) {
    const last = out.at(-1);
    if (node.t === 'text' && last?.t === 'text') out[out.length - 1] = { t: 'text', v: last.v + node.v };
    else out.push(node);
  }
  return out;
}

/** `outer` is the sign of the mark around, `*` or `_`: a mark that touches another takes the other sign. */
function piecesOf(c: readonly Inline[], outer: string): Piece[] {
  let beside = '';
  return c.flatMap((node, index): Piece[] => {
    const before = beside;
    beside = '';
    if (node.t === 'text') return [{ kind: 'text', v: node.v }];
    if (node.t === 'br') return [{ kind: 'break' }];
    if (node.t === 'link') return [{ kind: 'raw', v: '[' }, ...piecesOf(node.c, ''), { kind: 'raw', v: `](${printAddress(node.href)})` }];
    const touched = before || (index === 0 || index === c.length - 1 ? outer : '');
    const sign = touched === '*' ? '_' : '*';
    beside = sign;
    const v = node.t === 'em' ? sign : sign + sign;
    return [{ kind: 'open', v }, ...piecesOf(node.c, sign), { kind: 'close', v }];
  });
}

/** CommonMark 6.3, links: a destination without angle brackets. */
export function printAddress(href: string): string {
  return href.replace(/[\\()]|&(?=#?\w+;)/g, '\\$&');
}

/** Text with a backslash before each sign that would count. */
function escaped(text: string, after: Piece | undefined, atStart: boolean): string {
  let out = text
    .replace(/[\\*[\]]|<(?=\S)|&(?=#?\w+;)/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_') // within a word it never counts
    .replace(/<$/, after === undefined || after.kind === 'break' ? '<' : '\\<')
    .replace(/!$/, after?.kind === 'raw' && after.v === '[' ? '\\!' : '!');
  if (atStart) out = out.replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2').replace(/^(?:#{1,6}(?=\s|$)|>|[-+](?=[\s-]|$)|::)/, '\\$&');
  return out.replaceAll(objectMark, '\\');
}

/** How the grammar sees the letter beside an emphasis: by its code unit, as it goes by them; nothing and a line end are spaces. */
function classOf(unit: string | undefined): 'space' | 'sign' | 'letter' {
  if (unit === undefined || /\s/.test(unit)) return 'space';
  return /[\p{P}\p{S}]/u.test(unit) ? 'sign' : 'letter';
}

const firstOf = (piece: Piece | undefined) => (piece === undefined || piece.kind === 'break' ? undefined : piece.v[0]);
const lastOf = (piece: Piece | undefined) => (piece === undefined || piece.kind === 'break' ? undefined : piece.v.at(-1));

/**
 * CommonMark 6.2: an emphasis opens or closes beside a sign within it only when a space or another sign is outside, and `_` never within a word.
 * A letter in the way is spelt as a character reference, which is a sign to the grammar. Answers whether there was one.
 */
function spellOutside(pieces: Piece[], index: number, step: -1 | 1): boolean {
  const [mark, outside, inside] = [pieces[index], pieces[index + step], pieces[index - step]];
  const near = step < 0 ? lastOf : firstOf;
  const far = step < 0 ? firstOf : lastOf;
  if (mark?.kind === 'break' || outside?.kind !== 'text' || classOf(near(outside)) !== 'letter') return false;
  if (classOf(far(inside)) === 'letter' && mark?.v.includes('*')) return false;
  const letters = [...outside.v];
  const at = step < 0 ? letters.length - 1 : 0;
  letters[at] = `&#x${letters[at]?.codePointAt(0)?.toString(16)};`;
  const beside = at + step;
  if (letters[beside] === '_' && letters[beside - 1] !== '\\') letters[beside] = '\\_'; // it stood within a word
  outside.v = letters.join('');
  return true;
}
