/**
 * How large an issue may be. The grammar's cost grows faster than the text in lists, nesting and runs of emphasis marks
 * (two thousand nested list lines took minutes), so what no editor writes is refused before it is parsed.
 */

import type { Place, Report } from './findings.ts';

export const limits = {
  /** Bytes of UTF-8. */
  bytes: 2 * 1024 * 1024,
  lines: 20_000,
  /** Letters of one paragraph. */
  paragraph: 20_000,
  /** Marks of emphasis and links: in one paragraph, where a backslash takes the sign after it out of the count, and in all, where such a pair counts once. */
  marksOfParagraph: 500,
  marks: 20_000,
  /** Lists and quotes inside each other, and how far right such a one may begin: six lists of nine digits. */
  depth: 6,
  indent: 66,
  /** Lines that begin a list item or a quote. */
  listLines: 1000,
  headings: 500,
} as const;

const size = (n: number) => n.toLocaleString('en-US');

/** Says whether the source is small enough to look at; reports when not. `bytes` may come from the file system before a byte is read. */
export function withinBytes(report: Report, bytes: number): boolean {
  if (bytes <= limits.bytes) return true;
  const megabytes = Math.ceil((bytes / 1024 / 1024) * 10) / 10;
  report(
    'error',
    'limits',
    { line: 1, column: 1 },
    `The issue is ${megabytes} MB of text; the limit is 2 MB`,
    'Split it into several issues.',
  );
  return false;
}

export function reportDepth(report: Report, place: Place): void {
  const problem = `Lists or quotes are nested too deeply; the limit is ${limits.depth} levels`;
  report(
    'error',
    'limits',
    place,
    problem,
    `Write the inner ones as paragraphs, or begin them within ${limits.indent} columns of the margin.`,
  );
}

/** What a line opens before its text: quote marks, bullets, numbers. */
export const containerMarks = /^[ \t]*(?:(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*/;

/** Says whether the lines of the body may be given to the grammar; reports the first limit that is passed. */
export function withinLimits(report: Report, lines: readonly string[]): boolean {
  const refuse = (place: Place, problem: string, remedy: string) => {
    report('error', 'limits', place, problem, remedy);
    return false;
  };
  if (lines.length > limits.lines) {
    return refuse(
      { line: limits.lines + 1, column: 1 },
      `The issue has ${size(lines.length)} lines; the limit is ${size(limits.lines)}`,
      'Split it into several issues.',
    );
  }
  let listLines = 0;
  let letters = 0;
  let marks = 0;
  let allMarks = 0;
  let start = 1;
  for (const [index, line] of lines.entries()) {
    const place = { line: index + 1, column: 1 };
    if (/^[ \t]*([-*_])[ \t]*(?:\1[ \t]*)+$/.test(line)) continue; // a rule across the page
    const lead = containerMarks.exec(line)?.[0] ?? '';
    const opened = lead.match(/>|[-+*]|\d+[.)]/g)?.length ?? 0;
    if (opened > limits.depth || (opened > 0 && width(lead.trimEnd()) > limits.indent)) {
      reportDepth(report, place);
      return false;
    }
    if (opened > 0 && ++listLines > limits.listLines) {
      return refuse(place, `The issue has more than ${size(limits.listLines)} lines of lists and quotes`, 'Split it into several issues.');
    }
    // A number other than 1 does not end a paragraph (CommonMark 5.3), so only bullets, headings and blocks start the count again.
    if (/^\s*$/.test(line) || /^[ \t]*(#{1,6} |::)/.test(line) || /^[ \t]*[-+*][ \t]+\S/.test(line)) {
      letters = 0;
      marks = 0;
      start = place.line;
    }
    letters += line.length + 1;
    const escapes = line.match(/\\[!-/:-@[-`{-~]/g)?.length ?? 0;
    const here = line.replace(/\\[!-/:-@[-`{-~]/g, '').match(/[*_[\]<\\&]/g)?.length ?? 0;
    marks += here;
    allMarks += here + escapes;
    if (allMarks > limits.marks) {
      return refuse(place, `The issue has more than ${size(limits.marks)} marks of emphasis and links`, 'Split it into several issues.');
    }
    if (letters > limits.paragraph || marks > limits.marksOfParagraph) {
      const problem =
        letters > limits.paragraph
          ? `A paragraph is longer than ${size(limits.paragraph)} letters`
          : `A paragraph holds more than ${limits.marksOfParagraph} marks of emphasis and links`;
      return refuse({ line: start, column: 1 }, problem, 'Break it with empty lines.');
    }
  }
  return true;
}

/** Columns of white space and marks, a tab reaching to the next multiple of four. */
function width(text: string): number {
  let columns = 0;
  for (const letter of text) columns += letter === '\t' ? 4 - (columns % 4) : 1;
  return columns;
}
