/** Subscribing by form: `/SLUG/subscribe`, on our own page or from a form that stands on any other site. */
import express, { type Response, type Router } from 'express';
import { askToSubscribe } from '../../audience/audience.ts';
import { html } from '../../html.ts';
import { type Address, isAddressProblem, parseAddress } from '../../model/address.ts';
import { hintOf } from '../../model/address-hint.ts';
import { networkOf } from '../../model/network.ts';
import { formAgeMs } from '../../model/request.ts';
import { mintToken, readToken, type TokenKeys } from '../../model/token.ts';
import { findPublication, type Publication } from '../../store/publications.ts';
import { latestIssue } from '../../store/published.ts';
import { sendPage } from '../packed.ts';
import { readForm } from './body.ts';
import type { PageDeps } from './leave.ts';
import type { LeavePage } from './leave-page.ts';
import { readerPage } from './page.ts';
import { busyPage, fieldNames, type SubscribeView, sentPage, subscribePage } from './subscribe-page.ts';

/**
 * A form sent without a stamp of ours (another site's), too quickly or too late, comes back filled in and waits for one more press: so the words agreed to
 * are always those of our page, and a script that never saw it gets nowhere. Whatever else is sent, the answer is the same for known and unknown addresses.
 */
export function subscribeRoutes({ readers, assets, baseUrl, now }: PageDeps & { baseUrl: string }): Router {
  const { db, tokenKeys, languages } = readers;
  const router = express.Router();
  const answer = (response: Response, status: number, page: LeavePage): void => {
    response.status(status).send(readerPage({ assets, ...page }));
  };
  const view = (publication: Publication, language: unknown): SubscribeView => ({
    words: languages.wordsFor(typeof language === 'string' ? language : publication.language),
    offered: languages.offered,
    publication,
    stamp: mintToken(tokenKeys, 'form', { publication: publication.id, reader: Math.floor(now() / 1000), send: 0 }),
    latest: latestIssue(db, publication.id, readers.rehearsal),
  });

  router.use('/:slug/subscribe', (_request, response, next) => {
    response.set('Cache-Control', 'no-store'); // each page has a stamp of its own
    next();
  });

  router.get('/:slug/subscribe', (request, response, next) => {
    const publication = findPublication(db, request.params.slug);
    if (publication === undefined) return next();
    sendPage(request, response, readerPage({ assets, ...subscribePage(view(publication, request.query['language'])) }));
  });

  router.post('/:slug/subscribe', async (request, response, next) => {
    const publication = findPublication(db, request.params.slug);
    if (publication === undefined) return next();
    const fields = await readForm(request);
    const shown = view(publication, request.query['language']);
    const { words } = shown;
    const sure = fields.get(fieldNames.take) ?? fields.get(fieldNames.keep);
    const typed = (sure ?? fields.get(fieldNames.email) ?? '').slice(0, 1000);
    const language = languages.offered.find((offered) => offered.language === fields.get(fieldNames.language))?.language ?? words.language;
    const stamp = fields.get(fieldNames.stamp) ?? '';
    const age = ageOf(tokenKeys, stamp, publication, now());
    const again = (trouble: SubscribeView['trouble'], hint?: SubscribeView['hint']): LeavePage =>
      subscribePage({ ...shown, email: typed, language, trouble, hint, ...(age === 'right' && { stamp }) });

    if ((fields.get(fieldNames.trap) ?? '') !== '') return answer(response, 200, sentPage(words, publication, typed));
    const address = parseAddress(typed);
    if (isAddressProblem(address)) {
      const reason = html`<span lang="en" dir="ltr">It ${address.problem}: ${address.remedy}.</span>`;
      return answer(response, 422, again(html`${words.text('consent.invalid')} ${reason}`));
    }
    if (age !== 'right') return answer(response, 200, again(html`${words.text('consent.press')}`));
    const hint = sure === null ? hintFor(address) : undefined;
    if (hint !== undefined) return answer(response, 200, again(undefined, hint));
    const asked = askToSubscribe(readers, {
      publicationId: publication.id,
      address,
      language,
      words: words.text('consent.words', { publication: publication.name }),
      wordsLanguage: words.language,
      way: 'page',
      page: `${baseUrl}/${publication.slug}/subscribe`,
      network: networkOf(request.ip ?? ''),
      now: now(),
    });
    if (asked === 'busy') answer(response, 429, busyPage(words, publication));
    else answer(response, 200, sentPage(words, publication, address.address));
  });

  return router;
}

function ageOf(tokenKeys: TokenKeys, stamp: string, { id }: Publication, now: number): 'right' | 'wrong' {
  const made = readToken(tokenKeys, 'form', stamp);
  if (made === undefined || made.publication !== id) return 'wrong';
  const age = now - made.reader * 1000;
  return age >= formAgeMs.least && age <= formAgeMs.most ? 'right' : 'wrong';
}

function hintFor(parsed: Address): SubscribeView['hint'] {
  const hint = hintOf(parsed);
  return hint && { ...hint, address: parsed.address };
}
