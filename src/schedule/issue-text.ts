/** Reading the text of an issue on the desk: its pictures and tables come from the store, by the paths that the text gives them. */
import { createHash } from 'node:crypto';
import { type Parser, type Problem, printIssue, type ReadFile, readParsed, type StorePdf, type StorePicture } from '../issue/issue.ts';
import type { Finding, IssueTree } from '../model/issue.ts';
import { nearest } from '../model/nearest.ts';
import type { Studio } from '../render/render.ts';
import { findAsset, findAssetFacts } from '../store/assets.ts';
import { type Issue, latestTreeOf } from '../store/issues.ts';
import type { Db } from '../store/open.ts';
import { getPublicationById } from '../store/publications.ts';
import { findFile, isNumberFree, listFiles, type ReadText } from '../store/writing.ts';

export interface TextDeps {
  db: Db;
  parser: Pick<Parser, 'parse'>;
  studio: Pick<Studio, 'admitPdf'>;
}

/** What a text says, as far as it could be read. */
export interface Reading {
  /** Absent while a finding is an error. */
  tree?: IssueTree;
  /** To be looked at in its place, when nothing but its files is wrong. */
  sketch?: IssueTree;
  findings: Finding[];
}

/**
 * Reads a text as the issue's. What keeps it from being this issue is a finding too: a number that another issue has, or another than the one under which it
 * went out. Changes nothing.
 */
export async function readText(deps: TextDeps, issue: Issue, source: string): Promise<Reading> {
  const { db, parser } = deps;
  const parsed = await parser.parse(source);
  const { tree, sketch, findings } = await readParsed(parsed, fileOf(db, issue.id), pictureOf(db, issue.id), pdfOf(deps));
  if (tree === undefined) return { findings, ...(sketch !== undefined && { sketch }) };
  const found = [...aboutNumber(db, issue, tree, source), ...aboutPublication(db, issue, tree, source)];
  const all = [...found, ...findings];
  return all.some(({ severity }) => severity === 'error') ? { findings: all } : { tree, findings: all };
}

/** What a reading leaves with the text in the store. */
export function keptOf({ tree, findings }: Reading): ReadText {
  const stops = findings.filter(({ severity }) => severity === 'stop').map(({ check, line, problem }) => ({ check, line, problem }));
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const hash = tree === undefined ? '' : createHash('sha256').update(JSON.stringify(tree)).digest('hex');
  return { tree: tree ?? null, stops, errors, hash };
}

function aboutNumber(db: Db, { id, publicationId, number }: Issue, tree: IssueTree, source: string): Finding[] {
  if (tree.number === number) return [];
  const why = isNumberFree(db, { id, publicationId }, tree.number);
  if (why === 'free') return [];
  const place = lineOf(source, /^(?:number|period):/);
  return [
    why === 'taken'
      ? finding(
          'error',
          'front-matter',
          place,
          `Another issue of this publication is ${tree.number}`,
          'Give this one a number of its own, or write on in the other.',
        )
      : finding(
          'error',
          'front-matter',
          place,
          `This issue went out as ${number}, and its address has that number`,
          `Leave it, or begin a new issue for ${tree.number}.`,
        ),
  ];
}

function aboutPublication(db: Db, { publicationId }: Issue, tree: IssueTree, source: string): Finding[] {
  const { name } = getPublicationById(db, publicationId);
  if (tree.publication === name) return [];
  const problem = `The text names "${tree.publication}" as its publication, and the desk calls it "${name}"`;
  return [finding('warning', 'front-matter', lineOf(source, /^publication:/), problem, 'Write the same name in both, or readers see two.')];
}

const finding = (severity: Finding['severity'], check: string, line: number, problem: string, remedy: string): Finding => ({
  check,
  severity,
  line,
  column: 1,
  problem,
  remedy,
});

function lineOf(source: string, pattern: RegExp): number {
  return (
    Math.max(
      0,
      source.split('\n').findIndex((line) => pattern.test(line)),
    ) + 1
  );
}

/** The files of an issue: those it was given, then any stored picture by its own name, then the tables that its tree holds. */
function fileOf(db: Db, issueId: number): ReadFile {
  return async (path, limit) => {
    const given = findFile(db, issueId, path);
    const asset = given?.asset ?? /^a\/([0-9a-f]{64}\.(?:png|jpg|pdf))$/.exec(path)?.[1];
    const bytes =
      given?.content != null ? Buffer.from(given.content) : asset != null ? findAsset(db, asset)?.bytes : printed(db, issueId, path);
    if (bytes === undefined) return missing(db, issueId, path);
    return bytes.length > limit ? { problem: `"${path}" is larger than ${limit / 1024 / 1024} MB`, remedy: 'Make it smaller.' } : { bytes };
  };
}

/** A table of the newest tree: texts that came from files are printed with such. */
function printed(db: Db, issueId: number, path: string): Buffer | undefined {
  if (!path.startsWith('data/')) return undefined;
  const tree = latestTreeOf(db, issueId);
  const csv = tree && printIssue(tree).files.get(path);
  return csv === undefined ? undefined : Buffer.from(csv);
}

function missing(db: Db, issueId: number, path: string): Problem {
  const known = listFiles(db, issueId).map((file) => file.path);
  const meant = nearest(path, known);
  return {
    problem: `This issue has no file "${path.slice(0, 60)}"`,
    remedy: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Drop the file on the text, or choose it below.`,
  };
}

/** Pictures were looked at and redrawn when they came in: only their size is asked for. */
function pictureOf(db: Db, issueId: number): StorePicture {
  return async (bytes, path) => {
    const name = findFile(db, issueId, path)?.asset ?? path.replace(/^a\//, '');
    const facts = findAssetFacts(db, name);
    if (facts === undefined || bytes.length === 0) return { problem: 'this is not a picture', remedy: 'name a PNG or a JPEG' };
    if (facts.type === 'application/pdf') return { problem: 'this is a PDF', remedy: 'name a PNG or a JPEG, or show it by ::download' };
    return { name, width: facts.width, height: facts.height };
  };
}

/** PDFs are looked at for each issue they stand in; what was found is remembered, since the text is read at every pause. */
function pdfOf({ studio }: Pick<TextDeps, 'studio'>): StorePdf {
  return async (bytes, { publication, title, number, period, language }) => {
    const subject = { publication, title, number, language, ...(period !== undefined && { period }) };
    const key = createHash('sha256').update(bytes).update(JSON.stringify(subject)).digest('hex');
    const known = lookedAt.get(key) ?? (await studio.admitPdf(bytes, subject));
    const found =
      'name' in known ? { name: known.name, pages: known.pages, ...(known.doubt !== undefined && { doubt: known.doubt }) } : known; // without its bytes
    keepRecent(lookedAt, 20, key, found);
    return known;
  };
}

const lookedAt = new Map<string, Awaited<ReturnType<StorePdf>>>();

/** Keeps what was asked for last, up to so many. */
export function keepRecent<T>(kept: Map<string, T>, most: number, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) if (kept.size > most) kept.delete(oldest);
}
