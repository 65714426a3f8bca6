/** Why readers leave: how many left and how, and what some of them wrote, of one issue or of a publication. Nobody is named. */
import { type Html, html } from '../../html.ts';
import { type Leaving, leavingOf } from '../../store/leaving.ts';
import type { Db } from '../../store/open.ts';
import { listPublications } from '../../store/publications.ts';
import type { Send } from '../../store/sends.ts';
import type { Desk } from './desk.ts';
import { wayWords } from './feedback-words.ts';
import { counted, number } from './page.ts';
import { publicationOf } from './show.ts';

const path = '/console/leaving';
const reasonsOfIssue = 5;
const reasonsOfPublication = 200;

/** Serves `/console/leaving`. */
export function leavingRoutes(desk: Desk, { db }: { db: Db }): void {
  desk.get(path, 'viewer', (request, response) => {
    const only = publicationOf(db, request);
    const publications = only === undefined ? listPublications(db) : [only];
    const parts = publications.map(({ id, name }) => {
      const leaving = leavingOf(db, { publicationId: id }, reasonsOfPublication);
      return html`<section class="part" aria-labelledby="of-${id}"><h2 id="of-${id}"><bdi>${name}</bdi></h2>
<p>${sumOf(leaving, 'Nobody has left yet.')}</p>${reasonList(leaving, { named: true })}</section>`;
    });
    const body = html`<p class="back"><a href="/console">What goes out</a></p>
<div class="head"><h1>Why readers leave</h1><p class="muted">In their own words, from the page that follows the leaving. Who wrote what is not shown.</p></div>${parts}`;
    desk.show(response, { title: 'Why readers leave', here: { place: 'sends', exact: false }, body, byPublication: true });
  });
}

/** Who left by a mail of the issue of a send; nothing while nobody has. */
export function leftAfter(db: Db, { publicationId, issueId }: Send): Html | false {
  const leaving = leavingOf(db, { publicationId, issueId }, reasonsOfIssue);
  if (leaving.ways.length === 0) return false;
  return html`<section class="part" aria-labelledby="leaving"><h2 id="leaving">Who left</h2>
<p>${sumOf(leaving, '')} <a href="${path}">Why readers leave</a></p>${reasonList(leaving, { named: false })}</section>`;
}

/** `12 readers left: 9 by the mail program’s own button, 3 on our page. 2 said why.` */
function sumOf({ ways, told }: Leaving, none: string): string {
  if (ways.length === 0) return none;
  const sum = ways.reduce((all, { times }) => all + times, 0);
  const [only, ...others] = ways;
  const how =
    only !== undefined && others.length === 0
      ? wayWords(only.way)
      : ways.map(({ way, times }) => `${number(times)} ${wayWords(way)}`).join(', ');
  const said = told === 0 ? 'Nobody said why.' : `${number(told)} said why.`;
  return `${counted(sum, 'reader')} left${others.length === 0 ? ` ${how}` : `: ${how}`}. ${said}`;
}

function reasonList({ reasons }: Leaving, { named }: { named: boolean }): Html | false {
  if (reasons.length === 0) return false;
  return html`<ul class="lines">${reasons.map(
    ({ text, times, issue }) =>
      html`<li><q dir="auto">${withoutAddresses(text)}</q>${times > 1 && html` <b>${number(times)} times</b>`}${named && issue !== undefined && html` <small class="muted">after ${issue}</small>`}</li>`,
  )}</ul>`;
}

/** What readers write may hold an address, their own above all: it is no reason. */
function withoutAddresses(text: string): string {
  return text.replace(/[^\s<>()",;:]+@[^\s<>()",;:]+/gu, '[an address]');
}
