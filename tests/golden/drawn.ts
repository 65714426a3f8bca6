/** The golden issues, read and drawn once for all test files of a worker; and the two mistakes that every golden must show. */
import { brandOf } from '../../src/model/brand.ts';
import type { Drawing } from '../../src/model/edition.ts';
import type { Block, IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { type ReadIssue, readSource } from '../support/issue-site.ts';
import { goldenIssues } from './issues.ts';

export interface GoldenIssue extends ReadIssue {
  name: string;
  drawing: Drawing;
  /** The same issue with one block moved by one place. */
  moved: { tree: IssueTree; drawing: Drawing };
  /** The same issue with another colour for links and labels. */
  wrongColour: Drawing;
}

let drawn: Promise<GoldenIssue[]> | undefined;

/** Every golden issue, drawn. */
export function drawnIssues(): Promise<GoldenIssue[]> {
  drawn ??= drawAll();
  return drawn;
}

async function drawAll(): Promise<GoldenIssue[]> {
  const studio = openDrawing();
  try {
    const all: GoldenIssue[] = [];
    for (const issue of goldenIssues) {
      const { tree, masthead, figures } = await readSource(studio, issue);
      const draw = (of: IssueTree, under = masthead) => studio.draw(of, under, figures);
      const moved = withBlockMoved(tree);
      const accent = swapped(brandOf().accent.light);
      all.push({
        name: issue.name,
        tree,
        masthead,
        figures,
        drawing: await draw(tree),
        moved: { tree: moved, drawing: await draw(moved) },
        wrongColour: await draw(tree, { ...masthead, brand: { accent } }),
      });
    }
    return all;
  } finally {
    await studio.close();
  }
}

/** One of the golden issues. */
export async function drawnIssue(name: string): Promise<GoldenIssue> {
  const found = (await drawnIssues()).find((issue) => issue.name === name);
  if (!found) throw new Error(`there is no golden issue ${name}`);
  return found;
}

/** The tree with a paragraph and the block after it changed about, in the first item that has both. */
export function withBlockMoved(tree: IssueTree): IssueTree {
  const copy = structuredClone(tree);
  for (const { blocks } of copy.sections.flatMap(({ items }) => items)) {
    const at = blocks.findIndex((block, i) => block.t === 'para' && isPrinted(blocks[i + 1]));
    const [paragraph, next] = blocks.slice(at, at + 2);
    if (at < 0 || !paragraph || !next) continue;
    blocks.splice(at, 2, next, paragraph);
    return copy;
  }
  throw new Error('no item has a paragraph with a block after it');
}

const isPrinted = (block: Block | undefined): boolean => block !== undefined && !['toc', 'download', 'more'].includes(block.t);

/** The document with one of its colours replaced by another. Throws when the colour is not in it. */
export function withWrongColour(document: string, colour: string): string {
  if (!document.includes(colour)) throw new Error(`the document has no ${colour}`);
  return document.replaceAll(colour, swapped(colour));
}

/** Red, green and blue change places. */
const swapped = (colour: string): string => colour.replace(/^#(..)(..)(..)$/, '#$3$1$2');
