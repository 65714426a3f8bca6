/** A small mail in a publication's look, drawn while somebody chooses it: the head of a real mail, by the drawers of real ones. */

import type { BrandChoices } from '../../model/brand.ts';
import { type Block, type IssueTree, treeFormat } from '../../model/issue.ts';
import { directionOf } from '../../model/language.ts';
import { withFallbacks } from '../../model/reader-name.ts';
import type { Languages } from '../../model/words/catalogue.ts';
import type { Studio } from '../../render/render.ts';
import { mastheadOf } from '../../schedule/schedule.ts';
import { findAssets } from '../../store/assets.ts';
import { latestTree } from '../../store/issues.ts';
import type { Db } from '../../store/open.ts';
import type { Publication } from '../../store/publications.ts';

export interface SampleDeps {
  db: Db;
  studio: Pick<Studio, 'draw'>;
  languages: Languages;
  now: () => number;
}

/** Samples that are kept: what is shown light and dark, and looked at again, is drawn once. */
const mostKept = 12;

/** Makes the function that draws a sample. Errors: as drawing. */
export function openSamples({
  db,
  studio,
  languages,
  now,
}: SampleDeps): (publication: Publication, brand: BrandChoices) => Promise<string> {
  const kept = new Map<string, Promise<string>>();
  return (publication, brand) => {
    const written = latestTree(db, publication.id);
    const tree = written === undefined ? sampleTree(publication, languages, now()) : beginningOf(written, publication);
    const masthead = { ...mastheadOf({ ...publication, brand, measure: null }, 'https://sample.invalid'), pictureBase: '/a/' };
    const key = JSON.stringify([tree, masthead]);
    const drawn =
      kept.get(key) ??
      studio.draw(tree, masthead, findAssets(db, brand.logo ? [brand.logo.asset] : [])).then(({ email }) => withFallbacks(email, 'html'));
    drawn.catch(() => kept.delete(key));
    kept.delete(key);
    kept.set(key, drawn);
    for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
    return drawn;
  };
}

/** The head of an issue: its first words, and its first section with its first item, without what takes long to draw. */
function beginningOf(tree: IssueTree, { name }: Publication): IssueTree {
  const words = (blocks: readonly Block[], most: number): Block[] => blocks.filter(({ t }) => t === 'para').slice(0, most);
  const [section] = tree.sections;
  const items = section?.items.slice(0, 1).map((item) => ({ ...item, blocks: words(item.blocks, 2) })) ?? [];
  return {
    ...tree,
    publication: name,
    lead: words(tree.lead, 1),
    sections: section ? [{ ...section, lead: words(section.lead, 1), items }] : [],
  };
}

/** Words of Galley's own in the publication's language, while it has none: they show its faces and its direction. */
function sampleTree({ name, language }: Publication, languages: Languages, now: number): IssueTree {
  const words = languages.wordsFor(language);
  const text = (v: string) => ({ t: 'text' as const, v });
  const lede = words.text('front.empty.lede');
  return {
    tree: treeFormat,
    publication: name,
    number: new Date(now).toISOString().slice(0, 7),
    title: new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' }).format(now),
    summary: lede,
    language,
    direction: directionOf(language),
    lead: [{ t: 'para', c: [text(`${lede} `), { t: 'link', href: 'https://sample.invalid/', c: [text(words.text('frame.archive'))] }] }],
    sections: [
      {
        id: 'sample',
        title: [text(words.text('front.title'))],
        lead: [],
        items: [{ id: 'item', headline: [text(words.text('front.empty'))], blocks: [{ t: 'para', c: [text(lede)] }] }],
      },
    ],
  };
}

/** The mail as it shows in one scheme, whatever the browser's is: media queries of schemes are answered here. */
export function inScheme(email: string, scheme: 'light' | 'dark'): string {
  return email
    .replace(/\(\s*prefers-color-scheme:\s*(light|dark)\s*\)/g, (_, asked: string) =>
      asked === scheme ? '(min-width:0)' : '(max-width:0)',
    )
    .replace(/<meta name="color-scheme" content="[^"]*"/, () => `<meta name="color-scheme" content="${scheme}"`);
}
