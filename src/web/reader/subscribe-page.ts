/** The pages of subscribing: the form, and what is said once it was sent. */
import { attrs, type Html, html } from '../../html.ts';
import type { Languages, Words } from '../../model/words/catalogue.ts';
import type { Publication } from '../../store/publications.ts';
import type { LeavePage } from './leave-page.ts';
import { languageField } from './preferences-page.ts';

/** The fields of the form by their names. `trap` is empty in every form that a person sent. */
export const fieldNames = { email: 'email', language: 'language', stamp: 'form', trap: 'website', take: 'take', keep: 'keep' } as const;

export interface SubscribeView {
  words: Words;
  offered: Languages['offered'];
  publication: Publication;
  /** Says when the page was made, so that a form comes back neither at once nor next week. */
  stamp: string;
  email?: string;
  language?: string | undefined;
  latest?: { number: string; subject: string } | undefined;
  /** What keeps the form from being taken. */
  trouble?: Html | undefined;
  /** What about the address makes us ask again. */
  hint?: { kind: 'typo'; suggestion: string; address: string } | { kind: 'role'; address: string } | undefined;
}

const named = ({ name, language }: Publication): Html => html`<bdi lang="${language}">${name}</bdi>`;
const mast = ({ name, language, slug }: Publication) => ({ name, language, slug, here: 'subscribe' as const });
export const shownAddress = (address: string): Html => html`<b><bdi dir="ltr">${address}</bdi></b>`;

/** The form. */
export function subscribePage(view: SubscribeView): LeavePage {
  const { words, offered, publication, stamp, email = '', trouble, hint, latest } = view;
  const others = offered.filter(({ language }) => language !== words.language);
  const action = `/${publication.slug}/subscribe?language=${words.language}`;
  const field = html`<div class="field"><label for="email">${words.text('consent.email')}</label>${trouble !== undefined && html`<p id="trouble" class="trouble" role="alert">${trouble}</p>`}<input class="input" dir="ltr"${attrs({ id: 'email', name: fieldNames.email, type: 'text', inputmode: 'email', autocomplete: 'email', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: 320, value: email, 'aria-invalid': trouble !== undefined && 'true', 'aria-describedby': trouble !== undefined && 'trouble' })}></div>`;
  const body = html`<div class="ask"><h1>${words.html('consent.heading', { publication: named(publication) })}</h1>
<form method="post" action="${action}">${hint === undefined ? field : asked(words, hint)}
<p class="trap" aria-hidden="true"><label>${words.text('consent.trap')} <input name="${fieldNames.trap}" tabindex="-1" autocomplete="off"></label></p>
<input type="hidden" name="${fieldNames.stamp}" value="${stamp}">
${offered.length > 1 && languageField(words, offered, view.language ?? words.language)}
<p id="agreed">${words.html('consent.words', { publication: named(publication) })}</p>
${hint === undefined && html`<button class="btn go" aria-describedby="agreed">${words.text('consent.button')}</button>`}
<p class="small muted">${words.text('consent.promise')}</p></form>
${others.length > 0 && html`<p class="row small">${others.map(({ language, name }) => html`<a href="/${publication.slug}/subscribe?language=${language}" lang="${language}" hreflang="${language}">${name}</a>`)}</p>`}</div>
${latest !== undefined && html`<aside class="latest" aria-label="${words.text('consent.latest')}"><p class="muted small">${words.text('consent.latest')}</p><h2 dir="auto" lang="${publication.language}"><a href="/${publication.slug}/${encodeURIComponent(latest.number)}">${titleOf(latest.subject, publication.name)}</a></h2></aside>`}`;
  return { words, title: words.text('consent.title'), body, publication: mast(publication), look: 'join' };
}

/** A subject without the publication's name in front, which stands on the page already. */
function titleOf(subject: string, publication: string): string {
  return subject.startsWith(`${publication}: `) ? subject.slice(publication.length + 2) : subject;
}

/** The address is asked again, with the answers as buttons. */
function asked(words: Words, hint: NonNullable<SubscribeView['hint']>): Html {
  const button = (name: string, address: string, key: 'consent.take' | 'consent.keep', go: boolean) =>
    html`<button class="btn${go && ' go'}" name="${name}" value="${address}"><span>${words.html(key, { address: html`<bdi dir="ltr">${address}</bdi>` })}</span></button>`;
  const question =
    hint.kind === 'typo' ? words.html('consent.typo', { address: shownAddress(hint.suggestion) }) : html`${words.text('consent.role')}`;
  return html`<p class="trouble" role="alert">${question}</p><div class="row">${hint.kind === 'typo' && button(fieldNames.take, hint.suggestion, 'consent.take', true)}${button(fieldNames.keep, hint.address, 'consent.keep', hint.kind === 'role')}</div>`;
}

/** The same for every address. */
export function sentPage(words: Words, publication: Publication, address: string): LeavePage {
  const body = html`<h1>${words.text('consent.sent')}</h1>
<p class="lede">${words.html('consent.sent.lede', { address: shownAddress(address) })}</p>
<p class="muted">${words.text('consent.sent.hint')}</p>
<p><a href="/${publication.slug}/subscribe?language=${words.language}">${words.text('consent.sent.change')}</a></p>`;
  return { words, title: words.text('consent.sent'), body, publication: mast(publication) };
}

/** Too much came from one network. */
export function busyPage(words: Words, publication: Publication): LeavePage {
  const body = html`<h1>${words.text('consent.busy')}</h1><p class="lede">${words.text('consent.busy.lede')}</p>`;
  return { words, title: words.text('consent.busy'), body, publication: mast(publication) };
}
