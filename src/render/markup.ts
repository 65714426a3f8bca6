/** Pieces of HTML that the mail and the web page share: running text, references, captions. */

import { type Fill, type Html, html } from '../html.ts';
import type { Chart, Figure, Inline, Reference } from '../model/issue.ts';
import { type Target, targetOf } from './addresses.ts';
import { runsOf } from './isolation.ts';
import type { Voice } from './voice.ts';

/** Turns a target into an address for `href`; undefined prints the words without a link. */
export type Address = (target: Target) => string | undefined;

/** How a stretch of text is set: in which voice, and where its links lead. */
export interface Setting extends Voice {
  address: Address;
}

/** The same setting without links, for headings and labels that are links themselves. */
export function unlinked(setting: Setting): Setting {
  return { ...setting, address: () => undefined };
}

/** Plain words; each run of the other direction is kept to itself. A `span` with a direction isolates like `bdi` (HTML, "Rendering", 15.3.5), and mail programs keep it. */
export function said(words: string, { direction }: Pick<Voice, 'direction'>): Html[] {
  const turned = direction === 'rtl' ? 'ltr' : 'rtl';
  return runsOf(words, direction).map(({ v, foreign }) => (foreign ? html`<span dir="${turned}">${v}</span>` : html`${v}`));
}

/** Running text. Links that lead nowhere print as plain text. */
export function inline(c: readonly Inline[], setting: Setting): Html[] {
  return c.map((n) => piece(n, setting));
}

function piece(n: Inline, setting: Setting): Html {
  switch (n.t) {
    case 'text':
      return html`${said(n.v, setting)}`;
    case 'br':
      return html`<br>`;
    case 'em':
      return html`<em>${inline(n.c, setting)}</em>`;
    case 'strong':
      return html`<strong>${inline(n.c, setting)}</strong>`;
    case 'link':
      return linked(n.href, inline(n.c, setting), setting);
  }
}

function linked(href: string, words: Fill, { address }: Setting): Html {
  const to = address(targetOf(href));
  return to === undefined ? html`${words}` : html`<a href="${to}">${words}</a>`;
}

/** One line of a reading list: the linked title, then authors, outlet in italics, date, detail. */
export function reference(r: Reference, setting: Setting): Html {
  const part = (words: string | undefined) => (words === undefined ? undefined : said(words, setting));
  const rest = [part(r.authors), r.outlet === undefined ? undefined : html`<em>${part(r.outlet)}</em>`, part(r.date), part(r.detail)];
  return html`${linked(r.href, inline(r.title, setting), setting)}${rest.filter((words) => words !== undefined).map((words) => [setting.words.comma, words])}`;
}

/** Caption, source and note of a chart or picture: the note always stands beside the source. */
export function caption(f: Chart | Figure, setting: Setting): Html {
  const { words } = setting;
  const source = f.source && html` <span class="u">(${words.source}: ${said(f.source, setting)})</span>`;
  const note = f.note && html` <span class="n">${words.note}: ${said(f.note, setting)}</span>`;
  return html`<strong>${inline(f.caption, setting)}</strong>${source}${note}`;
}

/** A heading of level 2 to 4; deeper ones do not occur in an issue. */
export function heading(level: number, attributes: Html, content: Fill): Html {
  if (level <= 2) return html`<h2${attributes}>${content}</h2>`;
  return level === 3 ? html`<h3${attributes}>${content}</h3>` : html`<h4${attributes}>${content}</h4>`;
}
