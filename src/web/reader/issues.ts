/** Published issues: the web page, a link to one item of it, and the PDF. */
import express, { type Request, type Response, type Router } from 'express';
import { findPublishedEdition } from '../../store/editions.ts';
import type { Db } from '../../store/open.ts';
import { pageNotFound } from '../not-found.ts';
import { issuePolicy, printPolicy } from '../policies.ts';
import { contentDisposition } from './file-name.ts';

export interface IssueDeps {
  db: Db;
  /** Origins this service has or had; frozen pages name their pictures and style sheet by them. */
  origins: readonly string[];
}

/** Serves `/SLUG/NUMBER.pdf`, `/SLUG/NUMBER` and `/SLUG/NUMBER/ITEM`: the newest edition of which a send has started. */
export function issueRoutes({ db, origins }: IssueDeps): Router {
  const router = express.Router();
  const policy = printPolicy(issuePolicy(origins));
  const editionOf = (slug: string, number: string) => {
    const edition = findPublishedEdition(db, slug, number);
    if (edition === undefined) throw pageNotFound();
    return edition;
  };

  router.get('/:slug/:number.pdf', (request, response) => {
    const edition = editionOf(request.params.slug, request.params.number);
    response.set({
      'Content-Disposition': contentDisposition('inline', `${edition.publication} ${edition.number}.pdf`),
      ETag: `"${edition.hash}"`,
      'Last-Modified': new Date(edition.createdAt).toUTCString(),
      'Cache-Control': 'public, max-age=300',
      'X-Robots-Tag': 'none',
    });
    response.type('application/pdf');
    sendBytes(request, response, edition.pdf);
  });

  router.get('/:slug/:number', (request, response) => {
    const edition = editionOf(request.params.slug, request.params.number);
    response.set({
      'Content-Security-Policy': policy,
      ETag: `"${edition.hash}"`,
      'Last-Modified': new Date(edition.createdAt).toUTCString(),
      'Cache-Control': 'public, max-age=300',
    });
    response.type('html').send(edition.page);
  });

  router.get('/:slug/:number/:item', (request, response) => {
    const { slug, number, item } = request.params;
    const { page } = editionOf(slug, number);
    if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(item) || !page.includes(` id="${item}"`)) throw pageNotFound();
    response.set('Cache-Control', 'public, max-age=300');
    response.redirect(302, `/${encodeURIComponent(slug)}/${encodeURIComponent(number)}#${encodeURIComponent(item)}`);
  });

  return router;
}

/** Sends bytes whole or, when one range of them is asked for, that range (RFC 9110 section 14). The ETag must be set before. */
function sendBytes(request: Request, response: Response, bytes: Buffer): void {
  response.set('Accept-Ranges', 'bytes');
  const condition = request.get('if-range');
  const stale = condition !== undefined && condition !== response.get('ETag');
  const ranges = stale || request.fresh ? undefined : request.range(bytes.length);
  if (ranges === -1) {
    response.status(416).set('Content-Range', `bytes */${bytes.length}`).end();
    return;
  }
  const [range] = ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? [] : ranges;
  if (range === undefined) {
    response.send(bytes);
    return;
  }
  response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${bytes.length}`);
  response.send(bytes.subarray(range.start, range.end + 1));
}
