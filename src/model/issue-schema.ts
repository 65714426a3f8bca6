/** The issue tree's one schema: what the store, the parser, the editor and the renderers may count on. Whatever comes from outside goes through `readTree`. */

import { z } from 'zod';
import { AppError } from '../errors.ts';
import { isClean } from './clean.ts';
import {
  type Block,
  blocksOf,
  type Chart,
  chartColumns,
  chartNumber,
  chartPresets,
  type Inline,
  type IssueTree,
  implicationsLabels,
  mostChartRows,
  plain,
  treeFormat,
} from './issue.ts';
import { isLink } from './issue-link.ts';
import { upgradeTree } from './issue-upgrade.ts';
import { canonicalLanguage, isLanguage } from './language.ts';
import { writeDetails } from './reference.ts';

/** Levels of JSON: lists six deep in an item, emphasis in them. Checked before the schema, which calls itself. */
const deepest = 64;
/** Lists and quotes inside each other. */
const deepestBlocks = 6;
const mostHeadings = 500;
const mostBlocks = 20_000;

/** The name of a place: of a section, an item, a heading, a chart or a figure. */
export const idPattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]{0,99}$/u;
/** The picture or PDF that has this name, by the SHA-256 of its bytes. */
const assetOf = (endings: string) => z.string().regex(new RegExp(`^[0-9a-f]{64}\\.(?:${endings})$`), 'is not the name of a stored file');

const clean = (most: number) =>
  z.string().max(most, `is longer than ${most} letters`).refine(isClean, 'holds signs that text may not hold');
/** A line as `cleanLine` leaves it. */
const line = (most: number) =>
  clean(most)
    .min(1, 'is empty')
    .refine((text) => text === text.trim() && !/\s{2}|[^\S ]/.test(text), 'has spaces at its ends or double ones');
const words = line(20_000);
const id = z.string().regex(idPattern, 'is not the name of a place').refine(isClean, 'is not in composed form');

/** What stands beside issues under a publication's address and so cannot be a number: DESIGN section 7. */
const reserved = new Set(['subscribe', 'feed', 'feed.atom', 'feed.json', 'archive', 'latest']);

/** The last part of an issue's address. */
export const issueNumber = z
  .string()
  .min(1, 'is empty')
  .max(41, 'is longer than 41 letters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'may hold only letters A to Z, digits, ".", "_" and "-", beginning with a letter or digit')
  .refine((value) => !reserved.has(value.toLowerCase()) && !/\.(pdf|light)$/i.test(value), 'is an address of its own beside the issues');
/** A period is a number too; one that looks like a month is one. */
export const issuePeriod = issueNumber.refine((value) => !/^\d{4}-\d\d$/.test(value) || /-(0[1-9]|1[0-2])$/.test(value), 'is no month');

const language = z
  .string()
  .refine((tag) => isLanguage(tag) && canonicalLanguage(tag) === tag, 'is not a language tag of BCP 47 in its usual spelling');

const inline: z.ZodType<Inline> = z.lazy(() =>
  z.discriminatedUnion('t', [inlines.text, inlines.em, inlines.strong, inlines.link, inlines.br]),
);
const running = z.array(inline).max(2000, 'has more than 2,000 parts');
const nonEmpty = running.refine((c) => plain(c).trim() !== '', 'has no words');
/** Running text that stands on one line: a heading, a caption. */
const oneLine = running.refine((c) => !holds(c, 'br'), 'holds a line break');
const heading = oneLine.refine((c) => plain(c).trim() !== '', 'has no words');

export const inlines = {
  text: z.strictObject({ t: z.literal('text'), v: clean(20_000).min(1, 'is empty') }),
  em: z.strictObject({ t: z.literal('em'), c: running.min(1, 'is empty') }),
  strong: z.strictObject({ t: z.literal('strong'), c: running.min(1, 'is empty') }),
  link: z.strictObject({
    t: z.literal('link'),
    href: z.string().refine((href) => isLink(href) && isClean(href), 'may not be linked to'),
    c: nonEmpty.refine((c) => !holds(c, 'link'), 'holds a link within a link'),
  }),
  br: z.strictObject({ t: z.literal('br') }),
};

const block: z.ZodType<Block> = z.lazy(() => z.discriminatedUnion('t', everyBlock));
const blocks = z.array(block).max(mostBlocks, `are more than ${mostBlocks}`);
/** What may stand in a list or quote. */
const nested = blocks
  .min(1, 'is empty')
  .refine(
    (all) => all.every(({ t }) => ['para', 'list', 'quote', 'implications', 'rule'].includes(t)),
    'holds a block that stands at the margin only',
  );

export const reference = z
  .strictObject({
    title: nonEmpty.refine((c) => !holds(c, 'link') && !holds(c, 'br'), 'holds a link or a line break'),
    href: inlines.link.shape.href,
    authors: words.exactOptional(),
    outlet: words.exactOptional(),
    date: line(200).exactOptional(),
    detail: words.exactOptional(),
  })
  .refine((of) => writeDetails(of) !== undefined, 'has a date without a year, or a detail that is but a date');
const references = z.array(reference).min(1, 'is empty').max(1000, 'are more than 1,000');

const cell = z
  .string()
  .max(500, 'is longer than 500 letters')
  .refine(isClean, 'holds signs that text may not hold')
  .refine((text) => text === text.trim() && !/\s{2}|[^\S ]/.test(text), 'has spaces at its ends or double ones');
const shown = { id, caption: oneLine, source: words, note: words.exactOptional(), alt: words };

/** Each kind of block. */
export const blockSchemas = {
  para: z.strictObject({ t: z.literal('para'), c: nonEmpty }),
  list: z
    .strictObject({
      t: z.literal('list'),
      ordered: z.boolean(),
      start: z.int().min(0).max(999_999_999),
      items: z.array(nested).min(1, 'is empty').max(1000, 'are more than 1,000'),
    })
    .refine(({ ordered, start }) => ordered || start === 1, 'counts from 1 when it has no numbers'),
  quote: z.strictObject({ t: z.literal('quote'), c: nested }),
  heading: z.strictObject({ t: z.literal('heading'), id, c: heading }),
  implications: z
    .strictObject({
      t: z.literal('implications'),
      label: z.string().refine((typed) => isLabel(typed), `is none of ${implicationsLabels.join(', ')}`),
      lead: running,
      list: z.array(nonEmpty).max(1000, 'are more than 1,000'),
    })
    .refine(({ lead, list }) => list.length > 0 || plain(lead).trim() !== '', 'says nothing')
    .refine(
      ({ lead, list }) => list.length === 0 || lead.length === 0 || /[:：]$/.test(plain(lead).trimEnd()),
      'has a lead before its list that does not end in a colon',
    ),
  papers: z.strictObject({ t: z.literal('papers'), items: references }),
  sources: z.strictObject({ t: z.literal('sources'), items: references }),
  reading: z.strictObject({ t: z.literal('reading'), items: references }),
  toc: z.strictObject({ t: z.literal('toc') }),
  download: z.strictObject({
    t: z.literal('download'),
    c: heading.refine((c) => !holds(c, 'link') && plain(c).length <= 300, 'holds a link, or more than 300 letters'),
    pdf: z.strictObject({ asset: assetOf('pdf'), bytes: z.int().min(1), pages: z.int().min(1) }).exactOptional(),
  }),
  more: z.strictObject({ t: z.literal('more') }),
  rule: z.strictObject({ t: z.literal('rule') }),
  chart: z
    .strictObject({
      t: z.literal('chart'),
      ...shown,
      preset: z.enum(chartPresets),
      data: z.strictObject({
        columns: z.array(cell),
        rows: z.array(z.array(cell)).min(1, 'are none').max(mostChartRows, `are more than ${mostChartRows}`),
      }),
    })
    .refine(hasItsNumbers, 'has data that do not fit its preset'),
  figure: z.strictObject({
    t: z.literal('figure'),
    ...shown,
    asset: assetOf('png|jpg'),
    width: z.int().min(1).max(100_000),
    height: z.int().min(1).max(100_000),
  }),
};

const everyBlock = Object.values(blockSchemas) as unknown as [(typeof blockSchemas)['para']];

export const item = z.strictObject({ id, headline: heading, language: language.exactOptional(), blocks });
export const section = z.strictObject({
  id,
  title: heading,
  lead: blocks,
  items: z.array(item).max(mostHeadings, `are more than ${mostHeadings}`),
});

/** The whole tree, of the newest format. */
export const treeSchema = z
  .strictObject({
    tree: z.literal(treeFormat),
    publication: line(200),
    number: issueNumber,
    period: issuePeriod.exactOptional(),
    title: line(300),
    summary: line(1000),
    language,
    direction: z.enum(['ltr', 'rtl']),
    lead: blocks,
    sections: z.array(section).max(mostHeadings, `are more than ${mostHeadings}`),
  })
  .superRefine((tree, { addIssue }) => {
    const all = [...blocksOf(tree)];
    const wrong = (path: PropertyKey[], message: string) => addIssue({ code: 'custom', path, message });
    if (tree.lead.length === 0 && tree.sections.length === 0) wrong([], 'has no text');
    const ids = namesIn(tree, all);
    const twice = ids.find((each, index) => ids.indexOf(each) !== index);
    if (new Set(ids).size < ids.length) wrong([], `gives the name "${twice}" twice`);
    if (all.filter(({ t }) => t === 'download').some((each, index) => index > 0 && 'pdf' in each && each.pdf)) wrong([], 'has two PDFs');
    tree.sections.forEach((each, s) => {
      each.items.forEach(({ language: own }, i) => {
        if (own === tree.language) wrong(['sections', s, 'items', i, 'language'], "is the issue's own: leave it out");
      });
    });
    const headings = tree.sections.reduce((sum, { items }) => sum + 1 + items.length, all.filter(({ t }) => t === 'heading').length);
    if (headings > mostHeadings) wrong([], `has more than ${mostHeadings} headings`);
    if (
      blockDepth([...tree.lead, ...tree.sections.flatMap((each) => [...each.lead, ...each.items.flatMap((one) => one.blocks)])]) >
      deepestBlocks
    )
      wrong([], `has lists or quotes nested more than ${deepestBlocks} deep`);
    const names = new Set(ids);
    for (const href of inwardLinks(tree, all)) if (!names.has(href.slice(1))) wrong([], `links to "${href}", which nothing is called`);
  });

/**
 * A tree from the store or from outside, brought to the newest format and checked in whole.
 * Errors: `tree.newer` for the format of a newer Galley, `tree.invalid` with the path of what is wrong.
 */
export function readTree(json: unknown): IssueTree {
  if (isDeeper(json, deepest)) throw invalid(`is nested more than ${deepest} deep`);
  const result = treeSchema.safeParse(upgradeTree(json));
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw invalid(`${pathOf(first?.path ?? [])} ${first?.message ?? ''}`.trim());
}

const invalid = (what: string) => new AppError('tree.invalid', `The issue tree cannot be used: ${what}`, { status: 422 });

/** `sections[2].items[0].headline`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0
    ? 'it'
    : path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`)).join('');
}

function isDeeper(json: unknown, levels: number): boolean {
  if (json === null || typeof json !== 'object') return false;
  return levels === 0 || Object.values(json).some((part) => isDeeper(part, levels - 1));
}

function blockDepth(all: readonly Block[]): number {
  return Math.max(
    0,
    ...all.map((each) => (each.t === 'quote' ? 1 + blockDepth(each.c) : each.t === 'list' ? 1 + blockDepth(each.items.flat()) : 0)),
  );
}

function holds(c: readonly Inline[], kind: Inline['t']): boolean {
  return c.some((node) => node.t === kind || ('c' in node && holds(node.c, kind)));
}

/** Whether a label is one that a reader of the Markdown knows. */
function isLabel(typed: string): boolean {
  return implicationsLabels.some((known) => known.toLowerCase() === typed.toLowerCase());
}

function hasItsNumbers({ preset, data: { columns, rows } }: Pick<Chart, 'preset' | 'data'>): boolean {
  const width = chartColumns[preset].length;
  if (columns.length !== width || columns.every((name) => name === '')) return false;
  const keys = new Set(rows.map((row) => JSON.stringify(row.slice(0, -1))));
  return (
    keys.size === rows.length &&
    rows.every((row) => row.length === width && row.slice(0, -1).every((name) => name !== '') && isNumber(row.at(-1) ?? '', preset))
  );
}

const isNumber = (value: string, preset: Chart['preset']): boolean =>
  chartNumber.test(value) && !(preset === 'stacked-bars' && /^[-−]/.test(value));

function namesIn(tree: IssueTree, all: readonly Block[]): string[] {
  const headings = tree.sections.flatMap((each) => [each.id, ...each.items.map((one) => one.id)]);
  return [...headings, ...all.flatMap((each) => ('id' in each ? [each.id] : []))];
}

/** Every `#id` that running text or a reference links to. */
function inwardLinks(tree: IssueTree, all: readonly Block[]): string[] {
  const found: string[] = [];
  const add = (href: string) => href.length > 1 && href.startsWith('#') && found.push(href);
  const walk = (c: readonly Inline[]): void => {
    for (const node of c) {
      if (node.t === 'link') add(node.href);
      if ('c' in node) walk(node.c);
    }
  };
  for (const { title, items } of tree.sections) for (const c of [title, ...items.map(({ headline }) => headline)]) walk(c);
  for (const each of all) {
    if (each.t === 'para' || each.t === 'heading' || each.t === 'download') walk(each.c);
    else if (each.t === 'implications') for (const c of [each.lead, ...each.list]) walk(c);
    else if (each.t === 'chart' || each.t === 'figure') walk(each.caption);
    else if (each.t === 'papers' || each.t === 'sources' || each.t === 'reading') for (const one of each.items) add(one.href);
  }
  return found;
}
