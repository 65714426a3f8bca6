/** The frame of the pages that readers see. */
import { attrs, type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { Assets } from '../assets.ts';

export interface ReaderPage {
  assets: Assets;
  /** The language it speaks, and with it the direction it runs in. */
  words: Words;
  title: string;
  body: Html;
  /** The publication it speaks for; none on pages of the house. */
  publication?: Masthead | undefined;
  /** `slip`: one column of text, for a question and its answer. `join`: two of them. `archive`: a list, which search engines may keep. */
  look?: 'slip' | 'join' | 'archive';
  /** What programs are told: more of the document's head. */
  head?: Html;
  foot?: Html;
}

export interface Masthead {
  name: string;
  /** BCP 47 */
  language: string;
  /** With it, the page leads to the archive and to where one subscribes; `here` when it is that page. */
  slug?: string | undefined;
  here?: 'archive' | 'subscribe';
}

/** A whole document: the publication's name on top, what the page says, no script. */
export function readerPage({ assets, words, title, body, publication, look = 'slip', head, foot }: ReaderPage): string {
  const house = words.text('frame.house');
  const name = html`<span${attrs({ lang: publication?.language })} dir="auto">${publication?.name ?? house}</span>`;
  const slug = publication?.slug;
  const way = (here: 'archive' | 'subscribe', path: string): Html =>
    html`<a href="${path}"${attrs({ 'aria-current': publication?.here === here && 'page' })}>${words.text(`frame.${here}`)}</a>`;
  const ways =
    slug !== undefined && html`<nav aria-label="${house}">${way('archive', `/${slug}`)}${way('subscribe', `/${slug}/subscribe`)}</nav>`;
  return `${html`<!doctype html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${look !== 'archive' && html`<meta name="robots" content="noindex">\n`}<title>${publication === undefined ? title : `${title} · ${publication.name}`}</title>
${head}
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('reader.css')}">
</head>
<body>
<a class="skip" href="#main">${words.text('frame.skip')}</a>
<header class="masthead"><div><a class="name" href="${slug === undefined ? '/' : `/${slug}`}">${name}</a>${ways}</div></header>
<main id="main" class="${look}">${body}</main>${
    foot &&
    html`
<footer><div>${foot}</div></footer>`
  }
</body>
</html>
`}`;
}
