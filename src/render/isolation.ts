/** Words of the other direction within a text: where they stand, so that each rendering can keep them from turning the sentence round (Unicode annex 9). */

import type { Direction } from '../model/issue.ts';

/** A stretch of a text; `foreign` ones run against it. */
export interface Run {
  v: string;
  foreign: boolean;
}

/** Letters, marks, digits and signs of the scripts that run right to left: Hebrew to Arabic Extended, their presentation forms, and the rare ones beyond. */
const right = String.raw`\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}`;
/** A letter of any other script. */
const left = String.raw`(?![${right}])\p{L}`;

/** From the first letter of the other direction to the last one, whatever neutral signs stand between. In Arabic script the digits after a Latin
 *  letter belong to it (annex 9, W7), and so do the signs that close a Latin name or title. */
const foreign: Record<Direction, RegExp> = {
  ltr: new RegExp(`[${right}](?:(?:(?!${left})[^\\n])*[${right}])?`, 'gu'),
  rtl: new RegExp(`${left}(?:[^\\n${right}]*(?:${left}|[\\p{M}0-9]))?[!?%…/]*`, 'gu'),
};

/** Cuts a text that runs in `direction` into its own stretches and foreign ones. Joined they are the text. */
export function runsOf(text: string, direction: Direction): Run[] {
  const runs: Run[] = [];
  let at = 0;
  for (const match of text.matchAll(foreign[direction])) {
    const v = closed(match[0], text.slice(match.index + match[0].length));
    if (match.index > at) runs.push({ v: text.slice(at, match.index), foreign: false });
    runs.push({ v, foreign: true });
    at = match.index + v.length;
  }
  if (at < text.length || runs.length === 0) runs.push({ v: text.slice(at), foreign: false });
  return runs;
}

/** With the bracket that closes one opened within: "Reading Rooms Network (RRN" takes its ")". */
function closed(run: string, rest: string): string {
  const opened = run.split('(').length > run.split(')').length;
  return opened && rest.startsWith(')') ? `${run})` : run;
}

const isolate = '\u2068';
const popIsolate = '\u2069';

/** The text with each foreign run between U+2068 and U+2069, for places that take no markup. */
export function isolatedText(text: string, direction: Direction): string {
  return runsOf(text, direction)
    .map(({ v, foreign }) => (foreign ? isolate + v + popIsolate : v))
    .join('');
}

/** Lines that were one text: an isolate that a line's end cuts is closed there and opened again on the next, because each line is a paragraph of its own. */
export function isolatedLines(lines: readonly string[]): string[] {
  let open = 0;
  return lines.map((line) => {
    const whole = isolate.repeat(open) + line;
    open = whole.split(isolate).length - whole.split(popIsolate).length;
    return whole + popIsolate.repeat(Math.max(0, open));
  });
}
