/** The documents of the desk, and the words for numbers and times that its pages share. */
import { attrs, type Html, html } from '../../html.ts';
import type { Assets } from '../assets.ts';
import { type Bar, barOf } from './bar.ts';

export interface ConsolePage {
  assets: Assets;
  title: string;
  body: Html;
  /** One narrow column. */
  slip: boolean;
  /** What stands above it. */
  bar: Bar;
  scripts: { names: readonly string[]; nonce: string };
  /** Seconds after which it asks for itself again where there is no script. */
  renew?: number | undefined;
}

/** A whole document. Everything in its frame works without script. */
export function consolePage({ assets, title, slip, body, bar, scripts, renew }: ConsolePage): string {
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
${scripts.names.map((name) => html`<script type="module" src="${assets.address(name)}" nonce="${scripts.nonce}"></script>`)}${renew !== undefined && html`<noscript><meta http-equiv="refresh" content="${renew}"></noscript>`}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
${barOf(bar)}
<main id="main"${attrs({ class: slip && 'slip' })}>${body}</main>
</body>
</html>
`}`;
}

/** Made once: making one takes longer than drawing the rest of a page, and a list shows fifty times. */
const numbers = new Intl.NumberFormat('en-GB');
const clocks = new Map<string, Intl.DateTimeFormat>();

/** How instants are written in a zone, the machine's own when left out. */
export function clockOf(zone: string | undefined, shape: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ''} ${Object.entries(shape).join(' ')}`;
  const known = clocks.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...shape, timeZone: zone });
  clocks.set(key, known);
  return known;
}

/** Minutes as they were written last. */
const written = new Map<string, string>();
const dateAndClock = { dateStyle: 'medium', timeStyle: 'short' } as const;

/** A slot as people write it: `first tuesday 09:00` → `first Tuesday, 09:00`. */
export function slotWords(slot: string): string {
  return slot.replace(/ (?=\d\d:)/, ', ').replace(/(?<=^\w+ )[a-z]/, (letter) => letter.toUpperCase());
}

/** 12345 → 12,345. */
export function number(count: number): string {
  return numbers.format(count);
}

/** A count with its noun: `1 mail`, `200 mails`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** An instant as a date and a clock read it in `zone`, the machine's own when left out: `22 Nov 2026, 09:30`. */
export function moment(instant: number, zone?: string): Html {
  const minute = `${Math.floor(instant / 60_000)} ${zone ?? ''}`; // most rows of a list are of a few minutes
  const shown = written.get(minute) ?? clockOf(zone, dateAndClock).format(instant);
  if (written.size >= 1000) written.clear();
  written.set(minute, shown);
  return html`<time datetime="${new Date(instant).toISOString()}">${shown}</time>`;
}

/** Bytes as people read them: `812 B`, `46 KB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
