/** The issues by month with where each stands, and the ways to begin one: from the last, from a file, from pasted text. */
import { AppError } from '../../errors.ts';
import { type Html, html } from '../../html.ts';
import { beginText, nextText, type WritingDeps, withFront } from '../../schedule/schedule.ts';
import { beginningsOf } from '../../store/beginnings.ts';
import { type ListedIssue, listIssues, type Standing, standingOf, standings } from '../../store/issue-list.ts';
import type { Db } from '../../store/open.ts';
import { listPublications, type Publication } from '../../store/publications.ts';
import { namesOf } from './actor.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import { readLongForm } from './long-body.ts';
import { clockOf, moment } from './page.ts';
import { publicationChoice } from './reader-list-page.ts';
import { publicationOf } from './show.ts';
import { standingNote, standingTag, standingWords } from './standing-words.ts';
import { readFilesForm } from './upload.ts';

const shown = 200;

/** Serves `/console/issues` and `/console/issues/new`. */
export function issuesRoutes(desk: Desk, deps: WritingDeps): void {
  const { db } = deps;

  desk.get('/console/issues', 'viewer', (request, response) => {
    const publication = publicationOf(db, request);
    const all = listIssues(db, shown, publication?.id);
    const asked = standings.find((standing) => standing === request.query['standing']);
    const body = all.length === 0 ? noIssue(db, publication) : list({ db, all, asked, publication });
    desk.show(response, { title: 'Issues', here: { place: 'issues', exact: asked === undefined }, body, byPublication: true });
  });

  desk.get('/console/issues/new', 'editor', (request, response) => {
    const chosen = publicationOf(db, request);
    desk.show(response, { title: 'A new issue', here: { place: 'issues', exact: false }, body: newIssue(db, chosen), byPublication: true });
  });

  desk.post('/console/issues/new', 'editor', async (request, response) => {
    const form = await readLongForm(request as never);
    const publication = chosenPublication(db, form.get('publication'));
    const typed = (form.get('source') ?? '').replace(/\r\n?/g, '\n');
    const source = form.get('from') === 'text' ? withFront(deps, publication, required(typed)) : nextText(deps, publication);
    const issue = await beginText(deps, { publication, source, actor: actorOf(response) });
    response.redirect(303, `/console/issues/${issue.id}`);
  });

  desk.post('/console/issues/upload', 'editor', async (request, response) => {
    const { fields, files } = await readFilesForm(request as never);
    const publication = chosenPublication(db, fields.get('publication'));
    const [file] = files;
    if (file === undefined)
      throw new AppError('issue.no_file', 'No file was chosen: choose one that ends in .md or .txt.', { status: 422 });
    if (!/\.(?:md|markdown|txt)$/i.test(file.name))
      throw new AppError(
        'issue.file_type',
        `${file.name} is neither Markdown nor plain text: save it as .md or .txt, or paste its words.`,
        { status: 422 },
      );
    const issue = await beginText(deps, {
      publication,
      source: withFront(deps, publication, required(decoded(file))),
      actor: actorOf(response),
    });
    response.redirect(303, `/console/issues/${issue.id}`);
  });
}

function decoded({ name, bytes }: { name: string; bytes: Buffer }): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new AppError('issue.not_text', `${name} is not UTF-8 text: save it as UTF-8 and try again.`, { status: 422 });
  }
}

function required(text: string): string {
  if (text.trim() !== '') return text;
  throw new AppError('issue.no_text', 'There is no text: paste one, or begin with the last issue’s sections.', { status: 422 });
}

function chosenPublication(db: Db, slug: string | null | undefined): Publication {
  const all = listPublications(db);
  const chosen = all.length === 1 ? all[0] : all.find((publication) => publication.slug === slug);
  if (chosen !== undefined) return chosen;
  throw new AppError(
    'issue.publication',
    all.length === 0 ? 'There is no publication yet: add one first.' : 'Say of which publication it is.',
    { status: 422 },
  );
}

function noIssue(db: Db, publication: Publication | undefined): Html {
  if (listPublications(db).length === 0)
    return html`<div class="head"><h1>No publication yet</h1><p class="muted">Issues are written here once an owner has <a href="/console/settings/new">named a publication</a>.</p></div>`;
  return html`<div class="head"><h1>No issue yet</h1><p class="muted">Begin the first one: with a text you have, or with an empty page.</p></div>
<p><a class="btn go" href="${newPath(publication)}">New issue</a></p>`;
}

const newPath = (publication: Publication | undefined): string =>
  `/console/issues/new${publication === undefined ? '' : `?publication=${encodeURIComponent(publication.slug)}`}`;

function list({
  db,
  all,
  asked,
  publication,
}: {
  db: Db;
  all: readonly ListedIssue[];
  asked: Standing | undefined;
  publication: Publication | undefined;
}): Html {
  const publications = new Map(listPublications(db).map((one) => [one.id, one]));
  const names = namesOf(db);
  const months = new Map<string, ListedIssue[]>();
  for (const issue of all.filter((one) => asked === undefined || standingOf(one) === asked)) {
    const month = issue.period ?? new Date(issue.changedAt).toISOString().slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), issue]);
  }
  const row = (issue: ListedIssue): Html => {
    const of = publications.get(issue.publicationId);
    const zone = of?.zone ?? 'UTC';
    return html`<tr><th scope="row"><a href="/console/issues/${issue.id}"><bdi>${issue.title ?? 'Untitled'}</bdi></a><small>${publications.size > 1 && html`<bdi>${of?.name}</bdi>, `}<bdi>${issue.number}</bdi></small></th>
<td>${standingTag(issue)}<small class="of">${standingNote(issue, zone)}</small></td><td class="when">${moment(issue.changedAt, zone)}<small class="of"><bdi>${names(issue.actor)}</bdi></small></td></tr>`;
  };
  const sections = [...months]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(
      ([month, issues]) =>
        html`<section class="month" aria-labelledby="m${month}"><h2 id="m${month}">${monthWords(month)}</h2><table class="list issues"><thead class="unseen"><tr><th scope="col">Issue</th><th scope="col">Stands</th><th scope="col">Changed</th></tr></thead><tbody>${issues.map(row)}</tbody></table></section>`,
    );
  return html`<div class="head"><div><h1>Issues</h1></div><a class="btn go" href="${newPath(publication)}">New issue</a></div>
${filters(all, asked, publication)}${sections.length > 0 ? sections : html`<p class="muted">None stands there now.</p>`}`;
}

function filters(all: readonly ListedIssue[], asked: Standing | undefined, publication: Publication | undefined): Html {
  const path = (standing?: Standing): string => {
    const query = new URLSearchParams({ ...(publication && { publication: publication.slug }), ...(standing && { standing }) });
    return `/console/issues${query.size > 0 ? `?${query}` : ''}`;
  };
  const link = (label: string, count: number, standing?: Standing): Html =>
    html`<li>${asked === standing ? html`<a href="${path(standing)}" aria-current="true">${label} <span>${count}</span></a>` : html`<a href="${path(standing)}">${label} <span>${count}</span></a>`}</li>`;
  const count = (standing: Standing): number => all.filter((issue) => standingOf(issue) === standing).length;
  return html`<nav class="chips" aria-label="By state"><ul>${link('All', all.length)}${standings.filter((one) => count(one) > 0 || one === asked).map((one) => link(standingWords[one].many, count(one), one))}</ul></nav>`;
}

function monthWords(month: string): string {
  const date = new Date(`${month}-15T00:00Z`);
  return Number.isNaN(date.getTime()) ? month : clockOf('UTC', { month: 'long', year: 'numeric' }).format(date);
}

function newIssue(db: Db, chosen: Publication | undefined): Html {
  const which = publicationChoice(chosen === undefined ? listPublications(db) : [chosen], chosen);
  const first = chosen !== undefined && beginningsOf(db, chosen.id).issue === undefined;
  return html`<p class="back"><a href="/console/issues">Issues</a></p><div class="head"><div><h1>A new issue</h1>${chosen !== undefined && html`<p class="muted">Of <bdi>${chosen.name}</bdi></p>`}</div></div>
<div class="begin"><section aria-labelledby="by-last"><h2 id="by-last">${first ? 'From a page to fill in' : 'From the last one'}</h2><p>${first ? 'An opening, a section, an item: write over what is there.' : 'Its sections, empty, with the next number and month.'}</p>
<form method="post" action="/console/issues/new">${which}<input type="hidden" name="from" value="last"><button class="btn go">${first ? 'Begin to write' : 'Begin with the sections'}</button></form></section>
<section aria-labelledby="by-file"><h2 id="by-file">From a file</h2><p>Markdown or plain text. Pictures and tables are added afterwards.</p>
<form method="post" action="/console/issues/upload" enctype="multipart/form-data">${which}<label>The file <input class="input" type="file" name="file" accept=".md,.markdown,.txt,text/markdown,text/plain" required></label><button class="btn">Take it in</button></form></section>
<section class="wide" aria-labelledby="by-text"><h2 id="by-text">From pasted words</h2><p>Whatever is wrong with them is shown at its line.</p>
<form method="post" action="/console/issues/new">${which}<input type="hidden" name="from" value="text"><label>The text <textarea class="input" name="source" rows="10" dir="auto" required></textarea></label><button class="btn">Take it in</button></form></section></div>`;
}
