/** What is answered to who is nobody, or must show again who they are. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import { isUnclaimed } from './entry.ts';

/** A page leads to the way in and back again; anything else is told what it lacks. */
export function askWho(request: Request, response: Response, why: 'nobody' | 'stale'): void {
  const page = ['GET', 'HEAD'].includes(request.method) && request.accepts(['html', 'json']) === 'html';
  if (why === 'stale') throw new AppError('console.prove', 'Show first that it is you: sign in again.', { status: 403 });
  if (!page) throw new AppError('console.sign_in', 'You are not signed in (any more): sign in and try again.', { status: 401 });
  response.redirect(303, isUnclaimed(response) ? '/console/setup' : `/console/signin?back=${encodeURIComponent(request.originalUrl)}`);
}

/** A path of the console's own to come back to; anything else leads to its front page. */
export function ownPath(back: unknown): string {
  return typeof back === 'string' && /^\/console(?:[/?#][\x21-\x7e]*)?$/.test(back) ? back : '/console';
}
