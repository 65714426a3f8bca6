/** What an edition is made of: the drawings of one revision, and the placeholders that become one reader's links. */
import type { BrandChoices } from './brand.ts';
import type { CountedLink } from './measure.ts';

/** Stands in a drawn mail where a reader's own token goes. Same length and letters as a token, so that sizes and line breaks hold. */
export const leaveTokenPlaceholder = 'leavetokenleavetokenleavetokenleav';
/** The same for the reader's own page of preferences. */
export const preferencesTokenPlaceholder = 'preferencestokenpreferencestokenpr';

/** The same for the full issue as PDF, where only readers may have it. */
export const pdfTokenPlaceholder = 'pdftokenpdftokenpdftokenpdftokenpd';

/** The publication as a drawing needs it. */
export interface Masthead {
  slug: string;
  name: string;
  /** Postal address for the footer, as the law of many places asks. May be empty. */
  postalAddress: string;
  /** Where the service is reached, without a slash at the end. */
  baseUrl: string;
  /** What goes before a picture's name in the mail and the page: `${baseUrl}/a/` when published, `a/` beside a preview. */
  pictureBase: string;
  /** Its own look; absent for Galley's. */
  brand?: BrandChoices;
  /** Set where the mail's links lead through addresses of ours that count them (`model/measure.ts`); absent where they lead straight. */
  counted?: true;
  /** The full issue as PDF is for readers only; absent where it is public. */
  pdf?: 'readers';
}

/** A stored file that an issue shows: a picture, or a PDF that was uploaded (its size in pixels is 0). */
export interface Picture {
  /** `HASH.EXT`, the sha-256 in hex of `bytes`. */
  name: string;
  type: 'image/png' | 'image/jpeg' | 'image/svg+xml' | 'application/pdf';
  width: number;
  height: number;
  bytes: Uint8Array;
}

/** What an uploaded PDF should be of. */
export interface PdfSubject {
  publication: string;
  title: string;
  number: string;
  period?: string;
  language: string;
}

/** A PDF that was uploaded and opens. `name` is `HASH.pdf`; `doubt` says what of the issue it does not name. */
export interface AdmittedPdf {
  name: string;
  pages: number;
  bytes: Uint8Array;
  doubt?: string;
}

/**
 * An item, or a section's lead, that the mail shows less of: up to the editor's mark, its opening, or its headline alone. In the light mail also a chart that is
 * told in words instead of numbers, and a section of which only the title is left. `words` are its headline.
 */
export interface Fold {
  id: string;
  words: string;
  to: 'words' | 'mark' | 'opening' | 'headline' | 'title';
}

/** What a reader may choose to get. `text` is the text part of the mail by itself. */
export const formats = ['full', 'light', 'text'] as const;
export type Format = (typeof formats)[number];
/** A format that is drawn for itself, and so has an edition of its own. */
export type DrawnFormat = Exclude<Format, 'text'>;

const kilobyte = 1024;
/**
 * Bytes of a mail's HTML as decoded: over `warning` it folds. Gmail shows the first 102 KB and hides the rest, what a relay adds on top of ours included; the
 * light mail promises to be small to those who asked for it.
 */
export const mailSizeLimits = {
  full: { warning: 80 * kilobyte, stop: 95 * kilobyte },
  light: { warning: 25 * kilobyte, stop: 95 * kilobyte },
} as const satisfies Record<DrawnFormat, { warning: number; stop: number }>;

/** Everything drawn from one issue tree. */
export interface Drawing {
  subject: string;
  /** HTML part of the mail, with the placeholders where the reader's tokens go. */
  email: string;
  /** What the mail shows less of, in the order in which it was folded; empty for most issues. */
  folds: Fold[];
  /** Plain-text part, same placeholders; nothing in it is folded. */
  text: string;
  /** The web page, a whole document. */
  page: string;
  /** The mail and the page without pictures, and what that mail shows less of; its text part is the same. */
  light: { email: string; folds: Fold[]; page: string };
  pdf: Uint8Array;
  pdfPages: number;
  /** The links of the mail that are counted; absent where none are. */
  links?: CountedLink[];
  /** Chart pictures made for the mail; the issue's own figures are stored already. */
  pictures: Picture[];
}

/** Who may have the full issue as PDF: everybody at its public address, or readers, by a link of their own in the mail. */
export const pdfChoices = ['public', 'readers'] as const;
export type PdfChoice = (typeof pdfChoices)[number];
