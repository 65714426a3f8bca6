/** What a publication may be set to, field by field, for the command line and the desk alike: a text as typed becomes a value, or words that say why not and what would be right. Pure. */
import { AppError } from '../errors.ts';
import { parseAddress } from './address.ts';
import { contrastOn, type FontChoice, fontChoices, grounds, leastContrast, nearestReadable, readColour } from './brand.ts';
import { type PdfChoice, pdfChoices } from './edition.ts';
import { nearest } from './nearest.ts';
import { describeSlot, parseSlot } from './slot.ts';
import { isZone } from './zone.ts';

/** A field as it was read. `problem` reads on after the field's name: `is empty: write the name readers see`. */
export type Read<T> = { value: T } | { problem: string; code: string };

const wrong = (field: string, problem: string): { problem: string; code: string } => ({ problem, code: `publication.${field}` });

/** Longest texts, in letters: what mail programs show of a sender, and what fits the foot of a mail. */
const longest = { name: 100, postalAddress: 300 } as const;
/** Signs that cannot be seen, or that turn what stands after them around. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

export function readName(typed: string): Read<string> {
  const name = typed.trim();
  if (name === '') return wrong('name', 'is empty: write the name readers see');
  if (unseen.test(name)) return wrong('name', 'holds a line break or a character that cannot be seen: write the name in plain letters');
  return short('name', name);
}

/** The address for the foot of every mail, in one line; may be empty. */
export function readPostalAddress(typed: string): Read<string> {
  const address = typed.trim().replace(/\s*[\r\n]+\s*/g, ', ');
  if (unseen.test(address)) return wrong('address', 'holds a character that cannot be seen: write it in plain letters');
  return short('postalAddress', address);
}

function short(field: keyof typeof longest, text: string): Read<string> {
  const length = Array.from(text).length;
  return length > longest[field] ? wrong(field, `has ${length} letters: ${longest[field]} are the most`) : { value: text };
}

/** The address mail comes from. */
export function readMailAddress(typed: string): Read<string> {
  const parsed = parseAddress(typed);
  return 'problem' in parsed ? { problem: `${typed}: ${parsed.problem}. ${parsed.remedy}`, code: 'address' } : { value: parsed.address };
}

/** A language that Intl knows by name; the code alone would let any word of up to eight letters pass (BCP 47). */
export function readLanguage(typed: string): Read<string> {
  return isNamed(typed) ? { value: typed } : wrong('language', `"${typed}" is no language: take a code such as en, ur or ps`);
}

function isNamed(code: string): boolean {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(code) !== undefined;
  } catch {
    return false;
  }
}

export function readZone(typed: string): Read<string> {
  if (isZone(typed)) return { value: typed };
  return wrong('zone', `"${typed}" is no time zone: take a name such as Asia/Karachi or Europe/Berlin`);
}

/** A monthly slot, in its one spelling. */
export function readSlot(typed: string): Read<string> {
  try {
    return { value: describeSlot(parseSlot(typed)) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message, code: error.code };
    throw error;
  }
}

export function readPdfChoice(typed: string): Read<PdfChoice> {
  const value = pdfChoices.find((choice) => choice === typed);
  return value === undefined ? wrong('pdf', `"${typed}" is no choice: take ${pdfChoices.join(' or ')}`) : { value };
}

/** A colour that text can be read in: WCAG 2.2 asks for 4.5:1, on every ground that our text stands on. */
export function readReadableColour(typed: string, scheme: keyof typeof grounds): Read<string> {
  const colour = readColour(typed);
  if (colour === undefined) return wrong('colour', `"${typed}" is no colour: write # and six digits from 0 to f, such as "#0a656c"`);
  const reached = contrastOn(colour, scheme);
  if (reached >= leastContrast) return { value: colour };
  const worst = grounds[scheme].join(' or ');
  const shade = `The nearest ${scheme === 'light' ? 'darker' : 'lighter'} shade that does is ${nearestReadable(colour, scheme)}`;
  return wrong(
    'contrast',
    `${colour} is hard to read: it reaches ${reached.toFixed(2)}:1 on ${worst}, and text takes ${leastContrast}:1 (WCAG AA). ${shade}`,
  );
}

export function readFonts(typed: string): Read<FontChoice> {
  const value = fontChoices.find((choice) => choice === typed);
  if (value !== undefined) return { value };
  const meant = nearest(typed, fontChoices);
  return wrong('fonts', `"${typed}" is none of ${fontChoices.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

/** The colours of a look: what each is called, and the ground it stands on. */
export const brandColours = [
  { key: 'accent', scheme: 'light' },
  { key: 'accentDark', scheme: 'dark' },
  { key: 'ink', scheme: 'light' },
  { key: 'inkDark', scheme: 'dark' },
] as const;
export type BrandColour = (typeof brandColours)[number]['key'];
