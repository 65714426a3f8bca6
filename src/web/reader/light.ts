/** The light page of a published issue: one small answer, packed, that asks for nothing more. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import express, { type Router } from 'express';
import type { Db } from '../../store/open.ts';
import { findPublishedLight } from '../../store/published.ts';
import { pageNotFound } from '../not-found.ts';
import { lightPolicy, printPolicy } from '../policies.ts';

const packed = promisify(gzip);

/** Serves `/SLUG/NUMBER.light`, of the edition that `/SLUG/NUMBER` shows. An issue that was frozen without a light page has none. */
export function lightRoutes({ db, rehearsal }: { db: Db; rehearsal: boolean }): Router {
  const router = express.Router();
  const policy = printPolicy(lightPolicy);
  router.get('/:slug/:number.light', async (request, response) => {
    const light = findPublishedLight(db, request.params.slug, request.params.number, rehearsal);
    if (light === undefined) throw pageNotFound();
    response.set({
      'Content-Security-Policy': policy,
      ETag: `W/"${light.hash}"`, // weak: the same page, packed or not
      'Last-Modified': new Date(light.createdAt).toUTCString(),
      'Cache-Control': 'public, max-age=300',
      Vary: 'Accept-Encoding',
    });
    response.type('html');
    if (request.fresh || request.acceptsEncodings('gzip') === false) {
      response.send(light.page);
      return;
    }
    response.set('Content-Encoding', 'gzip');
    response.send(await packed(light.page, { level: constants.Z_BEST_COMPRESSION }));
  });
  return router;
}
