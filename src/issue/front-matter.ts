/** The lines between `---` and `---` that open an issue: whose issue it is, which, in which language. */

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { cleanLine } from '../model/clean.ts';
import type { Direction } from '../model/issue.ts';
import { issueNumber, issuePeriod } from '../model/issue-schema.ts';
import { canonicalLanguage, directionOf, isLanguage } from '../model/language.ts';
import { nearest } from '../model/nearest.ts';
import { type Place, quoted, type Report, top } from './findings.ts';
import { refuseName } from './inline.ts';
import { checkMonth, proofread } from './proofreading.ts';

export interface FrontMatter {
  publication: string;
  title: string;
  number: string;
  period?: string;
  preheader: string;
  language: string;
  direction: Direction;
}

/** Longest front matter, in letters. YAML is only asked for flat lines, so nothing honest comes near. */
const longest = 8000;
/** Names other systems use for our keys. */
const synonyms = new Map([
  ['language', 'lang'],
  ['direction', 'dir'],
  ['summary', 'preheader'],
  ['description', 'preheader'],
  ['preview', 'preheader'],
  ['subject', 'title'],
  ['headline', 'title'],
  ['date', 'period'],
  ['month', 'period'],
  ['issue', 'number'],
  ['name', 'publication'],
]);

const text = (most: number) => z.string().min(1, 'is empty').max(most, `is longer than ${most} letters`);
/** Every key, what its value must be, and how to write it right. */
const fields = {
  publication: { schema: text(200), remedy: 'Write publication: and the name of the publication as printed.' },
  title: { schema: text(300), remedy: 'Write title: and what this issue is called, for example "November 2026".' },
  number: { schema: issueNumber, remedy: "Write number: and the issue's number, for example 12." },
  period: {
    schema: issuePeriod,
    remedy: 'Write period: and the month, for example 2026-11.',
  },
  lang: {
    schema: z.string().refine(isLanguage, 'is not a language tag of BCP 47'),
    remedy: 'Write a tag such as en, ur, ps, fa-AF or en-GB.',
  },
  dir: {
    schema: z.enum(['ltr', 'rtl'], 'is neither "ltr" nor "rtl"'),
    remedy: 'Write dir: ltr or dir: rtl, or leave it out: the language says it.',
  },
  preheader: { schema: text(1000), remedy: 'Write preheader: and the sentence mail programs show after the subject, 40 to 130 letters.' },
} as const;
type Key = keyof typeof fields;
const isKey = (key: string): key is Key => Object.hasOwn(fields, key);

/**
 * Reads the front matter off cleaned source. Answers it, and the body with the front matter's lines emptied so that line numbers hold.
 * What is missing or wrong is reported and stands as an empty text, English, left to right.
 */
export function readFrontMatter(report: Report, source: string): { front: FrontMatter; body: string } {
  const block = /^\s*---[ \t]*\n([\s\S]*?)(?<=\n)---[ \t]*(?:\n|$)/.exec(source);
  const values: Partial<Record<Key, string>> = {};
  if (!block) {
    const problem = /^\s*---[ \t]*(\n|$)/.test(source)
      ? 'The front matter is not closed'
      : 'The issue does not begin with its front matter';
    report(
      'error',
      'front-matter',
      top,
      problem,
      'Begin with a line "---", then publication, title, period and preheader, each on its line, then a line "---".',
    );
    return { front: frontFrom(values), body: source };
  }
  const yaml = block[1] ?? '';
  const firstLine = source.slice(0, block[0].indexOf('---')).split('\n').length;
  if (yaml.length > longest) {
    report(
      'error',
      'front-matter',
      top,
      `The front matter is longer than ${longest} letters`,
      'Keep it to the seven keys; close it with a line "---".',
    );
  } else {
    readKeys(report, yaml, firstLine, values);
  }
  return { front: frontFrom(values), body: block[0].replace(/[^\n]/g, '') + source.slice(block[0].length) };
}

/** Puts each key's value where it belongs and reports the rest. A key whose value is wrong keeps it: one finding is enough. */
function readKeys(report: Report, yaml: string, firstLine: number, values: Partial<Record<Key, string>>): void {
  const lineCounter = new LineCounter();
  // The failsafe schema leaves every value as typed: 2025-02 no date, 012 no 12, "no" Norwegian and not false.
  const document = parseDocument(yaml, { schema: 'failsafe', lineCounter });
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: line + firstLine, column: col };
  };
  for (const error of document.errors) {
    const problem =
      error.code === 'DUPLICATE_KEY'
        ? 'A key stands here a second time'
        : `The front matter cannot be read: ${error.message.split(/ at line |\n/)[0]?.replace(/\.$/, '')}`;
    report(
      'error',
      'front-matter',
      placeOf(error.pos[0]),
      problem,
      'Write one "key: value" to a line, and a value that holds ": " in "quotes".',
    );
  }
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return; // what was meant is anybody's guess
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const seen = new Set<string>();
  const places = new Map<Key, Place>();
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = placeOf(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
    seen.add(name);
    if (!isKey(name)) {
      const meant = synonyms.get(name.toLowerCase()) ?? nearest(name, Object.keys(fields));
      report(
        'error',
        'front-matter',
        place,
        `Unknown key ${quoted(name)}`,
        meant ? `Did you mean "${meant}"?` : `The keys are ${Object.keys(fields).join(', ')}.`,
      );
      continue;
    }
    if (!isScalar(value)) {
      report('error', 'front-matter', place, `The value of "${name}" is not plain text`, fields[name].remedy);
      values[name] = '';
      continue;
    }
    const typed = cleanLine(String(value.value));
    const result = fields[name].schema.safeParse(typed);
    if (!result.success) report('error', 'front-matter', place, `"${name}" ${result.error.issues[0]?.message}`, fields[name].remedy);
    values[name] = result.success || name !== 'lang' ? typed : 'en';
    if (result.success) places.set(name, place);
    refuseName(report, place, typed);
    if (name === 'preheader' && result.success) {
      advisePreheader(report, place, typed);
      proofread(report, typed, () => place);
    }
  }
  const titled = places.get('title');
  if (titled !== undefined) adviseTitle(report, titled, values);
  for (const name of ['publication', 'title', 'preheader'] as const) {
    if (!seen.has(name)) report('error', 'front-matter', top, `The front matter lacks "${name}"`, fields[name].remedy);
  }
  if (!seen.has('number') && !seen.has('period')) {
    const remedy = "Write one of them: it is the last part of the issue's address.";
    report('error', 'front-matter', top, 'The front matter has neither "number" nor "period"', remedy);
  }
}

/** Phones show some 40 letters of a subject, desks some 80. */
const longestSubject = 80;

function adviseTitle(
  report: Report,
  place: Place,
  { publication = '', title = '', period = '', lang = 'en' }: Partial<Record<Key, string>>,
): void {
  checkMonth(report, place, { title, period, language: lang });
  proofread(report, title, () => place);
  const letters = [...`${publication}: ${title}`].length;
  if (letters > longestSubject)
    report(
      'info',
      'subject',
      place,
      `The subject, publication and title, is ${letters} letters long`,
      `Stay under ${longestSubject}: mail programs cut the rest.`,
    );
}

/** Mail programs cut the line somewhere past 90 letters, and fill a short one with the first words of the mail. */
function advisePreheader(report: Report, place: Place, preheader: string): void {
  const letters = [...preheader].length;
  if (letters >= 40 && letters <= 130) return;
  const problem = `The preheader is ${letters} letters long`;
  report(
    'info',
    'preheader',
    place,
    problem,
    letters < 40
      ? 'Use 40 to 130 letters: mail programs fill a short one with other text.'
      : 'Use 40 to 130 letters: mail programs cut the rest.',
  );
}

function frontFrom(values: Partial<Record<Key, string>>): FrontMatter {
  const language = canonicalLanguage(values.lang ?? 'en');
  const direction = values.dir === 'rtl' || values.dir === 'ltr' ? values.dir : directionOf(language);
  const { publication = '', title = '', preheader = '', period } = values;
  const number = values.number ?? period ?? '';
  return { publication, title, preheader, number, language, direction, ...(period !== undefined && { period }) };
}
