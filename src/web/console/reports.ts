/** Reports: all of them, one in figures and words, who got it and who did not, its numbers as a file, and the button that sends to the missed. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import { html } from '../../html.ts';
import { sendToMissed } from '../../schedule/schedule.ts';
import { findPublicationById, listPublications } from '../../store/publications.ts';
import { countLeaves, listReached, type Reached } from '../../store/report.ts';
import { listSendsBefore, type Send } from '../../store/sends.ts';
import type { Desk } from './desk.ts';
import { actorOf } from './entry.ts';
import { leftAfter } from './leaving.ts';
import { measured } from './measure.ts';
import { reachedBody, reachedWords, reportBody, reportList } from './report-page.ts';
import { reportCsv, reportView } from './report-view.ts';
import { issueOf, titleOf } from './send-title.ts';
import { mayOf, type SendingDeps, sendAt } from './sending.ts';
import { sendingPath } from './sending-page.ts';

const perPage = 50;
const reportsPerPage = 30;

/** Serves `/console/reports` and all below it. */
export function reportRoutes(desk: Desk, { db, now }: SendingDeps): void {
  desk.get('/console/reports', 'viewer', (request, response) => {
    const before = Number(/^\d{1,15}$/.exec(String(request.query['before']))?.[0] ?? Number.MAX_SAFE_INTEGER);
    const publications = new Map(listPublications(db).map((publication) => [publication.id, publication]));
    const found = listSendsBefore(db, before, reportsPerPage + 1);
    const rows = found.slice(0, reportsPerPage).map((send) => {
      const publication = publications.get(send.publicationId);
      return { send, title: titleOf(send, publication), zone: publication?.zone, left: countLeaves(db, send) };
    });
    const next = found.length > reportsPerPage ? rows.at(-1)?.send.id : undefined;
    desk.show(response, { title: 'Reports', here: { place: 'reports', exact: true }, body: reportList(rows, next) });
  });

  desk.get('/console/reports/:id/numbers.csv', 'viewer', (request, response) => {
    const send = sendAt(db, request.params.id);
    response.attachment(`report-${issueOf(send).replaceAll(/[^\w.-]+/g, '-')}-${send.id}.csv`).type('text/csv; charset=utf-8');
    response.send(reportCsv(reportView(db, send, now())));
  });

  desk.get('/console/reports/:id', 'viewer', (request, response) => show(response, sendAt(db, request.params.id)));

  desk.get('/console/reports/:id/readers', 'viewer', (request, response) => {
    const send = sendAt(db, request.params.id);
    const state = (Object.keys(reachedWords) as Reached[]).find((each) => each === request.query['state']) ?? 'refused';
    const after = Number(/^\d{1,15}$/.exec(String(request.query['after']))?.[0] ?? 0);
    const publication = findPublicationById(db, send.publicationId);
    const title = titleOf(send, publication);
    const body = reachedBody({
      send,
      title,
      state,
      ...listReached(db, send.id, state, after, perPage),
      first: after === 0,
      zone: publication?.zone,
    });
    desk.show(response, { title: `${reachedWords[state].label}: ${title}`, here: { place: 'reports', exact: false }, body });
  });

  desk.post('/console/reports/:id/missed', 'editor', missed, { stepUp: true });

  function missed(request: Request<{ id: string }>, response: Response): void {
    const { id, issueId, rehearsal } = sendAt(db, request.params.id);
    try {
      response.redirect(303, sendingPath(sendToMissed({ db, now }, { issueId, rehearsal, actor: actorOf(response) }).id));
    } catch (error) {
      if (!(error instanceof AppError && error.status === 409)) throw error;
      response.status(409);
      show(response, sendAt(db, String(id)), `${error.message}.`);
    }
  }

  function show(response: Response, send: Send, problem?: string): void {
    const view = reportView(db, send, now());
    const counts = html`${measured(db, send, view.publication)}${leftAfter(db, send)}`;
    const title = `Report of ${titleOf(send, view.publication)}`;
    desk.show(response, { title, here: { place: 'reports', exact: false }, body: reportBody(view, mayOf(response), counts, problem) });
  }
}
