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
  /** A page of more than one column of text. */
  wide?: boolean;
}

export interface Masthead {
  name: string;
  /** BCP 47 */
  language: string;
  /** With it, the page leads to where one subscribes; `here` when it is that page. */
  slug?: string | undefined;
  here?: 'subscribe';
}

/** A whole document: the publication's name on top, one column of text, no script. */
export function readerPage({ assets, words, title, body, publication, wide = false }: ReaderPage): string {
  const house = words.text('frame.house');
  const name = html`<span${attrs({ lang: publication?.language })} dir="auto">${publication?.name ?? house}</span>`;
  const current = publication?.here === 'subscribe' && 'page';
  const subscribe =
    publication?.slug !== undefined &&
    html`<nav aria-label="${house}"><a href="/${publication.slug}/subscribe"${attrs({ 'aria-current': current })}>${words.text('frame.subscribe')}</a></nav>`;
  return `${html`<!doctype html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${publication === undefined ? title : `${title} · ${publication.name}`}</title>
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('reader.css')}">
</head>
<body>
<a class="skip" href="#main">${words.text('frame.skip')}</a>
<header class="masthead"><div><a class="name" href="/">${name}</a>${subscribe}</div></header>
<main id="main" class="${wide ? 'join' : 'slip'}">${body}</main>
</body>
</html>
`}`;
}
