/** The issues: those changed last, with where each stands. */
import { type Html, html } from '../../html.ts';
import { type ListedIssue, listIssues } from '../../store/issues.ts';
import type { Db } from '../../store/open.ts';
import { commonZone, listPublications } from '../../store/publications.ts';
import type { Desk } from './desk.ts';
import { counted, moment } from './page.ts';
import { publicationOf } from './show.ts';

const shown = 50;

/** Serves `/console/issues`. */
export function issuesRoutes(desk: Desk, { db }: { db: Db }): void {
  desk.get('/console/issues', 'viewer', (request, response) => {
    const issues = listIssues(db, shown, publicationOf(db, request)?.id);
    const publications = new Map(listPublications(db).map(({ id, slug, name }) => [id, { slug, name }]));
    const zone = commonZone(db);
    const row = ({ publicationId, number, title, revision, changedAt, approved }: ListedIssue): Html => {
      const publication = publications.get(publicationId);
      const state = approved === null ? 'Draft' : approved === revision ? 'Approved' : 'Changed since it was approved';
      return html`<tr><th scope="row"><bdi>${title}</bdi><small>${publication?.slug}/${number}</small></th>
<td><span class="tag ${approved === null ? 'off' : approved === revision ? 'on' : 'half'}">${state}</span></td><td class="when">${counted(revision, 'revision')}</td><td class="when">${moment(changedAt, zone)}</td></tr>`;
    };
    const body =
      issues.length === 0
        ? html`<div class="head"><h1>No issue yet</h1><p class="muted">An issue is written as Markdown and added from the command line.</p></div>
<pre class="commands"><code>npm run -s galley -- issue add FILE --publication SLUG</code></pre>`
        : html`<div class="head"><h1>Issues</h1><p class="muted">Those changed last come first.</p></div>
<table class="list issues"><thead><tr><th scope="col">Issue</th><th scope="col">State</th><th scope="col">Revisions</th><th scope="col">Changed</th></tr></thead><tbody>${issues.map(row)}</tbody></table>`;
    desk.show(response, { title: 'Issues', here: { place: 'issues', exact: true }, body, byPublication: true });
  });
}
