/** The heading of an import: which column is the address, the name, the language; the others are attributes. */
import { AppError } from '../errors.ts';

/** Where each thing stands in a row, counted from 0. */
export interface Columns {
  /** How many cells a row has. */
  width: number;
  email: number;
  name: number | undefined;
  language: number | undefined;
  status: number | undefined;
  attributes: { title: string; index: number }[];
  /** The heading as it stands in the file. */
  titles: string[];
}

/** What a column may be called, in any letter case; the earlier name wins where a file has two of them. */
const names = {
  email: ['email', 'e-mail', 'email address', 'e-mail address', 'email_address', 'mail', 'address'],
  name: ['name', 'full name', 'full_name'],
  language: ['language', 'lang', 'locale'],
  status: ['status'],
} as const;

/** The first columns of our own files of rejected rows, which somebody has mended and imports now. */
export const rejectedTitles = ['line', 'reason'] as const;

/** Which columns a person chose, counted from 0. What is chosen for nothing is an attribute; a column `status` is looked at all the same. */
export interface ChosenColumns {
  email: number;
  name: number | undefined;
  language: number | undefined;
}

/** What a heading says by itself; undefined when it names no column of addresses. */
export function guessColumns(titles: readonly string[]): ChosenColumns | undefined {
  const folded = titles.map((title) => title.trim().toLowerCase());
  const find = (known: readonly string[]): number | undefined => known.map((name) => folded.indexOf(name)).find((found) => found >= 0);
  const email = find(names.email);
  return email === undefined ? undefined : { email, name: find(names.name), language: find(names.language) };
}

/** Reads a heading. `file` is for the message; `chosen` says which column is what where the heading does not. Errors: no column of addresses, two columns of one name. */
export function readColumns(file: string, titles: string[], chosen = guessColumns(titles)): Columns {
  const folded = titles.map((title) => title.trim().toLowerCase());
  const mended = rejectedTitles.every((title, index) => folded[index] === title);
  if (chosen === undefined) throw noEmail(file, titles);
  const { email, name, language } = chosen;
  const twice = folded.find((title, index) => title !== '' && folded.indexOf(title) !== index);
  if (twice !== undefined)
    throw new AppError('import.columns', `${file}: two columns are called "${twice}": give one of them another name`);
  const at = names.status.map((title) => folded.indexOf(title)).find((found) => found >= 0);
  const status = at === email ? undefined : at;
  const taken = new Set([email, name, language, ...(mended ? rejectedTitles.keys() : [])]);
  const attributes = titles
    .map((title, index) => ({ title: title.trim(), index }))
    .filter(({ title, index }) => title !== '' && !taken.has(index));
  return { width: titles.length, email, name, language, status, attributes, titles };
}

function noEmail(file: string, titles: string[]): AppError {
  const shown = titles
    .slice(0, 8)
    .map((title) => `"${title.trim().slice(0, 40)}"`)
    .join(', ');
  const remedy = titles.some((title) => title.includes('@'))
    ? 'it holds an address already: put a line "email,name,language" (or just "email") above it'
    : 'call the column of addresses "email"';
  return new AppError('import.columns', `${file}: the first line names no column "email" (it has ${shown}): ${remedy}`);
}
