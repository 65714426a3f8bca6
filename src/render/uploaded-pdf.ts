/** Looks at a PDF that editors made of their issue themselves: whether it opens, how many pages it has, and whether it is of this issue. */

import { createHash } from 'node:crypto';
import { getDocumentProxy } from 'unpdf';
import type { AdmittedPdf, PdfSubject } from '../model/edition.ts';
import type { Refusal } from './picture.ts';

/** Bytes of the largest PDF. */
export const mostPdfBytes = 25 * 1024 * 1024;
const mostPages = 1000;
/** What a title page and the one behind it say; further on, other issues are named. */
const titlePages = 2;

/**
 * Reads a PDF whole. A damaged or encrypted one is refused; one whose title or first pages do not name the issue comes with a `doubt`, a clause that says
 * what is missing.
 */
export async function admitPdf(bytes: Uint8Array, subject: PdfSubject): Promise<AdmittedPdf | Refusal> {
  if (bytes.length > mostPdfBytes)
    return { problem: `it is larger than ${mostPdfBytes / 1024 / 1024} MB`, remedy: 'save it with smaller pictures' };
  const ends = (part: Uint8Array) => Buffer.from(part).toString('latin1');
  if (!ends(bytes.subarray(0, 1024)).includes('%PDF-')) return { problem: 'this is not a PDF', remedy: 'save the issue as PDF' };
  if (!ends(bytes.subarray(-2048)).includes('%%EOF')) return damaged;
  try {
    // It takes away the bytes it is given.
    await using pdf = await openPdf(new Uint8Array(bytes));
    if ((await pdf.file.getPermissions()) !== null) return encrypted;
    const pages = pdf.file.numPages;
    if (pages > mostPages) return { problem: `it has ${pages} pages; the limit is ${mostPages}`, remedy: 'split it' };
    const { info } = await pdf.file.getMetadata();
    const said = [String((info as Record<string, unknown>)['Title'] ?? '')];
    for (let number = 1; number <= pages; number += 1) {
      const page = await pdf.file.getPage(number);
      if (number <= titlePages) said.push(...(await page.getTextContent()).items.map((item) => ('str' in item ? item.str : ' ')));
      page.cleanup();
    }
    const doubt = doubtOf(wordsOf(said.join(' ')), subject);
    const hash = createHash('sha256').update(bytes).digest('hex');
    return { name: `${hash}.pdf`, pages, bytes: new Uint8Array(bytes), ...(doubt !== undefined && { doubt }) };
  } catch (error) {
    return (error as Error).name === 'PasswordException' ? encrypted : damaged;
  }
}

const damaged: Refusal = { problem: 'the PDF is damaged or cut short', remedy: 'save it again and look whether it opens' };
const encrypted: Refusal = { problem: 'the PDF is encrypted', remedy: 'save it without a password and without restrictions' };

async function openPdf(data: Uint8Array) {
  const file = await getDocumentProxy(data, {
    disableFontFace: true,
    useSystemFonts: false,
    stopAtErrors: true,
    verbosity: 0,
  });
  return { file, [Symbol.asyncDispose]: () => file.loadingTask.destroy() };
}

/** What of the issue the words do not name: publication or title, and month or number. */
function doubtOf(words: ReadonlySet<string>, { publication, title, number, period, language }: PdfSubject): string | undefined {
  const says = (text: string) => [...wordsOf(text)].every((word) => words.has(word));
  const isNamed = says(publication) || says(title);
  const isDated = says(number) || says(title) || (period !== undefined && monthsOf(period, language).some(says));
  if (isNamed && isDated) return undefined;
  return isNamed
    ? `its first pages name neither "${title}" nor the number ${number}`
    : `its title and first pages do not name "${publication}"`;
}

/** A month as it may be printed, in the language and in English; none for a period of another kind. */
function monthsOf(period: string, language: string): string[] {
  const [, year, month] = /^(\d{4})-(\d\d)$/.exec(period) ?? [];
  if (year === undefined) return [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, 15));
  const named = [language, 'en'].map((locale) =>
    new Intl.DateTimeFormat(`${locale}-u-ca-gregory-nu-latn`, { month: 'long', timeZone: 'UTC' }).format(date),
  );
  return named.map((name) => `${name} ${year}`);
}

/** The words of a text in small letters, without the forms that fonts give them, digits of Arabic script as ours. */
function wordsOf(text: string): Set<string> {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15));
  return new Set(plain.match(/[\p{L}\p{M}]+|\p{Nd}+/gu) ?? []);
}
