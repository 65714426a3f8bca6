/** Draws everything of one issue. Runs in the drawing process only: what it imports is heavy. */

import { AppError } from '../errors.ts';
import type { Drawing, Masthead, Picture } from '../model/edition.ts';
import { leaveTokenPlaceholder, pdfTokenPlaceholder, preferencesTokenPlaceholder } from '../model/edition.ts';
import type { Block, Chart, Direction, IssueTree } from '../model/issue.ts';
import { blocksOf, uploadedPdf } from '../model/issue.ts';
import { directionOf } from '../model/language.ts';
import { linksOf } from '../model/measure.ts';
import { nameMarks, treeForAll, treeForMail } from '../model/reader-name.ts';
import { addressesOf, mailedAddresses } from './addresses.ts';
import { chartPng, chartSvg } from './chart.ts';
import { drawFoldedEmail, drawFoldedLightMail } from './fold.ts';
import { drawLightPage } from './light-page.ts';
import { drawPage } from './page.ts';
import { drawPdf } from './pdf.ts';
import { named } from './picture.ts';
import { drawText } from './text.ts';
import { wordsFor } from './words.ts';

/** Widths of the chart drawings, in units of which letters take 13.5: the mail is also read on phones and needs larger letters than print. */
export const chartWidths = { mail: 520, wide: 620, narrow: 360 };

/** What is known of an issue's PDF without drawing it: how many pages and bytes it had when it was drawn last. */
export interface KnownPdf {
  pages: number;
  bytes: number;
}

/** Draws mail, text, page, PDF and chart pictures from one tree, and mail and page without pictures. Same input, same bytes.
 *  With `known` it is a preview: no PDF is drawn, and the bytes of figures are not asked for.
 *  Throws `render.chart` on data that is not numbers, `render.figure` when the bytes of a figure are missing,
 *  `render.pdf` on characters no typeface here has, `render.placeholder` when the text holds the mark that stands for a reader's token. */
export async function drawIssue(
  typed: IssueTree,
  masthead: Masthead,
  figures: Map<string, Uint8Array>,
  known?: KnownPdf,
): Promise<Drawing> {
  const tree = treeForAll(typed); // what is drawn for the web and the PDF names no reader
  // It would be replaced by the reader's own token, and a link with it would hand that token to a stranger.
  const text = JSON.stringify(tree) + joined(tree);
  const placeholder = [leaveTokenPlaceholder, preferencesTokenPlaceholder, pdfTokenPlaceholder, ...nameMarks].find((mark) =>
    text.includes(mark),
  );
  if (placeholder !== undefined)
    throw new AppError('render.placeholder', `The text holds "${placeholder}", which stands for each reader's own link; take it out`);
  for (const b of blocksOf(tree)) {
    if (b.t === 'figure' && known === undefined && !figures.has(b.asset))
      throw new AppError(
        'render.figure',
        `Picture ${b.asset} of figure "${b.id}" is not among the stored pictures; add the issue again with its pictures`,
      );
  }
  const logo = masthead.brand?.logo;
  if (logo !== undefined && known === undefined && !figures.has(logo.asset))
    throw new AppError(
      'render.figure',
      `The logo ${logo.asset} is not among the stored pictures; set it again: galley publication set ${masthead.slug} --logo FILE`,
    );
  const turned = chartDirections(tree);
  const print = new Map<string, string>();
  const onPage = new Map<string, { wide: string; narrow: string }>();
  const inMail = new Map<string, Picture>();
  for (const [i, chart] of [...blocksOf(tree)].filter((b) => b.t === 'chart').entries()) {
    const { wide, narrow, picture } = await (known ? keptChart : drawChart)(chart, turned.get(chart) ?? tree.direction, `chart${i + 1}`);
    print.set(chart.id, wide);
    onPage.set(chart.id, { wide, narrow });
    inMail.set(chart.id, picture);
  }
  const same = { tree, masthead, addresses: addressesOf(tree, masthead), words: wordsFor(tree.language) };
  const { pdf, pages } =
    known !== undefined
      ? { pdf: Buffer.of(), pages: known.pages }
      : (givenPdf(tree, figures) ?? drawPdf({ ...same, charts: print, figures }));
  const facts = known ?? { pages, bytes: pdf.length };
  // On the web the PDF is not told by its size where it is not for whoever reads there.
  const onWeb = masthead.pdf === 'readers' ? { ...same, words: { ...same.words, facts: () => same.words.forReaders } } : same;
  const mailed = { ...same, tree: treeForMail(typed), addresses: mailedAddresses(same.addresses, masthead) };
  const { email, folds } = await drawFoldedEmail({ ...mailed, charts: inMail, pdf: facts });
  return {
    subject: `${tree.publication}: ${tree.title}`,
    email,
    folds,
    ...(masthead.counted && { links: linksOf(tree, masthead.baseUrl) }),
    text: drawText({ ...mailed, pdf: facts }),
    page: drawPage({ ...onWeb, charts: onPage, pdf: facts }),
    light: { ...drawFoldedLightMail({ ...mailed, pdf: facts }), page: drawLightPage({ ...onWeb, pdf: facts }) },
    pdf,
    pdfPages: pages,
    pictures: [...new Map([...inMail.values()].map((picture) => [picture.name, picture])).values()],
  };
}

interface DrawnChart {
  wide: string;
  narrow: string;
  picture: Picture;
}

/** Charts of previews drawn last, by what they are drawn from: while an issue is written its charts seldom change, and they are what costs most. */
const charts = new Map<string, DrawnChart>();
const mostCharts = 40;

async function keptChart(chart: Chart, direction: Direction, prefix: string): Promise<DrawnChart> {
  const key = JSON.stringify([chart, direction, prefix]);
  const kept = charts.get(key) ?? (await drawChart(chart, direction, prefix));
  charts.delete(key);
  charts.set(key, kept);
  for (const oldest of charts.keys()) if (charts.size > mostCharts) charts.delete(oldest);
  return kept;
}

async function drawChart(chart: Chart, direction: Direction, prefix: string): Promise<DrawnChart> {
  const draw = (size: keyof typeof chartWidths) => chartSvg(chart, direction, chartWidths[size], `${prefix}-${size}`);
  const wide = await draw('wide');
  const narrow = await draw('narrow');
  const png = await chartPng(await draw('mail'));
  return { wide, narrow, picture: named(png.bytes, 'png', png.width, png.height) };
}

/** Charts of items that run another way than the issue. */
function chartDirections(tree: IssueTree): Map<Block, Direction> {
  const directions = new Map<Block, Direction>();
  for (const { items } of tree.sections) {
    for (const item of items) {
      if (item.language !== undefined) for (const block of item.blocks) directions.set(block, directionOf(item.language));
    }
  }
  return directions;
}

/** The PDF that editors uploaded, instead of a typeset one. */
function givenPdf(tree: IssueTree, files: ReadonlyMap<string, Uint8Array>): { pdf: Uint8Array; pages: number } | undefined {
  const given = uploadedPdf(tree);
  if (given === undefined) return undefined;
  const pdf = files.get(given.asset);
  if (pdf === undefined)
    throw new AppError('render.figure', `The PDF ${given.asset} is not among the stored files; add the issue again with its PDF`);
  return { pdf, pages: given.pages };
}

/** All words of a tree in a row: where words are printed without their marks, as references in the text part are, two runs may make one. */
function joined(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) return '';
  return Object.entries(part)
    .map(([key, value]) => (key === 't' || key === 'href' ? '' : joined(value)))
    .join('');
}
