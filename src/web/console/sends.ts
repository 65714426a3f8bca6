/** What went out: every send with its counts, the newest one large, and ways to look at what readers got. */
import type { Catcher } from '../../catcher/catcher.ts';
import { type Html, html } from '../../html.ts';
import { mayAs } from '../../model/person.ts';
import { type SendStatus, statusOf } from '../../model/send.ts';
import { nextSlot } from '../../schedule/schedule.ts';
import { listAwaiting } from '../../store/approvals.ts';
import { beginningsOf } from '../../store/beginnings.ts';
import type { Db } from '../../store/open.ts';
import { listPublications, type Publication } from '../../store/publications.ts';
import { listPublished } from '../../store/published.ts';
import { listSends, type Send } from '../../store/sends.ts';
import { newPath, stepsBody } from './beginning-page.ts';
import type { Desk } from './desk.ts';
import { personOf } from './entry.ts';
import { leftAfter } from './leaving.ts';
import { measured, measureQuestion } from './measure.ts';
import { meter, meterKey } from './meter.ts';
import { counted, moment, number } from './page.ts';
import { duration, issueOf, issuePath, titleOf } from './send-title.ts';
import { publicationOf } from './show.ts';

export interface SendsDeps {
  db: Db;
  catcher: Catcher | undefined;
  /** Whether mail stays on this machine. */
  rehearsal: boolean;
  now: () => number;
}

/** Seconds after which the page asks for itself again while something is going on. */
const refreshSeconds = 3;
const shown = 50;

/** A send with what its page says of it. */
interface Shown {
  send: Send;
  status: SendStatus;
  publication: Publication | undefined;
  /** `The Tidewater Review 2026-11`, with ` (2nd send)` where it is one. */
  title: string;
  subject: string | undefined;
  /** Path of the web issue, once it is public. */
  path: string | undefined;
}

/** Serves `/console`. It renews itself while a send is going; `?still` stops that. */
export function sendRoutes(desk: Desk, { db, catcher, rehearsal, now }: SendsDeps): void {
  desk.get('/console', 'viewer', async (request, response) => {
    const publications = listPublications(db);
    if (publications.length === 0 && mayAs(personOf(response).role, 'owner')) return response.redirect(303, newPath);
    const chosen = publicationOf(db, request, publications);
    const [newest, ...earlier] = readSends(db, chosen);
    const still = request.query['still'] !== undefined;
    const going =
      newest !== undefined && [newest, ...earlier].some(({ status }) => status.state === 'sending' || status.state === 'scheduled');
    if (going && !still) response.set('Refresh', String(refreshSeconds));
    const renewal =
      going &&
      (still ? html`<a href="/console">Renew this page by itself</a>` : html`<a href="/console?still">Stop renewing this page</a>`);
    const own = publications.length === 1 && newest?.send.rehearsal === true && mayAs(personOf(response).role, 'owner') && startOwn;
    const body =
      newest === undefined
        ? nothingYet(db, chosen ?? publications.at(-1), rehearsal, now())
        : html`${large(newest, renewal, await leavePath(catcher), catcher, own)}${measured(db, newest.send, newest.publication)}${leftAfter(db, newest.send)}${earlier.length > 0 && table(earlier)}`;
    const question = measureQuestion(db, personOf(response), chosen);
    desk.show(response, {
      title: newest?.title ?? 'What goes out',
      here: { place: 'sends', exact: true },
      body: html`${body}${question}`, // what is asked stands below what is told
      byPublication: true,
    });
  });
}

function nothingYet(db: Db, publication: Publication | undefined, rehearsal: boolean, now: number): Html {
  if (publication === undefined)
    return html`<div class="head"><h1>No publication yet</h1><p class="muted">An owner of this desk names one.</p></div>`;
  const waits = publication.slot !== null && !rehearsal && listAwaiting(db, publication.id, now).length > 0;
  return stepsBody(publication, beginningsOf(db, publication.id), {
    rehearsal,
    slot: waits ? nextSlot(db, publication, now).at : undefined,
  });
}

/** For who has tried things out: the next thing is one's own. */
const startOwn = html` <a class="btn" href="${newPath}">Start your own publication</a>`;

function readSends(db: Db, only: Publication | undefined): Shown[] {
  const publications = new Map(listPublications(db).map((publication) => [publication.id, publication]));
  const subjects = new Map(listPublished(db, shown, true).map(({ slug, number: issue, subject }) => [`${slug}/${issue}`, subject]));
  const sends = listSends(db, shown).filter(({ publicationId }) => only === undefined || publicationId === only.id);
  return sends.map((send) => {
    const publication = publications.get(send.publicationId);
    const issue = issueOf(send);
    return {
      send,
      status: statusOf(send),
      publication,
      title: titleOf(send, publication),
      subject: subjects.get(issue),
      path: send.asOf === null ? undefined : issuePath(send),
    };
  });
}

const stateWords: Record<SendStatus['state'], string> = {
  scheduled: 'is scheduled',
  sending: 'is going out',
  paused: 'is paused',
  sent: 'has gone out',
  cancelled: 'was cancelled',
};

function large(
  { send, status, publication, title, subject, path }: Shown,
  renewal: Html | false,
  leave: string | undefined,
  catcher: Catcher | undefined,
  own: Html | false,
): Html {
  const ways = [
    path !== undefined && way(path, 'Web issue', 'The page that “Read on the web” leads to.'),
    path !== undefined && way(`${path}.pdf`, 'PDF', 'What “Download the full issue” gives.'),
    leave !== undefined &&
      way(leave, 'A reader’s unsubscribe page', 'Of the mail caught last. It changes nothing until its button is pressed.'),
    catcher !== undefined &&
      way(
        '/console/mail',
        counted(catcher.count(), 'mail as sent', 'mails as sent'),
        'All parts and headers, as readers’ servers would get them.',
      ),
  ];
  return html`<div class="head"><h1>${title} ${stateWords[status.state]}</h1>
${subject !== undefined && html`<p class="subject" dir="auto">${subject}</p>`}
<p class="muted">${when(send, publication?.zone)} ${renewal}</p>
<p>${status.state === 'sent' || status.state === 'cancelled' ? html`<a class="btn go" href="/console/reports/${send.id}">Read the report</a>` : html`<a class="btn go" href="/console/sends/${send.id}">Follow it, pause or stop it</a>`}${own}</p></div>
${status.rehearsal && html`<p class="note"><mark>Rehearsal</mark> These mails went to the built-in catcher. Nothing left this machine.</p>`}
<section class="run" aria-label="Progress"><p class="count">${number(status.accepted)} <small>of ${number(status.prepared)} accepted</small></p>
${meter(status)}${meterKey(status)}</section>
<section class="ways" aria-label="Look at it">${ways}</section>`;
}

function way(path: string, label: string, told: string): Html {
  return html`<div><h2><a href="${path}">${label}</a></h2><p>${told}</p></div>`;
}

function when(send: Send, zone: string | undefined): Html {
  const inZone = zone === undefined ? '' : ` (${zone})`;
  if (send.asOf === null) return html`Due ${moment(send.scheduledFor, zone)}${inZone}.`;
  if (send.finishedAt === null) return html`Started ${moment(send.asOf, zone)}${inZone}. You can close this page; sending carries on.`;
  return html`Started ${moment(send.asOf, zone)}${inZone}, and took ${duration(send.finishedAt - send.asOf)}.`;
}

function table(sends: readonly Shown[]): Html {
  const row = ({ send, status, publication, title }: Shown) => html`<tr>
<th scope="row"><a href="/console/reports/${send.id}">${title}</a><small>${stateWords[status.state]}${status.rehearsal && ', rehearsal'}</small></th>
<td class="when">${moment(send.asOf ?? send.scheduledFor, publication?.zone)}</td>
<td class="bar">${meter(status)}</td>
<td class="n" data-label="accepted">${number(status.accepted)}<small> of ${number(status.prepared)}</small></td>
<td class="n" data-label="deferred">${number(status.deferred)}</td>
<td class="n" data-label="unknown">${number(status.unknown)}</td>
<td class="n" data-label="refused">${number(status.refused)}</td></tr>`;
  return html`<section class="earlier"><h2>Before that</h2><table class="list sends"><thead><tr><th scope="col">Send</th><th scope="col">When</th><th scope="col">Progress</th>
<th scope="col" class="n">Accepted</th><th scope="col" class="n">Deferred</th><th scope="col" class="n">Unknown</th><th scope="col" class="n">Refused</th></tr></thead>
<tbody>${sends.map(row)}</tbody></table></section>`;
}

/** Path of the unsubscribe page that the newest caught mail points to, so that it opens here whatever BASE_URL is. */
async function leavePath(catcher: Catcher | undefined): Promise<string | undefined> {
  const [newest] = catcher?.list({ limit: 1 }) ?? [];
  const mail = newest && (await catcher?.read(newest.id));
  const header = mail?.headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value;
  return /<https?:\/\/[^/>]+(\/u\/[a-z2-7]+)>/i.exec(header ?? '')?.[1];
}
