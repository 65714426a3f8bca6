/** A publication's look as it is typed on the command line: read, checked, and made into what is stored. */
import { readFileSync, statSync } from 'node:fs';
import { AppError } from '../errors.ts';
import type { BrandChoices } from '../model/brand.ts';
import type { Picture } from '../model/edition.ts';
import { type BrandColour, brandColours, readFonts, readReadableColour } from '../model/publication-fields.ts';
import { openDrawing } from '../render/render.ts';
import { given } from './given.ts';
import type { Arguments } from './table.ts';

type Values = Arguments['values'];

/** What takes an option back. */
export const none = 'none';
/** A logo is some kilobytes; a file larger than this was meant for something else. */
const mostBytes = 5 * 1024 * 1024;

const options: Readonly<Record<BrandColour, string>> = { accent: 'accent', accentDark: 'accent-dark', ink: 'ink', inkDark: 'ink-dark' };

/**
 * The look after what was typed, given the one before; undefined when nothing is left of it. `logo` is the picture of --logo, taken in.
 * Errors: a colour that is none, `publication.contrast` for one that would be hard to read, a choice of fonts that is none.
 */
export function readBrand(values: Values, before: BrandChoices = {}, logo?: Picture): BrandChoices | undefined {
  const brand = { ...before };
  if (values['logo'] === none) delete brand.logo;
  if (logo) brand.logo = { asset: logo.name, width: logo.width, height: logo.height };
  for (const { key, scheme } of brandColours) {
    const typed = values[options[key]];
    if (typed === none) delete brand[key];
    else if (typeof typed === 'string') brand[key] = given(options[key], readReadableColour(typed, scheme));
  }
  const fonts = values['fonts'];
  if (fonts === none) delete brand.fonts;
  else if (typeof fonts === 'string') brand.fonts = given('fonts', readFonts(fonts));
  return Object.keys(brand).length === 0 ? undefined : brand;
}

/** Takes the logo in: PNG or JPEG, redrawn, at most 1200 pixels wide. Undefined when none is named. Errors say what is wrong with the file. */
export async function admitLogo(file: Values[string]): Promise<Picture | undefined> {
  if (typeof file !== 'string' || file === none) return undefined;
  const bytes = readLogo(file);
  const studio = openDrawing();
  try {
    const picture = await studio.admitPicture(bytes);
    if ('problem' in picture) throw new AppError('publication.logo', `--logo ${file}: ${picture.problem}; ${picture.remedy}`);
    return picture;
  } finally {
    await studio.close();
  }
}

function readLogo(file: string): Uint8Array {
  try {
    if (statSync(file).size > mostBytes) throw new AppError('publication.logo', `--logo ${file}: it is larger than 5 MB; make it smaller`);
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' };
    throw new AppError('publication.logo', `--logo ${file}: ${reasons[code] ?? `it cannot be read (${code})`}`, { cause });
  }
}
