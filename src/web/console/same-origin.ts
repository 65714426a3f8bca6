/** Who may change something from the console: its own pages, and no other site that a browser has open beside it. */
import type { RequestHandler } from 'express';
import { AppError } from '../../errors.ts';

const harmless = ['GET', 'HEAD'];

/**
 * Why a request may not change anything; undefined when it may. Fetch Metadata says where a request comes from and no page can forge it (W3C Fetch Metadata,
 * 2.3); a browser too old for it says at least its Origin. What says neither is refused.
 */
export function whyNotChange({ method, header }: { method: string; header: (name: string) => string | undefined }): string | undefined {
  if (harmless.includes(method)) return undefined;
  const site = header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? undefined : fromElsewhere;
  const host = header('host');
  const origin = header('origin');
  return host !== undefined && origin !== undefined && [`http://${host}`, `https://${host}`].includes(origin) ? undefined : fromElsewhere;
}

const fromElsewhere =
  'This came from another site, or from a program that does not say where it comes from, so nothing was changed. Open the console and use its own button.';

/** Lets changes through that the console's own pages ask for, and whatever changes nothing. */
export const sameOriginGate: RequestHandler = (request, _response, next) => {
  const why = whyNotChange({ method: request.method, header: (name) => request.get(name) });
  if (why !== undefined) throw new AppError('console.elsewhere', why, { status: 403 });
  next();
};
