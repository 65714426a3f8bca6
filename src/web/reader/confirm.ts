/** The link that is mailed to an address which was asked for: a page with one button, and what its press does. */
import express, { type Request, type Response, type Router } from 'express';
import { confirmRequest, lookUpRequest, type NoRequest, type RequestAnswer } from '../../audience/audience.ts';
import { type Html, html } from '../../html.ts';
import { networkOf } from '../../model/network.ts';
import { lifetimeMs } from '../../model/request.ts';
import type { TokenSubject } from '../../model/token.ts';
import type { Key, Words } from '../../model/words/catalogue.ts';
import { startOfBody } from './body.ts';
import type { PageDeps } from './leave.ts';
import { fills, type LeavePage, mast } from './leave-page.ts';
import { subjectOfLink, unlisted } from './own-link.ts';
import { readerPage } from './page.ts';

const day = 24 * 60 * 60 * 1000;

/** `GET /c/TOKEN` changes nothing, however often and with whatever browser it is opened; `POST /c/TOKEN` says yes, once. */
export function confirmRoutes({ readers, assets, now }: PageDeps): Router {
  const { tokenKeys, languages } = readers;
  const router = express.Router();
  const subjectOf = ({ params }: Request<{ token: string }>): TokenSubject => subjectOfLink(tokenKeys, 'request', params.token);
  const answer = (response: Response, token: string, found: RequestAnswer | NoRequest): void => {
    const words = languages.wordsFor(found.outcome === 'unknown' ? undefined : found.speaks);
    const page = found.outcome === 'unknown' ? expiredPage(words) : pageOf(words, token, found);
    response.send(readerPage({ assets, ...page }));
  };

  router.use('/c', unlisted);

  router.get('/c/:token', (request, response) => {
    answer(response, request.params.token, lookUpRequest(readers, subjectOf(request), now()));
  });

  router.post('/c/:token', async (request, response) => {
    const subject = subjectOf(request);
    await startOfBody(request);
    const found = confirmRequest(readers, subject, { network: networkOf(request.ip ?? ''), now: now() });
    if (found.outcome === 'done' && found.kind === 'own' && found.token !== undefined) response.redirect(303, `/p/own/${found.token}`);
    else answer(response, request.params.token, found);
  });

  return router;
}

function pageOf(words: Words, token: string, found: RequestAnswer): LeavePage {
  const say = (heading: Key, lede: Html, more?: Html): LeavePage => {
    const title = words.text(heading as 'consent.done');
    return { words, title, body: html`<h1>${title}</h1><p class="lede" id="told">${lede}</p>${more}`, publication: mast(found) };
  };
  const press = (key: 'consent.confirm.button' | 'own.change.button' | 'own.open.button'): Html =>
    html`<form method="post" action="/c/${token}"><button class="btn go" aria-describedby="told">${words.text(key)}</button></form>`;
  const { publication, address } = fills(found);
  switch (found.outcome) {
    case 'open':
      if (found.kind === 'own') return say('own.open', words.html('own.open.lede'), press('own.open.button'));
      if (found.kind === 'address') return say('own.title', words.html('own.change.ask', { address }), press('own.change.button'));
      return say(
        'consent.confirm',
        words.html('consent.confirm.lede', { publication, address }),
        html`${press('consent.confirm.button')}<p class="small muted">${words.text('consent.confirm.not', { count: lifetimeMs.subscribe / day })}</p>`,
      );
    case 'done':
      if (found.kind === 'address') return say('own.changed', words.html('own.changed.lede', { address }));
      return say(
        'consent.done',
        words.html('consent.done.lede', { publication, address }),
        html`<p><a class="btn" href="/p/${found.token}">${words.text('preferences.title')}</a></p>`,
      );
    case 'taken':
      return say('own.taken', words.html('own.taken.lede'));
    case 'expired':
      return found.kind === 'own' ? say('own.used', words.html('own.used.lede')) : expiredPage(words, found);
  }
}

function expiredPage(words: Words, found?: RequestAnswer): LeavePage {
  const again =
    found?.kind === 'subscribe' && html`<p><a class="btn" href="/${found.slug}/subscribe">${words.text('frame.subscribe')}</a></p>`;
  const body = html`<h1>${words.text('consent.expired')}</h1><p class="lede">${words.text('consent.expired.lede')}</p>${again}`;
  return { words, title: words.text('consent.expired'), body, publication: found && mast(found) };
}
