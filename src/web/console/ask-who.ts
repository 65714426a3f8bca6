/** What is answered to who is nobody, or must show again who they are: the way in, and what they sent kept for afterwards. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import type { Db } from '../../store/open.ts';
import { canMail } from '../../team/team.ts';
import { isUnclaimed, passkeySite, signedIn } from './entry.ts';
import { readLongForm } from './long-body.ts';
import type { Show } from './show.ts';
import { proofBody } from './sign-in-page.ts';

export interface AskWhoDeps {
  db: Db;
  show: Show;
  baseUrl: string;
  now: () => number;
}

/** Of a form that is sent back in the page: an issue of some hundred thousand letters, and no more, since nobody has said who they are. */
const mostKept = 2 * 1024 * 1024;

/**
 * Makes the function that asks. A page leads to the way in and back again. A form that was sent is kept in the page that asks, so that no text is lost: it goes out again
 * once they have shown who they are. A program is told.
 */
export function openAsking({ db, show, baseUrl, now }: AskWhoDeps) {
  return async (request: Request, response: Response, why: 'nobody' | 'stale'): Promise<void> => {
    const gets = ['GET', 'HEAD'].includes(request.method);
    const person = signedIn(response)?.person;
    if (request.accepts(['html', 'json']) !== 'html') throw why === 'stale' ? stale() : nobody();
    if (why === 'nobody' && gets) {
      response.redirect(303, isUnclaimed(response) ? '/console/setup' : `/console/signin?back=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    const fields = gets
      ? []
      : await readLongForm(request, mostKept).then(
          (form) => [...form],
          () => undefined,
        );
    if (fields === undefined) throw why === 'stale' ? stale() : nobody();
    response.status(why === 'stale' ? 403 : 401);
    const again = { method: gets ? ('get' as const) : ('post' as const), path: ownPath(request.originalUrl), fields };
    const ways = { passkey: passkeySite(request, baseUrl) !== undefined, mail: canMail({ db, now }), email: person?.email };
    show(response, { title: 'Show that it is you', slip: true, scripts: ['passkey.js'], body: proofBody({ why, again, ...ways }) });
  };
}

const nobody = () => new AppError('console.sign_in', 'You are not signed in (any more): sign in and try again.', { status: 401 });
const stale = () =>
  new AppError('console.prove', 'Show first that it is you: use your passkey or a link, then try again.', { status: 403 });

/** A path of the console's own to come back to, as a browser would read it; anything else leads to its front page. */
export function ownPath(back: unknown): string {
  const read = typeof back === 'string' && back.startsWith('/') ? URL.parse(back, nowhere) : null;
  return read?.origin === nowhere && /^\/console(?:\/|$)/.test(read.pathname) ? read.pathname + read.search : '/console';
}

/** An origin that no address has which could be asked for. */
const nowhere = 'http://desk.invalid';
