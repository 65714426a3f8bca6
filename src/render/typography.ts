/** Print's finer signs: curly quotes, ellipses and dashes between years, for languages whose habits are known here. */

import type { Inline } from '../model/issue.ts';

/** Returns running text with English quotes and apostrophes turned, `...` as one sign, and 2015-2018 with an en dash.
 *  Words and their order stay as they are; other languages are returned untouched. */
export function typeset(c: readonly Inline[], language: string): Inline[] {
  if (language.toLowerCase().split('-')[0] !== 'en') return [...c];
  let before = ' '; // the sign before, across the borders of emphasis and links
  const turn = (n: Inline): Inline => {
    if (n.t === 'br') {
      before = ' ';
      return n;
    }
    if (n.t !== 'text') return { ...n, c: n.c.map(turn) };
    let out = '';
    for (const sign of n.v) {
      const opens = /[\s([{“‘—–/-]/.test(before);
      const next = sign === '"' ? (opens ? '“' : '”') : sign === "'" ? (opens ? '‘' : '’') : sign;
      out += next;
      before = next;
    }
    return { t: 'text', v: out.replace(/\.\.\./g, '…').replace(/(?<!\d)((?:1[5-9]|20)\d\d)-((?:1[5-9]|20)\d\d)(?![\d-])/g, '$1–$2') };
  };
  return c.map(turn);
}
