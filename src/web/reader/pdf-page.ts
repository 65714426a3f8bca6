/** The page at the address of a PDF that only readers may have: why it does not open, and how it does. */
import { attrs, type Html, html } from '../../html.ts';
import type { Words } from '../../model/words/catalogue.ts';
import type { Publication } from '../../store/publications.ts';
import type { LeavePage } from './leave-page.ts';

export interface ForReadersView {
  publication: Publication;
  number: string;
  /** The link that was opened, too old; `known` when its reader can be mailed without typing an address. */
  expired?: { link: string; known: boolean } | undefined;
  typed?: string;
  /** What is wrong with the address. */
  trouble?: Html;
}

const mast = ({ name, language, slug }: Publication) => ({ name, language, slug });

/** Says that the full issue is for readers, or that a link was too old, and offers both ways to it. The link itself stands only where it was brought. */
export function forReadersPage(words: Words, { publication, number, expired, typed = '', trouble }: ForReadersView): LeavePage {
  const name = html`<bdi lang="${publication.language}">${publication.name}</bdi>`;
  const path = `/${publication.slug}/${encodeURIComponent(number)}`;
  const known = expired?.known === true;
  const action = known ? `${path}.pdf?link=${encodeURIComponent(expired.link)}` : `${path}.pdf`;
  const field = html`<div class="field"><label for="email">${words.text('consent.email')}</label>${trouble !== undefined && html`<p id="trouble" class="trouble" role="alert">${trouble}</p>`}<input class="input" dir="ltr"${attrs({ id: 'email', name: 'email', inputmode: 'email', autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', maxlength: 320, required: true, value: typed, 'aria-invalid': trouble !== undefined && 'true', 'aria-describedby': trouble !== undefined && 'trouble' })}></div>`;
  const title = words.text(expired === undefined ? 'pdf.readers' : 'pdf.expired');
  const lede = expired === undefined ? words.html('pdf.readers.lede', { publication: name }) : words.html('pdf.expired.lede');
  const body = html`<h1>${title}</h1>
<p class="lede">${lede}</p>
<p><a class="btn" href="${path}">${words.text('pdf.read')}</a></p>
<form class="part" method="post" action="${action}"><h2>${words.text('pdf.ask')}</h2>${!known && field}<button class="btn go">${words.text('pdf.button')}</button></form>
${!known && html`<section class="part"><h2>${words.text('pdf.join')}</h2><p><a class="btn" href="/${publication.slug}/subscribe">${words.text('frame.subscribe')}</a></p></section>`}`;
  return { words, title, body, publication: mast(publication) };
}

/** The same for every address. */
export function linkSentPage(words: Words, publication: Publication): LeavePage {
  const name = html`<bdi lang="${publication.language}">${publication.name}</bdi>`;
  const title = words.text('consent.sent');
  const body = html`<h1>${title}</h1><p class="lede">${words.html('pdf.sent.lede', { publication: name })}</p>`;
  return { words, title, body, publication: mast(publication) };
}
