/** Issue tree → its other spelling: Markdown and the data of its charts. Reading it again gives the same tree, ids included. */

import type { Block, Chart, Figure, Inline, IssueTree } from '../model/issue.ts';
import { directionOf } from '../model/language.ts';
import { printCsv } from './print-csv.ts';
import { printImplications, printParagraph } from './print-implications.ts';
import { joinTexts, printInline } from './print-inline.ts';
import { labelled, printReferences } from './print-references.ts';

/** Where a printed issue expects the pictures it shows: their stored names follow. */
const pictureFolder = 'a/';

/**
 * Writes a tree. `files` holds the CSV of each chart by the path under which the source names it; figures and an uploaded PDF are named `a/HASH.EXT`,
 * after what is stored. Same tree, same text. Only for a tree that `readTree` takes and whose running text is tidy; of any other tree the
 * tidy one is read again.
 */
export function printIssue(tree: IssueTree): { source: string; files: Map<string, string> } {
  const files = new Map<string, string>();
  const parts = [printFront(tree), ...printBlocks(tree.lead, files)];
  for (const { id, title, lead, items } of tree.sections) {
    parts.push(printHeading('##', title, `#${id}`), ...printBlocks(lead, files));
    for (const { id, headline, language, blocks } of items)
      parts.push(
        printHeading('###', headline, `#${id}${language === undefined ? '' : ` lang=${language}`}`),
        ...printBlocks(blocks, files),
      );
  }
  return { source: `${parts.join('\n\n')}\n`, files };
}

function printFront(tree: IssueTree): string {
  const values = {
    publication: tree.publication,
    title: tree.title,
    number: tree.number === tree.period ? undefined : tree.number,
    period: tree.period,
    lang: tree.language,
    dir: tree.direction === directionOf(tree.language) ? undefined : tree.direction,
    preheader: tree.summary,
  };
  const lines = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${yamlText(value)}`]));
  return ['---', ...lines, '---'].join('\n');
}

/** A value as YAML is sure to read it: as it is when it begins with a letter or digit and holds nothing but words, in quotes otherwise. */
function yamlText(value: string): string {
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,;()/_’'-]*$/u.test(value) ? value : JSON.stringify(value);
}

function printHeading(level: string, c: readonly Inline[], mark: string): string {
  return `${level} ${printInline(joinTexts([...c, { t: 'text', v: ` {${mark}}` }]), false)}`;
}

/** The blocks at the margin, each as its lines. */
function printBlocks(blocks: readonly Block[], files: Map<string, string>): string[] {
  return printRun(blocks, '', (block) => {
    switch (block.t) {
      case 'heading':
        return printHeading('####', block.c, `#${block.id}`);
      case 'papers':
      case 'sources':
      case 'reading':
        return `:::${block.t}\n${printReferences(block.items)}\n:::`;
      case 'toc':
        return '::toc';
      case 'more':
        return '::more';
      case 'download':
        return `::download[${printInline(block.c, false)}]${block.pdf ? `{src="${pictureFolder}${block.pdf.asset}"}` : ''}`;
      case 'chart': {
        const path = `data/${block.id}.csv`;
        files.set(path, printCsv(block.data));
        return printShown(block, `data="${path}" preset="${block.preset}"`);
      }
      case 'figure':
        return printShown(block, `src="${pictureFolder}${block.asset}"`);
      default:
        return undefined;
    }
  });
}

/**
 * A run of blocks, those of lists and quotes among them. `bullet` is the sign of the list around: one inside of it takes the other, and so do neighbours,
 * which would be one list otherwise. `others` writes what stands at the margin only.
 */
function printRun(blocks: readonly Block[], bullet: string, others: (block: Block) => string | undefined = () => undefined): string[] {
  let before = bullet;
  return blocks.map((block, index): string => {
    const next = blocks[index + 1];
    const last = before;
    before = '';
    switch (block.t) {
      case 'para':
        return printParagraph(block.c);
      case 'implications': {
        const { text, bullet: own } = printImplications(block, next?.t === 'list');
        before = own;
        return text;
      }
      case 'rule':
        return bullet === '' ? '---' : '***';
      case 'quote':
        return printRun(block.c, '>').join('\n\n').replace(/^/gm, '> ').replace(/ +$/gm, '');
      case 'list': {
        before = block.ordered ? (last === '.' ? ')' : '.') : last === '-' ? '+' : '-';
        return printList(block, before);
      }
      default:
        return others(block) ?? '';
    }
  });
}

function printList({ ordered, start, items }: Extract<Block, { t: 'list' }>, bullet: string): string {
  const printed = items.map((item, index) => {
    const mark = ordered ? `${Math.min(start + index, 999_999_999)}${bullet} ` : `${bullet} `;
    const text = printRun(item, bullet).join(isTight(item) ? '\n' : '\n\n');
    return mark + text.replace(/\n(?=[^\n])/g, `\n${' '.repeat(mark.length)}`);
  });
  return printed.join(items.every(isTight) ? '\n' : '\n\n');
}

/** Whether an item is written without empty lines: one block, or a paragraph and a list that may end it (CommonMark 5.3: one that counts from 1). */
function isTight([first, second, ...others]: readonly Block[]): boolean {
  const ends =
    second === undefined || (first?.t === 'para' && second.t === 'list' && second.start === 1 && second.items[0]?.[0]?.t === 'para');
  return ends && others.length === 0;
}

/** A chart or figure: its caption, then its labelled lines. */
function printShown({ t, id, caption, source, note, alt }: Chart | Figure, attributes: string): string {
  const name = /^[\p{L}\p{M}\p{N}_-]+$/u.test(id) ? `#${id}` : `id="${id}"`;
  const lines = [labelled('Source', source), ...(note === undefined ? [] : [labelled('Note', note)]), labelled('Alt', alt)];
  const words = caption.length === 0 ? [] : [printParagraph(caption, true)];
  return [`:::${t}{${name} ${attributes}}`, [...words, ...lines].join('\n\n'), ':::'].join('\n');
}
