/** Leaving by link: a page with one button for people, and the one-click POST of mail programs (RFC 8058). */
import { setTimeout as wait } from 'node:timers/promises';
import express, { type Request, type Response, type Router } from 'express';
import { leave, lookUpLeave, undoLeave } from '../../audience/audience.ts';
import { AppError } from '../../errors.ts';
import { readToken, type TokenKeys, type TokenSubject } from '../../model/token.ts';
import type { Db } from '../../store/open.ts';
import type { Assets } from '../assets.ts';
import { askPage, backPage, gonePage, type LeavePage, leftPage, ownButton, tooLatePage } from './leave-page.ts';
import { readerPage } from './page.ts';

export interface LeaveDeps {
  db: Db;
  tokenKeys: TokenKeys;
  assets: Assets;
  now: () => number;
}

/** How much of a body is looked at, and how long it is waited for. What follows is read and thrown away: the token alone decides. */
const bodyLimit = 4096;
const bodyWaitMs = 5000;

/**
 * `GET /u/TOKEN` changes nothing, because scanners open every link. `POST /u/TOKEN` leaves at once, whatever the body, without cookie,
 * redirect or question of origin (RFC 8058 section 3.1). `POST /u/TOKEN/undo` puts the reader back. The answer is 200 for every token we made.
 */
export function leaveRoutes({ db, tokenKeys, assets, now }: LeaveDeps): Router {
  const router = express.Router();
  const subjectOf = (request: Request<{ token: string }>): TokenSubject => {
    const subject = readToken(tokenKeys, 'leave', request.params.token);
    if (subject === undefined) throw brokenLink();
    return subject;
  };
  const answer = (response: Response, page: LeavePage): void => {
    response.send(readerPage({ assets, ...page }));
  };

  router.use('/u', (_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'none' });
    next();
  });

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

const brokenLink = () =>
  new AppError(
    'leave.broken_link',
    'This link is not complete: part of it may have been lost on the way. Open the link in your mail again, or copy the whole of it.',
    {
      status: 404,
    },
  );

/** The first bytes of a body, once all of it has been read. A body that breaks off or dawdles counts as far as it came: nothing in it could stop a leave. */
async function startOfBody(request: Request): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  const over = new Promise<void>((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (size < bodyLimit) kept.push(chunk);
      size += chunk.length;
    });
    for (const end of ['end', 'close', 'error']) request.once(end, () => resolve());
  });
  await Promise.race([over, wait(bodyWaitMs, undefined, { ref: false })]);
  return Buffer.concat(kept).subarray(0, bodyLimit).toString('latin1');
}
