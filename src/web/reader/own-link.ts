/** What the pages behind a reader's own links share: the token, the body of a POST, and that nobody keeps or lists them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { readToken, type TokenKeys, type TokenKind, type TokenSubject } from '../../model/token.ts';

/** How much of a body is looked at, and how long it is waited for. What follows is read and thrown away: the token alone decides. */
const bodyLimit = 4096;
const bodyWaitMs = 5000;

/** Whose link it is. Error (404) for a token that is none of ours, or of another kind. */
export function subjectOfLink(tokenKeys: TokenKeys, kind: TokenKind, token: string): TokenSubject {
  const subject = readToken(tokenKeys, kind, token);
  if (subject !== undefined) return subject;
  throw new AppError(
    `${kind}.broken_link`,
    'This link is not complete: part of it may have been lost on the way. Open the link in your mail again, or copy the whole of it.',
    { status: 404 },
  );
}

/** A page that says what one reader chose is kept by no cache and listed nowhere. */
export const unlisted: RequestHandler = (_request, response, next) => {
  response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'none' });
  next();
};

/** The first bytes of a body, once all of it has been read. A body that breaks off or dawdles counts as far as it came: nothing in it could stop a leave. */
export async function startOfBody(request: Request): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  const over = new Promise<void>((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (size < bodyLimit) kept.push(chunk);
      size += chunk.length;
    });
    for (const end of ['end', 'close', 'error']) request.once(end, () => resolve());
  });
  await Promise.race([over, wait(bodyWaitMs, undefined, { ref: false })]);
  return Buffer.concat(kept).subarray(0, bodyLimit).toString('latin1');
}
