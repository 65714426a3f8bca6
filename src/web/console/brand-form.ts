/** The form of a publication's look: its fields as texts, the texts as a look, and how well each colour reads. */
import { type BrandChoices, brandOf, contrastOn, leastContrast, readColour } from '../../model/brand.ts';
import { type BrandColour, brandColours, readFonts, readReadableColour } from '../../model/publication-fields.ts';
import { findAssetFacts } from '../../store/assets.ts';
import type { Db } from '../../store/open.ts';
import type { Texts } from './same-time.ts';
import type { Problems } from './settings-form.ts';

/** The fields in the order of the page, with what each is called. `logo` is the name of a stored picture. */
export const brandLabels = {
  accent: 'Accent',
  accentDark: 'Accent in the dark',
  ink: 'Ink',
  inkDark: 'Ink in the dark',
  fonts: 'Typefaces',
  logo: 'Logo',
} as const;
export type BrandField = keyof typeof brandLabels;
export const brandFields = Object.keys(brandLabels) as BrandField[];

/** A look as its form shows it; a colour that was not chosen is empty. */
export function brandTexts(brand: BrandChoices | null): Texts<BrandField> {
  const { accent = '', accentDark = '', ink = '', inkDark = '', fonts = 'serif', logo } = brand ?? {};
  return { accent, accentDark, ink, inkDark, fonts, logo: logo?.asset ?? '' };
}

/** The look that texts ask for, what is wrong left out; null when nothing was chosen. */
export function readBrandTexts(
  db: Db,
  texts: Texts<BrandField>,
  before: BrandChoices | null,
): { brand: BrandChoices | null; problems: Problems<BrandField> } {
  const problems: Problems<BrandField> = {};
  const brand: BrandChoices = {};
  for (const { key, scheme } of brandColours) {
    if (texts[key].trim() === '') continue;
    const read = readReadableColour(texts[key], scheme);
    if ('problem' in read) problems[key] = `${brandLabels[key]} ${read.problem}.`;
    else brand[key] = read.value;
  }
  const fonts = readFonts(texts.fonts);
  if ('problem' in fonts) problems.fonts = `${brandLabels.fonts} ${fonts.problem}.`;
  else if (fonts.value !== 'serif' || before?.fonts !== undefined) brand.fonts = fonts.value;
  const logo = texts.logo === '' ? undefined : findAssetFacts(db, texts.logo);
  if (logo?.type === 'image/png' || logo?.type === 'image/jpeg') brand.logo = { asset: texts.logo, width: logo.width, height: logo.height };
  else if (texts.logo !== '') problems.logo = 'Logo is not among the pictures here any more: choose the file again.';
  return { brand: Object.keys(brand).length === 0 ? null : brand, problems };
}

/** The look to show while it is chosen: any colour, so that one sees why it is refused. */
export function shownBrand(db: Db, texts: Texts<BrandField>): BrandChoices {
  const { brand } = readBrandTexts(db, texts, null);
  const colours = brandColours.flatMap(({ key }) => {
    const colour = readColour(texts[key]);
    return colour === undefined ? [] : [[key, colour] as const];
  });
  return { ...brand, ...Object.fromEntries(colours) };
}

/** How well a colour reads, in a sentence; of one that was left empty, which takes its place. `colour` is the one that is drawn. */
export function sayColour(key: BrandColour, texts: Texts<BrandField>): { colour: string; said: string } {
  const scheme = brandColours.find((each) => each.key === key)?.scheme ?? 'light';
  const own = readColour(texts[key]);
  const from = key === 'ink' || key === 'inkDark' ? 'ink' : 'accent';
  const light = readColour(texts[from]);
  const drawn = brandOf(light === undefined ? {} : { [from]: light })[from][scheme];
  const colour = own ?? drawn;
  const reached = contrastOn(colour, scheme);
  const ratio = `${reached.toFixed(1)}:1 ${scheme === 'light' ? 'on paper' : 'on the dark ground'}`;
  if (own !== undefined)
    return { colour, said: reached < leastContrast ? `${ratio}: too little, text takes ${leastContrast}:1` : `${ratio}, which reads well` };
  const origin = scheme === 'dark' && light !== undefined ? `Made from ${light}` : 'Galley’s own';
  return { colour, said: `${origin}: ${colour}, ${ratio}` };
}
