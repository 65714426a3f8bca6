/**
 * Looks at the lines that open and close blocks (`::toc`, `:::chart{…}` … `:::`) before the grammar does.
 * To the grammar a misspelt opening is a paragraph, and a block that is not closed swallows everything after it, silently.
 * Here each slip is named, and its line emptied so that the rest can be read and its own slips be named in the same run.
 */

import { nearest } from '../model/nearest.ts';
import { type Place, quoted, type Report } from './findings.ts';
import { containerMarks } from './limits.ts';

/** Blocks written `:::name` … `:::`. */
const containerBlocks = ['chart', 'figure', 'papers', 'sources', 'reading'] as const;
/** Blocks of one line, `::name`. */
const lineBlocks = ['toc', 'download', 'more'] as const;
export const knownBlocks: readonly string[] = [...containerBlocks, ...lineBlocks];

/** How each block is opened. */
const spelling: Record<string, string> = {
  chart: ':::chart{data="data/file.csv" preset="grouped-bars"}',
  figure: ':::figure{src="picture.png"}',
  papers: ':::papers',
  sources: ':::sources',
  reading: ':::reading',
  toc: '::toc',
  download: '::download[Download the full issue]',
  more: '::more',
};

const attribute = String.raw`(?:[#.][^\s{}"'=<>\x60]+|[\p{L}_][\p{L}\p{N}_.-]*(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>\x60{}]+))?)`;
const opening = new RegExp(
  String.raw`^:{2,}(?<name>\p{L}[\p{L}\p{N}_-]*)(?<label>\[.*\])?(?:\{\s*(?:${attribute}(?:\s+${attribute})*)?\s*\})?\s*$`,
  'u',
);
/** Letters of a line that opens a block. */
const longest = 1000;
const curly = /[“”„‟«»]/;

interface Open extends Place {
  name: string;
  colons: number;
}

/** The lines with every broken opening or closing emptied; as many lines as given, so that places still hold. */
export function mendFences(report: Report, lines: readonly string[]): string[] {
  const mended = [...lines];
  const error = (place: Place, problem: string, remedy: string) => report('error', 'blocks', place, problem, remedy);
  let open: Open | undefined;
  /** The opening was dropped and its closing line is still to come: that one is dropped without a word. */
  let orphan = false;
  const abandon = (before: string) => {
    if (!open) return;
    error(open, `The block "${open.name}" is not closed ${before}`, `Add a line "${':'.repeat(open.colons)}" after its last line.`);
    mended[open.line - 1] = '';
    open = undefined;
    orphan = true;
  };

  for (const [index, line] of lines.entries()) {
    const lead = containerMarks.exec(line)?.[0] ?? '';
    const rest = line.slice(lead.length);
    const place = { line: index + 1, column: lead.length + 1 };
    const nested = lead.trim() !== '';
    if (/^#{1,6}\s/.test(rest)) abandon(`before the heading on line ${place.line}`);
    if (!rest.startsWith('::')) continue;
    const colons = /^:+/.exec(rest)?.[0].length ?? 0;

    if (/^:{3,}\s*$/.test(rest)) {
      mended[index] = rest;
      if (!open) {
        mended[index] = '';
        if (!orphan)
          error(place, 'This line closes a block, but none is open', 'Take it out, or open the block above, for example :::reading.');
      } else if (colons < open.colons || nested) {
        const remedy = `Write "${':'.repeat(open.colons)}" alone at the margin.`;
        error(place, `This line does not close the block "${open.name}" of line ${open.line}`, remedy);
        mended[open.line - 1] = '';
        mended[index] = '';
      }
      open = undefined;
      orphan = false;
      continue;
    }

    if (colons >= 3) abandon(`before the next one opens on line ${place.line}`);
    const { name, text, wrong } = readOpening(rest, colons, nested);
    for (const { at, problem, remedy } of wrong) error({ line: place.line, column: place.column + at }, problem, remedy);
    mended[index] = text; // without its indent: below a list item it would belong to the item
    if (text === '') orphan ||= colons >= 3 || isContainer(name);
    else if (colons >= 3) {
      open = { ...place, name, colons };
      orphan = false;
    }
  }
  abandon('before the issue ends');
  return mended;
}

/** Reports the openings that `mendFences` let pass and the grammar yet read as words; `first` and `last` are the lines of a paragraph, list or quote. */
export function reportUnread(report: Report, mended: readonly string[], { first, last }: { first: number; last: number }): void {
  for (const [index, line] of mended.slice(first - 1, last).entries()) {
    if (!/^::+\p{L}/u.test(line)) continue;
    const remedy = 'Write its brackets and quotes in pairs, with "\\" before a bracket that is meant as typed.';
    report('error', 'blocks', { line: first + index, column: 1 }, `This block cannot be read: ${quoted(line)}`, remedy);
  }
}

/** A line that opens a block: its name, how the grammar is to see it (empty when it cannot be used), and what is wrong with it, `at` letters into it. */
interface Opening {
  name: string;
  text: string;
  wrong: { at: number; problem: string; remedy: string }[];
}

function readOpening(typed: string, colons: number, nested: boolean): Opening {
  const refused = (name: string, problem: string, remedy: string): Opening => ({ name, text: '', wrong: [{ at: 0, problem, remedy }] });
  const straight = typed.replace(/[“”„‟«»]/g, '"').replace(/[‘’]/g, "'");
  const { name, label = '' } = (typed.length <= longest && opening.exec(curly.test(typed) ? straight : typed)?.groups) || {};
  if (name === undefined) {
    const meant = nearest(/^:+\s*(\p{L}[\p{L}\p{N}_-]*)/u.exec(typed)?.[1] ?? '', knownBlocks);
    const remedy = `Write ${spelling[meant ?? 'chart']}, nothing before or after it; for plain text begin with "\\::".`;
    return refused('', `This line begins like a block but is not one: ${quoted(typed)}`, remedy);
  }
  if (nested) return refused(name, `The block "${name}" stands inside a list or quote`, 'Begin it at the margin, after an empty line.');
  if (isLine(name) && colons !== 2) {
    return refused(
      name,
      `"${name}" takes two colons, not ${colons}`,
      `Write ${spelling[name]} on a line of its own; it needs no closing line.`,
    );
  }
  if (isContainer(name) && colons === 2) {
    return refused(name, `"${name}" takes three colons, not 2`, `Write ${spelling[name]}, and ":::" after its last line.`);
  }
  const attributes = colons + name.length + label.length;
  const at = typed.slice(attributes).search(curly);
  if (at < 0) return { name, text: typed, wrong: [] };
  const problem = `Curly quotes in the attributes of "${name}"`;
  return {
    name,
    text: typed.slice(0, attributes) + straight.slice(attributes),
    wrong: [{ at: attributes + at, problem, remedy: 'Type straight quotes: "…".' }],
  };
}

const isContainer = (name: string): boolean => (containerBlocks as readonly string[]).includes(name);
const isLine = (name: string): boolean => (lineBlocks as readonly string[]).includes(name);
