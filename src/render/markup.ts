/** Pieces of HTML that the mail and the web page share: running text, references, captions. */

import { type Fill, type Html, html } from '../html.ts';
import type { Chart, Figure, Inline, Reference } from '../model/issue.ts';
import { type Target, targetOf } from './addresses.ts';
import type { Words } from './words.ts';

/** Turns a target into an address for `href`; undefined prints the words without a link. */
export type Address = (target: Target) => string | undefined;

/** Running text. Links that lead nowhere print as plain text. */
export function inline(c: readonly Inline[], address: Address): Html[] {
  return c.map((n) => piece(n, address));
}

function piece(n: Inline, address: Address): Html {
  switch (n.t) {
    case 'text':
      return html`${n.v}`;
    case 'br':
      return html`<br>`;
    case 'em':
      return html`<em>${inline(n.c, address)}</em>`;
    case 'strong':
      return html`<strong>${inline(n.c, address)}</strong>`;
    case 'link':
      return linked(n.href, inline(n.c, address), address);
  }
}

function linked(href: string, words: Fill, address: Address): Html {
  const to = address(targetOf(href));
  return to === undefined ? html`${words}` : html`<a href="${to}">${words}</a>`;
}

/** One line of a reading list: the linked title, then authors, outlet in italics, date, detail. */
export function reference(r: Reference, words: Words, address: Address): Html {
  const rest = [r.authors, r.outlet === undefined ? undefined : html`<em>${r.outlet}</em>`, r.date, r.detail];
  return html`${linked(r.href, inline(r.title, address), address)}${rest.filter((part) => part !== undefined).map((part) => [words.comma, part])}`;
}

/** Caption, source and note of a chart or picture: the note always stands beside the source. */
export function caption(f: Chart | Figure, words: Words, address: Address): Html {
  const source = f.source && html` <span class="u">(${words.source}: ${f.source})</span>`;
  const note = f.note && html` <span class="n">${words.note}: ${f.note}</span>`;
  return html`<strong>${inline(f.caption, address)}</strong>${source}${note}`;
}

/** A heading of level 2 to 4; deeper ones do not occur in an issue. */
export function heading(level: number, attributes: Html, content: Fill): Html {
  if (level <= 2) return html`<h2${attributes}>${content}</h2>`;
  return level === 3 ? html`<h3${attributes}>${content}</h3>` : html`<h4${attributes}>${content}</h4>`;
}

/** A number of bytes as people read it. */
export function fileSize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
