/** The web page of an issue: issue tree → one HTML document without script. */

import { type Html, html, raw } from '../html.ts';
import type { Masthead } from '../model/edition.ts';
import type { Block, Chart, Figure, IssueTree } from '../model/issue.ts';
import { blocksOf } from '../model/issue.ts';
import type { Addresses, Target } from './addresses.ts';
import { caption, fileSize, heading, inline, reference } from './markup.ts';
import { stylesheetLink } from './stylesheet-link.ts';
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

/** Draws the page. Sections, items and pictures carry their ids; links to places in the issue stay on the page. */
export function drawPage(parts: PageParts): string {
  const { tree, masthead, addresses, words, pdf } = parts;
  const show = blockPrinter(parts);
  const title = `${tree.publication}: ${tree.title}`;
  const cover = [...blocksOf(tree)].find((b) => b.t === 'figure');
  const contents = tree.sections.length > 0 && [...blocksOf(tree)].some((b) => b.t === 'toc');
  const facts = ['PDF', words.pages(pdf.pages), fileSize(pdf.bytes)].join(words.comma);
  const label = [...blocksOf(tree)].find((b) => b.t === 'download')?.c;
  return html`<!doctype html>
<html lang="${tree.language}" dir="${tree.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<meta name="description" content="${tree.summary}">
<link rel="canonical" href="${addresses.web}">
<link rel="alternate" type="application/pdf" href="${addresses.pdf}">
<meta property="og:type" content="article">
<meta property="og:site_name" content="${tree.publication}">
<meta property="og:title" content="${tree.title}">
<meta property="og:description" content="${tree.summary}">
<meta property="og:url" content="${addresses.web}">${cover && html`\n<meta property="og:image" content="${masthead.pictureBase + cover.asset}">`}
<link rel="icon" href="data:,">
${raw(stylesheetLink)}
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="masthead"><div><span class="name">${tree.publication}</span></div></header>
<main id="content" class="issue">
<header class="opening"><h1>${tree.title}</h1>${tree.summary && html`<p class="dek">${tree.summary}</p>`}</header>
<aside class="beside"><div><a class="btn" href="${addresses.pdf}">${downloadSign}${label ? inline(label, () => undefined) : words.download}</a><p class="muted small">${facts}</p></div>${
    contents &&
    html`<nav class="contents" aria-label="${words.contents}"><ol>${tree.sections.map((s) => html`<li><a href="#${s.id}">${inline(s.title, () => undefined)}</a></li>`)}</ol></nav>`
  }</aside>
<div class="paper">
${show(tree.lead, 2)}
${tree.sections.map(
  (s) => html`<section id="${s.id}" aria-labelledby="${s.id}-title"><h2 id="${s.id}-title">${inline(s.title, onPage)}</h2>
${show(s.lead, 3)}
${s.items.map((item) => html`<article id="${item.id}" aria-labelledby="${item.id}-title"><h3 id="${item.id}-title">${inline(item.headline, onPage)}</h3>\n${show(item.blocks, 4)}</article>\n`)}</section>\n`,
)}</div>
</main>
<footer><div><span>${tree.publication}</span>${masthead.postalAddress && html`<span>${masthead.postalAddress}</span>`}</div></footer>
</body>
</html>
`.toString();
}

const downloadSign = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8.2M4.6 7.2 8 10.6l3.4-3.4M2.5 13.5h11"/></svg>`;

function onPage(target: Target): string | undefined {
  return target.kind === 'outside' ? target.href : target.kind === 'inside' ? `#${target.id}` : undefined;
}

function blockPrinter({ masthead, words, charts }: PageParts): (blocks: readonly Block[], level: number) => Html[] {
  const picture = (f: Chart | Figure): Html => {
    if (f.t === 'figure')
      return html`<img src="${masthead.pictureBase + f.asset}" width="${f.width}" height="${f.height}" alt="${f.alt}" loading="lazy">`;
    const drawn = charts.get(f.id);
    const part = (size: 'wide' | 'narrow') =>
      html`<div class="chart ${size}" role="img" aria-label="${f.alt}">${raw(drawn?.[size] ?? '')}</div>`;
    return html`${part('wide')}${part('narrow')}`;
  };
  const table = ({ data, caption: title }: Chart): Html =>
    html`<details><summary>${words.dataTable}</summary><div class="scroll"><table><caption>${inline(title, onPage)}</caption><thead><tr>${data.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${data.rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody></table></div></details>`;
  const item = (blocks: readonly Block[], level: number): Html | Html[] => {
    const [only, ...others] = blocks;
    return only?.t === 'para' && others.length === 0 ? html`${inline(only.c, onPage)}` : show(blocks, level);
  };
  const print = (b: Block, level: number): Html | null => {
    switch (b.t) {
      case 'para':
        return html`<p>${inline(b.c, onPage)}</p>`;
      case 'heading':
        return heading(level, html` id="${b.id}"`, inline(b.c, onPage));
      case 'list': {
        const items = b.items.map((blocks) => html`<li>${item(blocks, level)}</li>`);
        return b.ordered ? html`<ol start="${b.start}">${items}</ol>` : html`<ul>${items}</ul>`;
      }
      case 'quote':
        return html`<blockquote>${show(b.c, level)}</blockquote>`;
      case 'implications':
        return html`<div class="implications"><p><b>${b.label}:</b> ${inline(b.lead, onPage)}</p>${b.list.length > 0 && html`<ul>${b.list.map((point) => html`<li>${inline(point, onPage)}</li>`)}</ul>`}</div>`;
      case 'papers':
      case 'sources':
        return html`<div class="papers"><p><b>${words[b.t]}</b></p><ul>${b.items.map((r) => html`<li>${reference(r, words, onPage)}</li>`)}</ul></div>`;
      case 'reading':
        return html`<ul class="reading">${b.items.map((r) => html`<li>${reference(r, words, onPage)}</li>`)}</ul>`;
      case 'chart':
      case 'figure':
        return html`<figure id="${b.id}">${picture(b)}<figcaption>${caption(b, words, onPage)}</figcaption>${b.t === 'chart' && table(b)}</figure>`;
      case 'rule':
        return html`<hr>`;
      case 'toc': // both stand beside the text, where they stay in sight
      case 'download':
      case 'more':
        return null;
    }
  };
  const show = (blocks: readonly Block[], level: number): Html[] =>
    blocks
      .map((b) => print(b, level))
      .filter((part) => part !== null)
      .map((part) => html`${part}\n`);
  return show;
}
