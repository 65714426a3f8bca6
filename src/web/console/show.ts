/** Answering with a page of the desk: the frame around it knows who acts and which publication is looked at. */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Html } from '../../html.ts';
import type { Db } from '../../store/open.ts';
import { listPublications, type Publication } from '../../store/publications.ts';
import type { Assets } from '../assets.ts';
import { type Policy, pagePolicy, printPolicy, scriptPolicy } from '../policies.ts';
import type { Place } from './bar.ts';
import { isUnclaimed, signedIn } from './entry.ts';
import { consolePage } from './page.ts';

export interface Page {
  title: string;
  /** The place it belongs to; `exact` when it is that place's own page. None for the ways in. */
  here?: { place: Place; exact: boolean };
  body: Html;
  /** One narrow column, for a page that asks one thing. */
  slip?: boolean;
  /** Whether it shows one publication's things when the address says so (`publicationOf`): then one can be chosen on it. */
  byPublication?: boolean;
  /** Names of script assets it runs, such as `live.js`; they get the page's nonce. A page that works without is better. */
  scripts?: readonly string[];
  /** What it may do beside what every page may. */
  policy?: Policy;
  /** Seconds after which it asks for itself again where there is no script. */
  renew?: number | undefined;
}

export type Show = (response: Response, page: Page) => void;

/** The publication of `?publication=SLUG`, or the only one there is; undefined for all of them. */
export function publicationOf(db: Db, request: Request<unknown>, all = listPublications(db)): Publication | undefined {
  return all.length === 1 ? all[0] : all.find(({ slug }) => slug === request.query['publication']);
}

/** Makes the function that answers with pages. A page without scripts allows none. */
export function pageShower({ db, assets }: { db: Db; assets: Assets }): Show {
  return (response, { scripts = [], policy = pagePolicy, byPublication = false, here, slip = false, ...page }) => {
    const nonce = randomBytes(16).toString('base64url');
    response.set('Content-Security-Policy', printPolicy(scripts.length > 0 ? { ...policy, ...scriptPolicy(nonce) } : policy));
    const publications = listPublications(db);
    const bar = {
      ...{ here, byPublication, person: signedIn(response)?.person, unclaimed: isUnclaimed(response) },
      ...{ publications, chosen: publicationOf(db, response.req, publications) },
    };
    response.send(consolePage({ assets, slip, ...page, bar, scripts: { names: scripts, nonce } }));
  };
}
