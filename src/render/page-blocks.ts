/** The blocks of an issue's web page, and those of the light mail and page, which place their pictures in another way. */

import { type Html, html, raw } from '../html.ts';
import type { Block, Chart, Figure } from '../model/issue.ts';
import { caption, heading, inline, reference, type Setting } from './markup.ts';
import type { PageParts } from './page.ts';

/** How what is no text stands among the text; null where it stands elsewhere. */
export interface Placed {
  figure(figure: Figure): Html;
  chart(chart: Chart): Html;
  toc(): Html | null;
  download(block: Extract<Block, { t: 'download' }>): Html | null;
}

/** Figures and charts as the page shows them: pictures, drawings for two widths, the numbers behind a fold. */
export function pictured({ masthead, charts }: Pick<PageParts, 'masthead' | 'charts'>, setting: Setting): Placed {
  const { words } = setting;
  const framed = (f: Chart | Figure, picture: Html, table?: Html): Html =>
    html`<figure id="${f.id}">${picture}<figcaption>${caption(f, setting)}${table}</figcaption></figure>`;
  const image = (f: Figure): Html =>
    html`<img src="${masthead.pictureBase + f.asset}" width="${f.width}" height="${f.height}" alt="${f.alt}" loading="lazy">`;
  const drawing = ({ id, alt }: Chart, size: 'wide' | 'narrow'): Html =>
    html`<div class="chart ${size}" role="img" aria-label="${alt}">${raw(charts.get(id)?.[size] ?? '')}</div>`;
  const table = ({ data, caption: title }: Chart): Html =>
    html`<details><summary>${words.dataTable}</summary><div class="scroll"><table><caption>${inline(title, setting)}</caption><thead><tr>${data.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${data.rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody></table></div></details>`;
  return {
    figure: (f) => framed(f, image(f)),
    chart: (c) => framed(c, html`${drawing(c, 'wide')}${drawing(c, 'narrow')}`, table(c)),
    toc: () => null, // both stand beside the text, where they stay in sight
    download: () => null,
  };
}

/** Returns the function that prints blocks in one setting. */
export function blockPrinter(setting: Setting, placed: Placed): (blocks: readonly Block[], level: number) => Html[] {
  const { words } = setting;
  const item = (blocks: readonly Block[], level: number): Html | Html[] => {
    const [only, ...others] = blocks;
    return only?.t === 'para' && others.length === 0 ? html`${inline(only.c, setting)}` : show(blocks, level);
  };
  const print = (b: Block, level: number): Html | null => {
    switch (b.t) {
      case 'para':
        return html`<p>${inline(b.c, setting)}</p>`;
      case 'heading':
        return heading(level, html` id="${b.id}"`, inline(b.c, setting));
      case 'list': {
        const items = b.items.map((blocks) => html`<li>${item(blocks, level)}</li>`);
        return b.ordered ? html`<ol start="${b.start}">${items}</ol>` : html`<ul>${items}</ul>`;
      }
      case 'quote':
        return html`<blockquote>${show(b.c, level)}</blockquote>`;
      case 'implications':
        return html`<div class="implications"><p><b>${b.label}:</b> ${inline(b.lead, setting)}</p>${b.list.length > 0 && html`<ul>${b.list.map((point) => html`<li>${inline(point, setting)}</li>`)}</ul>`}</div>`;
      case 'papers':
      case 'sources':
        return html`<div class="papers"><p><b>${words[b.t]}</b></p><ul>${b.items.map((r) => html`<li>${reference(r, setting)}</li>`)}</ul></div>`;
      case 'reading':
        return html`<ul class="reading">${b.items.map((r) => html`<li>${reference(r, setting)}</li>`)}</ul>`;
      case 'chart':
        return placed.chart(b);
      case 'figure':
        return placed.figure(b);
      case 'toc':
        return placed.toc();
      case 'download':
        return placed.download(b);
      case 'rule':
        return html`<hr>`;
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
