/** The frame of the console's pages, and the words for numbers and times that they share. */
import { attrs, type Html, html, raw } from '../../html.ts';
import type { Assets } from '../assets.ts';

/** Parts of the console that the top bar leads to. */
export type Place = 'sends' | 'readers' | 'feedback' | 'mail' | 'languages';

export interface ConsolePage {
  assets: Assets;
  title: string;
  /** The part it belongs to; `exact` when it is that part's own page. */
  here: { place: Place; exact: boolean };
  body: Html;
}

const places: { place: Place; label: string; path: string }[] = [
  { place: 'sends', label: 'Sends', path: '/console' },
  { place: 'readers', label: 'Readers', path: '/console/readers' },
  { place: 'feedback', label: 'What came back', path: '/console/feedback' },
  { place: 'mail', label: 'Caught mail', path: '/console/mail' },
  { place: 'languages', label: 'Languages', path: '/console/languages' },
];

const mark = raw(
  '<svg viewBox="0 0 22 22" aria-hidden="true"><rect class="block" width="22" height="22" rx="3"/><path class="lines" d="M5 6.5h12M5 10.2h12M5 13.9h7"/><path class="caret" d="m13 17.3 2-3.6 2 3.6"/></svg>',
);

/** A whole document: the bar on top, one part marked, no script. */
export function consolePage({ assets, title, here, body }: ConsolePage): string {
  const links = places.map(({ place, label, path }) => {
    const current = place === here.place && (here.exact ? 'page' : 'true');
    return html`<a href="${path}"${attrs({ 'aria-current': current })}>${label}</a>`;
  });
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Galley</title>
<link rel="icon" href="${assets.address('icon.svg')}">
<link rel="stylesheet" href="${assets.address('console.css')}">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><a class="brand" href="/console">${mark}Galley</a><nav aria-label="Main">${links}</nav></header>
<main id="main">${body}</main>
</body>
</html>
`}`;
}

/** 12345 → 12,345. */
export function number(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count with its noun: `1 mail`, `200 mails`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** An instant as a date and a clock read it in `zone`, the machine's own when left out: `22 Nov 2026, 09:30`. */
export function moment(instant: number, zone?: string): Html {
  const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(instant);
  return html`<time datetime="${new Date(instant).toISOString()}">${shown}</time>`;
}

/** Bytes as people read them: `812 B`, `46 KB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
