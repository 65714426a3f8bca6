/** The frame of the pages that readers see. */
import { attrs, type Html, html } from '../../html.ts';
import type { Assets } from '../assets.ts';

export interface ReaderPage {
  assets: Assets;
  title: string;
  body: Html;
  /** The publication it speaks for; none on pages of the house. */
  publication?: { name: string; language: string } | undefined;
}

/** A whole document: the publication's name on top, one column of text, no script. */
export function readerPage({ assets, title, body, publication }: ReaderPage): string {
  const name = html`<span${attrs({ lang: publication?.language })} dir="auto">${publication?.name ?? 'Newsletters'}</span>`;
  return `${html`<!doctype html>
<html lang="en">
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
<a class="skip" href="#main">Skip to content</a>
<header class="masthead"><div><a class="name" href="/">${name}</a></div></header>
<main id="main" class="slip">${body}</main>
</body>
</html>
`}`;
}
