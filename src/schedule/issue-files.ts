/** The pictures, tables and PDFs of an issue: taken in as they come from somebody's computer, and the text that names them read again. */
import { cleanLine } from '../model/clean.ts';
import { storeAsset } from '../store/assets.ts';
import { findDraft, getIssue } from '../store/issues.ts';
import { keepFile, noteReading, tagOf } from '../store/writing.ts';
import { keptOf, readText } from './issue-text.ts';
import { type KeptText, keepText, type WritingDeps } from './writing.ts';

/** A file as it came from somebody's computer. */
export interface GivenFile {
  name: string;
  bytes: Uint8Array;
}

export type TakenFile = { path: string; markup: string } | { problem: string };

/** Takes files in, each or what is wrong with it, and reads the text again. `kept` is the text when one of the files made it say something else. */
export async function takeFiles(
  deps: WritingDeps,
  { issueId, files, actor }: { issueId: number; files: readonly GivenFile[]; actor: string },
): Promise<{ taken: TakenFile[]; kept: KeptText | undefined }> {
  const taken: TakenFile[] = [];
  for (const file of files) taken.push(await takeFile(deps, issueId, file));
  return { taken, kept: taken.some((file) => 'path' in file) ? await readAnew(deps, issueId, actor) : undefined };
}

/**
 * Reads the newest text again after a file came. When it shows something else by it, that is a save like any other: it undoes what was approved. A text that came
 * by command and names files the desk never had stays as it was read then.
 */
async function readAnew(deps: WritingDeps, issueId: number, actor: string): Promise<KeptText | undefined> {
  const { db } = deps;
  const draft = findDraft(db, issueId);
  if (draft === undefined) return undefined;
  const read = keptOf(await readText(deps, getIssue(db, issueId), draft.source));
  if (read.tree === null && draft.tree !== null) return undefined;
  if (read.hash !== draft.hash) return keepText(deps, { issueId, source: draft.source, tag: tagOf(draft), actor, anew: true });
  noteReading(db, draft, read);
  return undefined;
}

const mostTableBytes = 1024 * 1024;

/**
 * Takes a picture, a PDF or a table for an issue. Returns the path by which the text shows it and what to write, or what is wrong with it. Pictures are looked at and drawn anew
 * in the drawing process, so nothing of what came in is kept as it is.
 */
export async function takeFile(deps: WritingDeps, issueId: number, { name, bytes }: GivenFile): Promise<TakenFile> {
  const { db, now, studio } = deps;
  const path = pathOf(name);
  const id = path.replace(/\.[^.]*$/, '').replace(/^data\//, '');
  if (bytes.length === 0) return { problem: `${name} is empty.` };
  if (/\.csv$/i.test(name)) {
    if (bytes.length > mostTableBytes) return { problem: `${name} is larger than 1 MB: a chart has at most 200 rows.` };
    const content = utf8(bytes);
    if (content === undefined) return { problem: `${name} is not UTF-8 text: save it as “CSV UTF-8”.` };
    keepFile(db, { issueId, path: `data/${path}`, asset: null, content, addedAt: now() });
    return { path: `data/${path}`, markup: chartMarkup(id, `data/${path}`) };
  }
  if (/\.pdf$/i.test(name)) {
    const pdf = await studio.admitPdf(bytes, { publication: '', title: '', number: '', language: 'en' });
    if ('problem' in pdf) return { problem: `${name}: ${pdf.problem}; ${pdf.remedy}.` };
    storeAsset(db, { name: pdf.name, type: 'application/pdf', width: 0, height: 0, bytes: pdf.bytes });
    keepFile(db, { issueId, path, asset: pdf.name, content: null, addedAt: now() });
    return { path, markup: `::download[Download the full issue]{src="${path}"}` };
  }
  const picture = await studio.admitPicture(bytes);
  if ('problem' in picture) return { problem: `${name}: ${picture.problem}; ${picture.remedy}.` };
  storeAsset(db, picture);
  keepFile(db, { issueId, path, asset: picture.name, content: null, addedAt: now() });
  return { path, markup: figureMarkup(id, path) };
}

/** The name of a file as a path in the text: letters, digits, points and hyphens, at most sixty. */
function pathOf(name: string): string {
  const bare = cleanLine(name.split(/[/\\]/).at(-1) ?? '');
  const [, stem = '', ending = ''] = /^(.*?)(\.[A-Za-z0-9]{1,5})?$/s.exec(bare) ?? [];
  const letters = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50);
  return `${letters || 'file'}${ending.toLowerCase()}`;
}

const figureMarkup = (id: string, path: string) => `:::figure{#${id} src="${path}"}
What the picture shows, in a line

Source: Whose it is

Alt: What somebody who cannot see it should know.
:::`;

const chartMarkup = (id: string, path: string) => `:::chart{#${id} data="${path}" preset="bars"}
What the chart shows, in a line

Source: Where the numbers come from

Alt: What somebody who cannot see it should know.
:::`;

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
