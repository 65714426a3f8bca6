/** The full issue as PDF, whole or in parts; and where it is for readers only, the page that says so and mails a fresh link. */
import express, { type Request, type Response, type Router } from 'express';
import { askForFullIssue, lookUpFullIssue } from '../../audience/audience.ts';
import { html } from '../../html.ts';
import { isAddressProblem, parseAddress } from '../../model/address.ts';
import { networkOf } from '../../model/network.ts';
import type { Db } from '../../store/open.ts';
import { findPublishedEdition, type PublishedEdition, pdfBytes, pdfLength } from '../../store/published.ts';
import { readForm } from './body.ts';
import { tooManyFrom } from './busy.ts';
import { contentDisposition } from './file-name.ts';
import type { PageDeps } from './leave.ts';
import type { LeavePage } from './leave-page.ts';
import { readerPage } from './page.ts';
import { forReadersPage, linkSentPage } from './pdf-page.ts';

type PdfRequest = Request<{ slug: string; number: string }>;

/** Serves `/SLUG/NUMBER.pdf`. Where only readers may have it, `?link=TOKEN` opens it, and a POST asks for a fresh link. */
export function pdfRoutes({ readers, assets, now }: PageDeps): Router {
  const { db, rehearsal, languages } = readers;
  const router = express.Router();
  const find = ({ params }: PdfRequest) => findPublishedEdition(db, params.slug, params.number, rehearsal);
  const show = (response: Response, status: number, page: LeavePage): void => {
    // None of this is compressed: the address may hold a token, and the answer what was typed.
    response
      .status(status)
      .set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'none' })
      .send(readerPage({ assets, ...page }));
  };
  const linkOf = ({ query }: PdfRequest): string => (typeof query['link'] === 'string' ? query['link'] : '');
  const lookUp = (request: PdfRequest, { publication, issue }: PublishedEdition) =>
    lookUpFullIssue(readers, { publicationId: publication.id, issueId: issue, token: linkOf(request), now: now() });

  router.get('/:slug/:number.pdf', (request, response, next) => {
    const found = find(request);
    if (found === undefined) return next();
    const { publication, number } = found;
    if (publication.pdf === 'public') {
      response.set('Cache-Control', 'public, max-age=300');
      return sendPdf(request, response, db, found);
    }
    const link = lookUp(request, found);
    if (link.outcome === 'open') {
      response.set('Cache-Control', 'private, no-cache');
      return sendPdf(request, response, db, found);
    }
    const expired = link.outcome === 'expired' ? { link: linkOf(request), known: link.reader !== undefined } : undefined;
    show(response, 403, forReadersPage(languages.wordsFor(publication.language), { publication, number, expired }));
  });

  router.post('/:slug/:number.pdf', async (request, response, next) => {
    const found = find(request);
    if (found === undefined || found.publication.pdf === 'public') return next();
    const { publication, issue: issueId, number } = found;
    const fields = await readForm(request);
    const words = languages.wordsFor(publication.language);
    const link = lookUp(request, found);
    const typed = (fields.get('email') ?? '').slice(0, 1000);
    const address = parseAddress(typed);
    const who =
      link.outcome === 'expired' && link.reader !== undefined ? { reader: link.reader } : isAddressProblem(address) ? undefined : address;
    if (who === undefined) {
      const reason = isAddressProblem(address) && html`<span lang="en" dir="ltr">It ${address.problem}: ${address.remedy}.</span>`;
      const trouble = html`${words.text('consent.invalid')} ${reason}`;
      return show(response, 422, forReadersPage(words, { publication, number, typed, trouble }));
    }
    const asked = askForFullIssue(readers, who, { publication, issueId, network: networkOf(request.ip ?? ''), now: now() });
    if (asked === 'busy') throw tooManyFrom();
    show(response, 200, linkSentPage(words, publication));
  });

  return router;
}

/**
 * Sends the PDF whole or, when one range of it is asked for, that range (RFC 9110 section 14). Of several ranges those that touch are one; where more are
 * left the answer is the whole, which section 14.2 allows and every reader program takes: it saves a second format for a case that none of them needs.
 * `If-Range` counts with our ETag only, so a date means the whole too. The Cache-Control must be set before.
 */
function sendPdf(request: Request, response: Response, db: Db, found: PublishedEdition): void {
  const { edition, publication, number, hash, createdAt } = found;
  const length = pdfLength(db, edition);
  response.set({
    'Content-Disposition': contentDisposition('inline', `${publication.name} ${number}.pdf`),
    ETag: `"${hash}"`,
    'Last-Modified': new Date(createdAt).toUTCString(),
    'Accept-Ranges': 'bytes',
    'X-Robots-Tag': 'none',
  });
  response.type('application/pdf');
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  if (request.method === 'HEAD') {
    response.set('Content-Length', String(length)).end(); // a range of nothing is nothing (section 14.2): only a GET has ranges
    return;
  }
  const condition = request.get('if-range');
  const stale = condition !== undefined && condition !== response.get('ETag');
  const ranges = stale ? undefined : rangesOf(request, length);
  if (ranges === -1) {
    response.status(416).set('Content-Range', `bytes */${length}`);
    response.removeHeader('Content-Disposition');
    response.type('text/plain').send(`There are ${length} bytes of this PDF, and none in the range that was asked for.\n`);
    return;
  }
  const [range] = ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1 ? [] : ranges;
  if (range !== undefined) response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${length}`);
  response.send(pdfBytes(db, edition, range ?? { start: 0, end: length - 1 }));
}

/** What is asked for, as Express reads it; but more of the end than there is means all of it (section 14.1.2), where Express finds nothing. */
function rangesOf(request: Request, length: number): ReturnType<Request['range']> {
  const suffix = /^bytes=-(\d+)$/i.exec(request.get('range') ?? '')?.[1];
  if (suffix !== undefined && Number(suffix) >= length) return Object.assign([{ start: 0, end: length - 1 }], { type: 'bytes' });
  return request.range(length, { combine: true });
}
