/** Drawings of a send under way. Each part has an id, stands for itself and says all there is to say, so that a browser may put the newest over the one it shows. */
import { attrs, type Html, html } from '../../html.ts';
import { hideAddress, maskAddress } from '../../model/address.ts';
import { resendAfterMs } from '../../model/delivery.ts';
import { statusOf } from '../../model/send.ts';
import { meter, meterKey } from './meter.ts';
import { clockOf, counted, moment, number } from './page.ts';
import { barPlot } from './plot.ts';
import { duration, issuePath, phaseWords, rehearsalMark, titleOf } from './send-title.ts';
import { sendingLog } from './sending-log.ts';
import { providerLabel, type SendingView, unknownsShown } from './sending-view.ts';

export const sendingPath = (id: number): string => `/console/sends/${id}`;

/** What a person may do here; a viewer only looks. */
export interface May {
  steer: boolean;
}

/** Every part, in the order of the page. `problem` is what just went wrong. */
export function sendingParts(view: SendingView, may: May): Html {
  return html`${head(view, may)}${run(view)}<div class="live-two"><div>${pace(view)}${providers(view)}</div>${log(view)}</div>${unknowns(view, may)}${said(view)}`;
}

/** The whole page: the parts, and what tells the script where news of them comes from. */
export function sendingBody(view: SendingView, may: May, problem?: string): Html {
  const { send } = view;
  return html`<p class="back"><a href="/console">What goes out</a></p>
${problem !== undefined && html`<p class="err" role="alert">${problem}</p>`}
<p class="live-lost" id="live-lost" hidden>The line to Galley is lost. Sending carries on; this page looks again by itself.</p>
<div id="live" data-events="${sendingPath(send.id)}/events">${sendingParts(view, may)}</div>`;
}

function head(view: SendingView, may: May): Html {
  const { send, publication, phase } = view;
  return html`<header class="head" id="live-head"><div><h1>${titleOf(send, publication)} ${phaseWords[phase]}</h1>
<p class="muted">${send.rehearsal && html`${rehearsalMark} It goes to the built-in catcher; nothing leaves this machine. `}${when(view)}</p></div>${ways(view, may)}</header>`;
}

function when({ send, phase, publication }: SendingView): Html {
  const zone = publication?.zone;
  if (phase === 'stopping')
    return html`${counted(send.queued, 'message')} still out at the workers, ${number(send.ready + send.deferred)} to take back.`;
  if (phase === 'pausing') return html`${counted(send.queued, 'message')} still out at the workers. Nothing new goes out.`;
  if (send.asOf === null)
    return html`${phase === 'waiting' ? 'It was due' : 'Due'} ${moment(send.scheduledFor, zone)}${zone !== undefined && ` (${zone})`}.`;
  if (send.finishedAt !== null) return html`Begun ${moment(send.asOf, zone)}, over after ${duration(send.finishedAt - send.asOf)}.`;
  return phase === 'paused'
    ? html`Begun ${moment(send.asOf, zone)}. No message is out: the workers have given back what they had.`
    : html`Begun ${moment(send.asOf, zone)}. You can close this page; sending carries on.`;
}

function ways({ send, phase }: SendingView, may: May): Html {
  const button = (action: string, words: string, look = ''): Html =>
    html`<form method="post" action="${sendingPath(send.id)}/${action}"><button class="btn ${look}" id="live-${action}">${words}</button></form>`;
  const over = phase === 'sent' || phase === 'stopped';
  if (over)
    return html`<div class="row"><a class="btn" href="${issuePath(send)}">The web issue</a><a class="btn go" href="/console/reports/${send.id}">Read the report</a></div>`;
  if (!may.steer || phase === 'stopping') return html`<div class="row"></div>`;
  const rest = send.asOf === null ? 'Nobody gets it.' : `${counted(send.ready + send.queued + send.deferred, 'reader')} will not get it.`;
  return html`<div class="row">${phase === 'paused' || phase === 'waiting' || phase === 'pausing' ? button('resume', phase === 'waiting' ? 'Send it now' : 'Go on sending', 'go') : button('pause', send.asOf === null ? 'Hold it' : 'Pause sending')}
<details class="ask" id="live-ask"><summary class="btn bad">Stop for good</summary><div><p>${rest} It cannot be taken up again; those it missed can be sent to later, from the report.</p>${button('stop', 'Stop it', 'bad')}</div></details></div>`;
}

function run({ send, rate, nextTry, publication, workers, relayTrouble, phase }: SendingView): Html {
  const zone = publication?.zone;
  const status = statusOf(send);
  const pace =
    rate !== undefined &&
    html`<p class="muted rate">${number(Math.round(rate.perMinute))} a minute${status.waiting > 0 && html`<br>about ${duration(rate.left)} left`}</p>`;
  const trouble =
    phase === 'sending' &&
    status.waiting > 0 &&
    (workers === 0
      ? html`<p class="note"><mark>No worker is connected.</mark> It goes on when one is.</p>`
      : relayTrouble !== null && html`<p class="note"><mark>The relay does not take mail:</mark> <bdi>${relayTrouble}</bdi></p>`);
  return html`<section class="run" id="live-run" aria-label="Progress">${trouble}<div class="run-top"><p class="count">${number(status.accepted)} <small>of ${number(status.prepared)} accepted</small></p>${pace}</div>
${meter(status)}${meterKey(status)}${nextTry !== undefined && html`<p class="muted">What was put off is tried again from ${moment(nextTry, zone)} on.</p>`}</section>`;
}

function pace({ spans, span, publication }: SendingView): Html {
  if (spans.length < 2) return html`<section class="part" id="live-pace" hidden></section>`;
  const perMinute = 60_000 / span;
  const bars = spans.map(({ at, accepted, deferred, refused }) => ({
    label: clock(at, publication?.zone, span),
    parts: [
      { look: 'accepted', value: accepted * perMinute },
      { look: 'deferred', value: deferred * perMinute },
      { look: 'refused', value: refused * perMinute },
    ],
  }));
  return html`<section class="part" id="live-pace" aria-labelledby="live-pace-name"><h2 id="live-pace-name">Messages a minute</h2>
${barPlot({ name: 'Messages a minute', first: 'From', words: ['Accepted', 'Put off', 'Refused'], bars })}</section>`;
}

/** Hours and minutes, with seconds where spans are shorter than a minute. */
function clock(at: number, zone: string | undefined, span: number): string {
  const seconds = span < 60_000 ? ({ second: '2-digit' } as const) : {};
  return clockOf(zone, { hour: '2-digit', minute: '2-digit', ...seconds }).format(at);
}

/** Providers that get a line of their own. */
const providersShown = 5;

function providers({ tallies }: SendingView): Html {
  if (tallies.length < 2) return html`<section class="part" id="live-providers" hidden></section>`;
  const known = tallies.filter(({ provider }) => provider !== 0);
  const others = [...known.slice(providersShown), ...tallies.filter(({ provider }) => provider === 0)];
  const add = (a: (typeof tallies)[number], b: (typeof tallies)[number]) => ({
    provider: 0,
    prepared: a.prepared + b.prepared,
    accepted: a.accepted + b.accepted,
    deferred: a.deferred + b.deferred,
    refused: a.refused + b.refused,
    unknown: a.unknown + b.unknown,
    cancelled: a.cancelled + b.cancelled,
  });
  const rows = [...known.slice(0, providersShown), ...(others.length > 0 ? [others.reduce(add)] : [])];
  const cell = (count: number, label: string): Html =>
    html`<td${attrs({ class: count === 0 ? 'n none' : 'n', 'data-label': label })}>${count === 0 ? '–' : number(count)}</td>`;
  const row = (tally: (typeof tallies)[number]): Html => {
    const { provider, prepared, accepted, deferred, refused } = tally;
    const waiting = prepared - accepted - deferred - refused - tally.unknown - tally.cancelled;
    const name = provider === 0 && known.length > 0 ? 'Everyone else' : providerLabel(provider);
    return html`<tr><th scope="row">${name}</th><td class="bar">${meter({ ...tally, waiting })}</td>
<td class="n" data-label="accepted">${number(accepted)}<small> of ${number(prepared)}</small></td>${cell(deferred, 'put off')}${cell(refused, 'refused')}</tr>`;
  };
  return html`<section class="part" id="live-providers" aria-labelledby="live-providers-name"><h2 id="live-providers-name">By mailbox</h2>
<table class="list sends"><thead><tr><th scope="col">Mailbox</th><th scope="col">Progress</th><th scope="col" class="n">Accepted</th><th scope="col" class="n">Put off</th><th scope="col" class="n">Refused</th></tr></thead><tbody>${rows.map(row)}</tbody></table></section>`;
}

function log(view: SendingView): Html {
  const lines = sendingLog(view);
  const zone = view.publication?.zone;
  const day = clockOf(zone, { day: 'numeric', month: 'short' });
  const today = day.format(view.now);
  const line = ({ at, told }: (typeof lines)[number]): Html =>
    html`<li><time datetime="${new Date(at).toISOString()}">${day.format(at) !== today && html`${day.format(at)}, `}${clock(at, zone, 60_000)}</time><span>${told}</span></li>`;
  return html`<section class="part" id="live-log" aria-labelledby="live-log-name"><h2 id="live-log-name">${view.send.finishedAt === null ? 'What is happening' : 'What happened'}</h2>
${lines.length === 0 ? html`<p class="muted">Nothing yet.</p>` : html`<ol class="live-log">${lines.map(line)}</ol>`}</section>`;
}

function unknowns({ send, unknowns: rows, now, publication }: SendingView, may: May): Html {
  if (rows.length === 0) return html`<section class="part" id="live-unknowns" hidden></section>`;
  const zone = publication?.zone;
  const steerable = may.steer;
  const mayResend = send.state !== 'cancelled';
  const row = ({ reader, address, reply, since, resent }: (typeof rows)[number]): Html => {
    const early = mayResend && since + resendAfterMs > now;
    const box = steerable && html`<input type="checkbox" name="reader" value="${reader}" id="unknown-${reader}">`;
    const name = html`<bdi dir="ltr">${maskAddress(address)}</bdi>`;
    return html`<li>${box}${steerable ? html`<label for="unknown-${reader}">${name}</label>` : name}<span class="muted">${reply !== null && reply !== '' ? html`<bdi>${hideAddress(reply, address)}</bdi> ·` : 'The line broke before the answer.'}${resent > 0 && ' It was sent again once already.'}${early && html` May be sent again from ${moment(since + resendAfterMs, zone)}: word of it may still come.`}</span></li>`;
  };
  const button = (answer: string, words: string): Html =>
    html`<button class="btn" name="answer" value="${answer}" id="unknown-${answer}">${words}</button>`;
  const body = html`<ul class="live-unknowns">${rows.map(row)}</ul>${send.unknown > rows.length && html`<p class="muted">These are the first ${number(unknownsShown)} of ${number(send.unknown)}.</p>`}`;
  return html`<section class="part" id="live-unknowns" aria-labelledby="live-unknowns-name"><h2 id="live-unknowns-name">${counted(send.unknown, 'mail')} nobody knows about</h2>
<p class="muted">The line broke after the mail was out: it may have arrived or not. It is never sent again by itself unless you set it so.</p>
${steerable ? html`<form method="post" action="${sendingPath(send.id)}/unknowns">${body}<div class="row">${mayResend && button('resend', 'Send the chosen again')}${button('dismiss', 'Let the chosen be')}${mayResend && button('resend-all', `Send all ${number(send.unknown)} again`)}${button('dismiss-all', 'Let all be')}</div></form>` : body}</section>`;
}

/** What is read out: it changes at each quarter and when the send changes its state, and never in between. */
function said({ send, phase, publication }: SendingView): Html {
  const done =
    send.prepared === 0 || !send.frozen
      ? 0
      : Math.floor(((send.prepared - send.ready - send.queued - send.deferred) / send.prepared) * 4) * 25;
  const progress = phase === 'sending' && done > 0 ? ` ${done} % done.` : '';
  return html`<p class="unseen" id="live-said" role="status"${attrs({ 'data-phase': phase })}>${titleOf(send, publication)} ${phaseWords[phase]}.${progress}${send.rehearsal && ' This is a rehearsal.'}</p>`;
}
