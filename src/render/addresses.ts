/** The public addresses a drawing points to, and what a link of the tree may become. */

import { url } from '../html.ts';
import type { Masthead } from '../model/edition.ts';
import { leaveTokenPlaceholder, pdfTokenPlaceholder, preferencesTokenPlaceholder } from '../model/edition.ts';
import type { Inline, IssueTree } from '../model/issue.ts';
import { isCounted, shortAddress } from '../model/measure.ts';

export interface Addresses {
  /** The web page of the issue. */
  web: string;
  /** The full issue; where it is for readers only, the page that says so. */
  pdf: string;
  /** The page without pictures. */
  light: string;
  /** The archive of the publication. */
  archive: string;
  /** The reader's own page for leaving. */
  leave: string;
  /** The reader's own page of preferences. */
  preferences: string;
}

/** The addresses of DESIGN 7 for one issue; the same for every reader, but for `leave` and `preferences`. */
export function addressesOf(tree: IssueTree, masthead: Masthead): Addresses {
  const archive = `${masthead.baseUrl}/${encodeURIComponent(masthead.slug)}`;
  const web = `${archive}/${encodeURIComponent(tree.number)}`;
  return {
    web,
    archive,
    pdf: `${web}.pdf`,
    light: `${web}.light`,
    leave: `${masthead.baseUrl}/u/${leaveTokenPlaceholder}`,
    preferences: `${masthead.baseUrl}/p/${preferencesTokenPlaceholder}`,
  };
}

/** The same as they stand in a mail: the full issue by the reader's own link where only readers may have it. */
export function mailedAddresses(addresses: Addresses, { pdf }: Pick<Masthead, 'pdf'>): Addresses {
  return pdf === 'readers' ? { ...addresses, pdf: `${addresses.pdf}?link=${pdfTokenPlaceholder}` } : addresses;
}

/** Where a link leads: outside, to a place in this issue, or nowhere (a placeholder, or a scheme that the parser should have refused). */
export type Target = { kind: 'outside'; href: string } | { kind: 'inside'; id: string } | { kind: 'nowhere' };

export function targetOf(href: string): Target {
  const safe = url(href);
  if (safe === '#' || safe === '') return { kind: 'nowhere' };
  return safe.startsWith('#') ? { kind: 'inside', id: safe.slice(1) } : { kind: 'outside', href: safe };
}

/**
 * Where a link that leads out leads in the mail: straight there, or through our own address where links are counted. The text part and the web page always
 * lead straight: what is printed there is read, and our address would hide where it goes.
 */
export function outwardInMail(href: string, { number }: Pick<IssueTree, 'number'>, masthead: Masthead): string {
  return masthead.counted && isCounted(href, masthead.baseUrl) ? shortAddress(masthead, number, href) : href;
}

/** True when running text holds nothing that prints. */
export function isBlank(c: readonly Inline[]): boolean {
  return c.every((n) => (n.t === 'text' ? n.v.trim() === '' : n.t === 'br' || isBlank(n.c)));
}
