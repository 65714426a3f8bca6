/** The desk's cookies: which name they have, read from a request and given with an answer. No script reads them, no other site sends them along. */
import type { Request, Response } from 'express';

/** `session`: who is signed in. `browser`: which browser asked for a link. `passkey`: which question a passkey answers. */
const names = { session: 'galley', browser: 'galley-browser', passkey: 'galley-passkey' } as const;
export type CookieName = keyof typeof names;

/** Seconds a browser keeps them; the rows behind them end sooner. */
const ages: Record<CookieName, number> = { session: 180 * 86_400, browser: 86_400, passkey: 600 };

/** Whether a request came by BASE_URL's name over https: its cookies are then bound to that name (RFC 6265bis section 4.1.3.2, `__Host-`). */
function isBound(request: Request<unknown>, baseUrl: string): boolean {
  return baseUrl.startsWith('https:') && request.get('host')?.toLowerCase() === new URL(baseUrl).host;
}

const nameOf = (request: Request<unknown>, baseUrl: string, name: CookieName): string =>
  (isBound(request, baseUrl) ? '__Host-' : '') + names[name];

/** The value of a cookie; empty when it is not there. */
export function readCookie(request: Request<unknown>, baseUrl: string, name: CookieName): string {
  const start = `${nameOf(request, baseUrl, name)}=`;
  const pairs = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? '';
}

/** Gives a cookie; an empty value takes it away. Lax, so that whoever follows a link from a mail to the desk is signed in there. */
export function giveCookie(response: Response, baseUrl: string, name: CookieName, value: string): void {
  const { req: request } = response;
  const bound = isBound(request, baseUrl);
  const parts = [
    `${nameOf(request, baseUrl, name)}=${value}`,
    'Path=/',
    `Max-Age=${value === '' ? 0 : ages[name]}`,
    'HttpOnly',
    'SameSite=Lax',
  ];
  response.append('Set-Cookie', [...parts, ...(bound ? ['Secure'] : [])].join('; '));
}
