/** One reader drawn: subscriptions, what suppresses the address, what came back, and the history of consent. */

import { type HandMove, handMoves, mayMoveByHand } from '../../audience/audience.ts';
import { type Html, html } from '../../html.ts';
import { hideAddress, maskAddress } from '../../model/address.ts';
import { type SubscriptionState, stateAt } from '../../model/consent.ts';
import type { AuditEntry } from '../../store/audit.ts';
import type { ListedEvent } from '../../store/feedback-list.ts';
import type { Reader } from '../../store/readers.ts';
import type { deliveriesTo } from '../../store/report.ts';
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
import { moment } from './page.ts';

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
  /** The newest issues sent to them. */
  deliveries: ReturnType<typeof deliveriesTo>;
  /** Whether whoever looks may change something, and see the whole address. */
  mayChange: boolean;
  problem: string | undefined;
  zone: string;
  now: number;
}

/** One reader. */
export function readerBody(view: ReaderView): Html {
  const { reader, came, pages, zone, mayChange } = view;
  const erased = reader.email === '';
  const address = mayChange ? reader.email : maskAddress(reader.email);
  return html`<p class="back"><a href="/console/readers">Readers</a></p>
<div class="head"><div><h1>${erased ? html`Erased reader ${reader.id}` : html`<bdi>${reader.name ?? address}</bdi>`}</h1>
<p class="muted">${erased ? 'Their data is gone; what they agreed to stays, under the number.' : html`${reader.name !== null && html`<bdi dir="ltr">${address}</bdi> · `}Here since ${moment(reader.createdAt, zone)}${reader.language !== null && html` · reads ${reader.language}`}`}</p></div>${mayChange && !erased && edit(reader)}</div>
${suppressed(view)}${subscriptions(view)}${issues(view)}
<section class="part" aria-labelledby="came"><h2 id="came">What came back</h2>
${came.length === 0 ? html`<p class="muted">Nothing has come back from this address.</p>` : html`<ol class="evidence">${came.map((event) => evidence(event, view))}</ol>${pages}`}</section>
${history(view)}`;
}

function edit({ id, name, language }: Reader): Html {
  return html`<details class="ask"><summary class="btn">Edit</summary><form method="post" action="/console/readers/${id}/edit"><label>Name <input class="input" name="name" value="${name ?? ''}" dir="auto" autocomplete="off"></label>
<label>Language <input class="input" name="language" value="${language ?? ''}" dir="ltr" autocomplete="off"></label><p class="muted">The address is theirs to change, by the link in every mail: what they agreed to belongs to it.</p><button class="btn go">Save</button></form></details>`;
}

const moveWords: Record<HandMove, { button: string; told: string }> = {
  suspend: { button: 'Suspend', told: 'Nothing is sent until somebody puts them back. Say why, if you like: it stands in the audit.' },
  reinstate: { button: 'Put back', told: 'They get the next issue again. Say why, if you like: it stands in the audit.' },
  leave: { button: 'Take off', told: 'For somebody who asked you to. Only they themselves can come back.' },
};

function moves({ id }: Reader, publicationId: number, state: SubscriptionState): Html {
  const offered = handMoves.filter((move) => mayMoveByHand(move, state));
  return html`<div class="row">${offered.map(
    (move) =>
      html`<details class="ask small"><summary>${moveWords[move].button}</summary><form method="post" action="/console/readers/${id}/move"><p>${moveWords[move].told}</p><input type="hidden" name="publication" value="${publicationId}">
<label>Reason <input class="input" name="reason" dir="auto" autocomplete="off"></label><button class="btn" name="move" value="${move}">${moveWords[move].button}</button></form></details>`,
  )}</div>`;
}

/** What became of a mail, in a word or two. */
const deliveryWords: Record<ReaderView['deliveries'][number]['state'], { label: string; look: string }> = {
  ready: { label: 'Waiting', look: 'half' },
  queued: { label: 'On its way', look: 'half' },
  accepted: { label: 'Got it', look: 'on' },
  deferred: { label: 'Put off', look: 'half' },
  refused: { label: 'Refused', look: 'bad' },
  unknown: { label: 'Unknown', look: 'half' },
  cancelled: { label: 'Not sent', look: 'off' },
};

function issues({ deliveries, zone, reader, mayChange }: ReaderView): Html {
  const row = ({
    send,
    subject,
    state,
    reply,
    at,
    bouncedAt,
    complainedAt,
    dismissedAt,
    rehearsal,
  }: ReaderView['deliveries'][number]): Html => {
    const { label, look } =
      bouncedAt !== null
        ? { label: 'Came back', look: 'bad' }
        : dismissedAt !== null
          ? { label: 'Let be', look: 'off' }
          : deliveryWords[state];
    return html`<tr><th scope="row"><a href="/console/reports/${send}"><bdi>${subject}</bdi></a>${rehearsal === 1 && html`<small>rehearsal</small>`}</th><td><span class="tag ${look}">${label}</span>${complainedAt !== null && ' · called spam'}</td>
<td class="told">${state !== 'accepted' && reply !== null && html`<bdi class="said">${mayChange ? reply : hideAddress(reply, reader.email)}</bdi>`}</td><td class="when">${moment(at, zone)}</td></tr>`;
  };
  return html`<section class="part" aria-labelledby="issues"><h2 id="issues">Issues</h2>
${deliveries.length === 0 ? html`<p class="muted">None has been sent to them.</p>` : html`<table class="list came"><thead><tr><th scope="col">Issue</th><th scope="col">What became of it</th><th scope="col">The server said</th><th scope="col">When</th></tr></thead><tbody>${deliveries.map(row)}</tbody></table>`}</section>`;
}

function subscriptions({ held, zone, now, mayChange, reader }: ReaderView): Html {
  const row = ({ subscription: { state, pausedUntil, changedAt, format }, publication }: History['held'][number]): Html => {
    const { label, look } = subscriptionWords[stateAt(state, pausedUntil, now)];
    return html`<tr><th scope="row"><bdi>${publication.name}</bdi></th><td><span class="tag ${look}">${label}</span>${state === 'paused' && pausedUntil !== null && pausedUntil > now && html` until ${moment(pausedUntil, zone)}`}</td>
<td class="when">${moment(changedAt, zone)}</td><td>${format === 'full' ? 'full issue' : format}</td>${mayChange && html`<td>${moves(reader, publication.id, stateAt(state, pausedUntil, now))}</td>`}</tr>`;
  };
  return html`<section class="part" aria-labelledby="subscriptions"><h2 id="subscriptions">Subscriptions</h2>
${held.length === 0 ? html`<p class="muted">None.</p>` : html`<table class="list"><thead><tr><th scope="col">Publication</th><th scope="col">Standing</th><th scope="col">Since</th><th scope="col">Gets</th>${mayChange && html`<th scope="col"><span class="unseen">Change</span></th>`}</tr></thead><tbody>${held.map(row)}</tbody></table>`}</section>`;
}

function suppressed({ reader, held, suppressions, lifted, publications, problem, zone, mayChange }: ReaderView): Html {
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
${suppressions.length === 0 && html`<li>It is suspended, because of what came back or by a person’s word.</li>`}${before}</ul>
${
  mayChange &&
  html`<form method="post" action="/console/readers/${reader.id}/lift"><label for="reason">Why is it right to mail it again?</label>
<textarea class="input" id="reason" name="reason" rows="2" maxlength="500" required aria-describedby="lift-told${problem !== undefined && ' lift-wrong'}"></textarea>
${problem !== undefined && html`<p class="err" id="lift-wrong" role="alert">${problem}</p>`}
<p class="muted" id="lift-told">Suspended subscriptions come back. Who left stays left until they subscribe again.</p><button class="btn">Lift it</button></form>`
}</section>`;
}

/** One event with all that it rests on. */
function evidence(event: ListedEvent, { zone, mayChange, reader }: ReaderView): Html {
  const shown = (text: string): string => (mayChange ? text : hideAddress(text, reader.email));
  const { at, kind, reason, scope, status, code, diagnostic, reporter, foundBy, source, send, inboundId, mail, effect, undoneAt, why } =
    event;
  const line = (term: string, told: Html | string | null): Html | false =>
    told !== null && html`<div><dt>${term}</dt><dd>${told}</dd></div>`;
  const codes = [code, status].filter((each) => each !== null).join(' ');
  const link = html`<a href="/console/feedback/mails/${inboundId ?? 0}">The mail, as it came</a>`;
  return html`<li><div class="row"><h3>${kindWords[kind].one}: ${reasonWords[reason]}</h3>${effectTag(event)}<span class="muted">${moment(at, zone)}</span></div>
<p>${effectWords[undoneAt === null ? effect : 'undone'].told} <span class="muted">Why: ${why}.</span></p>
<dl class="facts">${line('It says', diagnostic === null ? null : html`<bdi class="said">${shown(diagnostic)}</bdi>`)}${line('Codes', codes === '' ? null : html`<span class="said">${codes}</span>`)}
${line('About', scopeWords[scope])}${line('Told by', reporter === null ? null : html`<bdi dir="ltr">${reporter}</bdi>`)}${line('Of the send', send === null ? null : html`<bdi>${send}</bdi>`)}
${line('Came as', sourceWords[source])}${line('Known by', foundByWords[foundBy])}${line('Mail', inboundId === null || !mayChange ? null : mail === 1 ? link : 'not kept any more')}</dl></li>`;
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
