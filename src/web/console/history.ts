/** The revisions of an issue: who wrote what when, what was done with it, how it differs from now, and the way back to it. */
import { type Html, html } from '../../html.ts';
import type { Point } from '../../model/customs.ts';
import { mayAs } from '../../model/person.ts';
import { restoreText } from '../../schedule/schedule.ts';
import { listedIssue } from '../../store/issue-list.ts';
import { findDraft, findDraftAt } from '../../store/issues.ts';
import { getPublicationById } from '../../store/publications.ts';
import { type ListedRevision, listRevisions, tagOf } from '../../store/writing.ts';
import { pageNotFound } from '../not-found.ts';
import { namesOf } from './actor.ts';
import type { Desk } from './desk.ts';
import { differenceOf } from './difference.ts';
import { type EditorDeps, issueOf } from './editor.ts';
import { actorOf, personOf } from './entry.ts';
import { readLongForm } from './long-body.ts';
import { counted, moment } from './page.ts';

const shown = 200;

const pointWords: Record<Point, string> = {
  imported: 'begun',
  restored: 'restored',
  frozen: 'proof made',
  tested: 'test sent',
  approved: 'approved',
  scheduled: 'scheduled',
};

/** Serves `/console/issues/:id/history`. */
export function historyRoutes(desk: Desk, deps: EditorDeps): void {
  const { db } = deps;

  desk.get('/console/issues/:id/history', 'viewer', (request, response) => {
    const issue = issueOf(deps, request);
    const listed = listedIssue(db, issue.id);
    if (listed === undefined) throw pageNotFound();
    const { zone } = getPublicationById(db, issue.publicationId);
    const names = namesOf(db);
    const all = listRevisions(db, issue.id, shown);
    const row = (
      { revision, actor, points, errors, changedAt }: ListedRevision,
      at: number,
    ): Html => html`<tr><th scope="row">${moment(changedAt, zone)}<small><bdi>${names(actor)}</bdi></small></th>
<td>${points.map((point) => html`<span class="tag on">${pointWords[point]}</span> `)}${(errors ?? 0) > 0 && html`<span class="tag half">${counted(errors ?? 0, 'mistake')}</span>`}</td>
<td class="n">${at === 0 ? 'The text as it is now' : html`<a href="/console/issues/${issue.id}/history/${revision}">Compare with now</a>`}</td></tr>`;
    const body = html`<p class="back"><a href="/console/issues/${issue.id}"><bdi>${listed.title ?? 'Untitled'}</bdi></a></p><div class="head"><h1>History</h1>
<p class="muted">What one person types within five minutes is one row; where something was done with the text it is kept for itself.</p></div>
<table class="list history"><thead><tr><th scope="col">When</th><th scope="col">What was done with it</th><th scope="col" class="n">Look</th></tr></thead><tbody>${all.map(row)}</tbody></table>`;
    desk.show(response, { title: 'History', here: { place: 'issues', exact: false }, body });
  });

  desk.get('/console/issues/:id/history/:revision', 'viewer', (request, response) => {
    const issue = issueOf(deps, request as never);
    const number = Number((request.params as { revision: string }).revision);
    const old = Number.isSafeInteger(number) ? findDraftAt(db, issue.id, number) : undefined;
    const newest = findDraft(db, issue.id);
    if (old === undefined || newest === undefined) throw pageNotFound();
    const { zone } = getPublicationById(db, issue.publicationId);
    const path = `/console/issues/${issue.id}`;
    const mayRestore = mayAs(personOf(response).role, 'editor') && old.source !== newest.source;
    const body = html`<p class="back"><a href="${path}/history">History</a></p><div class="head"><div><h1>${moment(old.changedAt, zone)}</h1><p class="muted">By <bdi>${namesOf(db)(old.actor)}</bdi>, beside the text as it is now.</p></div>
${mayRestore && html`<form method="post" action="${path}/history/${old.revision}"><input type="hidden" name="tag" value="${tagOf(newest)}"><button class="btn go">Make it the newest again</button></form>`}</div>
${differenceOf(old.source, newest.source, { before: 'then', after: 'now' })}
<details><summary>The whole text of then</summary><pre class="said whole" dir="auto">${old.source}</pre></details>`;
    desk.show(response, { title: 'An older text', here: { place: 'issues', exact: false }, body });
  });

  desk.post('/console/issues/:id/history/:revision', 'editor', async (request, response) => {
    const issue = issueOf(deps, request as never);
    const revision = Number((request.params as { revision: string }).revision);
    const form = await readLongForm(request as never);
    const kept = await restoreText(deps, { issueId: issue.id, revision, tag: form.get('tag') ?? 'none', actor: actorOf(response) });
    if (kept.outcome !== 'stale') return response.redirect(303, `/console/issues/${issue.id}?restored`);
    const body = html`<p class="back"><a href="/console/issues/${issue.id}/history">History</a></p><div class="head"><h1>Somebody was faster</h1><p class="muted"><bdi>${namesOf(db)(kept.draft.actor)}</bdi> changed the text since this page was opened, so nothing was restored. Compare again.</p></div>`;
    response.status(412);
    desk.show(response, { title: 'Somebody was faster', here: { place: 'issues', exact: false }, body });
  });
}
