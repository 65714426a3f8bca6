/** What a publication may be called in addresses. */
import { AppError } from '../errors.ts';

/** First parts of paths that Galley itself answers at: a publication of that name could not be reached (DESIGN, "Addresses that live for years"). */
export const reservedSlugs = ['a', 'api', 'assets', 'c', 'console', 'healthz', 'hooks', 'l', 'p', 'u'] as const;

const pattern = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Reads a slug as typed. Error when it could not stand in an address, or stands for something else there. */
export function parseSlug(text: string): string {
  if (!pattern.test(text)) {
    throw new AppError(
      'publication.slug',
      `"${text}" cannot be a slug: take 1 to 40 of the letters a to z, digits and hyphens, with no hyphen at either end, such as tidewater-review`,
    );
  }
  if (reservedSlugs.some((reserved) => reserved === text)) {
    throw new AppError(
      'publication.slug',
      `"${text}" cannot be a slug: Galley's own pages are at /${text}. Choose another, such as ${text}-review`,
    );
  }
  return text;
}
