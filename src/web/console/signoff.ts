/** Signing an issue off and giving it its time. Forms carry what the person saw: whoever comes late is told what changed, and nothing is done twice. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import { mayAs } from '../../model/person.ts';
import { instantsOf, iso, parseWhen } from '../../model/zone.ts';
import {
  findProof,
  makeProof,
  nextSlot,
  orderSend,
  readUnread,
  signOff,
  takeBackOrder,
  type When,
  withdrawApproval,
} from '../../schedule/schedule.ts';
import { findApproval } from '../../store/approvals.ts';
import { customsOf } from '../../store/customs.ts';
import { listedIssue } from '../../store/issue-list.ts';
import type { Issue } from '../../store/issues.ts';
import { getPublicationById } from '../../store/publications.ts';
import { standingsOf } from '../../store/reader-list.ts';
import { openSend, realSend } from '../../store/sends.ts';
import { pageNotFound } from '../not-found.ts';
import { mailPagePolicy, pdfPolicy, printPolicy } from '../policies.ts';
import { namesOf } from './actor.ts';
import type { Desk } from './desk.ts';
import { issueOf } from './editor.ts';
import { actorOf, personOf } from './entry.ts';
import { readLongForm } from './long-body.ts';
import { frame, markupOf, type PreviewRouteDeps } from './previews.ts';
import { signOffBody, type Typed } from './signoff-page.ts';

/** Serves `/console/issues/:id/proof` and the forms on it. */
export function signOffRoutes(desk: Desk, deps: PreviewRouteDeps): void {
  const { db, now, rehearsal } = deps;
  const pathOf = ({ id }: Issue): string => `/console/issues/${id}/proof`;

  function show(
    response: Response,
    issue: Issue,
    { wrong, typed = { when: '', at: '', offset: '' } }: { wrong?: string; typed?: Typed } = {},
  ): void {
    const listed = listedIssue(db, issue.id);
    if (listed === undefined) throw pageNotFound();
    const publication = getPublicationById(db, issue.publicationId);
    const proof = findProof(deps, issue);
    const approval = findApproval(db, issue.id);
    const counts =
      approval !== undefined &&
      proof !== undefined &&
      approval.revision === proof.revision.revision &&
      (approval.edition === null || approval.edition === proof.hash);
    const customs = customsOf(db, publication.id);
    const own = customs.twoPeople && proof?.revision.actor === actorOf(response);
    const body = signOffBody({
      issue: listed,
      publication,
      customs,
      readers: standingsOf(db, publication.id, now()).active ?? 0,
      proof,
      approval: counts ? approval : undefined,
      mayApprove: own ? 'The last words are yours, so somebody else has to approve it.' : true,
      mayOrder: mayAs(personOf(response).role, 'editor'),
      mayUndo: mayAs(personOf(response).role, 'editor') || approval?.actor === actorOf(response),
      open: openSend(db, issue.id, rehearsal),
      last: rehearsal ? undefined : realSend(db, issue.id),
      slot: publication.slot === null ? undefined : nextSlot(db, publication, now()),
      rehearsal,
      names: namesOf(db),
      wrong,
      typed,
      twice: twiceAt(typed.at, publication.zone),
    });
    desk.show(response, { title: 'When should it go?', here: { place: 'issues', exact: false }, body, policy: mailPagePolicy });
  }

  /** Does what a form asks for, and leads to the path that this returns, else back to the page; what cannot be done (any more) is said on the page as it is now. */
  async function act(response: Response, issue: Issue, work: () => unknown, typed?: Typed): Promise<void> {
    let leads: unknown;
    try {
      leads = await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      response.status(error.status);
      return show(response, issue, { wrong: error.message, ...(typed && { typed }) });
    }
    response.redirect(303, typeof leads === 'string' ? leads : pathOf(issue));
  }

  desk.get('/console/issues/:id/proof', 'viewer', (request, response) => show(response, issueOf(deps, request)));

  desk.post('/console/issues/:id/proof', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request);
    await readUnread(deps, issue);
    await act(response, issue, () => makeProof(deps, issue));
  });

  desk.get('/console/issues/:id/proof/:part', 'viewer', (request, response) => {
    const edition = findProof(deps, issueOf(deps, request as never))?.edition;
    const part = (request.params as { part: string }).part;
    if (edition === undefined) throw pageNotFound();
    if (part === 'pdf') {
      response.set('Content-Security-Policy', printPolicy(pdfPolicy)).type('application/pdf').send(edition.pdf);
      return;
    }
    // Frozen with absolute addresses: on the desk pictures and sheet come from where the desk is.
    const here = (markup: string): string =>
      markup.replaceAll(`${deps.baseUrl}/a/`, '/a/').replaceAll(`${deps.baseUrl}/assets/`, '/assets/');
    const markup = markupOf(
      part,
      { email: here(edition.email), text: edition.plainText, page: here(edition.page), pictures: [] },
      deps.sheet,
    );
    if (markup === undefined) throw pageNotFound();
    frame(response, markup);
  });

  desk.post('/console/issues/:id/approve', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request);
    const form = await readLongForm(request as never);
    await act(response, issue, () => signOff(deps, { issueId: issue.id, hash: form.get('hash') ?? '', actor: actorOf(response) }));
  });

  desk.post('/console/issues/:id/unapprove', 'viewer', async (request, response) => {
    const issue = issueOf(deps, request);
    const onlyOwn = !mayAs(personOf(response).role, 'editor');
    await act(response, issue, () => withdrawApproval(deps, { issueId: issue.id, actor: actorOf(response), onlyOwn }));
  });

  const order = async (request: Request, response: Response, issue: Issue, kind: string): Promise<void> => {
    const form = await readLongForm(request);
    const { zone } = getPublicationById(db, issue.publicationId);
    if (kind === '' && form.get('when') === 'now') return response.redirect(307, `/console/issues/${issue.id}/send`); // to where a fresh proof is asked for
    const typed = { when: kind || (form.get('when') ?? ''), at: form.get('at') ?? '', offset: form.get('offset') ?? '' };
    const wish = { issueId: issue.id, hash: form.get('hash') ?? '', after: form.get('after') ?? '', rehearsal, actor: actorOf(response) };
    const work = async (): Promise<string | undefined> => {
      const ordered = await orderSend(deps, { ...wish, when: whenOf(typed, form.get('period') ?? '', zone) });
      return 'send' in ordered && ordered.send.scheduledFor <= deps.now() ? `/console/sends/${ordered.send.id}` : undefined; // what goes at once is watched
    };
    await act(response, issue, work, typed);
  };

  desk.post('/console/issues/:id/schedule', 'editor', (request, response) => order(request as never, response, issueOf(deps, request), ''));
  desk.post('/console/issues/:id/send', 'editor', (request, response) => order(request as never, response, issueOf(deps, request), 'now'), {
    stepUp: true,
  });

  desk.post('/console/issues/:id/take-back', 'editor', async (request, response) => {
    const issue = issueOf(deps, request);
    await act(response, issue, () => takeBackOrder(deps, { issueId: issue.id, rehearsal, actor: actorOf(response) }));
  });
}

/** The time a form asks for. Errors 422 in words: none, one that is no time, an hour that does not exist or comes twice. */
function whenOf({ when, at, offset }: Typed, period: string, zone: string): When {
  if (when === 'now') return { kind: 'now' };
  if (when === 'slot') return { kind: 'slot', period };
  if (at.trim() === '') throw new AppError('order.when', 'Say on which day and at what hour.', { status: 422 });
  const read = parseWhen(`${at}${offset}`, zone);
  if ('problem' in read) throw new AppError('order.when', `${read.problem}.`, { status: 422 });
  return { kind: 'at', at: read.instant };
}

/** The offsets of an hour that the clocks show twice; empty for any other. */
function twiceAt(at: string, zone: string): string[] {
  const [, year, month, day, hour, minute] = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/.exec(at)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined) return [];
  const instants = instantsOf({ year, month, day, hour, minute }, zone);
  return instants.length < 2 ? [] : instants.map((instant) => iso(instant, zone).slice(16));
}
