/** A reader's own page of preferences, behind the link in each mail. It shows the address masked: the mail may have been passed on. */
import express, { type Request, type Response, type Router } from 'express';
import { askForOwn, choose, leave, lookUpLeave, pause, resume, undoLeave } from '../../audience/audience.ts';
import type { Html } from '../../html.ts';
import { networkOf } from '../../model/network.ts';
import { lifetimeMs } from '../../model/request.ts';
import { nobody, type TokenSubject } from '../../model/token.ts';
import type { Words } from '../../model/words/catalogue.ts';
import { startOfBody } from './body.ts';
import { tooManyFrom } from './busy.ts';
import type { PageDeps } from './leave.ts';
import { fills, gonePage, testPage, tooLatePage } from './leave-page.ts';
import { subjectOfLink, unlisted } from './own-link.ts';
import { readerPage } from './page.ts';
import { preferencesPage } from './preferences-page.ts';

type OwnRequest = Request<{ token: string }>;

/**
 * `GET /p/TOKEN` shows how things stand and changes nothing. Each POST below it does one thing, may come twice, and answers with the page as it is then.
 * The answer is 200 for every token we made.
 */
export function preferencesRoutes({ readers, assets, now }: PageDeps): Router {
  const { db, tokenKeys, languages } = readers;
  const router = express.Router();
  const subjectOf = ({ params }: OwnRequest): TokenSubject => subjectOfLink(tokenKeys, 'preferences', params.token);
  const answer = (request: OwnRequest, response: Response, said?: (words: Words, address: Html) => Html): void => {
    const subject = subjectOf(request);
    const found = lookUpLeave(db, subject, now());
    if (found.outcome === 'unknown') {
      const page = subject.reader === nobody ? testPage : gonePage;
      response.send(readerPage({ assets, ...page(languages.wordsFor(undefined)) }));
      return;
    }
    const words = languages.wordsFor(found.speaks);
    const view = { words, offered: languages.offered, token: request.params.token, found, now: now() };
    response.send(readerPage({ assets, ...preferencesPage({ ...view, done: said?.(words, fills(found).address) }) }));
  };
  const form = async (request: Request): Promise<URLSearchParams> => new URLSearchParams(await startOfBody(request));
  const saved = (words: Words): Html => words.html('preferences.saved');

  router.use('/p', unlisted);

  router.get('/p/:token', (request, response) => answer(request, response));

  router.post('/p/:token', async (request, response) => {
    const subject = subjectOf(request);
    const fields = await form(request);
    choose(readers, subject, { language: fields.get('language') ?? undefined, format: fields.get('format') ?? undefined });
    answer(request, response, saved);
  });

  router.post('/p/:token/pause', async (request, response) => {
    const subject = subjectOf(request);
    const months = Number((await form(request)).get('months'));
    const done = pause(readers, subject, { months, now: now() });
    answer(request, response, done ? saved : undefined);
  });

  router.post('/p/:token/resume', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    answer(request, response, resume(readers, subject, now()) ? saved : undefined);
  });

  router.post('/p/:token/leave', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    leave(readers, subject, { way: 'page', now: now() });
    answer(request, response);
  });

  router.post('/p/:token/back', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    const found = undoLeave(db, subject, { now: now() });
    if (found.outcome === 'late') response.send(readerPage({ assets, ...tooLatePage(languages.wordsFor(found.speaks), found) }));
    else answer(request, response);
  });

  router.post('/p/:token/own', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    if (askForOwn(readers, subject, { network: networkOf(request.ip ?? ''), now: now() }) === 'busy') throw tooManyFrom();
    answer(request, response, (words, address) => words.html('preferences.own.sent', { address, count: lifetimeMs.own / 60_000 }));
  });

  return router;
}
