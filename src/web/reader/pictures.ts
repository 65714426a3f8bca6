/** Pictures of mails and pages, addressed by the hash of their bytes. */
import express, { type Router } from 'express';
import { findAsset } from '../../store/assets.ts';
import type { Db } from '../../store/open.ts';
import { pageNotFound } from '../not-found.ts';
import { filePolicy, printPolicy } from '../policies.ts';

/** Serves `/a/HASH.EXT`. The name is the hash, so an answer never changes; mail programs and their proxies load it from anywhere. */
export function pictureRoutes({ db }: { db: Db }): Router {
  const router = express.Router();
  const policy = printPolicy(filePolicy);
  router.get('/a/:name', (request, response) => {
    const { name } = request.params;
    const picture = findAsset(db, name);
    if (picture === undefined) throw pageNotFound();
    response.set({
      'Content-Security-Policy': policy,
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: `"${name}"`,
    });
    response.type(picture.type).send(picture.bytes);
  });
  return router;
}
