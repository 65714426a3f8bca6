/** How an error becomes an answer: an expected one in its own words, anything else logged once and told without detail. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';
import { html } from '../html.ts';
import type { Log } from '../log.ts';
import type { Words } from '../model/words/catalogue.ts';
import type { Assets } from './assets.ts';
import { pageNotFound } from './not-found.ts';
import { readerPage } from './reader/page.ts';

/** The last route: whatever nobody answered is not there. */
export const nothingHere: RequestHandler = () => {
  throw pageNotFound();
};

/** Answers errors, as JSON under /api and to those who ask for it, as a page to everyone else. */
export function errorAnswers({ log, assets, words }: { log: Log; assets: Assets; words: Words }): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { status, code, message } = describe(error);
    if (status >= 500) log.error('web.failed', { method: request.method, route: routeOf(request), error });
    if (response.headersSent) {
      next(error); // half an answer is out: all that can be done is to cut the line
      return;
    }
    response.status(status).set('Cache-Control', 'no-store');
    if (wantsJson(request)) {
      response.json({ error: { code, message } });
      return;
    }
    const title = titles[code] ?? titles[status] ?? (status < 500 ? 'That did not work' : 'Something broke on our side');
    response.send(readerPage({ assets, words, title, body: html`<h1>${title}</h1><p class="lede">${message}</p>` }));
  };
}

/** What a page about an error is called, by its code or its status. */
const titles: Readonly<Record<string, string>> = {
  'console.role': 'Not yours to do',
  403: 'Not from here',
  404: 'This page is not here',
};

/** What is told about an error. Those of Express itself (an address that cannot be decoded) carry a status and are told by its name. */
function describe(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof AppError) return { status: error.status, code: error.code, message: error.message };
  const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 500;
  if (status >= 400 && status < 500)
    return { status, code: 'web.bad_request', message: `This request cannot be answered (${STATUS_CODES[status] ?? status}).` };
  return { status: 500, code: 'web.failed', message: 'It has been noted. Please try again in a moment.' };
}

function wantsJson(request: Request): boolean {
  return request.path.startsWith('/api/') || request.accepts(['html', 'json']) === 'json';
}

/** The pattern that answered, never the address itself: tokens stay out of the log. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  return typeof route === 'object' && route !== null && 'path' in route ? String(route.path) : 'none';
}
