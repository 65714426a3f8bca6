/** Looks at an issue while it is written: drawn by the drawing process, kept for the frames that ask for its parts, forgotten when newer ones come. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { checkDrawn, checkFolds, checkParts, checkSize } from '../issue/issue.ts';
import type { Drawing } from '../model/edition.ts';
import type { Finding, IssueTree } from '../model/issue.ts';
import { assetsOf } from '../model/issue.ts';
import type { Studio } from '../render/render.ts';
import { findAssets } from '../store/assets.ts';
import { getIssue, type Issue } from '../store/issues.ts';
import { getPublicationById } from '../store/publications.ts';
import { listFiles } from '../store/writing.ts';
import { mastheadOf } from './approve.ts';
import { keepRecent, readText, type TextDeps } from './issue-text.ts';

export interface PreviewDeps extends TextDeps {
  studio: Pick<Studio, 'admitPdf' | 'draw' | 'preview'>;
  baseUrl: string;
}

/** A look at a text: what is wrong with it, and its drawing when nothing keeps it from being drawn; a file that is missing does not, a line says so in its place. */
export interface Look {
  /** Names it for as long as it is kept. */
  key: string;
  issueId: number;
  source: string;
  tree: IssueTree | undefined;
  findings: Finding[];
  drawing: Drawing | undefined;
}

export interface Previews {
  /** Draws a text, or finds the drawing that was made of the same one. Errors: those of the drawing process. */
  look(issue: Issue, source: string): Promise<Look>;
  /** A look that was made, while it is kept. */
  find(issueId: number, key: string): Promise<Look | undefined>;
  /** The PDF of a look. Errors as `look`; nothing when the look has no drawing. */
  pdf(look: Look): Promise<Uint8Array | undefined>;
}

const mostLooks = 16;
const mostPdfs = 3;

/** Opens the previews of one process. Looks at the same text share one drawing; the first of an issue draws its PDF too, whose size the mail tells. */
export function openPreviews(deps: PreviewDeps): Previews {
  const { db, studio, baseUrl } = deps;
  const looks = new Map<string, Promise<Look>>();
  const pdfs = new Map<string, Promise<Uint8Array>>();
  const known = new Map<number, { pages: number; bytes: number }>();

  async function draw(key: string, issue: Issue, source: string): Promise<Look> {
    const { sketch, tree = sketch, findings } = await readText(deps, issue, source);
    const base = { key, issueId: issue.id, source, tree, findings };
    if (tree === undefined) return { ...base, drawing: undefined };
    const publication = getPublicationById(db, issue.publicationId);
    const facts = known.get(issue.id);
    let drawing: Drawing;
    try {
      drawing = facts === undefined ? await whole(issue, tree) : await studio.preview(tree, mastheadFor(issue), facts);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return { ...base, drawing: undefined, findings: [...findings, checkDrawn(error)] };
    }
    if (facts === undefined) keepRecent(pdfs, mostPdfs, key, Promise.resolve(noted(issue.id, drawing.pdf, drawing.pdfPages)));
    const { light } = drawing;
    const found = [
      ...checkSize(drawing.email),
      ...checkParts(drawing, publication.postalAddress),
      ...checkFolds(drawing.folds),
      ...checkSize(light.email, 'light'),
      ...checkFolds(light.folds, 'light'),
    ];
    return { ...base, drawing: { ...drawing, pdf: new Uint8Array() }, findings: [...findings, ...found] };
  }

  function noted(issueId: number, pdf: Uint8Array, pages: number): Uint8Array {
    known.set(issueId, { pages, bytes: pdf.length });
    return pdf;
  }

  /** Pictures by their own address, which needs no session: a frame in a sandbox has none. */
  const mastheadFor = (issue: Issue) => ({ ...mastheadOf(getPublicationById(db, issue.publicationId), baseUrl), pictureBase: '/a/' });

  async function whole(issue: Issue, tree: IssueTree): Promise<Drawing> {
    const masthead = mastheadFor(issue);
    const logo = masthead.brand?.logo?.asset;
    return studio.draw(tree, masthead, findAssets(db, logo === undefined ? assetsOf(tree) : [...assetsOf(tree), logo]));
  }

  function keyOf(issue: Issue, source: string): string {
    const files = listFiles(db, issue.id).map(({ path, asset, addedAt }) => [path, asset, addedAt]);
    const said = JSON.stringify([
      issue.id,
      issue.number,
      source,
      files,
      mastheadFor(issue),
      getPublicationById(db, issue.publicationId).name,
    ]);
    return createHash('sha256').update(said).digest('hex').slice(0, 32);
  }

  return {
    look(issue, source) {
      const key = keyOf(issue, source);
      const kept = looks.get(key) ?? draw(key, issue, source);
      keepRecent(looks, mostLooks, key, kept);
      kept.catch(() => looks.delete(key));
      return kept;
    },
    async find(issueId, key) {
      const kept = await looks.get(key);
      return kept?.issueId === issueId ? kept : undefined;
    },
    async pdf({ key, issueId, tree, drawing }) {
      if (tree === undefined || drawing === undefined) return undefined;
      const drawn = pdfs.get(key) ?? whole(getIssue(db, issueId), tree).then(({ pdf, pdfPages }) => noted(issueId, pdf, pdfPages));
      keepRecent(pdfs, mostPdfs, key, drawn);
      drawn.catch(() => pdfs.delete(key));
      return drawn;
    },
  };
}
