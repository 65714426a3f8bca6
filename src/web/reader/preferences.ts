/** A reader's own page: how things stand, and the way out and back. */
import express, { type Request, type Response, type Router } from 'express';
import { leave, lookUpLeave, undoLeave } from '../../audience/audience.ts';
import type { LeaveDeps } from './leave.ts';
import { gonePage, tooLatePage } from './leave-page.ts';
import { startOfBody, subjectOfLink, unlisted } from './own-link.ts';
import { readerPage } from './page.ts';
import { preferencesPage } from './preferences-page.ts';

/**
 * `GET /p/TOKEN` says whether the reader is subscribed and changes nothing. `POST /p/TOKEN/leave` leaves and `POST /p/TOKEN/back` takes that back, within its
 * time; both answer with the page as it is then, and may come twice. The answer is 200 for every token we made.
 */
export function preferencesRoutes({ db, tokenKeys, assets, now }: LeaveDeps): Router {
  const router = express.Router();
  const subjectOf = ({ params }: Request<{ token: string }>) => subjectOfLink(tokenKeys, 'preferences', params.token);
  const answer = (request: Request<{ token: string }>, response: Response): void => {
    const found = lookUpLeave(db, subjectOf(request));
    response.send(
      readerPage({ assets, ...(found.outcome === 'unknown' ? gonePage : preferencesPage(request.params.token, found, now())) }),
    );
  };

  router.use('/p', unlisted);

  router.get('/p/:token', answer);

  router.post('/p/:token/leave', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    leave(db, subject, { way: 'page', now: now() });
    answer(request, response);
  });

  router.post('/p/:token/back', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    const found = undoLeave(db, subject, { now: now() });
    if (found.outcome === 'late') response.send(readerPage({ assets, ...tooLatePage(found) }));
    else answer(request, response);
  });

  return router;
}
