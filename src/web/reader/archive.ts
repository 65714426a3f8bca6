/** The archive of each publication, its feeds, and what tells search engines of all of them. */
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { html } from '../../html.ts';
import type { Languages } from '../../model/words/catalogue.ts';
import { drawAtom, drawFeedContent, drawJsonFeed, type Feed, type FeedEntry } from '../../render/render.ts';
import { treeOfRevision } from '../../store/issues.ts';
import type { Db } from '../../store/open.ts';
import { findPublication, listPublications } from '../../store/publications.ts';
import { pdfLength } from '../../store/published.ts';
import type { Assets } from '../assets.ts';
import { type Packed, pack, sendPacked } from '../packed.ts';
import { archivePage } from './archive-page.ts';
import type { Archive, Archives, ListedIssue } from './archives.ts';
import { readerPage } from './page.ts';

export interface ArchiveDeps {
  db: Db;
  archives: Archives;
  assets: Assets;
  languages: Languages;
  /** Where readers reach us, without a slash at the end. */
  baseUrl: string;
}

/** Issues in a feed: programs ask every hour for all of it, and two years of a monthly are more than anybody has missed. */
const feedLength = 24;
/** Addresses in a sitemap (sitemaps.org). */
const sitemapLength = 50_000;
const minutes = 60;

/** What must not be listed: pages behind a token, links on their way elsewhere, the desk, and what is for programs. */
export const unlistedPaths = ['/api/', '/c/', '/console', '/hooks/', '/l/', '/p/', '/u/', '/*?link='] as const;

/** Serves `/SLUG`, `/SLUG/feed.atom`, `/SLUG/feed.json`, `/sitemap.xml` and `/robots.txt`. */
export function archiveRoutes({ db, archives, assets, languages, baseUrl }: ArchiveDeps): Router {
  const router = express.Router();
  const contents = new Map<string, string>(); // by edition and whether its PDF is public: 24 of a few kilobytes for each publication
  const contentOf = async (issue: ListedIssue, addresses: { web: string; pdf: string | undefined }): Promise<string> => {
    const key = `${issue.edition} ${addresses.pdf !== undefined}`;
    const known = contents.get(key);
    if (known !== undefined) return known;
    await breathe(); // each tree takes milliseconds to read
    const drawn = drawFeedContent(treeOfRevision(db, issue.issue, issue.revision), addresses);
    contents.set(key, drawn);
    return drawn;
  };
  const feedOf = async ({ publication, issues, updatedAt }: Archive): Promise<Feed> => {
    const { slug, name, language, createdAt } = publication;
    const home = `${baseUrl}/${slug}`;
    const entries: FeedEntry[] = [];
    const latest = issues.toSorted((a, b) => b.firstAt - a.firstAt).slice(0, feedLength);
    for (const issue of latest) {
      const web = `${home}/${encodeURIComponent(issue.number)}`;
      const pdf = publication.pdf === 'public' ? { url: `${web}.pdf`, bytes: pdfLength(db, issue.edition) } : undefined;
      const { title, summary, language: tongue, firstAt: published, updatedAt: updated } = issue;
      const content = await contentOf(issue, { web, pdf: pdf?.url });
      entries.push({
        id: lastingId(slug, createdAt, issue.number),
        url: web,
        title,
        summary,
        language: tongue,
        content,
        published,
        updated,
        pdf,
      });
    }
    const id = lastingId(slug, createdAt);
    return { id, title: name, language, home, atom: `${home}/feed.atom`, json: `${home}/feed.json`, updated: updatedAt, entries };
  };

  /** Answers with what is made of an archive, once for as long as it stays the same. */
  const serve = (seconds: number, make: (archive: Archive) => Promise<Packed>): RequestHandler<{ slug: string }> => {
    const made = new WeakMap<Archive, Promise<Packed>>();
    return async (request, response, next) => {
      const archive = await archives.find(request.params.slug);
      if (archive === undefined) return next();
      const packed = made.get(archive) ?? make(archive);
      made.set(archive, packed);
      packed.catch(() => made.delete(archive));
      const found = await packed;
      response.setHeader('Cache-Control', `public, max-age=${seconds}`);
      response.setHeader('Last-Modified', new Date(archive.updatedAt).toUTCString());
      sendPacked(request, response, found);
    };
  };

  router.get(
    '/:slug',
    serve(minutes, (archive) => {
      const words = languages.wordsFor(archive.publication.language);
      return pack(readerPage({ assets, ...archivePage(words, archive, baseUrl) }), 'text/html; charset=utf-8');
    }),
  );
  router.get(
    '/:slug/feed.atom',
    serve(5 * minutes, async (archive) => pack(drawAtom(await feedOf(archive)), 'application/atom+xml; charset=utf-8')),
  );
  router.get(
    '/:slug/feed.json',
    serve(5 * minutes, async (archive) => pack(drawJsonFeed(await feedOf(archive)), 'application/feed+json; charset=utf-8')),
  );

  router.get('/robots.txt', (_request, response) => {
    const lines = ['User-agent: *', ...unlistedPaths.map((path) => `Disallow: ${path}`), '', `Sitemap: ${baseUrl}/sitemap.xml`, ''];
    response.set('Cache-Control', 'public, max-age=3600').type('text/plain').send(lines.join('\n'));
  });

  let sitemap: { of: string; packed: Promise<Packed> } | undefined;
  router.get('/sitemap.xml', async (request, response) => {
    const all: Archive[] = [];
    for (const { slug } of listPublications(db)) {
      const archive = await archives.find(slug);
      if (archive !== undefined) all.push(archive);
    }
    const of = all.map(({ hash }) => hash).join();
    if (sitemap?.of !== of) sitemap = { of, packed: pack(drawSitemap(all, baseUrl), 'application/xml; charset=utf-8') };
    response.set('Cache-Control', `public, max-age=${60 * minutes}`);
    if (all.length > 0) response.set('Last-Modified', new Date(Math.max(...all.map(({ updatedAt }) => updatedAt))).toUTCString());
    sendPacked(request, response, await sitemap.packed);
  });

  return router;
}

/** The newest addresses that search engines may list (sitemaps.org): archives and issue pages. What else there is they find from there. */
export function drawSitemap(archives: readonly Archive[], baseUrl: string): string {
  const pages = archives.flatMap(({ publication: { slug }, issues, updatedAt }) => [
    { address: `${baseUrl}/${slug}`, at: updatedAt },
    ...issues.map((issue) => ({ address: `${baseUrl}/${slug}/${encodeURIComponent(issue.number)}`, at: issue.updatedAt })),
  ]);
  const newest = pages.sort((a, b) => b.at - a.at).slice(0, sitemapLength);
  const markup = html`<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${newest.map(({ address, at }) => html`<url><loc>${address}</loc><lastmod>${new Date(at).toISOString()}</lastmod></url>\n`)}</urlset>
`;
  return markup.toString();
}

/** A name that stays the same wherever the service is reached (RFC 9562 section 5.8): from what never changes of a publication or an issue. */
function lastingId(...of: (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(of)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `urn:uuid:${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}

/**
 * Leads addresses that somebody typed to the one that counts: without a slash at the end, the slug in small letters. What it leads to begins with the slug of
 * a publication, so never to another site.
 */
export function onePath(db: Db): RequestHandler {
  return (request: Request, response: Response, next) => {
    const { path } = request;
    const [, slug = ''] = path.split('/', 2);
    const tidy = slug.toLowerCase() + path.slice(1 + slug.length).replace(/\/+$/, '');
    const moved = `/${tidy}` !== path && request.method !== 'POST' && /^[a-z0-9-]+$/.test(slug.toLowerCase());
    if (!moved || findPublication(db, slug.toLowerCase()) === undefined) return next();
    const query = request.originalUrl.indexOf('?');
    response.set('Cache-Control', 'public, max-age=3600');
    response.redirect(301, `/${tidy}${query === -1 ? '' : request.originalUrl.slice(query)}`);
  };
}
