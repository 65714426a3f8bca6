/**
 * Folding: a mail that would grow over its budget shows less of some items and links to the rest on the web page. Gmail hides what comes after about 102 KB,
 * the way to unsubscribe included; the download button, the contents and the foot of the mail never fold. A fold is a smaller tree, drawn like any other.
 */
import { type Fold, mailSizeLimits } from '../model/edition.ts';
import { type Block, blocksOf, type Inline, type IssueTree, plain, type Section } from '../model/issue.ts';
import { drawEmail, type EmailParts, emailMarkup } from './email.ts';
import { hasTable } from './light-blocks.ts';
import { drawLightMail, type LightMailParts } from './light-mail.ts';
import { voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

/** Draws the mail within the budget if folding can do that. The same parts give the same bytes. `folds` are in the order in which they were made. */
export async function drawFoldedEmail(parts: EmailParts, budget = mailSizeLimits.full.warning): Promise<{ email: string; folds: Fold[] }> {
  const whole = await drawEmail(parts);
  if (Buffer.byteLength(whole) <= budget) return { email: whole, folds: [] };
  const order = foldOrder(parts.tree);
  const folded = (count: number) => foldParts(parts, order.slice(0, count));
  // Drawing takes a second where the markup takes a millisecond: the markup's size says how many folds it takes, a drawing or two whether that was right.
  const size = (count: number): number => Buffer.byteLength(emailMarkup(folded(count)));
  const overhead = Buffer.byteLength(whole) / size(0);
  let email = whole;
  let count = 0;
  for (let room = budget; Buffer.byteLength(email) > budget && count < order.length; room *= 0.97) {
    count = Math.max(
      count + 1,
      fewest(order.length, (folds) => size(folds) * overhead <= room),
    );
    email = await drawEmail(folded(count));
  }
  return { email, folds: order.slice(0, count) };
}

/**
 * Draws the light mail within its budget if folding can do that: first charts are told in words, then items fold as in the full mail, at last sections to their
 * titles. As `drawFoldedEmail`; a drawing takes a millisecond or two, so each size is that of a drawing.
 */
export function drawFoldedLightMail(parts: LightMailParts, budget = mailSizeLimits.light.warning): { email: string; folds: Fold[] } {
  const order = [...chartsInWords(parts.tree), ...foldOrder(parts.tree), ...titlesOnly(parts.tree)];
  const drawn = (count: number) => {
    const folds = order.slice(0, count);
    const inWords = new Set(folds.filter(({ to }) => to === 'words').map(({ id }) => id));
    return drawLightMail({ ...foldParts(parts, folds), inWords });
  };
  const count = fewest(order.length, (folds) => Buffer.byteLength(drawn(folds)) <= budget);
  return { email: drawn(count), folds: order.slice(0, count) };
}

/** The smallest number up to `most` for which it holds, `most` when for none; once it holds, it holds for every larger one. */
function fewest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/**
 * What is folded first: items at the mark their editor set, from the end; then items to their opening, from the end; then items to their headline; then the
 * leads of sections. What stands first in an issue is read first, so it folds last.
 */
function foldOrder({ sections }: IssueTree): Fold[] {
  const items = sections.flatMap((section) => section.items).reverse();
  const step = (to: Fold['to'], of: readonly { id: string; words: string }[]): Fold[] => of.map(({ id, words }) => ({ id, words, to }));
  const named = items.map(({ id, headline, blocks }) => ({ id, words: plain(headline), blocks }));
  return [
    ...step(
      'mark',
      named.filter(({ blocks }) => restAt(blocks, 'mark').length > 0),
    ),
    ...step(
      'opening',
      named.filter(({ blocks }) => restAt(blocks, 'opening').length > 0),
    ),
    ...step(
      'headline',
      named.filter(({ blocks }) => blocks.length > 0),
    ),
    ...step(
      'opening',
      sections
        .filter(({ lead }) => restAt(lead, 'opening').length > 0)
        .map(({ id, title }) => ({ id, words: plain(title) }))
        .reverse(),
    ),
  ];
}

/** The first: readers of the mail have the words of a chart, and its numbers on the page. */
function chartsInWords(tree: IssueTree): Fold[] {
  const tables = [...blocksOf(tree)].filter((block) => block.t === 'chart').filter(hasTable);
  return tables.map(({ id, caption }): Fold => ({ id, words: plain(caption), to: 'words' })).reverse();
}

/** The last that the light mail can do without: what stands under the titles of sections, from the end. */
function titlesOnly({ sections }: IssueTree): Fold[] {
  return sections.map(({ id, title }): Fold => ({ id, words: plain(title), to: 'title' })).reverse();
}

function foldParts<Parts extends Foldable>(parts: Parts, folds: readonly Fold[]): Parts {
  return { ...parts, tree: foldTree(parts, folds) };
}

type Foldable = Pick<EmailParts, 'tree' | 'words'>;

function foldTree({ tree, words }: Foldable, folds: readonly Fold[]): IssueTree {
  const to = new Map(folds.map(({ id, to }) => [id, to])); // of several for one item the last one counts, which shows least
  const cut = (id: string, blocks: Block[], title: string, words: Words): Block[] => {
    const depth = to.get(id);
    if (depth === undefined) return blocks;
    const link: Inline = { t: 'link', href: `#${id}`, c: [{ t: 'text', v: title === '' ? words.readOn : `${words.readOn}: ${title}` }] };
    return [...shownAt(blocks, depth), { t: 'para', c: [link] }];
  };
  return {
    ...tree,
    sections: tree.sections.map((section) => ({
      ...section,
      lead: cut(section.id, to.get(section.id) === 'title' ? blocksUnder(section) : section.lead, plain(section.title), words),
      items: (to.get(section.id) === 'title' ? [] : section.items).map((item) => {
        const own = item.language === undefined ? words : voiceOfItem(tree, item).words;
        return { ...item, blocks: cut(item.id, item.blocks, plain(item.headline), own) };
      }),
    })),
  };
}

const blocksUnder = ({ lead, items }: Section): Block[] => [...lead, ...items.flatMap(({ blocks }) => blocks)];

/** What a fold leaves of some blocks: each kind shows less than the one before. An opening is the first paragraph and the implications, which readers come for. */
function shownAt(blocks: readonly Block[], to: Fold['to']): Block[] {
  const mark = blocks.findIndex(({ t }) => t === 'more');
  const upToMark = mark < 0 ? blocks : blocks.slice(0, mark);
  const first = upToMark.find(({ t }) => t === 'para');
  const shown: Record<Fold['to'], (block: Block) => boolean> = {
    mark: (block) => upToMark.includes(block),
    opening: (block) => block === first || (block.t === 'implications' && upToMark.includes(block)),
    words: () => true, // of a chart, not of what stands around it
    headline: () => false,
    title: () => false,
  };
  return blocks.filter((block) => waysOut.has(block.t) || shown[to](block));
}

/** Ways to the whole issue stay, wherever they stand. */
const waysOut: ReadonlySet<Block['t']> = new Set(['download', 'toc']);

/** What a fold takes away. */
function restAt(blocks: readonly Block[], to: Fold['to']): Block[] {
  const shown = new Set(shownAt(blocks, to));
  return blocks.filter((block) => !shown.has(block) && block.t !== 'more');
}
