/** Taking bounces back on the desk: a time, a domain and words are chosen, a preview says exactly what would change, and a button does it. */
import { previewUndo, type UndoCounts, type UndoSpan, undoBounces } from '../../feedback/feedback.ts';
import { type Html, html } from '../../html.ts';
import { parseWhen } from '../../model/zone.ts';
import { type AuditEntry, auditOf } from '../../store/audit.ts';
import { commonZone } from '../../store/publications.ts';
import { readForm } from '../reader/body.ts';
import { withNames } from './actor.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import type { FeedbackDeps } from './feedback.ts';
import { counted, moment } from './page.ts';

const path = '/console/feedback/undo';
const earlierShown = 20;

/** The form as it was filled in. */
interface Typed {
  from: string;
  to: string;
  domain: string;
  text: string;
}

/** Serves `/console/feedback/undo`: with a time it previews; its POST takes back. A second press finds nothing left and changes nothing. */
export function undoRoutes(desk: Desk, { db, suppressionKey, now }: Omit<FeedbackDeps, 'log'>): void {
  const deps = { db, suppressionKey, now };

  desk.get(path, 'editor', async (request, response) => {
    const zone = commonZone(db);
    const typed = typedIn(new URLSearchParams(request.query as Record<string, string>));
    const foreign = ['cross-site', 'same-site'].includes(request.get('sec-fetch-site') ?? ''); // a preview is work: no other site makes us do it
    const span = foreign || (typed.from === '' && typed.to === '') ? undefined : spanOf(typed, zone);
    const result = span === undefined || 'problem' in span ? span : { span, counts: await previewUndo(deps, span) };
    const body = undoBody({ typed, result, zone, earlier: withNames(db, auditOf(db, 'feedback undo', earlierShown)) });
    response.status(result !== undefined && 'problem' in result ? 422 : 200);
    desk.show(response, { title: 'Take bounces back', here: { place: 'feedback', exact: false }, body });
  });

  desk.post(path, 'editor', async (request, response) => {
    const typed = typedIn(await readForm(request));
    const span = spanOf(typed, commonZone(db));
    if (!('problem' in span)) await undoBounces(deps, span, actorOf(response));
    response.redirect(303, `${path}?${new URLSearchParams({ ...typed })}`);
  });
}

function typedIn(fields: URLSearchParams): Typed {
  const typed = (name: string): string => (fields.get(name) ?? '').trim().slice(0, 200);
  return { from: typed('from'), to: typed('to'), domain: typed('domain').replace(/^.*@/, '').toLowerCase(), text: typed('text') };
}

/** The time and what narrows it, or what is wrong with them. */
function spanOf({ from, to, domain, text }: Typed, zone: string): UndoSpan | { problem: string } {
  if (from === '' || to === '') return { problem: 'Say from when to when: both are needed.' };
  const [first, last] = [parseWhen(from, zone), parseWhen(to, zone)];
  if ('problem' in first) return { problem: `From: ${first.problem}.` };
  if ('problem' in last) return { problem: `To: ${last.problem}.` };
  if (first.instant > last.instant) return { problem: 'The first time comes after the second: turn them round.' };
  return { from: first.instant, to: last.instant, domain: domain === '' ? undefined : domain, text: text === '' ? undefined : text };
}

interface UndoView {
  typed: Typed;
  result: { problem: string } | { span: UndoSpan; counts: UndoCounts } | undefined;
  zone: string;
  earlier: readonly AuditEntry[];
}

function undoBody({ typed, result, zone, earlier }: UndoView): Html {
  const { from, to, domain, text } = typed;
  return html`<p class="back"><a href="/console/feedback">What came back</a></p>
<div class="head"><h1>Take bounces back</h1><p class="muted">For a time in which a provider, or something of ours, was out of order: readers whose addresses were called dead then are as if nothing had come back. Complaints and who left by themselves stay. Times are those of ${zone}.</p></div>
<form class="filters" method="get" action="${path}">
<label>From <input class="input" type="datetime-local" name="from" value="${from}" required></label>
<label>To <input class="input" type="datetime-local" name="to" value="${to}" required></label>
<label>Only this domain <input class="input" name="domain" value="${domain}" placeholder="any" dir="ltr" autocomplete="off" spellcheck="false"></label>
<label>Only with these words <input class="input" name="text" value="${text}" placeholder="any" autocomplete="off"></label>
<button class="btn">Show what it would change</button></form>
${result !== undefined && ('problem' in result ? html`<p class="err" role="alert">${result.problem}</p>` : preview(typed, result.counts))}
${
  earlier.length > 0 &&
  html`<section class="part" aria-labelledby="earlier"><h2 id="earlier">Taken back before</h2><ul class="lines">${earlier.map(
    ({ at, actor, detail }) => html`<li>${moment(at, zone)}, by <bdi>${actor}</bdi>: <bdi>${detail}</bdi></li>`,
  )}</ul></section>`
}`;
}

function preview(typed: Typed, { bounces, subscriptions, suppressions }: UndoCounts): Html {
  if (bounces === 0)
    return html`<section class="part preview" aria-label="What it would change"><p class="lede">There is nothing to take back here: no bounce of this time still counts.</p></section>`;
  return html`<section class="part preview" aria-label="What it would change"><p class="lede">This takes back <b>${counted(bounces, 'bounce')}</b>, puts <b>${counted(subscriptions, 'suspended subscription')}</b> back and lifts <b>${counted(suppressions, 'suppression')}</b>. Nothing has been changed yet.</p>
<form method="post" action="${path}">${Object.entries(typed).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="btn go">Take ${bounces === 1 ? 'it' : 'them'} back</button></form></section>`;
}
