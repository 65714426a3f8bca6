/** What the pages behind a reader's own links share: the token, and that nobody keeps or lists them. */
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';
import { readToken, type TokenKeys, type TokenKind, type TokenSubject } from '../../model/token.ts';

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
