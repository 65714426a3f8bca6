/** Message catalogues: texts by key, their plural forms and placeholders, and which languages are fit to be offered to readers. */
import { type Fill, type Html, html } from '../../html.ts';
import { directionOf } from '../language.ts';
import { en } from './en.ts';

export type Key = keyof typeof en;
/** Forms by the plural categories of the language (CLDR, through Intl.PluralRules); `other` stands for those left out only where the language lacks them. */
export type Plural = { [Form in Intl.LDMLPluralRule]?: string } & { other: string };
export type Text = string | Plural;
/** Who read a translation as a native, and on which day (`2026-11-25`). */
export interface Review {
  by: string;
  on: string;
}
/** A text, and once somebody has read it, who and when. */
export type Entry = Text | { text: Text; reviewed: Review };

/** The texts of one language. */
export interface Catalogue {
  /** BCP 47, as it stands in `lang`. */
  language: string;
  /** What its readers call it. */
  name: string;
  /** Other tags that are read in it. */
  also?: readonly string[];
  entries: { readonly [K in Key]?: Entry };
}

/** Areas in which a wrong word binds or loses a reader: a language is offered once somebody has reviewed all texts of these. */
export const guardedAreas = ['consent', 'leave', 'erase'] as const;

type Holes<T> = T extends string
  ? T extends `${string}{${infer Hole}}${infer Rest}`
    ? Hole | Holes<Rest>
    : never
  : T extends { other: infer Other }
    ? Holes<Other>
    : never;
type HolesOf<K extends Key> = Holes<(typeof en)[K]>;
/** What a text asks for: nothing when it has no placeholder. `count` is a number: it chooses the form, and is spelt in the language's digits. */
export type Fills<K extends Key, F> = [HolesOf<K>] extends [never] ? [] : [{ [H in HolesOf<K>]: H extends 'count' ? number : F }];

/** The texts of one language, ready to be said. */
export interface Words {
  /** BCP 47 */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  text<K extends Key>(key: K, ...fills: Fills<K, string>): string;
  /** The same as markup: what is filled in is escaped, unless it is markup. */
  html<K extends Key>(key: K, ...fills: Fills<K, Fill>): Html;
  /** The fixed stretches and what is filled in, in their order. */
  pieces<K extends Key, F>(key: K, ...fills: Fills<K, F>): (string | F)[];
  /** An instant as a day in a zone, in the Gregorian calendar: `1 December 2026`. */
  day(instant: number, zone: string): string;
}

export const textOf = (entry: Entry): Text => (typeof entry === 'object' && 'text' in entry ? entry.text : entry);

/** The placeholders of a text, in alphabetical order, each once. */
export function holesOf(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, hole = '']) => hole))].sort();
}

/** Makes the words of a catalogue. A text it lacks is said in English. */
export function wordsOf({ language, entries }: Catalogue): Words {
  const locale = language === 'en' ? 'en-GB' : language; // a house with readers everywhere writes 1 December 2026
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const days = new Map<string, Intl.DateTimeFormat>();
  const pieces = (key: Key, fills: Readonly<Record<string, unknown>> = {}): unknown[] => {
    const text = textOf(entries[key] ?? en[key]);
    const chosen = typeof text === 'string' ? text : (text[rules.select(Number(fills['count']))] ?? text.other);
    return chosen.split(/\{(\w+)\}/).map((piece, at) => {
      if (at % 2 === 0) return piece;
      if (!(piece in fills)) throw new RangeError(`the text "${key}" needs {${piece}}`);
      const fill = fills[piece];
      return typeof fill === 'number' ? numbers.format(fill) : fill;
    });
  };
  return {
    language,
    direction: directionOf(language),
    text: (key, ...[fills]) => pieces(key, fills).join(''),
    html: (key, ...[fills]) => html`${pieces(key, fills) as Fill[]}`,
    pieces: (key, ...[fills]) => pieces(key, fills) as never,
    day(instant, zone) {
      const known = days.get(zone);
      const format = known ?? new Intl.DateTimeFormat(locale, { calendar: 'gregory', timeZone: zone, dateStyle: 'long' });
      if (known === undefined) days.set(zone, format);
      return format.format(instant);
    },
  };
}

/** How far a language is reviewed: of its guarded texts, and of all. */
export interface ReviewState {
  language: string;
  name: string;
  offered: boolean;
  guarded: { reviewed: number; texts: number };
  all: { reviewed: number; texts: number };
}

/** The languages of a service. */
export interface Languages {
  /** Those that readers may choose; English is always among them. */
  readonly offered: readonly { language: string; name: string }[];
  /** The words for a reader or publication of this language: English unless the language is offered. */
  wordsFor(tag: string | null | undefined): Words;
  /** The words of a language that was chosen from those offered. */
  wordsIn(language: string): Words;
  readonly states: readonly ReviewState[];
}

const keys = Object.keys(en) as Key[];
const guardedKeys = keys.filter((key) => guardedAreas.some((area) => key.startsWith(`${area}.`)));
const isReviewed = ({ entries }: Catalogue, key: Key): boolean => {
  const entry = entries[key];
  return typeof entry === 'object' && 'reviewed' in entry;
};

/** Opens the languages of these catalogues; English is the source and needs no review. */
export function openLanguages(catalogues: readonly Catalogue[]): Languages {
  const english: Catalogue = { language: 'en', name: 'English', entries: en };
  const count = (catalogue: Catalogue, of: readonly Key[]) => ({
    reviewed: of.filter((key) => isReviewed(catalogue, key)).length,
    texts: of.length,
  });
  const states = catalogues.map((catalogue) => {
    const guarded = count(catalogue, guardedKeys);
    const { language, name } = catalogue;
    return { language, name, offered: guarded.reviewed === guarded.texts, guarded, all: count(catalogue, keys) };
  });
  const fit = [english, ...catalogues.filter(({ language }) => states.some((state) => state.language === language && state.offered))];
  const words = new Map([english, ...catalogues].map((catalogue) => [catalogue.language, wordsOf(catalogue)]));
  const wordsIn = (language: string): Words => words.get(language) ?? wordsOf(english);
  return {
    offered: fit.map(({ language, name }) => ({ language, name })),
    wordsFor: (tag) => wordsIn(fit.find((catalogue) => reads(catalogue, tag ?? 'en'))?.language ?? 'en'),
    wordsIn,
    states,
  };
}

/** Whether a tag is a catalogue's language or a regional kind of it. */
function reads({ language, also = [] }: Catalogue, tag: string): boolean {
  const main = (of: string): string => of.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  return [language, ...also].some((known) => main(known) === main(tag));
}
