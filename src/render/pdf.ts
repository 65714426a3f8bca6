/** The typeset PDF: issue tree → Typst → tagged PDF. Content goes in as data only; the template in `emails/issue.typ` is the only code. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { AppError } from '../errors.ts';
import { type Brand, brandOf } from '../model/brand.ts';
import type { Masthead } from '../model/edition.ts';
import type { Block, Inline, IssueTree, Reference } from '../model/issue.ts';
import { blocksOf, plain } from '../model/issue.ts';
import { type Addresses, isBlank, targetOf } from './addresses.ts';
import { typstFontFolders } from './fonts.ts';
import { unprintable } from './glyphs.ts';
import { runsOf } from './isolation.ts';
import { typeset } from './typography.ts';
import { type Voice, voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

export interface PdfParts {
  tree: IssueTree;
  masthead: Masthead;
  addresses: Addresses;
  words: Words;
  /** SVG of each chart by its id. */
  charts: Map<string, string>;
  /** Stored bytes of each figure, and of the logo, by its asset name. */
  figures: Map<string, Uint8Array>;
}

/** A folder that does not exist: Typst may read inside its workspace and follows links there, so there is nothing to read or follow. All files are put in by name. */
const workspace = fileURLToPath(new URL('./no-such-folder', import.meta.url));
const template = readFileSync(new URL('../../emails/issue.typ', import.meta.url), 'utf8');
let compiler: NodeCompiler | undefined;

/** Draws the PDF, tagged after PDF/UA-1 (ISO 14289-1). Same parts, same bytes: no clock goes in.
 *  Throws `render.pdf` when Typst refuses, naming the characters that no face here can print. */
export function drawPdf(parts: PdfParts): { pdf: Uint8Array; pages: number } {
  compiler ??= NodeCompiler.create({ workspace, fontArgs: [{ fontPaths: typstFontFolders }] });
  compiler.resetShadow();
  try {
    const put = (name: string, content: Buffer) => compiler?.mapShadow(join(workspace, name), content);
    put('issue.json', Buffer.from(JSON.stringify(dataOf(parts))));
    for (const [id, svg] of parts.charts) put(`chart-${id}.svg`, Buffer.from(withoutMarks(svg)));
    for (const [asset, bytes] of parts.figures) put(asset, Buffer.from(bytes));
    const compiled = compiler.compile({ mainFileContent: template });
    const document = compiled.result;
    if (!document) throw refused((compiled.takeError()?.shortDiagnostics ?? []).map((d: { message?: unknown }) => String(d.message)));
    return { pdf: printed(compiler, document), pages: document.numOfPages };
  } finally {
    compiler.resetShadow();
    compiler.evictCache(0); // slows the binding's leak; the process is replaced before it matters
  }
}

function printed(from: NodeCompiler, document: Parameters<NodeCompiler['pdf']>[0]): Uint8Array {
  try {
    return from.pdf(document, { pdfStandard: 'ua-1', creationTimestamp: 0 });
  } catch (cause) {
    // The binding throws Rust's debug print of its diagnostics, messages in quotes with escapes.
    const messages = [...String((cause as Error).message).matchAll(/message: ("(?:[^"\\]|\\.)*")/g)].map((match) =>
      unquoted(match[1] ?? '""'),
    );
    throw refused(messages, cause);
  }
}

function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/\\(.)/g, '$1');
}

function refused(messages: readonly string[], cause?: unknown): AppError {
  const missing = messages
    .map((message) => /the text `"(.*)"` could not be displayed/su.exec(message)?.[1])
    .filter((found) => found !== undefined);
  if (missing.length > 0)
    return unprintable(
      'render.pdf',
      missing.map((sign) => unquoted(`"${sign}"`)),
      { cause },
    );
  return new AppError('render.pdf', `The PDF could not be typeset: ${[...new Set(messages)].join('; ') || String(cause)}`, { cause });
}

/** A chart without vowel marks. Typst gives each glyph of an SVG's text its letters once per cluster, so a mark has none left, and PDF/UA forbids that;
 *  mail and page show them. Arabic he with hamza above has a letter of its own, and stays. */
function withoutMarks(svg: string): string {
  return svg
    .normalize('NFC')
    .replace(/\u0647\u0654/g, '\u06c0')
    .replace(/\p{M}/gu, '');
}

/** How much of the measure a picture may take: all of it, unless it would then be taller than a page has room for. */
function shareOf(width: number, height: number): number {
  return Math.min(1, (1.35 * width) / height);
}

function sizeOf(svg = ''): [number, number] {
  const [, width = 1, height = 1] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}

/** The tree as the template reads it: quotes turned, links resolved to an address, a place in the issue, or nothing, runs of the other direction marked. */
export function dataOf({ tree, masthead, addresses, words, charts }: PdfParts) {
  const brand = brandOf(masthead.brand);
  const issue: Voice = { language: tree.language, direction: tree.direction, words };
  const ids = new Set<string>([
    ...tree.sections.flatMap((s) => [s.id, ...s.items.map((item) => item.id)]),
    ...[...blocksOf(tree)].flatMap((b) => ('id' in b ? [b.id] : [])),
  ]);
  const linkTo = (href: string) => {
    const target = targetOf(href);
    if (target.kind === 'inside') return ids.has(target.id) ? { id: target.id } : { url: `${addresses.web}#${target.id}` };
    return target.kind === 'outside' ? { url: target.href } : null;
  };
  /** Prints in one voice. */
  const printer = ({ language, direction }: Voice) => {
    const other = direction === 'rtl' ? 'ltr' : 'rtl';
    const resolve = (n: Inline): unknown[] => {
      if (n.t === 'br') return [n];
      if (n.t === 'text') return runsOf(n.v, direction).map(({ v, foreign }) => ({ t: 'text', v, turn: foreign ? other : null }));
      const c = n.c.flatMap(resolve);
      return [n.t === 'link' ? { t: 'link', to: linkTo(n.href), c } : { t: n.t, c }];
    };
    const run = (c: readonly Inline[]) => typeset(c, language).flatMap(resolve);
    const line = (value: string) => run([{ t: 'text', v: value }]);
    const reference = (r: Reference) => ({
      title: run(r.title),
      to: linkTo(r.href),
      rest: [r.authors, r.outlet, r.date, r.detail]
        .map((part, i) => (part === undefined ? null : { em: i === 1, c: line(part) }))
        .filter((part) => part !== null),
    });
    const block = (b: Block): unknown => {
      switch (b.t) {
        case 'para':
          return { t: b.t, c: run(b.c) };
        case 'heading':
          return { t: b.t, id: b.id, c: run(b.c) };
        case 'list':
          return { ...b, items: b.items.map((blocks) => blocks.map(block)) };
        case 'quote':
          return { t: b.t, c: b.c.map(block) };
        case 'implications':
          return {
            t: b.t,
            label: b.label,
            lead: isBlank(b.lead) ? [] : run(b.lead),
            list: b.list.map(run),
            long: [b.lead, ...b.list].map(plain).join(' ').length > 1600,
          };
        case 'papers':
        case 'sources':
        case 'reading':
          return { t: b.t, items: b.items.map(reference) };
        case 'chart':
        case 'figure':
          return {
            t: 'figure',
            id: b.id,
            file: b.t === 'chart' ? `chart-${b.id}.svg` : b.asset,
            alt: b.alt,
            caption: run(b.caption),
            share: b.t === 'chart' ? shareOf(...sizeOf(charts.get(b.id))) : Math.min(b.width / 900, shareOf(b.width, b.height)),
            source: line(b.source),
            note: b.note === undefined ? null : line(b.note),
          };
        default:
          return { t: b.t };
      }
    };
    return { run, line, block };
  };
  const { run, line, block } = printer(issue);
  return {
    publication: tree.publication,
    title: tree.title,
    shown: { publication: line(tree.publication), title: line(tree.title) },
    summary: line(tree.summary),
    description: tree.summary,
    brand: { accent: brand.accent.light, ink: brand.ink.light, fonts: brand.fonts, logo: logoOf(brand) },
    voice: voiceData(issue),
    web: addresses.web,
    address: masthead.postalAddress === '' ? [] : line(masthead.postalAddress),
    lead: tree.lead.map(block),
    sections: tree.sections.map((s) => ({
      id: s.id,
      title: run(s.title),
      lead: s.lead.map(block),
      items: s.items.map((item) => {
        const voice = item.language === undefined ? issue : voiceOfItem(tree, item);
        const own = printer(voice);
        return { id: item.id, voice: voiceData(voice), title: own.run(item.headline), blocks: item.blocks.map(own.block) };
      }),
    })),
  };
}

/** What the template needs to know of a voice. */
function voiceData({ language, direction, words }: Voice) {
  const { contents, papers, sources, figure, source, note, comma, readOnWeb: web } = words;
  return {
    language: language.split('-')[0],
    rtl: direction === 'rtl',
    one: words.number(1),
    words: { contents, papers, sources, figure, source, note, comma, web },
  };
}

/** The logo, at most 15 mm high and half the measure wide; its height in millimetres. */
function logoOf({ logo }: Brand): { file: string; height: number } | null {
  return logo === undefined ? null : { file: logo.asset, height: Math.min(15, (71 * logo.height) / logo.width) };
}
