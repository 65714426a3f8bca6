/** Issues between files, the store and the studio: what `issue add`, `check`, `preview` and the demo share. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { readBeside } from '../issue/files.ts';
import {
  checkDrawn,
  checkFolds,
  checkParts,
  checkSize,
  type ReadFile,
  readIssueWith,
  type StorePdf,
  type StorePicture,
} from '../issue/issue.ts';
import type { Drawing, Masthead, Picture } from '../model/edition.ts';
import type { Finding, IssueTree } from '../model/issue.ts';
import { withFallbacks } from '../model/reader-name.ts';
import { type Studio, stylesheetLink } from '../render/render.ts';
import { mastheadOf, reviseIssue } from '../schedule/approve.ts';
import { findAssets, storeAsset } from '../store/assets.ts';
import type { Db } from '../store/open.ts';
import { getPublication, type Publication } from '../store/publications.ts';
import { keepFile } from '../store/writing.ts';

interface LoadedIssue {
  source: string;
  /** Undefined when a finding is an error. */
  tree: IssueTree | undefined;
  findings: Finding[];
  pictures: Picture[];
  /** What the text names by a path: a stored picture or PDF by its name, or the text of a table. */
  files: Map<string, { asset: string } | { content: string }>;
}

/** Reads an issue file with its data and pictures. */
async function loadIssue(studio: Studio, file: string): Promise<LoadedIssue> {
  const source = readGiven(file);
  const pictures: Picture[] = [];
  const files: LoadedIssue['files'] = new Map();
  const folder = dirname(resolve(file));
  const takePicture: StorePicture = async (bytes, path) => {
    const picture = await studio.admitPicture(bytes);
    if (!('name' in picture)) return picture;
    pictures.push(picture);
    files.set(path, { asset: picture.name });
    return picture;
  };
  const readFile: ReadFile = async (path, limit) => {
    const found = await readBeside(folder, path, limit);
    if ('bytes' in found && /\.csv$/i.test(path)) files.set(path, { content: Buffer.from(found.bytes).toString('utf8') });
    return found;
  };
  const takePdf: StorePdf = async (bytes, { publication, title, number, period, language }, path) => {
    const subject = { publication, title, number, language, ...(period !== undefined && { period }) };
    const pdf = await studio.admitPdf(bytes, subject);
    if (!('name' in pdf)) return pdf;
    pictures.push({ name: pdf.name, type: 'application/pdf', width: 0, height: 0, bytes: pdf.bytes });
    files.set(path, { asset: pdf.name });
    return pdf;
  };
  const { tree, findings } = await readIssueWith(source, readFile, takePicture, takePdf);
  return { source, tree, findings, pictures, files };
}

export interface KeptIssue {
  /** `SLUG/NUMBER` */
  issue: string;
  revision: number;
  hash: string;
}

/** What an issue's new text undid: sends that had not started, and an approval. */
export interface Undone {
  unscheduled: string[];
  voided: boolean;
}

/** Reads an issue file and saves it as a revision, with its pictures; takes nothing when a finding is an error. `title` is the publication that the issue names. */
export async function keepIssue(
  db: Db,
  studio: Studio,
  publication: Publication,
  file: string,
): Promise<{ issue?: KeptIssue; undone?: Undone; title?: string; findings: Finding[] }> {
  const { source, tree, findings, pictures, files } = await loadIssue(studio, file);
  if (tree === undefined) return { findings };
  const stops = findings.filter(({ severity }) => severity === 'stop').map(({ check, line, problem }) => ({ check, line, problem }));
  const hash = createHash('sha256').update(JSON.stringify(tree)).digest('hex');
  for (const picture of pictures) storeAsset(db, picture);
  const values = { publicationId: publication.id, tree, source, stops, hash, now: Date.now() };
  const { revision, ...undone } = reviseIssue(db, values, 'operator');
  const none = { asset: null, content: null };
  for (const [path, kept] of files) keepFile(db, { issueId: revision.issueId, path, ...none, ...kept, addedAt: values.now });
  const issue = { issue: `${publication.slug}/${tree.number}`, revision: revision.revision, hash };
  return { issue, undone, title: tree.publication, findings };
}

/** What a preview is drawn for: a publication of the store, with its logo's bytes. */
export interface PreviewFor {
  masthead: Masthead;
  logo: Map<string, Uint8Array>;
}

/** A publication as previews draw it: as in an edition, but with its pictures beside the page and links that lead straight, for no edition holds them yet. */
export function previewFor(db: Db, slug: string, { baseUrl }: Config): PreviewFor {
  const { counted: _, ...look } = mastheadOf(getPublication(db, slug), baseUrl);
  const masthead = { ...look, pictureBase: 'a/' };
  const logo = masthead.brand?.logo?.asset;
  return { masthead, logo: findAssets(db, logo === undefined ? [] : [logo]) };
}

/** Without a publication of the store: named as the issue names it, in Galley's own look. */
function unnamedPreview(tree: IssueTree, { baseUrl }: Config): PreviewFor {
  const slug =
    tree.publication
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'preview';
  return { masthead: { slug, name: tree.publication, postalAddress: '', baseUrl, pictureBase: 'a/' }, logo: new Map() };
}

/** The files of a preview by their names in its folder: the four renderings, the light mail and page, the checks, and the pictures they show. What cannot be drawn is a finding. */
export async function drawPreview(
  studio: Studio,
  config: Config,
  file: string,
  publication?: PreviewFor,
): Promise<{ findings: Finding[]; files?: Map<string, string | Uint8Array> }> {
  const { tree, findings, pictures } = await loadIssue(studio, file);
  if (tree === undefined) return { findings };
  const { masthead, logo } = publication ?? unnamedPreview(tree, config);
  let drawing: Drawing;
  try {
    drawing = await studio.draw(tree, masthead, new Map([...logo, ...pictures.map(({ name, bytes }) => [name, bytes] as const)]));
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { findings: [...findings, checkDrawn(error)] };
  }
  const all = [
    ...findings,
    ...checkSize(drawing.email),
    ...checkParts(drawing, publication?.masthead.postalAddress),
    ...checkFolds(drawing.folds),
    ...checkSize(drawing.light.email, 'light'),
    ...checkFolds(drawing.light.folds, 'light'),
  ];
  const files = new Map<string, string | Uint8Array>([
    ['email.html', withFallbacks(drawing.email, 'html')],
    ['email.txt', withFallbacks(drawing.text, 'text')],
    [
      'page.html',
      drawing.page.replace(
        stylesheetLink,
        () => `<style>${readFileSync(join(import.meta.dirname, '../web/assets/reader.css'), 'utf8')}</style>`,
      ),
    ],
    ['issue.pdf', drawing.pdf],
    ['light.html', withFallbacks(drawing.light.email, 'html')],
    ['light-page.html', drawing.light.page],
    ['checks.json', `${JSON.stringify(all, null, 2)}\n`],
  ]);
  for (const { name, bytes } of [...pictures, ...drawing.pictures]) files.set(`a/${name}`, bytes);
  for (const [name, bytes] of logo) files.set(`a/${name}`, bytes);
  return { findings: all, files };
}

/** Far over what an issue may hold: the parser says so by its own limit, and a file larger still is not even read. */
const mostBytes = 16 * 1024 * 1024;

/** Reads the issue file that the user named. Errors say what is wrong with it. */
function readGiven(file: string): string {
  try {
    if (statSync(file).size > mostBytes) throw new AppError('file', `${file}: it is larger than 16 MB; an issue is text of at most 2 MB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text: save it as UTF-8',
    };
    throw new AppError('file', `${file}: ${reasons[code] ?? `it cannot be read (${code})`}`, { cause });
  }
}
