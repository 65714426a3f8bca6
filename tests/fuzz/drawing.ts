/** What the drawing targets share: sources to drawings through the parser and the studio, and what must hold for any drawing. */
import { execFileSync } from 'node:child_process';
import { AppError } from '../../src/errors.ts';
import { readChartData } from '../../src/issue/chart-data.ts';
import type { Parsed } from '../../src/issue/issue.ts';
import { type Drawing, leaveTokenPlaceholder, type Masthead, preferencesTokenPlaceholder } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { documentNames, documentOf } from '../support/issue-site.ts';
import { dangersIn, dangersInDrawing, drawingsIn } from '../support/markup.ts';
import { programOnPath } from '../support/programs.ts';
import { parsed } from './parse.ts';
import { must } from './target.ts';

const masthead: Masthead = {
  slug: 'tides',
  name: 'The Tidewater Review',
  postalAddress: 'Harbour Office, 1 Quay Street',
  baseUrl: 'https://letters.example',
  pictureBase: 'https://letters.example/a/',
};
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const asset = `${'0'.repeat(64)}.png`;
const studio = openDrawing({ jobsPerProcess: 60 });

export const closeDrawing = () => studio.close();

/** The tree of a source that parses without an error, its charts filled from this text of a CSV file and its figures with a dot; undefined when it does not, or the numbers are refused. */
export function treeFrom(source: string, csv: string): IssueTree | undefined {
  const answer = parsed(source);
  return answer?.needs.every((need) => fill(need, csv)) ? answer.tree : undefined;
}

/** Fills what a block waits for; false when the numbers are refused. A PDF that editors uploaded is left out. */
export function fill({ kind, block }: Parsed['needs'][number], csv: string): boolean {
  if (kind === 'figure') Object.assign(block, { asset, width: 1, height: 1 });
  if (kind !== 'chart') return true;
  // The numbers may be of two columns or three; a preset that takes the other number is drawn as its like.
  const three = csv.split('\n')[0]?.includes(',third') ?? false;
  if (three === (block.preset === 'bars')) block.preset = three ? 'stacked-bars' : 'bars';
  const read = readChartData(csv, block.preset);
  if ('data' in read) block.data = read.data;
  return 'data' in read;
}

/** Draws all of an issue, and sees that nothing in it could run. Undefined when the drawing was refused with a message that names what it cannot print. */
export async function drawn(tree: IssueTree): Promise<Drawing | undefined> {
  let drawing: Drawing;
  try {
    drawing = await studio.draw(tree, masthead, new Map([[asset, dot]]));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    must(isFair(error, tree), `refused without need: ${error.code}: ${error.message}`);
    return undefined;
  }
  for (const part of documentNames) {
    const found = dangersIn(documentOf(drawing, part));
    must(found.length === 0, `in the ${part}: ${found.join('; ')}`);
  }
  for (const svg of drawingsIn(drawing.page)) {
    const found = dangersInDrawing(svg);
    must(found.length === 0, `${found.join('; ')}: ${svg.slice(0, 200)}`);
  }
  for (const mark of [leaveTokenPlaceholder, preferencesTokenPlaceholder]) {
    const { email, text, page, subject, light } = drawing;
    const [inMails, inPages] = [
      [email, light.email, text],
      [page, light.page, subject],
    ].map((parts) => parts.map((part) => part.split(mark).length - 1).join(' '));
    const said = `${mark}: ${inMails} times in the mail, the light mail, the text; ${inPages} in the page, the light page, the subject`;
    must(inMails === '1 1 1' && inPages === '0 0 0', said);
  }
  return drawing;
}

/** A refusal is fair when the signs it names are in the issue, or the reader's mark is. */
function isFair({ code, message }: AppError, tree: IssueTree): boolean {
  const json = JSON.stringify(tree);
  if (code === 'render.placeholder') return /leavetoken|preferencestoken/.test(json);
  if (code !== 'render.pdf' && code !== 'render.chart') return false;
  const named = [...message.matchAll(/U\+([0-9A-F]{4,6})/g)].map(([, hex = '']) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return named.length > 0 && named.every((sign) => json.includes(sign));
}

const pdftotext = programOnPath('pdftotext');

/** The words of a PDF without white space, as poppler reads them; undefined when there is no pdftotext. */
export function wordsInPdf(pdf: Uint8Array): string | undefined {
  if (!pdftotext) return undefined;
  return straight(execFileSync(pdftotext, ['-', '-'], { input: pdf, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
}

/** Words in one spelling: quotes straight, no ligatures, no white space, no hyphens put in at the end of a line. */
export function straight(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/…/g, '...')
    .replace(/[–\u00ad\u2010\u2011-]/g, '')
    .replace(/[\s\u2060\u200b-\u200f]+/g, '');
}
