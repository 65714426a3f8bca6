/** A publication's own look: logo, two colours, typefaces. What it did not choose is Galley's. Pure. */

/** What a publication chose, as it is stored and frozen with an edition. Colours are `#rrggbb`. */
export interface BrandChoices {
  logo?: Logo;
  accent?: string;
  accentDark?: string;
  ink?: string;
  inkDark?: string;
  fonts?: FontChoice;
}

/** A stored picture, `HASH.EXT`, and its size in pixels. */
export interface Logo {
  asset: string;
  width: number;
  height: number;
}

/** A colour on white paper, and the one that stands for it in the dark. */
export interface Shades {
  light: string;
  dark: string;
}

/** The look as it is drawn. `accent` is that of links and labels, `ink` that of text and buttons. */
export interface Brand {
  logo?: Logo;
  accent: Shades;
  ink: Shades;
  fonts: FontChoice;
}

/** Stacks of faces that mail programs have, by direction of the text. No other can be chosen: a face that is not there looks worse than none. */
const serif = { ltr: 'Georgia,Times New Roman,serif', rtl: 'Noto Naskh Arabic,Scheherazade New,Times New Roman,Tahoma,serif' };
const sans = { ltr: 'Helvetica,Arial,sans-serif', rtl: 'Vazirmatn,Tahoma,Arial,sans-serif' };
export const fontStacks = {
  serif: { text: serif, heads: serif },
  sans: { text: sans, heads: sans },
  'serif-heads': { text: sans, heads: serif },
  'sans-heads': { text: serif, heads: sans },
} as const;
export type FontChoice = keyof typeof fontStacks;
export const fontChoices = Object.keys(fontStacks) as FontChoice[];

/** The grounds that text stands on, in the mail, on the page and in print: paper, and the wash beside or behind it. */
export const grounds = { light: ['#ffffff', '#eef2f2'], dark: ['#182126', '#12191d'] } as const;
/** WCAG 2.2, success criterion 1.4.3: text reaches 4.5:1. */
export const leastContrast = 4.5;

const own = { accent: { light: '#0a656c', dark: '#74c9cc' }, ink: { light: '#14242c', dark: '#e3ebed' } };

/** The look of a publication. A colour of its own without one for the dark gets the nearest lighter shade that is easily read there. */
export function brandOf(choices: BrandChoices = {}): Brand {
  const shades = (light: string | undefined, dark: string | undefined, otherwise: Shades, easy: number): Shades => ({
    light: light ?? otherwise.light,
    dark: dark ?? (light === undefined ? otherwise.dark : nearestReadable(light, 'dark', easy)),
  });
  return {
    ...(choices.logo && { logo: choices.logo }),
    accent: shades(choices.accent, choices.accentDark, own.accent, 7),
    ink: shades(choices.ink, choices.inkDark, own.ink, 12),
    fonts: choices.fonts ?? 'serif',
  };
}

/** Reads a colour as typed, `#0A656C` or `#0a6`; undefined for anything else. */
export function readColour(text: string): string | undefined {
  const hex = /^#(?:([0-9a-f]{6})|([0-9a-f])([0-9a-f])([0-9a-f]))$/i.exec(text.trim());
  if (hex === null) return undefined;
  const [, six, r, g, b] = hex;
  return `#${six ?? `${r}${r}${g}${g}${b}${b}`}`.toLowerCase();
}

/** How well a colour reads on each ground of a scheme: the least of the ratios (WCAG 2.2, "contrast ratio"), 1 to 21. */
export function contrastOn(colour: string, scheme: keyof typeof grounds): number {
  return Math.min(...grounds[scheme].map((ground) => ratio(colour, ground)));
}

/** The nearest shade of a colour, towards black or white, that reaches a contrast on a scheme's grounds. */
export function nearestReadable(colour: string, scheme: keyof typeof grounds, least: number = leastContrast): string {
  for (let share = 0; share < 1; share += 0.02) {
    const shade = mixed(colour, scheme === 'light' ? 0 : 255, share);
    if (contrastOn(shade, scheme) >= least) return shade;
  }
  return scheme === 'light' ? '#000000' : '#ffffff';
}

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function mixed(colour: string, towards: number, share: number): string {
  const mix = channels(colour).map((value) => Math.round(value + (towards - value) * share));
  return `#${mix.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function ratio(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
