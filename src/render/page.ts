/** The web page of an issue: issue tree → one HTML document without script. */

import { type Html, html, raw } from '../html.ts';
import { brandOf, type Shades } from '../model/brand.ts';
import type { Masthead } from '../model/edition.ts';
import type { IssueTree } from '../model/issue.ts';
import { blocksOf } from '../model/issue.ts';
import type { Addresses, Target } from './addresses.ts';
import { inline, type Setting, said, unlinked } from './markup.ts';
import { blockPrinter, pictured } from './page-blocks.ts';
import { stylesheetLink } from './stylesheet-link.ts';
import { voiceOfItem } from './voice.ts';
import type { Words } from './words.ts';

export interface PageParts {
  tree: IssueTree;
  masthead: Masthead;
  addresses: Addresses;
  words: Words;
  /** Two drawings of each chart by its id: letters in a picture shrink with it, so narrow screens get a narrow one. */
  charts: Map<string, { wide: string; narrow: string }>;
  pdf: { pages: number; bytes: number };
}

/** Draws the page. Sections, items and pictures carry their ids; links to places in the issue stay on the page. What it is stands in it as microdata of schema.org. */
export function drawPage(parts: PageParts): string {
  const { tree, masthead, addresses, words, pdf } = parts;
  const setting: Setting = { language: tree.language, direction: tree.direction, words, address: onPage };
  const show = blockPrinter(setting, pictured(parts, setting));
  const contents = tree.sections.length > 0 && [...blocksOf(tree)].some((b) => b.t === 'toc');
  const label = [...blocksOf(tree)].find((b) => b.t === 'download')?.c;
  const name = said(tree.publication, setting);
  return html`<!doctype html>
<html lang="${tree.language}" dir="${tree.direction}"${lookOf(masthead)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${`${tree.publication}: ${tree.title}`}</title>
<meta name="description" content="${tree.summary}">
<link rel="canonical" href="${addresses.web}">
${
  masthead.pdf !== 'readers' &&
  html`<link rel="alternate" type="application/pdf" href="${addresses.pdf}">
`
}<link rel="alternate" type="application/atom+xml" title="${tree.publication}" href="${addresses.archive}/feed.atom">
<link rel="alternate" type="application/feed+json" title="${tree.publication}" href="${addresses.archive}/feed.json">
${openGraph(parts)}
<link rel="icon" href="data:,">
${raw(stylesheetLink)}
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="masthead"><div><a class="name" href="${addresses.archive}">${logoOf(masthead, tree.publication) ?? name}</a></div></header>
<main id="content" class="issue" itemscope itemtype="https://schema.org/PublicationIssue">
${schemaOf(parts)}
<header class="opening"><h1 itemprop="name">${said(tree.title, setting)}</h1>${tree.summary && html`<p class="dek" itemprop="description">${said(tree.summary, setting)}</p>`}</header>
<aside class="beside"><div><a class="btn" href="${addresses.pdf}">${downloadSign}${label ? inline(label, unlinked(setting)) : words.download}</a><p class="muted small">${said(words.facts(pdf), setting)}</p><p class="small"><a href="${addresses.light}">${words.light}</a></p></div>${
    contents &&
    html`<nav class="contents" aria-label="${words.contents}"><ol>${tree.sections.map((s) => html`<li><a href="#${s.id}">${inline(s.title, unlinked(setting))}</a></li>`)}</ol></nav>`
  }</aside>
<div class="paper">
${show(tree.lead, 2)}
${tree.sections.map(
  (s) => html`<section id="${s.id}" aria-labelledby="${s.id}-title"><h2 id="${s.id}-title">${inline(s.title, setting)}</h2>
${show(s.lead, 3)}
${s.items.map((item) => itemOf(parts, setting, item))}</section>\n`,
)}</div>
</main>
<footer><div><span>${name}</span>${masthead.postalAddress && html`<span dir="auto">${masthead.postalAddress}</span>`}</div></footer>
</body>
</html>
`.toString();
}

/** One item, in its own language when it has one. Its permanent address leads to its place on this page. */
function itemOf(parts: PageParts, issue: Setting, item: IssueTree['sections'][number]['items'][number]): Html {
  const { tree, addresses } = parts;
  const own = item.language === undefined ? undefined : voiceOfItem(tree, item);
  const setting = { ...issue, ...own };
  const tongue = own && html` lang="${own.language}" dir="${own.direction}"`;
  return html`<article id="${item.id}"${tongue} aria-labelledby="${item.id}-title" itemprop="hasPart" itemscope itemtype="https://schema.org/Article"><h3 id="${item.id}-title" itemprop="headline">${inline(item.headline, setting)}</h3><link itemprop="url" href="${`${addresses.web}/${encodeURIComponent(item.id)}`}"><meta itemprop="inLanguage" content="${setting.language}">
${blockPrinter(setting, pictured(parts, setting))(item.blocks, 4)}</article>\n`;
}

/** What the issue is, for those who read microdata: the rest of it stands at the words themselves. */
function schemaOf({ tree, addresses, masthead }: PageParts): Html {
  return html`<span itemprop="isPartOf" itemscope itemtype="https://schema.org/Periodical"><meta itemprop="name" content="${tree.publication}"></span><meta itemprop="issueNumber" content="${tree.number}"><meta itemprop="inLanguage" content="${tree.language}"><link itemprop="url" href="${addresses.web}">${tree.period !== undefined && html`<meta itemprop="temporalCoverage" content="${tree.period}">`}${masthead.pdf !== 'readers' && html`<span itemprop="associatedMedia" itemscope itemtype="https://schema.org/MediaObject"><link itemprop="contentUrl" href="${addresses.pdf}"><meta itemprop="encodingFormat" content="application/pdf"></span>`}`;
}

/** How the page is told when somebody links to it (ogp.me). The picture is the issue's first, or else the logo. */
function openGraph({ tree, masthead, addresses }: PageParts): Html {
  const cover = [...blocksOf(tree)].find((b) => b.t === 'figure');
  const logo = masthead.brand?.logo;
  const picture = cover ?? (logo && { ...logo, alt: tree.publication });
  const { language, region } = new Intl.Locale(tree.language).maximize();
  const facts: [string, string | number][] = [
    ['type', 'article'],
    ['site_name', tree.publication],
    ['title', tree.title],
    ['description', tree.summary],
    ['url', addresses.web],
    ...(region === undefined ? [] : [['locale', `${language}_${region}`] as [string, string]]),
    ...(picture === undefined
      ? []
      : ([
          ['image', masthead.pictureBase + picture.asset],
          ['image:width', picture.width],
          ['image:height', picture.height],
          ['image:alt', picture.alt],
        ] as [string, string | number][])),
  ];
  return html`${facts.map(([property, content], i) => html`${i > 0 && '\n'}<meta property="og:${property}" content="${content}">`)}`;
}

/** The publication's colours and faces as custom properties of the style sheet, in the one place where the page's policy lets a style stand: an attribute. */
function lookOf({ brand: choices }: Masthead): Html | null {
  if (choices === undefined) return null;
  const brand = brandOf(choices);
  const shades = ({ light, dark }: Shades) => `light-dark(${light},${dark})`;
  const faces = {
    serif: '',
    sans: ';--text:var(--sans);--heads:var(--sans)',
    'serif-heads': ';--text:var(--sans)',
    'sans-heads': ';--heads:var(--sans)',
  };
  return html` style="--accent:${shades(brand.accent)};--ink:${shades(brand.ink)}${faces[brand.fonts]}"`;
}

function logoOf({ brand, pictureBase }: Masthead, name: string): Html | undefined {
  const logo = brand?.logo;
  return logo && html`<img src="${pictureBase + logo.asset}" width="${logo.width}" height="${logo.height}" alt="${name}">`;
}

const downloadSign = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8.2M4.6 7.2 8 10.6l3.4-3.4M2.5 13.5h11"/></svg>`;

function onPage(target: Target): string | undefined {
  return target.kind === 'outside' ? target.href : target.kind === 'inside' ? `#${target.id}` : undefined;
}
