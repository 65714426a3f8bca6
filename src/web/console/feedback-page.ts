/** Drawings of what came back: the figures of a month, outages, the form that narrows the list, and its events. */
import { attrs, type Html, html } from '../../html.ts';
import { hideAddress, maskAddress } from '../../model/address.ts';
import { effects } from '../../model/event.ts';
import { feedbackKinds, feedbackReasons } from '../../model/feedback.ts';
import type { ListedEvent, ReasonCount } from '../../store/feedback-list.ts';
import { effectWords, kindWords, providerName, providerWords, reasonWords } from './feedback-words.ts';
import { counted, moment, number } from './page.ts';

/** The form of the list as it was filled in; empty for all. */
export interface Asked {
  domain: string;
  reason: string;
  effect: string;
  day: string;
}

export interface FeedbackView {
  asked: Asked;
  problem: string | undefined;
  zone: string;
  now: number;
  days: number;
  counts: readonly ReasonCount[];
  outages: readonly { domains: string; beganAt: number; until: number }[];
  tray: number;
  events: readonly ListedEvent[];
  pages: Html;
}

/** The whole page. */
export function feedbackBody({ asked, problem, zone, now, days, counts, outages, tray, events, pages }: FeedbackView): Html {
  const narrowed = Object.values(asked).some((value) => value !== '');
  return html`<div class="head"><div><h1>What came back</h1>
<p class="muted">Bounces, complaints and replies of the last ${days} days, and what they did.</p></div>
<div class="row">${tray > 0 && html`<a class="btn" href="/console/feedback/tray"><mark>${counted(tray, 'mail')}</mark>&nbsp;in the tray</a>`}
${tray === 0 && html`<a class="btn" href="/console/feedback/tray">The tray is empty</a>`}<a class="btn" href="/console/feedback/undo">Take bounces back</a></div></div>
${figures(counts)}${counts.length > 0 && reasons(counts, days)}${outages.length > 0 && outageList(outages, zone, now)}
<section class="part events" aria-labelledby="events"><h2 id="events">Every event, newest first</h2>
${filterForm(asked)}${problem !== undefined && html`<p class="err" role="alert">${problem}</p>`}
${events.length > 0 ? html`${eventTable(events, zone)}${pages}` : html`<p class="muted">${narrowed ? html`Nothing fits. <a href="/console/feedback">Show everything</a>` : 'Nothing has come back yet.'}</p>`}</section>`;
}

function figures(counts: readonly ReasonCount[]): Html {
  const of = (kind: string): number => counts.reduce((sum, row) => sum + (row.kind === kind ? row.events : 0), 0);
  return html`<dl class="figures">${feedbackKinds.map((kind) => html`<div><dt>${kindWords[kind].many}</dt><dd>${number(of(kind))}</dd></div>`)}</dl>`;
}

/** Reasons that are shown before the rest is folded. */
const reasonsShown = 8;

function reasons(counts: readonly ReasonCount[], days: number): Html {
  const most = counts[0]?.events ?? 1;
  const row = ({
    kind,
    reason,
    events,
  }: ReasonCount): Html => html`<li><span>${kindWords[kind].one}: <a href="/console/feedback?reason=${reason}#events">${reasonWords[reason]}</a></span>
<svg class="meter" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind === 'complaint' ? 'refused' : kind === 'bounce' ? 'accepted' : 'cancelled'}" width="${Math.max(4, Math.round((events / most) * 1000))}" height="10"/></svg><b>${number(events)}</b></li>`;
  const rest = counts.slice(reasonsShown);
  return html`<section class="part" aria-labelledby="reasons"><h2 id="reasons">Why, in the last ${days} days</h2><ul class="reasons">${counts.slice(0, reasonsShown).map(row)}</ul>
${rest.length > 0 && html`<details><summary>${counted(rest.length, 'more reason')}</summary><ul class="reasons">${rest.map(row)}</ul></details>`}</section>`;
}

function outageList(outages: FeedbackView['outages'], zone: string, now: number): Html {
  const row = ({ domains, beganAt, until }: FeedbackView['outages'][number]): Html =>
    until > now
      ? html`<li><mark>Out of order</mark> <b><bdi>${providerWords(domains)}</bdi></b>, since ${moment(beganAt, zone)}. What it sends back counts against no reader, until an hour after its last bounce.</li>`
      : html`<li><b><bdi>${providerName(domains)}</bdi></b>, <span class="muted">${moment(beganAt, zone)} to ${moment(until, zone)}. Over.</span></li>`;
  return html`<section class="part" aria-labelledby="outages"><h2 id="outages">Providers out of order</h2><ul class="lines">${outages.map(row)}</ul></section>`;
}

function filterForm({ domain, reason, effect, day }: Asked): Html {
  const choice = (value: string, chosen: string, label: string): Html =>
    html`<option value="${value}"${attrs({ selected: value === chosen })}>${label}</option>`;
  return html`<form class="filters" method="get" action="/console/feedback#events">
<label>Domain <input class="input" name="domain" value="${domain}" placeholder="gmail.com" dir="ltr" autocomplete="off" spellcheck="false"></label>
<label>Reason <select class="input" name="reason"><option value="">Any</option>${feedbackReasons.map((each) => choice(each, reason, reasonWords[each]))}</select></label>
<label>What it did <select class="input" name="effect"><option value="">Anything</option>${[...effects, 'undone' as const].map((each) => choice(each, effect, effectWords[each].label))}</select></label>
<label>Day <input class="input" type="date" name="day" value="${day}"></label>
<button class="btn">Show</button></form>`;
}

/** The table of events; the same on a reader's page would not name the reader, so it has its own. */
function eventTable(events: readonly ListedEvent[], zone: string): Html {
  return html`<table class="list came"><thead><tr><th scope="col">Reader</th><th scope="col">What came back</th><th scope="col">What it did</th><th scope="col">When</th></tr></thead>
<tbody>${events.map(
    (event) => html`<tr><th scope="row">${readerLink(event)}</th>
<td class="what">${kindWords[event.kind].one}: ${reasonWords[event.reason]}${event.diagnostic !== null && html`<small class="said"><bdi>${hideAddress(event.diagnostic, event.email ?? '')}</bdi></small>`}</td>
<td class="did">${effectTag(event)}</td><td class="when">${moment(event.at, zone)}</td></tr>`,
  )}</tbody></table>`;
}

function readerLink({ readerId, email }: ListedEvent): Html | string {
  if (readerId === null) return 'Nobody we know';
  if (email === null || email === '') return html`Erased reader ${readerId}`;
  return html`<a href="/console/readers/${readerId}"><bdi dir="ltr">${maskAddress(email)}</bdi></a>`;
}

const looks: Partial<Record<keyof typeof effectWords, string>> = { suspended: 'bad', left: 'bad', held: 'half', parked: 'half' };

/** What an event did, with a sign of its own shape. */
export function effectTag({ effect, undoneAt }: Pick<ListedEvent, 'effect' | 'undoneAt'>): Html {
  const now = undoneAt === null ? effect : 'undone';
  return html`<span class="tag ${looks[now] ?? 'off'}">${effectWords[now].label}</span>`;
}

/** Ways to the newest and to the next older page. `found` is one more than a page holds when there are older ones. */
export function eventPages({
  path,
  asked,
  found,
  perPage,
  isFirst,
}: {
  path: string;
  asked: Partial<Asked>;
  found: readonly ListedEvent[];
  perPage: number;
  isFirst: boolean;
}): Html {
  const last = found[perPage - 1];
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));
  const newest = query.size > 0 ? `${path}?${query}#events` : `${path}#events`;
  if (last !== undefined) query.set('after', `${last.at}-${last.id}`);
  return html`<nav class="pages" aria-label="Pages"><span></span>${!isFirst && html`<a class="btn" href="${newest}">Newest</a>`}
${found.length > perPage && html`<a class="btn" href="${path}?${query.toString()}#events">Older</a>`}</nav>`;
}
