/** The details of a reference in a line, `authors, *outlet*, date, detail`: how they are told apart, and how they are written so that they can be. */

import { cleanLine, objectMark } from './clean.ts';
import type { Reference } from './issue.ts';

export type Details = Pick<Reference, 'authors' | 'outlet' | 'date' | 'detail'>;

/** What stands behind the title: before, in and after the first emphasis; all of it in `after` when nothing is emphasised. An object mark keeps the comma or stop after it from counting. */
export interface Tail {
  before?: string;
  outlet?: string;
  after: string;
}

const parts = ['authors', 'outlet', 'date', 'detail'] as const;

/** The emphasis is the outlet; what stands before it are the authors, and a date is known by its year. Without both, "by" begins the authors. */
export function readDetails({ before = '', outlet = '', after }: Tail): Details {
  const details: Details = {};
  const set = (key: keyof Details, value: string) => {
    const words = cleanLine(value);
    if (words !== '') details[key] = words;
  };
  const segments = trimmed(after).split(/\s*(?<!\ufffc)[,،]\s*/);
  const dated = findDate(segments);
  const hasOutlet = trimmed(outlet) !== '';
  let authors = trimmed(before);
  if (!hasOutlet && authors === '') {
    const count = dated ? dated.from : /^by\s/i.test(segments[0] ?? '') ? 1 : 0;
    authors = segments.splice(0, count).join(', ');
    if (dated) dated.from = 0;
  }
  set('authors', authors.replace(/^by\s+/i, ''));
  set('outlet', trimmed(outlet));
  if (dated) set('date', segments.splice(dated.from, dated.length).join(', '));
  set('detail', segments.filter((segment) => segment !== '').join(', '));
  return details;
}

/** The words that `readDetails` reads as these details, or undefined when none do: a detail that is but a date, a date without a year. */
export function writeDetails(details: Details): Tail | undefined {
  const { authors = '', outlet, date, detail } = details;
  const lines = [(text: string) => text, shieldEnd, shield];
  for (const protect of lines) {
    for (const by of ['', 'by ']) {
      const writers = authors === '' ? '' : by + protect(authors);
      const rest = [outlet === undefined ? writers : '', date ?? '', protect(detail ?? '')].filter((part) => part !== '').join(', ');
      const tail: Tail = outlet === undefined ? { after: rest } : { before: writers, outlet: protect(outlet), after: rest };
      const read = readDetails(tail);
      if (parts.every((part) => read[part] === details[part])) return tail;
    }
  }
  return undefined;
}

const shieldEnd = (text: string): string => text.replace(/[.,،]$/u, `${objectMark}$&`);
const shield = (text: string): string => text.replace(/[,،]|^\.|\.$/gu, `${objectMark}$&`);

/** Where the date stands among the parts between commas, in the spellings editors use, digits of any script. */
function findDate(segments: readonly string[]): { from: number; length: number } | undefined {
  for (const [from, segment] of segments.entries()) {
    if (/^[\p{L}\p{M}.]+\s+\p{Nd}{1,2}$/u.test(segment) && /^\p{Nd}{4}$/u.test(segments[from + 1] ?? '')) return { from, length: 2 }; // February 28, 2025
    if (/^(?:\p{Nd}{1,2}\.?\s+)?(?:[\p{L}\p{M}.]+(?:\s*[-–/]\s*[\p{L}\p{M}.]+)?\s+)?\p{Nd}{4}$/u.test(segment)) return { from, length: 1 }; // 28 February 2025, May–June 2025, 2025
    if (/^\p{Nd}{4}-\p{Nd}{2}(?:-\p{Nd}{2})?$/u.test(segment)) return { from, length: 1 }; // 2025-02-28
  }
  return undefined;
}

/** Without the commas, stops and spaces that join the parts. */
function trimmed(text: string): string {
  const start = text.search(/[^\s,،.]/);
  if (start < 0) return '';
  let end = text.length;
  while (/[\s,،]/.test(text[end - 1] ?? '') && text[end - 2] !== objectMark) end--;
  return text.slice(start, end).replace(/(?<=\p{L}{2}|\p{Nd})\.$/u, '');
}
