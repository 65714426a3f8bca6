/** One row of an import: the reader it describes, or why it is not taken. */
import { isAddressProblem, parseAddress } from '../model/address.ts';
import type { StagedRow } from '../store/staging.ts';
import type { Columns } from './columns.ts';
import { plainCell } from './csv-cells.ts';

/** `leftOut` counts what was wrong in cells that do not decide about the row. */
export type ReadRow = { row: StagedRow; leftOut: { name: number; language: number } } | { reason: string };

/** A longer one is a paragraph that slipped into the wrong column. */
const longestName = 200;

/**
 * Words in a column `status` that say that this person must not be mailed, as Galley's own export and those of others write them.
 * Importing such a row would bring back somebody who left.
 */
const gone = ['left', 'suspended', 'paused', 'pending', 'unsubscribed', 'cleaned', 'bounced', 'complained'];

/** Reads one row. `line` is where it begins in the file. */
export function readRow(columns: Columns, cells: readonly string[], line: number): ReadRow {
  if (cells.some((cell) => cell.includes('\ufffd'))) return { reason: 'has letters that are not UTF-8: save the file as "CSV UTF-8"' };
  const extra = cells.length - columns.width;
  if (extra < 0 || (extra > 0 && cells.slice(columns.width).some((cell) => cell.trim() !== ''))) {
    return {
      reason: `has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} where the first line has ${columns.width}: is a delimiter or a quotation mark missing or too many?`,
    };
  }
  const cell = (index: number | undefined): string => (index === undefined ? '' : plainCell((cells[index] ?? '').trim()));
  const address = parseAddress(cell(columns.email));
  if (isAddressProblem(address)) return { reason: `the address ${address.problem}: ${address.remedy}` };
  const status = cell(columns.status).toLowerCase();
  if (gone.includes(status)) return { reason: `the status is "${status}": only people who want this mail are imported` };
  const name = tidyText(cell(columns.name));
  const language = cell(columns.language);
  const tag = languageTag(language);
  return {
    row: {
      line,
      email: address.address,
      emailKey: address.key,
      name: parsePersonName(name) ?? null,
      language: tag ?? null,
      attributes: readAttributes(columns, cell),
    },
    leftOut: { name: name.length > longestName ? 1 : 0, language: language !== '' && tag === undefined ? 1 : 0 },
  };
}

/** A name on one line, since it will stand in a header; undefined for none, and for one too long to be one. */
export function parsePersonName(text: string): string | undefined {
  const name = tidyText(text);
  return name === '' || name.length > longestName ? undefined : name.toWellFormed();
}

/** Words on one line. */
export function tidyText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}

function readAttributes({ attributes }: Columns, cell: (index: number) => string): string | null {
  if (attributes.length === 0) return null;
  const filled = attributes.map(({ title, index }) => [title, cell(index)] as const).filter(([, value]) => value !== '');
  return filled.length === 0 ? null : JSON.stringify(Object.fromEntries(filled));
}

/** The canonical form of a language tag (BCP 47), `_` taken for `-`; undefined for anything else. */
export function languageTag(text: string): string | undefined {
  const tag = text.replaceAll('_', '-');
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag)) return undefined; // "English" would pass as a tag of a registered kind that nobody registered
  let known = tags.get(tag);
  if (known === undefined) {
    try {
      known = Intl.getCanonicalLocales(tag)[0] ?? '';
    } catch {
      known = '';
    }
    if (tags.size < 1000) tags.set(tag, known);
  }
  return known === '' ? undefined : known;
}

/** Tags read before: a file has few languages and many rows. */
const tags = new Map<string, string>();
