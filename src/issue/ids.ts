/** Names of headings and figures: anchors in the mail and the page, and an item's permanent address. */

import { idPattern } from '../model/issue-schema.ts';
import type { Place, Report } from './findings.ts';
import { quoted } from './findings.ts';

/** Longest generated name, in letters. */
const longest = 80;

export interface Ids {
  /** Takes the name an editor wrote as `{#name}`; reports one that is malformed or taken. To be called for all of them before the first `make`. */
  reserve(id: string, place: Place): void;
  /** A name made from words, the same for the same words, unlike every other in the issue. */
  make(words: string, otherwise: string): string;
  has(id: string): boolean;
}

/** The names of one issue. */
export function collectIds(report: Report): Ids {
  /** Line of each name that was written; 0 for one made from words. */
  const taken = new Map<string, number>();
  /** The last number tried behind each base, so that a thousand equal headings take a thousand steps. */
  const tried = new Map<string, number>();
  return {
    reserve(id, place) {
      const first = taken.get(id);
      if (!idPattern.test(id)) {
        report(
          'error',
          'ids',
          place,
          `${quoted(id)} cannot be the name of a place`,
          'Use up to 100 letters, digits, "-", "_" and ".", beginning with a letter or digit.',
        );
      } else if (first !== undefined) {
        report('error', 'ids', place, `The name "${id}" is taken by line ${first}`, 'Give each heading and figure a name of its own.');
      }
      if (first === undefined) taken.set(id, place.line);
    },
    make(words, otherwise) {
      const base = slug(words) || otherwise;
      let id = base;
      for (let n = tried.get(base) ?? 1; taken.has(id); ) {
        n++;
        id = `${base}-${n}`;
        tried.set(base, n);
      }
      taken.set(id, 0);
      return id;
    },
    has: (id) => taken.has(id),
  };
}

/** Words as they stand in an address: letters of any script, digits and hyphens; Latin letters lose their accents. Empty when there are none. */
export function slug(words: string): string {
  const text = words
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’‘ʼ]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^[-\p{M}]+|-$/gu, '');
  if ([...text].length <= longest) return text;
  const cut = [...text].slice(0, longest + 1).join('');
  return cut.includes('-') ? cut.slice(0, cut.lastIndexOf('-')) : [...text].slice(0, longest).join('');
}
