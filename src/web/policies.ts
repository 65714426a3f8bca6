/** What browsers may do with our answers: content policies per kind of page, and the headers that every answer carries. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

export type Policy = Record<string, readonly string[]>;

const nothing: Policy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** Reader pages and the console: our own style sheet, fonts and pictures, no script at all. */
export const pagePolicy: Policy = { ...nothing, 'style-src': ["'self'"], 'font-src': ["'self'"], 'img-src': ["'self'"] };

/** What a page of the console with script adds: the scripts that carry its nonce and what those load, and requests to this very server. */
export function scriptPolicy(nonce: string): Policy {
  return { 'script-src': [`'nonce-${nonce}'`, "'strict-dynamic'"], 'connect-src': ["'self'"] };
}

/** The page that shows a mail: like any page, and a frame for its HTML part. */
export const mailPagePolicy: Policy = { ...pagePolicy, 'frame-src': ["'self'"] };

/**
 * The HTML part of a mail, in a frame of the console: its own inline styles, our pictures, and an origin of its own (`sandbox`),
 * so that nothing in it can act as the console. Links open beside it.
 */
export const mailPartPolicy: Policy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'self'"],
  'style-src': ["'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  sandbox: ['allow-popups', 'allow-popups-to-escape-sandbox'],
};

/** A part of an issue as it looks while it is written, in a frame of the console: as a mail's HTML part, and the style sheet and faces that a published page has. */
export const framePolicy: Policy = { ...mailPartPolicy, 'style-src': ["'self'", "'unsafe-inline'"], 'font-src': ["'self'"] };

/** A PDF in a frame of the console. The browser's own viewer shows it, which works in no sandbox; nothing of ours runs there. */
export const pdfPolicy: Policy = { 'default-src': ["'none'"], 'frame-ancestors': ["'self'"] };

/** A mail that is shown only for its looks: as the HTML part of a mail, and its links lead nowhere. */
export const samplePolicy: Policy = { ...mailPartPolicy, sandbox: [] };

/** Files that are looked at by themselves, pictures above all: a document in them could do nothing. */
export const filePolicy: Policy = { ...nothing, 'form-action': ["'none'"], 'style-src': ["'unsafe-inline'"], sandbox: [] };

/**
 * A published issue. It is frozen with absolute addresses, which may be older than today's BASE_URL: `origins` are all those this service had.
 * Its charts are inline SVG whose shapes carry style attributes.
 */
export function issuePolicy(origins: readonly string[]): Policy {
  const own = ["'self'", ...origins];
  return { ...nothing, 'style-src': own, 'style-src-attr': ["'unsafe-inline'"], 'font-src': own, 'img-src': [...own, 'data:'] };
}

/** The light page of an issue: the style in its head and nothing else, so that a browser fetches nothing for it. */
export const lightPolicy: Policy = { ...nothing, 'form-action': ["'none'"], 'style-src': ["'unsafe-inline'"], 'img-src': ['data:'] };

/** The header value of a policy. */
export function printPolicy(policy: Policy): string {
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');
}

/** Headers of every answer. A route that needs another content policy sets its own over this one. `secure` says that readers come by https. */
export function commonHeaders({ secure }: { secure: boolean }): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
    // Addresses of ours carry tokens: no other site is told where a reader came from.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    originAgentCluster: false, // a sandboxed frame of ours is of another kind, and browsers complain of the mixture
    xFrameOptions: false, // frame-ancestors says it, and can allow the console's own frame
  });
}
