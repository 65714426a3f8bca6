/** What is counted of readers: links of a mail on their way through us, and downloads of the PDF. Nothing of the request is kept, only that there was one. */
import express, { type RequestHandler, type Response, type Router } from 'express';
import { downloadsKey, isLinkKey } from '../../model/measure.ts';
import { findLink } from '../../store/links.ts';
import type { Db } from '../../store/open.ts';
import type { Counter } from '../counter.ts';
import { pageNotFound } from '../not-found.ts';

/**
 * Serves `/l/SLUG/NUMBER/KEY`: leads on to where the link of that edition goes. It leads nowhere else: what is asked for is a name, never an address, and what
 * it stands for is in a frozen edition or it is a 404. The page reached learns nothing of where the reader came from.
 */
export function linkRoutes({ db, counter }: { db: Db; counter: Counter }): Router {
  const router = express.Router();
  router.get('/l/:slug/:number/:key', (request, response) => {
    const { slug, number, key } = request.params;
    const url = isLinkKey(key) ? findLink(db, { slug, number, key }) : undefined;
    if (url === undefined) throw pageNotFound();
    if (request.method === 'GET') counter.count({ slug, number, what: key }); // not HEAD, by which programs look whether a link still works
    response.set({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store', 'X-Robots-Tag': 'none' });
    response.redirect(302, new URL(url).href); // in plain letters: a name such as münchen.example cannot stand in a header
  });
  return router;
}

/** Bytes from which the beginning of a PDF is a download: programs ask for the first two only to learn whether parts can be had. */
const leastBytes = 1024;

/**
 * Whether an answer was a download: the whole file, or a part of it that begins with its first byte. What goes on later in the file continues a download that
 * was counted, a 304 is a copy that the reader has.
 */
export function isDownload(method: string, { statusCode, contentRange }: { statusCode: number; contentRange: string }): boolean {
  if (method !== 'GET') return false;
  if (statusCode === 200) return true;
  const [, last = '', whole = ''] = /^bytes 0-(\d+)\/(\d+)$/.exec(contentRange) ?? [];
  return statusCode === 206 && last !== '' && Number(last) + 1 >= Math.min(leastBytes, Number(whole));
}

/** Counts downloads at `/SLUG/NUMBER.pdf`, whoever answers them, once the answer is over: a browser that cuts a large file short and asks for parts has begun it. */
export function downloadCounting({ counter }: { counter: Counter }): Router {
  const router = express.Router();
  const countWhenDone: RequestHandler<{ slug: string; number: string }> = (request, response, next) => {
    const { slug, number } = request.params;
    const { method } = request;
    response.once('close', () => {
      if (response.headersSent && isDownload(method, answered(response))) counter.count({ slug, number, what: downloadsKey });
    });
    next();
  };
  router.get('/:slug/:number.pdf', countWhenDone);
  return router;
}

const answered = (response: Response) => ({ statusCode: response.statusCode, contentRange: String(response.get('Content-Range') ?? '') });
