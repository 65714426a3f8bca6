/** Writing an issue: its text saved as it is typed, with the tag of what was changed; its files; what stops it and why it may go out all the same. */
import type { Request, Response } from 'express';
import { type Html, html } from '../../html.ts';
import { mayAs } from '../../model/person.ts';
import {
  type KeptText,
  keepText,
  openIssue,
  type Previews,
  sendTest,
  stopsOf,
  type TestDeps,
  takeFiles,
  type WritingDeps,
  waive,
} from '../../schedule/schedule.ts';
import { listedIssue } from '../../store/issue-list.ts';
import { type Draft, getIssue, type Issue } from '../../store/issues.ts';
import { getPublicationById } from '../../store/publications.ts';
import { listFiles, tagOf } from '../../store/writing.ts';
import { pageNotFound } from '../not-found.ts';
import { mailPagePolicy } from '../policies.ts';
import { namesOf } from './actor.ts';
import { checksList } from './checks-page.ts';
import type { Desk } from './desk.ts';
import { differenceOf } from './difference.ts';
import { conflictBody, editorBody } from './editor-page.ts';
import { actorOf, personOf } from './entry.ts';
import { isText, readLongForm, readText } from './long-body.ts';
import { clockOf, counted } from './page.ts';
import { standingLine } from './standing-words.ts';
import { readFilesForm } from './upload.ts';

export interface EditorDeps extends WritingDeps, TestDeps {
  previews: Previews;
  studio: WritingDeps['studio'];
}

/** The issue an address names. */
export function issueOf(deps: Pick<WritingDeps, 'db'>, request: { params: { id: string } }): Issue {
  if (!/^\d{1,15}$/.test(request.params.id)) throw pageNotFound();
  return getIssue(deps.db, Number(request.params.id));
}

/** Whether the answer is for the page's script. */
export const wantsJson = (request: Request<never> | Request): boolean => request.accepts(['html', 'json']) === 'json';

/** `10:42` on the clocks of a zone; with the day when that is not today. */
export function clock(instant: number, zone: string, now: number): string {
  const day = clockOf(zone, { day: 'numeric', month: 'short' });
  const time = clockOf(zone, { hour: '2-digit', minute: '2-digit' }).format(instant);
  return day.format(instant) === day.format(now) ? time : `${day.format(instant)}, ${time}`;
}

/** Serves `/console/issues/:id` and what its page asks for. */
export function editorRoutes(desk: Desk, deps: EditorDeps): void {
  const { db, now, previews } = deps;

  desk.get('/console/issues/:id', 'viewer', (request, response) => {
    const issue = issueOf(deps, request);
    const draft = openIssue(deps, issue);
    showEditor(response, issue, draft, saidOf(request.query));
  });

  function showEditor(response: Response, issue: Issue, draft: Draft, said: Html | undefined): void {
    const listed = listedIssue(db, issue.id);
    if (listed === undefined) throw pageNotFound();
    const publication = getPublicationById(db, issue.publicationId);
    const mayWrite = mayAs(personOf(response).role, 'editor');
    const savedAt = clock(draft.changedAt, publication.zone, now());
    const by = namesOf(db)(draft.actor);
    const body = editorBody({ issue: listed, draft, publication, files: listFiles(db, issue.id), mayWrite, said, savedAt, by });
    const title = listed.title ?? `Issue ${issue.number}`;
    desk.show(response, { title, here: { place: 'issues', exact: false }, body, scripts: ['editor.js'], policy: mailPagePolicy });
  }

  desk.post('/console/issues/:id', 'editor', async (request, response) => {
    const issue = issueOf(deps, request);
    const asked = request as unknown as Request;
    const { source, tag } = isText(asked) ? { source: await readText(asked), tag: tagIn(asked.get('if-match')) } : await formOf(asked);
    const kept = await keepText(deps, { issueId: issue.id, source: source.replace(/\r\n?/g, '\n'), tag, actor: actorOf(response) });
    if (kept.outcome === 'stale') return answerStale(asked, response, issue, kept.draft, source);
    if (wantsJson(asked)) response.json(savedFacts(issue, kept));
    else response.redirect(303, `/console/issues/${issue.id}${undid(kept)}`);
  });

  /** What the page is told of a saved text. The title and where it stands may have changed with it. */
  function savedFacts(issue: Issue, kept: KeptText): object {
    const { zone } = getPublicationById(db, issue.publicationId);
    const listed = listedIssue(db, issue.id);
    return {
      ...(listed !== undefined && { stands: String(standingLine(listed, zone)) }),
      outcome: kept.outcome,
      tag: tagOf(kept.draft),
      at: clock(kept.draft.changedAt, zone, now()),
      ...((kept.voided || kept.unscheduled.length > 0) && { undone: String(undoneWords(kept.unscheduled, kept.voided)) }),
    };
  }

  function answerStale(request: Request, response: Response, issue: Issue, theirs: Draft, mine: string): void {
    const { zone } = getPublicationById(db, issue.publicationId);
    const by = namesOf(db)(theirs.actor);
    const at = clock(theirs.changedAt, zone, now());
    const difference = differenceOf(theirs.source, mine, { before: 'theirs', after: 'yours' });
    response.status(412);
    if (wantsJson(request)) {
      response.json({ tag: tagOf(theirs), source: theirs.source, by, at, difference: String(difference) });
      return;
    }
    const path = `/console/issues/${issue.id}`;
    const body = conflictBody({ path, tag: tagOf(theirs), mine, theirs: theirs.source, by, at, difference });
    desk.show(response, { title: 'Somebody was faster', here: { place: 'issues', exact: false }, body });
  }

  desk.post('/console/issues/:id/files', 'editor', async (request, response) => {
    const issue = issueOf(deps, request);
    const asked = request as unknown as Request;
    const { files } = await readFilesForm(asked);
    const { taken, kept } = await takeFiles(deps, { issueId: issue.id, files, actor: actorOf(response) });
    const answer = { files: taken, ...(files.length === 0 && { problem: 'No file was chosen.' }) };
    if (wantsJson(asked)) return response.json({ ...answer, ...(kept?.outcome === 'saved' && savedFacts(issue, kept)) });
    const wrong = taken.flatMap((file) => ('problem' in file ? [file.problem] : []));
    const right = taken.flatMap((file) => ('path' in file ? [file] : []));
    const said = html`${wrong.map((problem) => html`<p class="err"><bdi>${problem}</bdi></p>`)}${right.map(({ path, markup }) => html`<p><code>${path}</code> is taken in. Put this where it shall stand:</p><pre>${markup}</pre>`)}${files.length === 0 && html`<p class="err">No file was chosen.</p>`}`;
    response.status(wrong.length > 0 || files.length === 0 ? 422 : 200);
    showEditor(response, issue, openIssue(deps, issue), said);
  });

  desk.get('/console/issues/:id/checks', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request);
    const look = await previews.look(issue, openIssue(deps, issue).source);
    const view = {
      issueId: issue.id,
      findings: look.findings,
      stops: stopsOf(db, issue.id, look.findings),
      mayWrite: mayAs(personOf(response).role, 'editor'),
      names: namesOf(db),
    };
    const body = html`<p class="back"><a href="/console/issues/${issue.id}">The issue</a></p><div class="head"><h1><bdi>${listedIssue(db, issue.id)?.title ?? 'Untitled'}</bdi></h1></div><section class="flight" aria-labelledby="checks-title">${checksList(view)}</section>`;
    desk.show(response, { title: 'Before it goes', here: { place: 'issues', exact: false }, body });
  });

  desk.post('/console/issues/:id/waive', 'editor', async (request, response) => {
    const issue = issueOf(deps, request);
    const form = await readLongForm(request as never);
    const field = (name: string): string => form.get(name) ?? '';
    waive(deps, {
      issueId: issue.id,
      check: field('check'),
      problems: form.getAll('problem'),
      reason: field('reason'),
      actor: actorOf(response),
    });
    response.redirect(303, `/console/issues/${issue.id}/checks`);
  });

  desk.post('/console/issues/:id/test', 'editor', async (request, response) => {
    const issue = issueOf(deps, request);
    const form = await readLongForm(request as never);
    const to = await sendTest(deps, { issueId: issue.id, to: form.get('to') ?? '', actor: actorOf(response) });
    if (wantsJson(request as never)) response.json({ sent: testWords(to.length) });
    else response.redirect(303, `/console/issues/${issue.id}?tested=${to.length}`);
  });
}

const testWords = (count: number): string => `${counted(count, 'test')} on the way: it takes some seconds.`;

/** The tag of an If-Match header, without its quotes (RFC 9110 section 13.1.1). */
function tagIn(header: string | undefined): string {
  return /^"?([\d.]{1,40})"?$/.exec(header ?? '')?.[1] ?? 'none';
}

async function formOf(request: Request): Promise<{ source: string; tag: string }> {
  const form = await readLongForm(request);
  return { source: form.get('source') ?? '', tag: form.get('tag') ?? 'none' };
}

function undid({ unscheduled, voided }: KeptText): string {
  return unscheduled.length > 0 ? '?undone=send' : voided ? '?undone=approval' : '';
}

/** What a change undid, for the top of the page. */
function undoneWords(unscheduled: readonly string[], voided: boolean): Html | undefined {
  if (unscheduled.length > 0)
    return html`<p>The issue changed, so it is <b>not scheduled any more</b>. Approve it and schedule it again.</p>`;
  return voided ? html`<p>The issue changed, so its <b>approval counts no more</b>. Approve it again when it is done.</p>` : undefined;
}

function saidOf(query: Request['query']): Html | undefined {
  const tested = Number(query['tested']);
  if (Number.isInteger(tested) && tested > 0 && tested < 100) return html`<p>${testWords(tested)}</p>`;
  if (query['restored'] !== undefined)
    return html`<p>The older text is the newest one again. What it took the place of is in the history.</p>`;
  return undoneWords(query['undone'] === 'send' ? ['it'] : [], query['undone'] === 'approval');
}
