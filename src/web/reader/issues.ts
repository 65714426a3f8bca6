/** Published issues: the web page, and a link to one item of it. */
import express, { type Response, type Router } from 'express';
import type { Db } from '../../store/open.ts';
import { findPublishedEdition, type PublishedEdition, pageOfEdition, storeVersion } from '../../store/published.ts';
import { type Packed, pack, type Shelf, sendPacked } from '../packed.ts';
import { issuePolicy, printPolicy } from '../policies.ts';

export interface IssueDeps {
  db: Db;
  /** Whether rehearsals count: mail goes to the built-in catcher. */
  rehearsal: boolean;
  /** Origins this service has or had; frozen pages name their pictures and style sheet by them. */
  origins: readonly string[];
  /** Where compressed pages are kept. */
  shelf: Shelf<Packed>;
}

/** Serves `/SLUG/NUMBER` and `/SLUG/NUMBER/ITEM`: the edition that was sent last. */
export function issueRoutes({ db, rehearsal, origins, shelf }: IssueDeps): Router {
  const router = express.Router();
  const policy = printPolicy(issuePolicy(origins));
  const editionOf = openEditions(db, rehearsal);
  const pageOf = ({ edition, hash }: PublishedEdition): Promise<Packed> =>
    shelf.take(String(edition), () => pack(pageOfEdition(db, edition), 'text/html; charset=utf-8', hash));
  const mayBeKept = (response: Response) => response.setHeader('Cache-Control', 'public, max-age=300');

  router.get('/:slug/:number', async (request, response, next) => {
    const found = editionOf(request.params.slug, request.params.number);
    if (found === undefined) return next();
    mayBeKept(response);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Last-Modified', new Date(found.createdAt).toUTCString());
    sendPacked(request, response, await pageOf(found));
  });

  router.get('/:slug/:number/:item', async (request, response, next) => {
    const { slug, number, item } = request.params;
    const found = editionOf(slug, number);
    if (found === undefined || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(item)) return next();
    const { plain } = await pageOf(found);
    if (!plain.includes(` id="${item}"`)) return next();
    mayBeKept(response);
    response.redirect(302, `/${encodeURIComponent(slug)}/${encodeURIComponent(number)}#${encodeURIComponent(item)}`);
  });

  return router;
}

/** Finds what is public at an address, and asks the store again only when it has changed. */
function openEditions(db: Db, rehearsal: boolean): (slug: string, number: string) => PublishedEdition | undefined {
  let known = new Map<string, PublishedEdition>();
  let version = '';
  return (slug, number) => {
    const now = storeVersion(db);
    if (now !== version) [known, version] = [new Map(), now];
    const key = `${slug}/${number}`;
    const found = known.get(key) ?? findPublishedEdition(db, slug, number, rehearsal);
    if (found !== undefined) known.set(key, found); // only what exists: nobody fills our memory with numbers that do not
    return found;
  };
}
