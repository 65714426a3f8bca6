/** Any issue tree that the parser could have made, and the reading of a printed one. */

import fc from 'fast-check';
import { type Problem, printIssue, readIssueWith, type StorePdf, type StorePicture } from '../../src/issue/issue.ts';
import { cleanLine, cleanText } from '../../src/model/clean.ts';
import {
  type Block,
  blocksOf,
  chartColumns,
  chartPresets,
  type Figure,
  type Inline,
  type IssueTree,
  implicationsLabels,
  plain,
  type Reference,
  uploadedPdf,
} from '../../src/model/issue.ts';
import { readDetails, writeDetails } from '../../src/model/reference.ts';
import { tidy, tidyLine } from '../../src/model/tidy.ts';

/** Signs and words that mean something to the grammar or the conventions somewhere, and scripts that break what counts letters. */
const hostile = fc.constantFrom(
  ...[
    '\\',
    '*',
    '**',
    '***',
    '_',
    '__',
    '[',
    ']',
    '(',
    ')',
    '![',
    '](',
    '<',
    '>',
    '<b>',
    '<!--',
    '<https://a.example>',
    '&',
    '&amp;',
    '&#x41;',
    '&#',
  ],
  ...[
    '#',
    '##',
    '# ',
    '####### ',
    '>',
    '> ',
    '- ',
    '+ ',
    '* ',
    '1. ',
    '12) ',
    '-',
    '---',
    '- - -',
    '***',
    '===',
    '```',
    '~~~',
    '    ',
    '\t',
    '|',
    '|---|',
  ],
  ...[
    ':::',
    '::',
    '::toc',
    ':::reading',
    ':',
    '：',
    '{#x}',
    '{#x lang=ps}',
    '{',
    '}',
    '"',
    '“',
    '”',
    "'",
    '{"',
    ';',
    '; ',
    '؛ ',
    '；',
    ',',
    '، ',
    '.',
    '۔',
    '!',
  ],
  ...[
    'Implications:',
    'Implications',
    'implications: ',
    'پایلې: ',
    'Why it matters: ',
    'Source:',
    'Alt: ',
    'Note: ',
    'Notes: ',
    'by ',
    'etc.',
    'U.S.',
    '2025',
    'May 3',
  ],
  ...[
    'خبر',
    'می‌شود',
    'ک‍',
    'é',
    'e\u0323\u0302',
    '\u0301',
    '\u0338',
    '👩‍👩‍👧',
    '🇵🇰',
    '𐍈',
    '１',
    '\u3000',
    '\u2003',
    '\u200f',
    '\u00ad',
    'Straße',
    'ﬁ',
    '한',
    '\u0e33',
    '\u110b\u1161',
  ],
);
const words = fc.constantFrom('a', 'word', 'some words', 'The boat leaves at 10:30.', 'x y', '5', ' ', 'file_name', 'B');
const typed = fc
  .array(fc.oneof({ weight: 3, arbitrary: words }, { weight: 3, arbitrary: hostile }, fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) => all.join(''));

const text = typed.map((v): Inline => ({ t: 'text', v: cleanText(v).replaceAll('\n', ' ') }));
const id = fc.oneof(
  fc.constantFrom('a', 'news', 'خبر', '2025', 'a-b_c.d', 'می-شود', 'x'.repeat(100)),
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/),
);
const href = fc
  .oneof(
    fc.constantFrom(
      '#',
      'https://a.example/',
      'http://a.example/(b)/c_d*e?f=1&g=2&amp;h',
      'mailto:desk@a.example',
      'tel:+1-555-0100',
      'https://a.example/دفتر#x',
      'https://a.example/\\:;)(',
      'https://a.example/[x]`!',
    ),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  )
  .filter((address) => !/[\s<>"]/.test(address) && cleanLine(address) === address);

const running = fc.letrec<{ node: Inline; c: Inline[] }>((tie) => ({
  node: fc.oneof(
    { weight: 5, arbitrary: text },
    fc.record({ t: fc.constant('em' as const), c: tie('c') }),
    fc.record({ t: fc.constant('strong' as const), c: tie('c') }),
    fc.record({ t: fc.constant('link' as const), href, c: tie('c') }),
    fc.constant<Inline>({ t: 'br' }),
  ),
  c: fc.array(tie('node'), { minLength: 1, maxLength: 4, depthIdentifier: 'inline' }),
})).c;

/** As the parser would: no link within a link, none without words. */
function readable(c: readonly Inline[], inLink = false): Inline[] {
  return c.flatMap((node): Inline[] => {
    if (node.t === 'text' || node.t === 'br') return [node];
    if (node.t !== 'link') return [{ ...node, c: readable(node.c, inLink) }];
    const inner = readable(node.c, true);
    return inLink || plain(tidy(inner)).trim() === '' ? inner : [{ ...node, c: inner }];
  });
}
const withoutLinks = (c: readonly Inline[]): Inline[] => readable(c, true);
const phrase = running.map((c) => tidy(readable(c)));
const someWords = phrase.filter((c) => plain(c).trim() !== '');
const lineOf = (c: readonly Inline[]) => tidyLine(c);
const heading = running.map((c) => lineOf(readable(c))).filter((c) => plain(c).trim() !== '');
const label = running.map((c) => lineOf(withoutLinks(c))).filter((c) => plain(c).trim() !== '');
const oneLine = typed.map(cleanLine).filter((line) => line !== '');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** A record without the keys that came out undefined. */
const compact = <T extends object>(of: T) =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

const reference: fc.Arbitrary<Reference> = fc
  .record({
    title: label,
    href,
    authors: maybe(oneLine),
    outlet: maybe(oneLine),
    date: maybe(fc.constantFrom('February 28, 2025', '28 February 2025', 'May–June 2025', '2025', '2025-02-28', 'فبروري ۲۰۲۵')),
    detail: maybe(oneLine),
  })
  .map(({ title, href, ...details }) => {
    const kept = compact(details);
    // What the tree may not hold (a date without a year, a detail that is but a date) becomes what a reader makes of it.
    return { title, href, ...(writeDetails(kept) ? kept : readDetails({ after: Object.values(kept).join(', ') })) } as Reference;
  });
const references = fc.array(reference, { minLength: 1, maxLength: 3 });

const implications = fc
  .record({
    label: fc.constantFrom(...implicationsLabels, 'implications', 'WHY IT MATTERS'),
    lead: phrase,
    list: fc.array(someWords, { maxLength: 3 }),
    colon: fc.constantFrom(':', '：'),
  })
  .map(({ label, lead, list, colon }): Block => {
    const some = plain(lead).trim() === '' ? [] : lead;
    if (list.length === 0) return { t: 'implications', label, lead: some.length > 0 ? some : [{ t: 'text', v: 'Prose' }], list };
    const announced = some.length === 0 || /[:：]$/.test(plain(some)) ? some : tidy([...some, { t: 'text', v: colon }]);
    return { t: 'implications', label, lead: announced, list };
  });

const nested = fc.letrec<{ block: Block; blocks: Block[] }>((tie) => ({
  block: fc.oneof(
    { depthIdentifier: 'blocks', depthSize: 'small' },
    { weight: 4, arbitrary: someWords.map((c): Block => ({ t: 'para', c })) },
    implications,
    fc.constant<Block>({ t: 'rule' }),
    fc
      .record({
        ordered: fc.boolean(),
        start: fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(99_999)),
        items: fc.array(tie('blocks'), { minLength: 1, maxLength: 3 }),
      })
      .map(({ ordered, start, items }): Block => ({ t: 'list', ordered, start: ordered ? start : 1, items })),
    tie('blocks').map((c): Block => ({ t: 'quote', c })),
  ),
  blocks: fc.array(tie('block'), { minLength: 1, maxLength: 3, depthIdentifier: 'blocks' }),
}));

const number = fc.oneof(fc.constantFrom('1', '1,600', '-2.5', '۱۶۰۰'), fc.nat(9999).map(String));
const cell = oneLine.map((line) => cleanLine(line.slice(0, 40)));
const chart = fc
  .record({
    id,
    preset: fc.constantFrom(...chartPresets),
    cells: fc.array(fc.tuple(cell, cell, number), { minLength: 1, maxLength: 4 }),
    head: fc.tuple(cell, cell, cell),
    caption: phrase,
    source: oneLine,
    note: maybe(oneLine),
    alt: oneLine,
  })
  .map(({ preset, cells, head, caption, ...rest }): Block => {
    const names = chartColumns[preset].length - 1;
    const rows = cells.map(([a, b, n], index) => [
      ...[`${a || 'x'}${index}`, b || 'y'].slice(0, names),
      preset === 'stacked-bars' ? n.replace('-', '') : n,
    ]);
    const columns = [...head.slice(0, names), head[2] || 'h'];
    return { t: 'chart', preset, data: { columns, rows }, caption: lineOf(caption), ...compact(rest) } as Block;
  });
const figure = fc
  .record({
    id,
    asset: fc.stringMatching(/^[0-9a-f]{64}\.(png|jpg)$/),
    width: fc.integer({ min: 1, max: 1200 }),
    height: fc.integer({ min: 1, max: 9000 }),
    caption: phrase,
    source: oneLine,
    note: maybe(oneLine),
    alt: oneLine,
  })
  .map(({ caption, ...rest }): Block => ({ t: 'figure', caption: lineOf(caption), ...compact(rest) }) as Block);

const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 6, arbitrary: nested.block },
  { weight: 2, arbitrary: implications },
  fc.record({ t: fc.constant('heading' as const), id, c: heading }),
  fc.record({ t: fc.constantFrom('papers' as const, 'sources' as const, 'reading' as const), items: references }),
  fc.record({ t: fc.constantFrom('toc' as const, 'more' as const, 'rule' as const) }),
  fc.record({ t: fc.constant('download' as const), c: label }).filter(({ c }) => plain(c).length <= 200 && JSON.stringify(c).length < 500),
  chart,
  figure,
);
const blocks = fc.array(block, { maxLength: 4 });
const language = fc.constantFrom('en', 'ur', 'ps', 'fa-AF', 'en-GB', 'tg');

/** Any tree; ids that came twice are numbered, and a link in three goes to a place of the issue. */
export const anyTree: fc.Arbitrary<IssueTree> = fc
  .record({
    publication: oneLine.map((line) => cleanLine(line.slice(0, 190))),
    number: fc.constantFrom('12', '2026-11', 'a.b_c-d', '007'),
    period: maybe(fc.constantFrom('2026-11', 'spring-2026')),
    title: oneLine,
    summary: oneLine,
    language,
    direction: fc.constantFrom('ltr' as const, 'rtl' as const),
    pdf: maybe(
      fc.record(
        { asset: fc.stringMatching(/^[0-9a-f]{64}\.pdf$/), bytes: fc.integer({ min: 1, max: 99 }), pages: fc.integer({ min: 1, max: 99 }) },
        { noNullPrototype: true },
      ),
    ),
    lead: fc.array(block, { minLength: 1, maxLength: 5 }),
    sections: fc.array(
      fc.record({
        id,
        title: heading,
        lead: blocks,
        items: fc.array(fc.record({ id, headline: heading, language: maybe(language), blocks }), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ pdf, ...of }): IssueTree => {
    const tree = structuredClone({ tree: 2 as const, ...compact(of) }) as IssueTree; // what was generated is used again for smaller cases
    tree.publication ||= 'A';
    for (const { items } of tree.sections)
      for (const [index, item] of items.entries())
        items[index] = compact({ ...item, language: item.language === tree.language ? undefined : item.language }) as typeof item;
    const named = [
      ...tree.sections.flatMap((section) => [section, ...section.items]),
      ...[...blocksOf(tree)].filter((each) => 'id' in each),
    ] as { id: string }[];
    const seen = new Set<string>();
    for (const each of named) {
      for (let n = 2; seen.has(each.id); n++) each.id = `${each.id.slice(0, 90)}-${n}`;
      seen.add(each.id);
    }
    const download = pdf && [...blocksOf(tree)].find((each) => each.t === 'download');
    if (pdf && download?.t === 'download') download.pdf = pdf;
    const [target] = named;
    if (target) pointInward(tree, target.id);
    return tree;
  });

/** Turns each placeholder link into one to a place of the issue. */
function pointInward(value: unknown, target: string): void {
  if (value === null || typeof value !== 'object') return;
  if ('href' in value && value.href === '#') value.href = `#${target}`;
  for (const part of Object.values(value)) pointInward(part, target);
}

/** Prints a tree and reads it again; figures get the size they had. */
export async function readPrinted(tree: IssueTree) {
  const { source, files } = printIssue(tree);
  const sizes = new Map<string, Figure>(
    [...blocksOf(tree)].flatMap((each) => (each.t === 'figure' ? [[`a/${each.asset}`, each] as const] : [])),
  );
  const pdf = uploadedPdf(tree);
  const readFile = async (path: string): Promise<{ bytes: Uint8Array } | Problem> => {
    const content = files.get(path) ?? (sizes.has(path) ? 'picture' : pdf && path === `a/${pdf.asset}` ? 'x'.repeat(pdf.bytes) : undefined);
    return content === undefined ? { problem: `no file ${path}`, remedy: 'Print it.' } : { bytes: Buffer.from(content) };
  };
  const storePicture: StorePicture = async (_, path) => {
    const figure = sizes.get(path);
    return figure ? { name: figure.asset, width: figure.width, height: figure.height } : { problem: 'no such picture', remedy: 'print it' };
  };
  const storePdf: StorePdf = async () => (pdf ? { name: pdf.asset, pages: pdf.pages } : { problem: 'no such PDF', remedy: 'print it' });
  const read = await readIssueWith(source, readFile, storePicture, storePdf);
  return { source, files, ...read };
}
