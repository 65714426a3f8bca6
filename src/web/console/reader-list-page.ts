/** Drawings of the readers' list: how many there are, the search, the standings to choose from, and a page of readers with masked addresses. */
import { attrs, type Html, html } from '../../html.ts';
import { maskAddress } from '../../model/address.ts';
import { type SubscriptionState, subscriptionStates } from '../../model/consent.ts';
import type { Publication } from '../../store/publications.ts';
import type { StandingReader } from '../../store/reader-list.ts';
import { subscriptionWords } from './feedback-words.ts';
import { counted, moment, number } from './page.ts';

export interface ReaderListView {
  publication: Publication | undefined;
  several: boolean;
  asked: string;
  state: SubscriptionState | undefined;
  standings: Partial<Record<SubscriptionState, number>>;
  readers: readonly StandingReader[];
  /** Whether there are more than are shown. */
  more: boolean;
  /** Whether some names cannot be found yet. */
  namesWait: boolean;
  first: boolean;
  zone: string;
  mayChange: boolean;
}

/** The page of all readers. */
export function readerListBody(view: ReaderListView): Html {
  const { publication, asked, standings, mayChange, several } = view;
  const active = standings.active ?? 0;
  const all = Object.values(standings).reduce((sum, count) => sum + count, 0);
  const of = publication === undefined ? '' : `?publication=${encodeURIComponent(publication.slug)}`;
  const heading = publication === undefined ? html`Readers` : html`${counted(active, 'reader')}`;
  const told =
    publication === undefined
      ? 'Of all publications. Choose one above to see how its readers stand.'
      : all === active
        ? 'All of them get the next issue.'
        : `${number(active)} ${active === 1 ? 'gets' : 'get'} the next issue; ${counted(all - active, 'other')} came before and do not.`;
  return html`<div class="head"><div><h1>${heading}</h1><p class="muted">${told}</p></div>
${mayChange && html`<div class="row">${publication !== undefined && html`<a class="btn" href="/console/readers/export${of}">Export</a>`}<a class="btn" href="/console/readers/import${of}">Import a list</a><a class="btn go" href="/console/readers/add${of}">Add a reader</a></div>`}</div>
${search(asked, publication, several)}
${asked === '' && publication !== undefined && tabs(view, all)}${list(view)}`;
}

function search(asked: string, publication: Publication | undefined, several: boolean): Html {
  return html`<form class="filters" method="get" action="/console/readers" role="search">${several && publication !== undefined && html`<input type="hidden" name="publication" value="${publication.slug}">`}<label>Name, or how the address begins <input class="input" type="search" name="q" value="${asked}" dir="auto" autocomplete="off" spellcheck="false"></label><button class="btn">Find</button></form>`;
}

function tabs({ publication, state, standings }: ReaderListView, all: number): Html {
  const address = (value: string): string => `/console/readers?publication=${encodeURIComponent(publication?.slug ?? '')}${value}`;
  const tab = (value: SubscriptionState | undefined, label: string, count: number): Html =>
    html`<a href="${address(value === undefined ? '' : `&state=${value}`)}"${attrs({ 'aria-current': value === state && 'true' })}>${label} <span>${number(count)}</span></a>`;
  const present = subscriptionStates.filter((each) => (standings[each] ?? 0) > 0 || each === state);
  return html`<nav class="tabs" aria-label="Standing">${tab(undefined, 'All', all)}${present.map((each) => tab(each, subscriptionWords[each].label, standings[each] ?? 0))}</nav>`;
}

function list(view: ReaderListView): Html {
  const { readers, asked, more, first, publication, state, zone } = view;
  if (readers.length === 0)
    return html`<p class="muted" role="status">${asked !== '' ? html`Nobody${publication !== undefined && view.several && html` of <bdi>${publication.name}</bdi>`} is called “<bdi>${asked}</bdi>”, and no address begins so.` : first ? 'Nobody yet.' : 'Nobody further.'}${namesLate(view)}</p>`;
  const row = ({ id, email, name, state: standing, pausedUntil, since, importId }: StandingReader): Html => {
    const address = email === '' ? html`Erased reader ${id}` : html`<bdi dir="ltr">${maskAddress(email)}</bdi>`;
    const words = standing !== null && subscriptionWords[standing];
    return html`<tr><th scope="row"><a href="/console/readers/${id}">${name === null ? address : html`<bdi>${name}</bdi>`}</a>${name !== null && html`<small>${address}</small>`}</th>
<td>${words !== false && html`<span class="tag ${words.look}">${words.label}</span>${standing === 'paused' && pausedUntil !== null && html` <small>until ${moment(pausedUntil, zone)}</small>`}`}</td>
<td class="when">${moment(since, zone)}</td><td class="when">${importId === null ? '' : html`import ${importId}`}</td></tr>`;
  };
  const query = `/console/readers?${publication === undefined ? '' : `publication=${encodeURIComponent(publication.slug)}&`}${state === undefined ? '' : `state=${state}&`}`;
  return html`<table class="list came"><thead><tr><th scope="col">Reader</th><th scope="col">Standing</th><th scope="col">Since</th><th scope="col">Came with</th></tr></thead><tbody>${readers.map(row)}</tbody></table>
${asked !== '' ? html`<p class="muted" role="status">${more ? `These are the first ${number(readers.length)}: type more of the name or address.` : `${counted(readers.length, 'reader')} found.`}${namesLate(view)}</p>` : html`<nav class="pages" aria-label="Pages"><span></span>${!first && html`<a class="btn" href="${query}">Newest</a>`}${more && html`<a class="btn" href="${query}before=${readers.at(-1)?.id ?? 0}">Earlier</a>`}</nav>`}`;
}

const namesLate = ({ namesWait }: ReaderListView): Html | false =>
  namesWait && html` Of readers who came a moment ago, some names are not taken in yet: try again in a minute.`;

/** The form that adds a reader, as it was filled in. */
export interface AddTyped {
  publication: string;
  email: string;
  name: string;
  language: string;
  words: string;
}

export function addReaderBody(publications: readonly Publication[], typed: AddTyped, problem?: Html | string): Html {
  const chosen = publications.find(({ slug }) => slug === typed.publication);
  return html`<p class="back"><a href="/console/readers">Readers</a></p>
<div class="head"><h1>Add a reader</h1><p class="muted">For somebody who has said to you that they want it. They get the next issue; nothing is sent to them now.</p></div>
<form class="sheet" method="post" action="/console/readers/add">${problem !== undefined && html`<p class="err" id="wrong" role="alert">${problem}</p>`}
${publicationChoice(publications, chosen)}
<label>Address <input class="input" type="text" inputmode="email" name="email" value="${typed.email}" dir="ltr" autocomplete="off" spellcheck="false" required${attrs({ 'aria-describedby': problem !== undefined && 'wrong' })}></label>
<label>Name <small>may be left empty</small> <input class="input" name="name" value="${typed.name}" dir="auto" autocomplete="off"></label>
<label>Language <small>such as en or ur; the publication’s own when empty</small> <input class="input short" name="language" value="${typed.language}" dir="ltr" autocomplete="off"></label>
<label>What they agreed to <small>where and when, in some words; kept for good with their name</small> <textarea class="input" name="words" rows="2" required dir="auto">${typed.words}</textarea></label>
<div class="row"><button class="btn go">Add the reader</button></div></form>`;
}

export function publicationChoice(publications: readonly Publication[], chosen: Publication | undefined): Html {
  const [only] = publications;
  if (publications.length === 1 && only !== undefined) return html`<input type="hidden" name="publication" value="${only.slug}">`;
  return html`<label>Publication <select class="input" name="publication" required><option value="">Choose one</option>${publications.map(({ slug, name }) => html`<option value="${slug}"${attrs({ selected: slug === chosen?.slug })}>${name}</option>`)}</select></label>`;
}
