/** Leaving by link: a page with one button for people, and the one-click POST of mail programs (RFC 8058). */
import express, { type Request, type Response, type Router } from 'express';
import { giveReason, lookUpLeave, openLeaveTogether, type ReaderDeps, undoLeave } from '../../audience/audience.ts';
import { mintToken, nobody, type TokenSubject } from '../../model/token.ts';
import type { Assets } from '../assets.ts';
import { startOfBody } from './body.ts';
import { askPage, backPage, gonePage, type LeavePage, leftPage, ownButton, testPage, tooLatePage } from './leave-page.ts';
import { subjectOfLink, unlisted } from './own-link.ts';
import { readerPage } from './page.ts';

/** What the readers' pages work with. */
export interface PageDeps {
  readers: ReaderDeps;
  assets: Assets;
  now: () => number;
}

/**
 * `GET /u/TOKEN` changes nothing, because scanners open every link. `POST /u/TOKEN` leaves at once, whatever the body, without cookie,
 * redirect or question of origin (RFC 8058 section 3.1). `POST /u/TOKEN/undo` puts the reader back, `POST /u/TOKEN/reason` takes a reason for leaving. The
 * answer is 200 for every token we made.
 */
export function leaveRoutes({ readers, assets, now }: PageDeps): Router {
  const { db, tokenKeys, languages } = readers;
  const leaveTogether = openLeaveTogether(readers);
  const router = express.Router();
  const subjectOf = (request: Request<{ token: string }>): TokenSubject => subjectOfLink(tokenKeys, 'leave', request.params.token);
  const answer = (response: Response, page: LeavePage): void => {
    response.send(readerPage({ assets, ...page }));
  };
  const gone = ({ reader }: TokenSubject) => (reader === nobody ? testPage : gonePage)(languages.wordsFor(undefined));

  router.use('/u', unlisted);

  router.get('/u/:token', (request, response) => {
    const { token } = request.params;
    const subject = subjectOf(request);
    const found = lookUpLeave(db, subject, now());
    if (found.outcome === 'unknown') return answer(response, gone(subject));
    const words = languages.wordsFor(found.speaks);
    if (found.outcome === 'already') answer(response, leftPage(words, token, found, now()));
    else answer(response, askPage(words, token, found, `/p/${mintToken(tokenKeys, 'preferences', subject)}`));
  });

  router.post('/u/:token', async (request, response) => {
    const subject = subjectOf(request);
    const fromPage = new URLSearchParams(await startOfBody(request)).get(ownButton.name) === ownButton.value;
    const found = await leaveTogether(subject, { way: fromPage ? 'page' : 'one-click', now: now() });
    const done = subject.reader === nobody ? 'This link is of a test: nothing has changed.' : 'Done: nothing more will be sent.';
    if (!fromPage) response.type('text/plain').send(`${done}\n`);
    else if (found.outcome === 'unknown') answer(response, gone(subject));
    else answer(response, leftPage(languages.wordsFor(found.speaks), request.params.token, found, now()));
  });

  router.post('/u/:token/undo', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    const found = undoLeave(db, subject, { now: now() });
    if (found.outcome === 'unknown') return answer(response, gone(subject));
    const words = languages.wordsFor(found.speaks);
    answer(response, found.outcome === 'late' ? tooLatePage(words, found) : backPage(words, request.params.token, found));
  });

  router.post('/u/:token/reason', async (request, response) => {
    const subject = subjectOf(request);
    giveReason(db, subject, { reason: new URLSearchParams(await startOfBody(request)).get('reason') ?? '', now: now() });
    const found = lookUpLeave(db, subject, now());
    if (found.outcome === 'unknown') return answer(response, gone(subject));
    const words = languages.wordsFor(found.speaks);
    const token = request.params.token;
    if (found.outcome === 'already') answer(response, leftPage(words, token, found, now(), { thanks: true }));
    else answer(response, askPage(words, token, found)); // the reader has come back meanwhile
  });

  return router;
}
