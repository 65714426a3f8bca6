/** The issue tree: the one thing that the parser makes, the store keeps and every renderer reads. Pure data, no behaviour but small readings of it. */

/** The format number stored with each tree; a change of shape raises it and brings an upgrader. */
export const treeFormat = 2;

export type Direction = 'ltr' | 'rtl';

/** Running text. `v` is a string, `c` children. `href` passed the allow-list of schemes; `#` is a placeholder and prints as plain text. */
export type Inline =
  | { t: 'text'; v: string }
  | { t: 'em'; c: Inline[] }
  | { t: 'strong'; c: Inline[] }
  | { t: 'link'; href: string; c: Inline[] }
  | { t: 'br' };

/** One line of a reading list: [title](href), authors, *outlet*, date, detail. */
export interface Reference {
  title: Inline[];
  href: string;
  authors?: string;
  outlet?: string;
  date?: string;
  detail?: string;
}

export const chartPresets = ['bars', 'grouped-bars', 'stacked-bars', 'line', 'heat-map'] as const;
export type ChartPreset = (typeof chartPresets)[number];

/** The numbers of a chart: header cells and rows of cells as typed, all rows as long as the header. */
export interface ChartData {
  columns: string[];
  rows: string[][];
}

/** What each preset wants in its columns, in this order, the number last; the header's names are free. */
export const chartColumns: Record<ChartPreset, readonly string[]> = {
  bars: ['category', 'number'],
  'grouped-bars': ['category', 'group', 'number'],
  'stacked-bars': ['category', 'part', 'number'],
  line: ['time', 'series', 'number'],
  'heat-map': ['row', 'column', 'number'],
};

/** More rows than this are no longer a picture. */
export const mostChartRows = 200;

/** A number as people type it, digits of Arabic script included: 1600, 1,600, -2.5, ۱۶۰۰. */
export const chartNumber = new RegExp('^[-−+]?(?:D{1,15}|D{1,3}(?:[,٬]D{3}){1,4})(?:[.٫]D{1,15})?$'.replaceAll('D', '[0-9٠-٩۰-۹]'));

export interface Chart {
  t: 'chart';
  id: string;
  preset: ChartPreset;
  data: ChartData;
  caption: Inline[];
  source: string;
  note?: string;
  alt: string;
}

/** A picture; `asset` is its stored name, `HASH.EXT` (sha-256 in hex of the stored bytes); size in pixels. */
export interface Figure {
  t: 'figure';
  id: string;
  asset: string;
  width: number;
  height: number;
  caption: Inline[];
  source: string;
  note?: string;
  alt: string;
}

/** What a paragraph of implications begins with, in the languages the first publications print; in any letter case. */
export const implicationsLabels: readonly string[] = [
  'Implications',
  'Implication',
  'Why it matters',
  'پایلې', // Pashto
  'پیامدها', // Dari and Persian
  'مضمرات', // Urdu
];

/** A PDF of the whole issue that editors made themselves; `asset` is its stored name, `HASH.pdf`. */
export interface UploadedPdf {
  asset: string;
  bytes: number;
  pages: number;
}

export type Block =
  | { t: 'para'; c: Inline[] }
  | { t: 'list'; ordered: boolean; start: number; items: Block[][] }
  | { t: 'quote'; c: Block[] }
  | { t: 'heading'; id: string; c: Inline[] }
  | { t: 'implications'; label: string; lead: Inline[]; list: Inline[][] }
  | { t: 'papers'; items: Reference[] }
  | { t: 'sources'; items: Reference[] }
  | { t: 'reading'; items: Reference[] }
  | { t: 'toc' }
  | { t: 'download'; c: Inline[]; pdf?: UploadedPdf }
  | { t: 'more' }
  | { t: 'rule' }
  | Chart
  | Figure;

/** One news item or one sub-heading of an essay. `id` is its anchor and its permanent address. */
export interface Item {
  id: string;
  headline: Inline[];
  /** BCP 47; absent where the item is in the issue's language. It says the item's direction too. */
  language?: string;
  blocks: Block[];
}

export interface Section {
  id: string;
  title: Inline[];
  lead: Block[];
  items: Item[];
}

export interface IssueTree {
  tree: typeof treeFormat;
  /** Name of the publication as printed. */
  publication: string;
  /** `number` of the front matter, else its `period`: the last part of the issue's address. */
  number: string;
  /** The month it is about, `2026-11`, when the front matter says so. */
  period?: string;
  title: string;
  /** Shown by mail programs after the subject; also the page's description. */
  summary: string;
  /** BCP 47, e.g. `en`, `ur`, `ps`. */
  language: string;
  direction: Direction;
  lead: Block[];
  sections: Section[];
}

/** The words of running text without its marks. A line break counts as a space. */
export function plain(c: readonly Inline[]): string {
  return c.map((n) => (n.t === 'text' ? n.v : n.t === 'br' ? ' ' : plain(n.c))).join('');
}

/** The PDF that editors uploaded in place of a typeset one; it stands in a download block. */
export function uploadedPdf(tree: IssueTree): UploadedPdf | undefined {
  for (const block of blocksOf(tree)) if (block.t === 'download' && block.pdf) return block.pdf;
  return undefined;
}

/** The names of the stored files that a tree shows: its pictures and an uploaded PDF. */
export function assetsOf(tree: IssueTree): string[] {
  const pdf = uploadedPdf(tree);
  return [...[...blocksOf(tree)].flatMap((block) => (block.t === 'figure' ? [block.asset] : [])), ...(pdf ? [pdf.asset] : [])];
}

/** Every block of the tree in reading order, list and quote contents included. */
export function* blocksOf(tree: IssueTree): Generator<Block> {
  yield* walk(tree.lead);
  for (const section of tree.sections) {
    yield* walk(section.lead);
    for (const item of section.items) yield* walk(item.blocks);
  }
}

function* walk(blocks: readonly Block[]): Generator<Block> {
  for (const block of blocks) {
    yield block;
    if (block.t === 'quote') yield* walk(block.c);
    if (block.t === 'list') for (const item of block.items) yield* walk(item);
  }
}

/** How bad a finding is: an error keeps an issue out, a stop keeps it from a relay until waived, the rest is advice. */
export type Severity = 'error' | 'stop' | 'warning' | 'info';

/** One finding about an issue: where, what is wrong, what would be right. `check` is the name used with `--waive`. */
export interface Finding {
  check: string;
  severity: Severity;
  line: number;
  column: number;
  problem: string;
  remedy: string;
}
