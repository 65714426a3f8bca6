/** A reader's own data, for the half hour after the mailed link was opened: name, address, publications, everything as JSON, and erasing. */
import express, { type Request, type Response, type Router } from 'express';
import { askNewAddress, dataOf, eraseReader, type OwnData, ownData, rename, setPublications } from '../../audience/audience.ts';
import { html } from '../../html.ts';
import { isAddressProblem, parseAddress } from '../../model/address.ts';
import { networkOf } from '../../model/network.ts';
import type { Words } from '../../model/words/catalogue.ts';
import { readForm } from './body.ts';
import { tooManyFrom } from './busy.ts';
import type { PageDeps } from './leave.ts';
import type { LeavePage } from './leave-page.ts';
import { subjectOfLink } from './own-link.ts';
import { erasedPage, ownPage, surePage, usedPage } from './own-page.ts';
import { readerPage } from './page.ts';
import { shownAddress } from './subscribe-page.ts';

type OwnRequest = Request<{ token: string }>;

/** Everything below `/p/own/TOKEN`; the token comes from the POST that opened the mailed link, and stands in no mail. */
export function ownRoutes({ readers, assets, baseUrl, now }: PageDeps & { baseUrl: string }): Router {
  const { tokenKeys, languages } = readers;
  const router = express.Router();
  const show = (response: Response, page: LeavePage, status = 200): void => {
    response.status(status).send(readerPage({ assets, ...page }));
  };
  /** Hands over what the token opens, or says that it opens nothing any more. */
  const within = (request: OwnRequest, response: Response, work: (data: OwnData, words: Words, token: string) => void): void => {
    const { token } = request.params;
    const data = ownData(readers, subjectOfLink(tokenKeys, 'own', token), now());
    if (data === undefined) show(response, usedPage(languages.wordsFor(undefined)), 410);
    else work(data, languages.wordsFor(data.speaks), token);
  };
  /** Shows the page anew, as things are now. */
  const saved = (request: OwnRequest, response: Response): void =>
    within(request, response, (data, words, token) =>
      show(response, ownPage(words, token, data, { done: words.html('preferences.saved') })),
    );

  router.get('/p/own/:token', (request, response) => {
    within(request, response, (data, words, token) => show(response, ownPage(words, token, data)));
  });

  router.post('/p/own/:token/name', async (request, response) => {
    const fields = await readForm(request);
    within(request, response, (data) => {
      rename(readers, data, fields.get('name') ?? '');
      saved(request, response);
    });
  });

  router.post('/p/own/:token/address', async (request, response) => {
    const fields = await readForm(request);
    within(request, response, (data, words, token) => {
      const typed = (fields.get('email') ?? '').slice(0, 1000);
      const address = parseAddress(typed);
      if (isAddressProblem(address)) {
        const trouble = html`${words.text('consent.invalid')} <span lang="en" dir="ltr">It ${address.problem}: ${address.remedy}.</span>`;
        return show(response, ownPage(words, token, data, { trouble, typed }), 422);
      }
      if (address.key === data.reader.emailKey) return show(response, ownPage(words, token, data));
      const asked = askNewAddress(readers, data, address, { network: networkOf(request.ip ?? ''), now: now() });
      if (asked === 'busy') throw tooManyFrom();
      show(response, ownPage(words, token, data, { done: words.html('own.address.sent', { address: shownAddress(address.address) }) }));
    });
  });

  router.post('/p/own/:token/publications', async (request, response) => {
    const fields = await readForm(request);
    within(request, response, (data, words) => {
      setPublications(readers, data, fields.getAll('publication').map(Number), {
        words: (publication) => words.text('consent.words', { publication }),
        language: words.language,
        page: `${baseUrl}/p/own`,
        network: networkOf(request.ip ?? ''),
        now: now(),
      });
      saved(request, response);
    });
  });

  router.post('/p/own/:token/data', (request, response) => {
    within(request, response, (data) => {
      response.attachment('my-data.json').type('application/json');
      response.send(`${JSON.stringify(dataOf(readers, data, now()), null, 2)}\n`);
    });
  });

  router.post('/p/own/:token/erase', async (request, response) => {
    const fields = await readForm(request);
    within(request, response, (data, words, token) => {
      if (fields.get('sure') !== 'yes') return show(response, surePage(words, token, data));
      eraseReader(readers, data.reader.id, now());
      show(response, erasedPage(words));
    });
  });

  return router;
}
