/** Leaving by link: a page with one button for people, and the one-click POST of mail programs (RFC 8058). */
import express, { type Request, type Response, type Router } from 'express';
import { leave, lookUpLeave, undoLeave } from '../../audience/audience.ts';
import type { TokenKeys, TokenSubject } from '../../model/token.ts';
import type { Db } from '../../store/open.ts';
import type { Assets } from '../assets.ts';
import { askPage, backPage, gonePage, type LeavePage, leftPage, ownButton, tooLatePage } from './leave-page.ts';
import { startOfBody, subjectOfLink, unlisted } from './own-link.ts';
import { readerPage } from './page.ts';

export interface LeaveDeps {
  db: Db;
  tokenKeys: TokenKeys;
  assets: Assets;
  now: () => number;
}

/**
 * `GET /u/TOKEN` changes nothing, because scanners open every link. `POST /u/TOKEN` leaves at once, whatever the body, without cookie,
 * redirect or question of origin (RFC 8058 section 3.1). `POST /u/TOKEN/undo` puts the reader back. The answer is 200 for every token we made.
 */
export function leaveRoutes({ db, tokenKeys, assets, now }: LeaveDeps): Router {
  const router = express.Router();
  const subjectOf = (request: Request<{ token: string }>): TokenSubject => subjectOfLink(tokenKeys, 'leave', request.params.token);
  const answer = (response: Response, page: LeavePage): void => {
    response.send(readerPage({ assets, ...page }));
  };

  router.use('/u', unlisted);

  router.get('/u/:token', (request, response) => {
    const { token } = request.params;
    const found = lookUpLeave(db, subjectOf(request));
    if (found.outcome === 'unknown') answer(response, gonePage);
    else answer(response, found.outcome === 'already' ? leftPage(token, found, now()) : askPage(token, found));
  });

  router.post('/u/:token', async (request, response) => {
    const subject = subjectOf(request);
    const fromPage = new URLSearchParams(await startOfBody(request)).get(ownButton.name) === ownButton.value;
    const found = leave(db, subject, { way: fromPage ? 'page' : 'one-click', now: now() });
    if (!fromPage) response.type('text/plain').send('Done: nothing more will be sent.\n');
    else answer(response, found.outcome === 'unknown' ? gonePage : leftPage(request.params.token, found, now()));
  });

  router.post('/u/:token/undo', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    const found = undoLeave(db, subject, { now: now() });
    if (found.outcome === 'unknown') answer(response, gonePage);
    else answer(response, found.outcome === 'late' ? tooLatePage(found) : backPage(request.params.token, found));
  });

  return router;
}
