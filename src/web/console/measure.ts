/** Measuring on the desk: the one question whether to count, and what was counted of an issue. */
import { AppError } from '../../errors.ts';
import { type Html, html } from '../../html.ts';
import { mayAs, type Person, type Role } from '../../model/person.ts';
import { iso } from '../../model/zone.ts';
import { voidApprovals } from '../../schedule/schedule.ts';
import { noteAudit } from '../../store/audit.ts';
import { countsOf } from '../../store/counts.ts';
import type { Db } from '../../store/open.ts';
import { answerMeasure, getPublication, type Publication, publicationsUnanswered } from '../../store/publications.ts';
import type { Send } from '../../store/sends.ts';
import { inTransaction } from '../../store/statement.ts';
import { readForm } from '../reader/body.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import { clockOf, counted, moment, number } from './page.ts';

const path = '/console/measure';
/** A setting of the publication, and one that concerns every reader. */
const answersIt: Role = 'owner';

/** Takes the answer of `measureQuestion`. The first one counts: a button pressed on a page that is old by now changes nothing. */
export function measureRoutes(desk: Desk, { db, now }: { db: Db; now: () => number }): void {
  desk.post(path, answersIt, async (request, response) => {
    const form = await readForm(request);
    const answer = form.get('answer');
    if (answer !== 'on' && answer !== 'off')
      throw new AppError('measure.answer', 'The answer has to be one of the two buttons, on or off.');
    const publication = getPublication(db, form.get('publication') ?? '');
    const { id, slug } = publication;
    inTransaction(db, () => {
      const at = now();
      if (!answerMeasure(db, id, answer, at)) return;
      const actor = actorOf(response);
      noteAudit(db, { at, actor, action: 'measure', subject: slug, detail: answer });
      if (answer === 'on') voidApprovals(db, publication, { at, actor, why: 'links are counted from now on' });
    });
    response.redirect(303, '/console');
  });
}

/** The question, until it is answered, for whoever may answer it: of the publication that is looked at, else of several one after the other. */
export function measureQuestion(db: Db, person: Person, chosen: Publication | undefined): Html | false {
  const publication = publicationsUnanswered(db).find(({ id }) => chosen === undefined || id === chosen.id);
  if (publication === undefined || !mayAs(person.role, answersIt)) return false;
  const { slug, name } = publication;
  return html`<section class="note preview" aria-labelledby="measure"><h2 id="measure">Count links and downloads of <bdi>${name}</bdi>?</h2>
<p>Galley can count, for each issue and day, how often a link of its mail is followed and its PDF is fetched. It never counts per reader and never sees whether a mail was opened. Links in mails sent from then on lead through an address of this server, the same for every reader. Until you answer, nothing is counted; <a href="/console/settings?publication=${slug}">Settings</a> change it later.</p>
<form class="row" method="post" action="${path}"><input type="hidden" name="publication" value="${slug}">
<button class="btn" name="answer" value="off">Count nothing</button><button class="btn" name="answer" value="on">Count them</button></form></section>`;
}

/** Links that are shown before the rest is folded. */
const linksShown = 8;

/** What was counted of the issue of a send; nothing of a rehearsal, and nothing where nothing was ever counted. */
export function measured(db: Db, send: Send, publication: Publication | undefined): Html | false {
  if (publication === undefined || send.rehearsal || send.asOf === null) return false;
  const on = publication.measure === 'on';
  const { links, downloads, firstDay } = countsOf(db, send.issueId);
  if (!on && firstDay === undefined) return false;
  const fetched = downloads.reduce((sum, { times }) => sum + times, 0);
  const followed = links.reduce((sum, { times }) => sum + times, 0);
  return html`<section class="part" aria-labelledby="measured"><h2 id="measured">Links and downloads</h2>
<p><b>${counted(followed, 'link')}</b> followed and <b>${counted(fetched, 'PDF')}</b> fetched, ${spanOf(send, publication, on, firstDay)}.</p>
<p class="muted terms">This is counted per issue and not per reader: nobody is told apart, and whoever comes twice counts twice. Programs that check mail for dangers follow links too, sometimes all of them at once, so the figures are too high rather than too low. The links of the text part and of the web page lead straight and are not counted.</p>
${links.length > 0 ? linkTable(links) : html`<p class="muted">The links of this mail lead straight: it was made before counting began, or has none.</p>`}
${downloads.length > 0 && dayTable(downloads)}</section>`;
}

/** Of which time the counts are. Days counted before it was switched off and on again belong to them too. */
function spanOf({ asOf }: Send, { measureSince, zone }: Publication, on: boolean, firstDay: string | undefined): Html {
  if (!on) return html`counted until ${moment(measureSince ?? 0, zone)}, when it was switched off`;
  const began = Math.max(asOf ?? 0, measureSince ?? 0);
  const earlier = firstDay !== undefined && firstDay < iso(began, zone).slice(0, 10);
  return html`counted since ${earlier ? dayWords(firstDay) : moment(began, zone)}`;
}

type Links = ReturnType<typeof countsOf>['links'];

function linkTable(links: Links): Html {
  const rest = links.slice(linksShown);
  return html`${linkRows(links.slice(0, linksShown), 'Links, the most followed first')}
${rest.length > 0 && html`<details><summary>${number(rest.length)} more</summary>${linkRows(rest, 'The other links')}</details>`}`;
}

function linkRows(links: Links, label: string): Html {
  return html`<table class="list followed" aria-label="${label}"><thead><tr><th scope="col">Link</th><th scope="col" class="n">Followed</th></tr></thead>
<tbody>${links.map(
    ({ url, words, times }) =>
      html`<tr><th scope="row"><a href="${url}" rel="noreferrer"><bdi>${words || url}</bdi></a><small><bdi dir="ltr">${url}</bdi></small></th><td class="n">${number(times)}</td></tr>`,
  )}</tbody></table>`;
}

function dayTable(days: ReturnType<typeof countsOf>['downloads']): Html {
  return html`<details><summary>Downloads by day</summary><table class="list followed" aria-label="Downloads by day"><thead><tr><th scope="col">Day</th><th scope="col" class="n">PDF fetched</th></tr></thead>
<tbody>${days.map(({ day, times }) => html`<tr><th scope="row">${dayWords(day)}</th><td class="n">${number(times)}</td></tr>`)}</tbody></table></details>`;
}

/** `2026-11-25` → `25 Nov 2026`. */
function dayWords(day: string): Html {
  const shown = clockOf('UTC', { dateStyle: 'medium' }).format(Date.parse(`${day}T00:00Z`));
  return html`<time datetime="${day}">${shown}</time>`;
}
