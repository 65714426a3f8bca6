/** Measuring: what may be counted of an issue, per issue and day and never per reader; and the short addresses through which the mail's links lead then. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type Inline, type IssueTree, plain } from './issue.ts';
import { isWebAddress } from './issue-link.ts';

/** A publication's answer to whether links and downloads may be counted; until there is one, nothing is. */
export type Measure = 'on' | 'off';

/** What `--measure` takes, and what is meant. Both or nothing: half a count would need a second question. */
const answers: Record<string, Measure> = { 'links,downloads': 'on', 'downloads,links': 'on', none: 'off' };

/** Reads the value of `--measure`. */
export function parseMeasure(text: string): Measure {
  const answer = Object.entries(answers).find(([spelling]) => spelling === text.replaceAll(' ', ''))?.[1];
  if (answer !== undefined) return answer;
  throw new AppError(
    'publication.measure',
    `"${text}" is nothing to measure: --measure takes links,downloads (how often each is followed or fetched, per issue and never per reader) or none`,
  );
}

/** A link of an issue that is counted: `words` are those it first stands on, `key` names it in its short address. */
export interface CountedLink {
  key: string;
  url: string;
  words: string;
}

/** What stands for downloads of the PDF among the keys of links, which are longer. */
export const downloadsKey = 'pdf';

const keyLength = 12;
const keyPattern = new RegExp(`^[0-9a-f]{${keyLength}}$`);
const mostWords = 200;

/** Whether a text can be the key of a link at all. */
export const isLinkKey = (text: string): boolean => keyPattern.test(text);

/** The name of a link within its issue: from its address alone, so that it is the same in every edition of the issue and for every reader. */
export function linkKey(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, keyLength);
}

/** Whether a link leads out to a web page: addresses of our own are pages that we serve ourselves, and mail and telephone open no page. */
export function isCounted(href: string, baseUrl: string): boolean {
  return isWebAddress(href) && !`${new URL(href).href}/`.startsWith(`${new URL(baseUrl).href.replace(/\/$/, '')}/`);
}

/** The address through which a link leads, the same for every reader: our own host, the issue, the link's key. It is in the mail, so its shape is for ever. */
export function shortAddress({ baseUrl, slug }: { baseUrl: string; slug: string }, number: string, url: string): string {
  return `${baseUrl}/l/${encodeURIComponent(slug)}/${encodeURIComponent(number)}/${linkKey(url)}`;
}

/** The links of an issue that are counted, each address once, in the order of the text. */
export function linksOf(tree: IssueTree, baseUrl: string): CountedLink[] {
  const found = new Map<string, CountedLink>();
  for (const { href, words } of leadingOut([tree.lead, tree.sections])) {
    if (found.has(href) || !isCounted(href, baseUrl)) continue;
    found.set(href, { key: linkKey(href), url: href, words: words.replace(/\s+/g, ' ').trim().slice(0, mostWords).toWellFormed() });
  }
  return [...found.values()];
}

/** Whatever part of a tree has an `href`, with the running text that it stands on. */
function* leadingOut(part: unknown): Generator<{ href: string; words: string }> {
  if (typeof part !== 'object' || part === null) return;
  if ('href' in part && typeof part.href === 'string') {
    const { c, title } = part as { c?: Inline[]; title?: Inline[] };
    yield { href: part.href, words: plain(c ?? title ?? []) };
  }
  for (const inner of Object.values(part)) yield* leadingOut(inner);
}
