import { describe, expect, test } from 'vitest';
import {
  type Catalogue,
  guardedAreas,
  holesOf,
  type Key,
  openLanguages,
  type Text,
  textOf,
  wordsOf,
} from '../../../src/model/words/catalogue.ts';
import { en } from '../../../src/model/words/en.ts';
import { catalogues, languages } from '../../../src/model/words/words.ts';

/** What is wrong with a catalogue, one line each: a key that English lacks, a text that is missing, a placeholder or a plural form too many or too few. */
function faultsOf({ language, entries }: Catalogue): string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const faults = Object.keys(entries)
    .filter((key) => !(key in en))
    .map((key) => `${key} is no key`);
  for (const key of Object.keys(en) as Key[]) {
    if (key.startsWith('editor.')) continue; // the desk speaks English
    const entry = entries[key];
    if (entry === undefined) {
      faults.push(`${key} is missing`);
      continue;
    }
    const source: Text = en[key];
    const text = textOf(entry);
    if ((typeof source === 'string') !== (typeof text === 'string')) faults.push(`${key} has no plural forms, or has them and should not`);
    const wanted = holesOf(typeof source === 'string' ? source : source.other).join();
    const spelt = typeof text === 'string' ? { other: text } : text;
    if (typeof text === 'object') {
      for (const form of forms) if (!(form in text)) faults.push(`${key} lacks the form "${form}"`);
    }
    for (const [form, words] of Object.entries(spelt)) {
      if (holesOf(words ?? '').join() !== wanted) faults.push(`${key} (${form}) has {${holesOf(words ?? '').join()}} for {${wanted}}`);
      if (words?.trim() === '') faults.push(`${key} is empty`);
    }
  }
  return faults;
}

test.each(catalogues.map((catalogue) => [catalogue.language, catalogue] as const))(
  '%s has every text of the readers, with the same placeholders and all its plural forms',
  (_, catalogue) => {
    expect(faultsOf(catalogue)).toEqual([]);
  },
);

test('English has the forms of its own plurals', () => {
  for (const text of Object.values(en)) if (typeof text === 'object') expect(Object.keys(text).sort()).toEqual(['one', 'other']);
});

describe('the check finds', () => {
  const [ur] = catalogues;
  const withEntry = (key: string, entry: unknown) => ({ ...ur, entries: { ...ur.entries, [key]: entry } }) as Catalogue;
  test.each([
    ['a key that nobody asks for', withEntry('leave.aks', 'x'), 'leave.aks is no key'],
    ['a text that is missing', withEntry('leave.ask', undefined), 'leave.ask is missing'],
    ['a placeholder that was lost', withEntry('leave.ask', 'چھوڑیں؟'), 'leave.ask (other) has {} for {publication}'],
    ['a placeholder that is misspelt', withEntry('leave.ask', '{publicaton}'), 'leave.ask (other) has {publicaton} for {publication}'],
    ['a plural form that is missing', withEntry('preferences.pause.months', { other: '{count}' }), 'lacks the form "one"'],
    ['a plural without forms', withEntry('preferences.pause.months', '{count}'), 'preferences.pause.months has no plural forms'],
  ])('%s', (_, catalogue, fault) => {
    expect(faultsOf(catalogue).join('\n')).toContain(fault);
  });
});

const reviewed = { by: 'A. Reader', on: '2026-11-25' };
/** A catalogue in which the texts that `keep` says yes to are reviewed. */
function reviewedIn(catalogue: Catalogue, keep: (key: string) => boolean): Catalogue {
  const entries = Object.entries(catalogue.entries).map(([key, entry]) => [key, keep(key) ? { text: textOf(entry), reviewed } : entry]);
  return { ...catalogue, entries: Object.fromEntries(entries) };
}

test('a language nobody has reviewed is not offered, and its readers get English', () => {
  const opened = openLanguages(catalogues);
  expect(opened.offered).toEqual([{ language: 'en', name: 'English' }]);
  for (const tag of ['ur', 'ps', 'fa-AF', 'prs', 'ar', 'fr', '', 'x', undefined, null]) expect(opened.wordsFor(tag).language).toBe('en');
});

test('a language is offered once all texts of consent, leave and erase are reviewed, and not one text before', () => {
  const [ur] = catalogues;
  const guarded = (key: string) => guardedAreas.some((area) => key.startsWith(`${area}.`));
  const offers = (keep: (key: string) => boolean) => openLanguages([reviewedIn(ur, keep)]).offered.map(({ language }) => language);
  expect(offers(guarded)).toEqual(['en', 'ur']);
  for (const missing of ['consent.words', 'leave.ask', 'erase.lede'])
    expect(offers((key) => guarded(key) && key !== missing)).toEqual(['en']);
});

test('what an offered language lacks elsewhere is said in English', () => {
  const [ur] = catalogues;
  const { 'front.title': _, ...entries } = ur.entries;
  const words = openLanguages([reviewedIn({ ...ur, entries }, () => true)]).wordsFor('ur-PK');
  expect(words.language).toBe('ur');
  expect(words.text('front.title')).toBe('Latest issues');
  expect(words.direction).toBe('rtl');
});

test('Dari is read under its own tag and under that of Persian', () => {
  const opened = openLanguages(catalogues.map((catalogue) => reviewedIn(catalogue, () => true)));
  for (const tag of ['prs', 'fa', 'fa-AF', 'FA_af']) expect(opened.wordsFor(tag).language).toBe('fa-AF');
  expect(opened.wordsFor('arc').language).toBe('en');
});

test('the state of every language is known: how many texts somebody has reviewed', () => {
  expect(languages.states.map(({ language, offered }) => [language, offered])).toEqual(
    catalogues.map(({ language }) => [language, languages.offered.some((one) => one.language === language)]),
  );
  for (const { guarded, all } of languages.states) {
    expect(guarded.texts).toBeGreaterThan(60);
    expect(all.texts).toBeGreaterThan(guarded.texts);
    expect(guarded.reviewed).toBeLessThanOrEqual(guarded.texts);
  }
});

test('plural forms follow the language', () => {
  const [, , , ar] = catalogues;
  const english = languages.wordsIn('en');
  expect([1, 2].map((count) => english.text('preferences.pause.months', { count }))).toEqual(['1 month', '2 months']);
  const arabic = wordsOf(ar);
  const said = [1, 2, 3, 11, 100].map((count) => arabic.text('preferences.pause.months', { count }));
  expect(new Set(said).size).toBe(5);
  expect(said[2]).toMatch(/أشهر$/);
});

test('what is filled in is escaped in markup, and cannot bring placeholders of its own', () => {
  const words = languages.wordsIn('en');
  expect(String(words.html('leave.ask', { publication: '<b>{address}</b>' }))).toBe('Leave &lt;b&gt;{address}&lt;/b&gt;?');
  expect(words.text('leave.ask', { publication: '{address}' })).toBe('Leave {address}?');
});

test('a placeholder that was not filled in is a bug that shows', () => {
  const fills = {} as { publication: string };
  expect(() => languages.wordsIn('en').text('leave.ask', fills)).toThrow('the text "leave.ask" needs {publication}');
});

test('days are days of the Gregorian calendar in the zone they are asked for, in the words and digits of the language', () => {
  const late = Date.UTC(2026, 11, 31, 22);
  expect(languages.wordsIn('en').day(late, 'UTC')).toBe('31 December 2026');
  expect(languages.wordsIn('en').day(late, 'Asia/Karachi')).toBe('1 January 2027');
  const dari = languages.wordsIn('fa-AF').day(late, 'UTC');
  expect(dari).toMatch(/۲۰۲۶/); // not 1405, as the calendar of the country would have it
});
