/** The door of the room: source text and its files → issue tree, with findings, and the checks before sending. */

import { dirname, resolve } from 'node:path';
import type { Block, Finding, IssueTree } from '../model/issue.ts';
import { proposeAlt } from './chart-alt.ts';
import { readChartData } from './chart-data.ts';
import type { FileNeed } from './figures.ts';
import { type Problem, readBeside } from './files.ts';
import { collectFindings, inSourceOrder, type Report } from './findings.ts';
import { type Parsed, parseIssue } from './parse.ts';

export { checkDrawn, checkFolds, checkParts, checkSize, stoppingChecks } from './checks.ts';
export type { Problem } from './files.ts';
export { describeFindings } from './findings.ts';
export { limits } from './limits.ts';
export { type Parsed, parseIssue } from './parse.ts';
export { openParser, type Parser } from './parser.ts';
export { printIssue } from './print.ts';
export { monthAfter, skeletonOf } from './skeleton.ts';

const megabyte = 1024 * 1024;
const mostDataBytes = megabyte;
const mostPictureBytes = 50 * megabyte;
const mostPdfBytes = 25 * megabyte;

/**
 * Takes the bytes of a picture and the path by which the issue names it; answers the name it is stored under and its size in pixels,
 * or what is wrong with it and what to do, in clauses. Called once per path, also when other findings keep the issue out: what it takes is to be kept only with the tree.
 */
export type StorePicture = (bytes: Uint8Array, name: string) => Promise<{ name: string; width: number; height: number } | Problem>;

/** Takes the bytes of an uploaded PDF, the issue it should be of and the path by which the issue names it; answers the name it is stored under, its pages, and a `doubt` when it does not name the issue. As `StorePicture`. */
export type StorePdf = (
  bytes: Uint8Array,
  subject: IssueTree,
  path: string,
) => Promise<{ name: string; pages: number; doubt?: string } | Problem>;

/**
 * Reads an issue with its data and pictures. `source` is the text of `file`; paths in it start at the folder of `file`, which they cannot leave.
 * The tree comes only when no finding is an error. Throws an AppError when the disk fails; what the editor can mend is a finding.
 */
export async function readIssue(
  source: string,
  file: string,
  storePicture: StorePicture,
  storePdf?: StorePdf,
): Promise<{ tree?: IssueTree; findings: Finding[] }> {
  const folder = dirname(resolve(file));
  return readIssueWith(source, (path, limit) => readBeside(folder, path, limit), storePicture, storePdf);
}

/** The bytes of a file that an issue names, at most `limit` of them, or what is wrong with it. */
export type ReadFile = (path: string, limit: number) => Promise<{ bytes: Uint8Array } | Problem>;

/** Reads an issue whose files come from `readFile`. As `readIssue`. */
export async function readIssueWith(
  source: string,
  readFile: ReadFile,
  storePicture: StorePicture,
  storePdf: StorePdf = async () => ({ problem: 'nothing here takes a PDF', remedy: 'leave it out' }),
): Promise<{ tree?: IssueTree; findings: Finding[] }> {
  return readParsed(parseIssue(source), readFile, storePicture, storePdf);
}

/**
 * Reads the files that a parsed issue names. As `readIssue`; the parsed issue is used up. `sketch` is for looking only: the issue when nothing but its files is
 * wrong, with a line in the place of each that is missing.
 */
export async function readParsed(
  parsed: Parsed,
  readFile: ReadFile,
  storePicture: StorePicture,
  storePdf: StorePdf,
): Promise<{ tree?: IssueTree; sketch?: IssueTree; findings: Finding[] }> {
  const { findings, report } = collectFindings();
  const stored = new Map<string, ReturnType<StorePicture>>();
  for (const need of parsed.needs) {
    if (need.path === '') continue; // reported by the parser
    if (need.kind === 'chart') await fillChart(report, readFile, need);
    else if (need.kind === 'pdf') await fillPdf(report, readFile, need, (bytes) => storePdf(bytes, parsed.tree as IssueTree, need.path));
    else await fillFigure(report, readFile, need, stored, storePicture);
  }
  const all = inSourceOrder([...parsed.findings, ...findings]);
  const isWrong = ({ severity }: Finding): boolean => severity === 'error';
  if (!parsed.tree || parsed.findings.some(isWrong)) return { findings: all };
  if (!all.some(isWrong)) return { tree: parsed.tree, findings: all };
  for (const need of parsed.needs) standIn(need);
  return { sketch: parsed.tree, findings: all };
}

/** Puts a line in the place of a chart or a picture that did not come. */
function standIn({ kind, path, block }: FileNeed): void {
  const came = kind === 'pdf' || (kind === 'chart' ? block.data.columns.length > 0 : block.asset !== '');
  if (came) return;
  const words = `Not shown: ${path.slice(0, 100)}. It is missing, or cannot be read.`;
  const line: Block = { t: 'para', c: [{ t: 'strong', c: [{ t: 'text', v: words }] }] };
  for (const key of Object.keys(block)) Reflect.deleteProperty(block, key);
  Object.assign(block, line);
}

async function fillChart(report: Report, readFile: ReadFile, { path, place, block }: FileNeed & { kind: 'chart' }): Promise<void> {
  const file = await readFile(path, mostDataBytes);
  if ('problem' in file) return report('error', 'data', place, file.problem, file.remedy);
  const csv = decodeUtf8(file.bytes);
  if (csv === undefined) return report('error', 'data', place, `${path} is not UTF-8 text`, 'Save it as "CSV UTF-8".');
  const result = readChartData(csv, block.preset);
  if ('data' in result) {
    block.data = result.data;
    if (block.alt === '') report('info', 'figures', place, 'The chart could say of itself', `Alt: ${proposeAlt(block.preset, block.data)}`);
  } else
    for (const { line, problem, remedy } of result.problems) report('error', 'data', place, `${path}, line ${line}: ${problem}`, remedy);
}

async function fillPdf(
  report: Report,
  readFile: ReadFile,
  { path, place, block }: FileNeed & { kind: 'pdf' },
  admit: (bytes: Uint8Array) => ReturnType<StorePdf>,
): Promise<void> {
  const file = await readFile(path, mostPdfBytes);
  if ('problem' in file) return report('error', 'pdf', place, file.problem, file.remedy);
  const pdf = await admit(file.bytes);
  if ('problem' in pdf) return report('error', 'pdf', place, `${path}: ${pdf.problem}`, sentence(pdf.remedy));
  if (pdf.doubt !== undefined)
    report(
      'stop',
      'pdf',
      place,
      `${path} may be of another issue: ${pdf.doubt}`,
      'Put the right file there; if it is right, waive the check with a reason.',
    );
  block.pdf = { asset: pdf.name, bytes: file.bytes.length, pages: pdf.pages };
}

async function fillFigure(
  report: Report,
  readFile: ReadFile,
  { path, place, block }: FileNeed & { kind: 'figure' },
  stored: Map<string, ReturnType<StorePicture>>,
  storePicture: StorePicture,
): Promise<void> {
  let answer = stored.get(path);
  if (!answer) {
    const file = await readFile(path, mostPictureBytes);
    if ('problem' in file) return report('error', 'pictures', place, file.problem, file.remedy);
    answer = storePicture(file.bytes, path);
    stored.set(path, answer);
  }
  const picture = await answer;
  if ('problem' in picture) return report('error', 'pictures', place, `${path}: ${picture.problem}`, sentence(picture.remedy));
  block.asset = picture.name;
  block.width = picture.width;
  block.height = picture.height;
}

/** A clause with a capital letter and a full stop. */
function sentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1).replace(/\.?$/, '.');
}

/** The text of UTF-8 bytes, or undefined when they are none. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
