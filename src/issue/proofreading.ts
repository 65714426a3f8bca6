/** What a proofreader looks for in the words of an issue: marks of unfinished work, words typed twice, files promised, months that do not fit. English words, mostly. */

import { type Place, quoted, type Report } from './findings.ts';

/** A match in running text: where, and the words. */
type Find = (index: number, words: string) => void;

/** Marks editors leave for later (TK is the trade's "to come"). In capitals, so that words of other meanings pass; filler text in any. */
const unfinished = /\b(?:(?:TK)+|TODO|FIXME)\b|\blorem ipsum\b/giu;
const isMark = (words: string): boolean => /^lorem/i.test(words) || words === words.toUpperCase();

/** A word and the same word again. Not flagged: what English does double, and names, whose second word has a capital (Bora Bora). */
const doubled = /(?<![\p{L}\p{N}'’-])(\p{Script=Latin}{2,})\s+(\1)(?![\p{L}\p{N}'’-])/giu;
const mayDouble: ReadonlySet<string> = new Set(['had', 'that', 'very', 'her', 'so', 'no', 'ha', 'bye']);

/** Reads one run of words; `place` gives the place of a letter in it. */
export function proofread(report: Report, text: string, place: (index: number) => Place): void {
  const each = (pattern: RegExp, find: Find): void => {
    for (const match of text.matchAll(pattern)) find(match.index, match[0]);
  };
  each(unfinished, (index, words) => {
    if (isMark(words))
      report(
        'stop',
        'unfinished',
        place(index),
        `${quoted(words)} says that something is still to come`,
        'Write it, or take the mark out.',
      );
  });
  each(doubled, (index, words) => {
    const [first = '', second = ''] = words.split(/\s+/);
    if (mayDouble.has(first.toLowerCase()) || second !== second.toLowerCase()) return;
    report('warning', 'doubled', place(index), `${quoted(words)} is the same word twice`, 'Take one out.');
  });
}

/** What other Markdown draws and ours prints as typed: a fence of code, and a row of a table with the line under its heads. */
const drawnElsewhere = /^\s*(?:```|~~~)|^\s*\|?\s*:?-{3,}:?\s*\|[\s:|-]*$/m;

/** Where code or a table begins that will be printed as typed, or -1. */
export function printsAsTyped(text: string): number {
  return text.search(drawnElsewhere);
}

/** Words by which a mail promises a file. "Attached" alone means too much: troops are attached to brigades. */
const promise =
  /\b(?:(?:see|find)\s+(?:the\s+)?(?:attached|enclosed)|attached\s+(?:file|document|pdf|report)|in\s+the\s+attachment|(?:is|are)\s+attached\s*[.;,])/iu;

/** Where words promise an attachment, which no mail of an issue has: the place of the letter, or -1. */
export function promisesFile(text: string): number {
  return text.search(promise);
}

/** The months that words name, 1 to 12, in a language's own names or in English. */
function monthsIn(words: string, language: string): Set<number> {
  const found = new Set<number>();
  for (const locale of [language, 'en']) {
    const name = new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, { month: 'long', timeZone: 'UTC' });
    for (let month = 1; month <= 12; month += 1) {
      const pattern = new RegExp(`(?<!\\p{L})${name.format(Date.UTC(2024, month - 1, 15))}(?!\\p{L})`, 'iu');
      if (pattern.test(words) && !/(?<!\p{L})may\s+(?:be|have|not|yet)\b/iu.test(words)) found.add(month);
    }
  }
  return found;
}

/** Says so when a title names another month or year than the period (`2026-11`); other periods say nothing about months. */
export function checkMonth(
  report: Report,
  place: Place,
  { title, period, language }: { title: string; period: string; language: string },
): void {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(period) ?? [];
  if (year === undefined || month === undefined) return;
  const named = monthsIn(title, language);
  const years: string[] = title.match(/(?<!\d)(?:19|20)\d\d(?!\d)/g) ?? [];
  const fits = (named.size === 0 || named.has(Number(month))) && (years.length === 0 || years.includes(year));
  if (fits) return;
  report(
    'warning',
    'period',
    place,
    `The title ${quoted(title)} names another month than the period ${period}`,
    'Correct whichever is wrong.',
  );
}

/**
 * Services that hide where a link leads: filters distrust mail with them (SpamAssassin's URI_SHORTENER rules list the same), readers cannot tell what
 * they click, and the link dies with the service.
 */
const shorteners: ReadonlySet<string> = new Set(
  'bit.ly t.co tinyurl.com goo.gl ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly shorturl.at rb.gy lnkd.in tiny.cc t.ly dlvr.it trib.al s.id bl.ink soo.gd j.mp'.split(
    ' ',
  ),
);

/** Whether a web address leads through a link shortener. */
export function isShortened(address: string): boolean {
  return shorteners.has((URL.parse(address)?.hostname ?? '').replace(/^www\./, ''));
}
