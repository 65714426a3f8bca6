/** Drawings of reports: one send in a sentence, five figures and what lies behind them; who got it and who did not; and the list of all reports. */
import { attrs, type Html, html } from '../../html.ts';
import { hideAddress, maskAddress } from '../../model/address.ts';
import { phaseOf } from '../../model/send.ts';
import type { Reached, ReachedReader } from '../../store/report.ts';
import type { Send } from '../../store/sends.ts';
import { kindWords, reasonWords } from './feedback-words.ts';
import { clockOf, counted, moment, number } from './page.ts';
import { barPlot } from './plot.ts';
import { missedShown, type ReportView, type SendFigures } from './report-view.ts';
import { duration, issuePath, phaseWords, rehearsalMark, titleOf } from './send-title.ts';
import { providerLabel } from './sending-view.ts';

const reportPath = (id: number): string => `/console/reports/${id}`;

/** A part of a whole as people read it: `99.3 %`, never rounded up to all of it. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '–';
  const exact = (part / whole) * 100;
  if (part === whole) return '100 %';
  return `${Math.min(exact, 99.9).toFixed(exact > 0 && exact < 1 ? 2 : 1)} %`;
}

/** One report. `counts` is what was counted of its links and downloads, and why readers left. */
export function reportBody(view: ReportView, may: { steer: boolean }, counts: Html, problem?: string): Html {
  const { send, publication, subject } = view;
  const zone = publication?.zone;
  return html`<p class="back"><a href="/console/reports">Reports</a></p>
<div class="head"><div><p class="muted">${titleOf(send, publication)} · ${send.asOf === null ? html`due ${moment(send.scheduledFor, zone)}` : html`sent ${moment(send.asOf, zone)}`}${send.finishedAt !== null && send.asOf !== null && html`, in ${duration(send.finishedAt - send.asOf)}`}</p>
<h1 dir="auto">${subject}</h1></div><div class="row ways-of"><a class="btn" href="${issuePath(send)}">View the issue</a><a class="btn" href="${reportPath(send.id)}/numbers.csv">Numbers (CSV)</a></div></div>
${problem !== undefined && html`<p class="err" role="alert">${problem}</p>`}
${send.rehearsal && html`<p class="note">${rehearsalMark} These mails went to the built-in catcher. No reader got them.</p>`}
<p class="verdict">${sentence(view)}</p>
${figures(view)}
<div class="live-two"><div>${refusals(view)}${leaves(view)}${counts}</div><div>${missed(view, may)}${landed(view)}${against(view)}</div></div>`;
}

/** The report in a sentence or two. */
export function sentence({ send, left, earlier, reasons }: ReportView): Html {
  const { prepared, accepted, bounced } = send;
  const phase = phaseOf(send);
  if (send.asOf === null) return html`It has not begun.`;
  if (prepared === 0) return send.frozen ? html`There was nobody to send it to.` : html`It has only just begun.`;
  const has = accepted - bounced;
  const got =
    has === prepared
      ? 'Everyone got it'
      : has / prepared >= 0.99
        ? 'Nearly everyone got it'
        : `${number(has)} of ${number(prepared)} readers got it`;
  const so =
    phase === 'sending' || phase === 'paused' || phase === 'pausing'
      ? html`It ${phaseWords[phase]}: so far ${number(accepted)} of ${number(prepared)} are accepted`
      : html`${got}`;
  const main = reasons.find(({ kind }) => kind === 'bounce');
  const why = main !== undefined && html`; what came back did so mostly because of “${reasonWords[main.reason]}”`;
  const gone = left > 0 ? html` ${counted(left, 'reader')} left.` : html` Nobody left.`;
  return html`${so}${why}.${gone}${usual({ send, left }, earlier)}`;
}

/** How it did against the sends before it. */
function usual(now: SendFigures, earlier: readonly SendFigures[]): Html | false {
  if (earlier.length < 2) return false;
  const share = ({ send, left }: SendFigures): number => left / Math.max(1, send.prepared);
  const before = earlier.map(share).toSorted((a, b) => a - b)[Math.floor(earlier.length / 2)] ?? 0;
  if (share(now) > before * 1.5 && now.left > 2) return html` <mark>That is more than usual.</mark>`;
  return share(now) < before / 1.5 && html` That is fewer than usual.`;
}

function figures({ send, left, measured, earlier }: ReportView): Html {
  const { prepared, accepted, refused, bounced, complained } = send;
  const figure = (term: string, value: string, told: Html | string): Html =>
    html`<div><dt>${term}</dt><dd>${value}<small>${told}</small></dd></div>`;
  const before = earlier[0];
  return html`<dl class="figures five">${figure('Accepted', percent(accepted, prepared), `${number(accepted)} of ${number(prepared)}`)}
${figure('Refused or came back', number(refused + bounced), `${percent(refused + bounced, prepared)} of them`)}
${measured === undefined ? figure('Took the PDF', '–', 'not measured') : figure('Took the PDF', number(measured.downloads), counted(measured.followed, 'link followed', 'links followed'))}
${figure('Left', number(left), before === undefined ? percent(left, prepared) : `${percent(left, prepared)}, ${number(before.left)} the time before`)}
${figure('Called it spam', number(complained), `${percent(complained, accepted)}, the limit is 0.10 %`)}</dl>`;
}

/** Lists of readers by what became of their mail, in the order they are offered. */
export const reachedWords: Record<Reached, { label: string; told: string }> = {
  accepted: { label: 'Got it', told: 'The next server took the mail. That is not an inbox, but all that anybody can know.' },
  refused: { label: 'Refused', told: 'The server said no for good.' },
  bounced: { label: 'Came back', told: 'It was accepted at first and came back later.' },
  unknown: { label: 'Unknown', told: 'The line broke: nobody knows whether it arrived.' },
  deferred: { label: 'Put off', told: 'Asked to wait; it is tried again.' },
  cancelled: { label: 'Not sent', told: 'They had left or were suspended by then, or the send was stopped.' },
  ready: { label: 'Waiting', told: 'Their turn has not come yet.' },
};

function countOf(send: Send, state: Reached): number {
  return state === 'ready' ? send.ready + send.queued : send[state];
}

function refusals({ send, reasons }: ReportView): Html {
  const most = reasons[0]?.events ?? 1;
  const row = ({ kind, reason, events }: ReportView['reasons'][number]): Html =>
    html`<li><span>${kindWords[kind].one}: <a href="/console/feedback?reason=${reason}#events">${reasonWords[reason]}</a></span>
<svg class="meter" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${kind === 'complaint' ? 'refused' : kind === 'bounce' ? 'accepted' : 'cancelled'}" width="${Math.max(4, Math.round((events / most) * 1000))}" height="10"/></svg><b>${number(events)}</b></li>`;
  const lists = (Object.keys(reachedWords) as Reached[]).filter((state) => countOf(send, state) > 0);
  return html`<section class="part" aria-labelledby="came"><h2 id="came">What came back, and why</h2>
${reasons.length === 0 ? html`<p class="muted">Nothing has come back.</p>` : html`<ul class="reasons">${reasons.map(row)}</ul>`}</section>
<section class="part" aria-labelledby="who"><h2 id="who">Who got it, and who did not</h2><ul class="lines">${lists.map(
    (state) =>
      html`<li><a href="${reportPath(send.id)}/readers?state=${state}">${reachedWords[state].label}</a> <b class="end">${number(countOf(send, state))}</b></li>`,
  )}</ul></section>`;
}

function leaves({ leaves: { span, spans }, left, publication }: ReportView): Html | false {
  if (left === 0) return false;
  const label = clockOf(publication?.zone, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
  const bars = spans.map(({ at, leaves: value }) => ({ label: label.format(at).replace(',', ''), parts: [{ look: 'cancelled', value }] }));
  return html`<section class="part" aria-labelledby="leaving-when"><h2 id="leaving-when">Leaving, in the first three days</h2>
<p class="muted">By the mails of this send, for each ${duration(span)}.</p>${barPlot({ name: 'Readers who left', first: 'From', words: ['Left'], bars })}</section>`;
}

function missed({ send, missed: count }: ReportView, may: { steer: boolean }): Html | false {
  if (count === 0) return false;
  const many = count >= missedShown ? `${number(missedShown)} readers or more` : counted(count, 'reader');
  return html`<section class="part missed" aria-labelledby="missed"><h2 id="missed">${many} could get it yet</h2>
<p class="muted">It did not reach them, and they may be mailed now. Who has it, or may have it, gets nothing; who left or is suspended neither.</p>
${may.steer && html`<form method="post" action="${reportPath(send.id)}/missed"><button class="btn go">Send it to the missed</button></form>`}</section>`;
}

function landed({ tallies }: ReportView): Html | false {
  if (tallies.length === 0) return false;
  return html`<section class="part" aria-labelledby="landed"><h2 id="landed">By mailbox</h2>
<table class="list sends"><thead><tr><th scope="col">Mailbox</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Refused</th></tr></thead>
<tbody>${tallies.toSorted((a, b) => Number(a.provider === 0) - Number(b.provider === 0)).map(({ provider, prepared, accepted, refused }) => html`<tr><th scope="row">${providerLabel(provider)}</th><td class="n" data-label="sent">${number(prepared)}</td><td class="n" data-label="accepted">${percent(accepted, prepared)}</td><td class="n" data-label="refused">${refused === 0 ? '–' : number(refused)}</td></tr>`)}</tbody></table></section>`;
}

function against({ send, left, earlier, publication }: ReportView): Html | false {
  if (earlier.length === 0) return false;
  const row = ({ send: each, left: gone }: SendFigures): Html => {
    const title = titleOf(each, publication).slice((publication?.name.length ?? -1) + 1);
    return html`<tr${attrs({ class: each.id === send.id && 'this' })}><th scope="row">${each.id === send.id ? title : html`<a href="${reportPath(each.id)}">${title}</a>`}</th><td class="n" data-label="readers">${number(each.prepared)}</td>
<td class="n" data-label="accepted">${percent(each.accepted, each.prepared)}</td><td class="n" data-label="left">${number(gone)}</td></tr>`;
  };
  return html`<section class="part" aria-labelledby="against"><h2 id="against">Against earlier issues</h2>
<table class="list sends"><thead><tr><th scope="col">Issue</th><th scope="col" class="n">Readers</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Left</th></tr></thead><tbody>${[{ send, left }, ...earlier].map(row)}</tbody></table></section>`;
}

/** Who got it, or who did not, one page of it. */
export function reachedBody({
  send,
  title,
  state,
  readers,
  next,
  first,
  zone,
}: {
  send: Send;
  title: string;
  state: Reached;
  readers: readonly ReachedReader[];
  next: number | undefined;
  first: boolean;
  zone: string | undefined;
}): Html {
  const path = `${reportPath(send.id)}/readers`;
  const ways = (Object.keys(reachedWords) as Reached[]).filter((each) => each === state || countOf(send, each) > 0);
  const row = ({ reader, address, name, reply, at }: ReachedReader): Html =>
    html`<tr><th scope="row"><a href="/console/readers/${reader}">${address === '' ? `Erased reader ${reader}` : html`<bdi dir="ltr">${maskAddress(address)}</bdi>`}</a>${name !== null && html`<small><bdi>${name}</bdi></small>`}</th>
<td class="told">${reply !== null && reply !== '' && html`<bdi class="said">${hideAddress(reply, address)}</bdi>`}</td><td class="when">${moment(at, zone)}</td></tr>`;
  return html`<p class="back"><a href="${reportPath(send.id)}">Report of ${title}</a></p>
<div class="head"><h1>${reachedWords[state].label}: ${number(countOf(send, state))}</h1><p class="muted">${send.rehearsal && html`${rehearsalMark} `}${reachedWords[state].told}</p></div>
<nav class="tabs" aria-label="What became of it">${ways.map((each) => html`<a href="${path}?state=${each}"${attrs({ 'aria-current': each === state && 'true' })}>${reachedWords[each].label} <span>${number(countOf(send, each))}</span></a>`)}</nav>
${readers.length === 0 ? html`<p class="muted">${next === undefined ? 'Nobody.' : 'Nobody on this page: go on to the next.'}</p>` : html`<table class="list came"><thead><tr><th scope="col">Reader</th><th scope="col">The server said</th><th scope="col">When</th></tr></thead><tbody>${readers.map(row)}</tbody></table>`}
<nav class="pages" aria-label="Pages"><span></span>${!first && html`<a class="btn" href="${path}?state=${state}">First page</a>`}${next !== undefined && html`<a class="btn" href="${path}?state=${state}&after=${next}">Next page</a>`}</nav>`;
}

/** All reports, newest first. */
export function reportList(
  rows: readonly { send: Send; title: string; zone: string | undefined; left: number }[],
  next: number | undefined,
): Html {
  const row = ({ send, title, zone, left }: (typeof rows)[number]): Html =>
    html`<tr><th scope="row"><a href="${reportPath(send.id)}">${title}</a><small>${phaseWords[phaseOf(send)]}${send.rehearsal && ', rehearsal'}${send.missed && ', to the missed'}</small></th>
<td class="when">${moment(send.asOf ?? send.scheduledFor, zone)}</td><td class="n" data-label="readers">${number(send.prepared)}</td><td class="n" data-label="accepted">${percent(send.accepted, send.prepared)}</td>
<td class="n" data-label="refused or back">${number(send.refused + send.bounced)}</td><td class="n" data-label="left">${number(left)}</td></tr>`;
  return html`<div class="head"><h1>Reports</h1><p class="muted">How each send did.</p></div>
${rows.length === 0 ? html`<p class="muted">Nothing has gone out yet.</p>` : html`<table class="list sends"><thead><tr><th scope="col">Send</th><th scope="col">When</th><th scope="col" class="n">Readers</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Refused or back</th><th scope="col" class="n">Left</th></tr></thead><tbody>${rows.map(row)}</tbody></table>`}
${next !== undefined && html`<nav class="pages" aria-label="Pages"><span></span><a class="btn" href="/console/reports?before=${next}">Earlier</a></nav>`}`;
}
