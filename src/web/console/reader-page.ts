/** Drawings of readers: the search, and one reader with subscriptions, what suppresses the address, what came back, and the history of consent. */
import { type Html, html } from '../../html.ts';
import { stateAt } from '../../model/consent.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { ListedEvent } from '../../store/feedback-list.ts';
import type { Reader } from '../../store/readers.ts';
import type { consentHistory } from '../../store/subscriptions.ts';
import { allPublications, type Suppression } from '../../store/suppressions.ts';
import { effectTag } from './feedback-page.ts';
import {
  consentWords,
  effectWords,
  foundByWords,
  kindWords,
  reasonWords,
  scopeWords,
  sourceWords,
  subscriptionWords,
  suppressionWords,
  wayWords,
} from './feedback-words.ts';
import { moment, number } from './page.ts';

/** The search, and whom it found. */
export function findBody({
  asked,
  found,
  atMost,
}: {
  asked: string;
  found: readonly Pick<Reader, 'id' | 'email' | 'name'>[];
  atMost: number;
}): Html {
  const row = ({ id, email, name }: Pick<Reader, 'id' | 'email' | 'name'>): Html =>
    html`<li><a href="/console/readers/${id}"><bdi dir="ltr">${email}</bdi></a>${name !== null && html` <span class="muted"><bdi>${name}</bdi></span>`}</li>`;
  return html`<div class="head"><h1>Find a reader</h1><p class="muted">By the address, or by how it begins.</p></div>
<form class="filters" method="get" action="/console/readers" role="search"><label>Address <input class="input" type="search" name="q" value="${asked}" placeholder="name@example.org" dir="ltr" autocomplete="off" spellcheck="false"></label><button class="btn">Find</button></form>
${asked !== '' && (found.length === 0 ? html`<p class="muted" role="status">No reader’s address begins with “<bdi>${asked}</bdi>”.</p>` : html`<ul class="lines">${found.map(row)}</ul>`)}
${found.length === atMost && html`<p class="muted">These are the first ${number(atMost)}. Type more of the address.</p>`}`;
}

type History = ReturnType<typeof consentHistory>;

export interface ReaderView extends History {
  reader: Reader;
  /** Names by number. */
  publications: ReadonlyMap<number, string>;
  suppressions: readonly Suppression[];
  /** When it was lifted before, and why. */
  lifted: readonly AuditEntry[];
  /** What came back, and the ways to its other pages; `History.events` are those of consent. */
  came: readonly ListedEvent[];
  pages: Html;
  problem: string | undefined;
  zone: string;
  now: number;
}

/** One reader. */
export function readerBody(view: ReaderView): Html {
  const { reader, came, pages, zone } = view;
  const erased = reader.email === '';
  return html`<p class="back"><a href="/console/readers">Readers</a></p>
<div class="head"><div><h1>${erased ? html`Erased reader ${reader.id}` : html`<bdi>${reader.name ?? reader.email}</bdi>`}</h1>
<p class="muted">${erased ? 'Their data is gone; what they agreed to stays, under the number.' : html`<bdi dir="ltr">${reader.email}</bdi> · here since ${moment(reader.createdAt, zone)}${reader.language !== null && html` · reads ${reader.language}`}`}</p></div></div>
${suppressed(view)}${subscriptions(view)}
<section class="part" aria-labelledby="came"><h2 id="came">What came back</h2>
${came.length === 0 ? html`<p class="muted">Nothing has come back from this address.</p>` : html`<ol class="evidence">${came.map((event) => evidence(event, zone))}</ol>${pages}`}</section>
${history(view)}`;
}

function subscriptions({ held, zone, now }: ReaderView): Html {
  const row = ({ subscription: { state, pausedUntil, changedAt, format }, publication }: History['held'][number]): Html => {
    const { label, look } = subscriptionWords[stateAt(state, pausedUntil, now)];
    return html`<tr><th scope="row"><bdi>${publication.name}</bdi></th><td><span class="tag ${look}">${label}</span>${state === 'paused' && pausedUntil !== null && pausedUntil > now && html` until ${moment(pausedUntil, zone)}`}</td>
<td class="when">${moment(changedAt, zone)}</td><td>${format === 'full' ? 'full issue' : format}</td></tr>`;
  };
  return html`<section class="part" aria-labelledby="subscriptions"><h2 id="subscriptions">Subscriptions</h2>
${held.length === 0 ? html`<p class="muted">None.</p>` : html`<table class="list"><thead><tr><th scope="col">Publication</th><th scope="col">Standing</th><th scope="col">Since</th><th scope="col">Gets</th></tr></thead><tbody>${held.map(row)}</tbody></table>`}</section>`;
}

function suppressed({ reader, held, suppressions, lifted, publications, problem, zone }: ReaderView): Html {
  const suspended = held.some(({ subscription }) => subscription.state === 'suspended');
  const before = lifted.map(
    ({ at, actor, detail }) =>
      html`<li class="muted">Lifted ${moment(at, zone)} by <bdi>${actor}</bdi>${detail !== null && html`: “<bdi>${detail}</bdi>”`}</li>`,
  );
  if ((suppressions.length === 0 && !suspended) || reader.email === '')
    return html`${before.length > 0 && html`<ul class="lines note">${before}</ul>`}`;
  const where = (id: number): string => (id === allPublications ? 'no publication' : (publications.get(id) ?? `publication ${id}`));
  return html`<section class="barred" aria-labelledby="barred"><h2 id="barred">Nothing is sent to this address</h2><ul class="lines">
${suppressions.map(({ reason, publicationId, at }) => html`<li>${suppressionWords(reason)} <span class="muted">Since ${moment(at, zone)}; ${publicationId === allPublications ? 'for all publications' : html`for <bdi>${where(publicationId)}</bdi>`}.</span></li>`)}
${suppressions.length === 0 && html`<li>It is suspended, because of what came back.</li>`}${before}</ul>
<form method="post" action="/console/readers/${reader.id}/lift"><label for="reason">Why is it right to mail it again?</label>
<textarea class="input" id="reason" name="reason" rows="2" maxlength="500" required aria-describedby="lift-told${problem !== undefined && ' lift-wrong'}"></textarea>
${problem !== undefined && html`<p class="err" id="lift-wrong" role="alert">${problem}</p>`}
<p class="muted" id="lift-told">Suspended subscriptions come back. Who left stays left until they subscribe again.</p><button class="btn">Lift it</button></form></section>`;
}

/** One event with all that it rests on. */
function evidence(event: ListedEvent, zone: string): Html {
  const { at, kind, reason, scope, status, code, diagnostic, reporter, foundBy, source, send, inboundId, mail, effect, undoneAt, why } =
    event;
  const line = (term: string, told: Html | string | null): Html | false =>
    told !== null && html`<div><dt>${term}</dt><dd>${told}</dd></div>`;
  const codes = [code, status].filter((each) => each !== null).join(' ');
  const link = html`<a href="/console/feedback/mails/${inboundId ?? 0}">The mail, as it came</a>`;
  return html`<li><div class="row"><h3>${kindWords[kind].one}: ${reasonWords[reason]}</h3>${effectTag(event)}<span class="muted">${moment(at, zone)}</span></div>
<p>${effectWords[undoneAt === null ? effect : 'undone'].told} <span class="muted">Why: ${why}.</span></p>
<dl class="facts">${line('It says', diagnostic === null ? null : html`<bdi class="said">${diagnostic}</bdi>`)}${line('Codes', codes === '' ? null : html`<span class="said">${codes}</span>`)}
${line('About', scopeWords[scope])}${line('Told by', reporter === null ? null : html`<bdi dir="ltr">${reporter}</bdi>`)}${line('Of the send', send === null ? null : html`<bdi>${send}</bdi>`)}
${line('Came as', sourceWords[source])}${line('Known by', foundByWords[foundBy])}${line('Mail', inboundId === null ? null : mail === 1 ? link : 'not kept any more')}</dl></li>`;
}

function history({ events, publications, zone }: ReaderView): Html {
  const row = ({
    consent,
    words,
    reason,
  }: History['events'][number]): Html => html`<tr><th scope="row">${consentWords[consent.event]} <small>${wayWords(consent.way)}</small></th>
<td><bdi>${publications.get(consent.publicationId) ?? '–'}</bdi></td><td class="told">${consent.until !== null && html`until ${moment(consent.until, zone)} `}${words !== null && html`“<bdi>${words}</bdi>” `}${reason !== null && html`Their reason: “<bdi>${reason}</bdi>” `}${consent.network !== null && html`<small>from ${consent.network}</small>`}</td>
<td class="when">${moment(consent.at, zone)}</td></tr>`;
  return html`<section class="part" aria-labelledby="history"><h2 id="history">History of consent</h2>
${events.length === 0 ? html`<p class="muted">Nothing is written of it.</p>` : html`<table class="list"><thead><tr><th scope="col">What happened</th><th scope="col">Publication</th><th scope="col">In words</th><th scope="col">When</th></tr></thead><tbody>${[...events].reverse().map(row)}</tbody></table>`}</section>`;
}
