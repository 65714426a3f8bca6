/** The JSON API under `/api/v1`: subscribing, for sites whose pages are their own. Other origins' pages may call it once the operator has listed them. */
import express, { type RequestHandler, type Router } from 'express';
import { z } from 'zod';
import { askToSubscribe, type ReaderDeps } from '../audience/audience.ts';
import { AppError } from '../errors.ts';
import { isAddressProblem, parseAddress } from '../model/address.ts';
import { hintOf } from '../model/address-hint.ts';
import { networkOf } from '../model/network.ts';
import { getPublication } from '../store/publications.ts';
import { readJson } from './reader/body.ts';
import { tooManyFrom } from './reader/busy.ts';

export interface ApiDeps {
  readers: ReaderDeps;
  /** Origins whose pages may call it from a browser, such as `https://www.example.org`; our own always may. */
  origins: readonly string[];
  now: () => number;
}

const path = '/api/v1/publications/:slug/subscriptions';

/** What may be sent. `consent` are the words that the person agreed to, as they saw them; they are kept word for word. */
const body = z.strictObject({
  email: z.string().max(1000),
  consent: z.string().trim().min(10, 'give the words the person agreed to, as they saw them').max(2000),
  name: z.string().max(200).optional(),
  language: z.string().max(35).optional(),
  page: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  sure: z.boolean().optional(),
});

/** `POST …/subscriptions` answers 202 for every address that can be mailed, known or not; the address is asked by mail. */
export function apiRoutes({ readers, origins, now }: ApiDeps): Router {
  const { db, languages } = readers;
  const router = express.Router();

  const fromAllowedOrigin: RequestHandler = (request, response, next) => {
    const { origin } = request.headers;
    response.set({ 'Cache-Control': 'no-store', Vary: 'Origin' });
    if (origin === undefined) return next(); // no browser
    if (!origins.includes(origin))
      throw new AppError('api.origin', 'Pages of this site may not call this: its origin must be listed in API_ORIGINS', { status: 403 });
    response.set('Access-Control-Allow-Origin', origin);
    next();
  };

  router.options(path, fromAllowedOrigin, (_request, response) => {
    response.set({
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': '600',
    });
    response.status(204).end();
  });

  router.post(path, fromAllowedOrigin, async (request, response) => {
    const sent = parsed(await readJson(request));
    const publication = getPublication(db, String(request.params['slug']));
    const address = parseAddress(sent.email);
    if (isAddressProblem(address)) throw new AppError('api.address', `The address ${address.problem}: ${address.remedy}`, { status: 422 });
    const hint = sent.sure === true ? undefined : hintOf(address);
    if (hint?.kind === 'typo') {
      const message = `Did they mean ${hint.suggestion}? Ask, and send it again with that, or with "sure": true`;
      response.status(422).json({ error: { code: 'api.address_typo', message, suggestion: hint.suggestion } });
      return;
    }
    const asked = askToSubscribe(readers, {
      publicationId: publication.id,
      address,
      name: sent.name,
      language: languages.wordsFor(sent.language ?? publication.language).language,
      words: sent.consent,
      wordsLanguage: sent.language ?? publication.language,
      way: 'api',
      page: sent.page ?? request.headers.origin ?? 'unknown',
      network: networkOf(request.ip ?? ''),
      now: now(),
    });
    if (asked === 'busy') throw tooManyFrom();
    response
      .status(202)
      .json({ status: 'confirmation by mail', ...(hint?.kind === 'role' && { warning: 'several people may read this mailbox' }) });
  });

  return router;
}

function parsed(sent: unknown): z.output<typeof body> {
  const result = body.safeParse(sent);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the body'}: ${message}`);
  throw new AppError('api.body', `${faults.join('; ')}. It takes email and consent, and may have name, language, page and sure`, {
    status: 422,
  });
}
