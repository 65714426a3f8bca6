/** The links of an edition that lead through a short address of ours: where each goes, kept with the edition for as long as mails of it are read. */
import { eq } from 'drizzle-orm/sql';
import type { CountedLink } from '../model/measure.ts';
import type { Db } from './open.ts';
import { links } from './schema.ts';
import { statement } from './statement.ts';

/** Keeps the links of an edition, once. Within the transaction that keeps the edition: a mail must never carry a short address that leads nowhere. */
export function keepLinks(db: Db, editionId: number, found: readonly CountedLink[]): void {
  for (const [place, link] of found.entries())
    db.insert(links)
      .values({ editionId, place, ...link })
      .onConflictDoNothing()
      .run();
}

/** The links of an edition in the order of its text. */
export function linksOfEdition(db: Db, editionId: number): CountedLink[] {
  const columns = { key: links.key, url: links.url, words: links.words };
  return db.select(columns).from(links).where(eq(links.editionId, editionId)).orderBy(links.place).all();
}

/**
 * Where a short address leads: to what stands in an edition of that issue of which a send has started, and nowhere else. The key is of the address itself, so
 * editions of one issue cannot differ about it.
 */
export function findLink(db: Db, { slug, number, key }: { slug: string; number: string; key: string }): string | undefined {
  const text = `SELECT links.url FROM publications
    JOIN issues ON issues.publication_id = publications.id AND issues.number = ?
    JOIN editions ON editions.issue_id = issues.id
    JOIN links ON links.edition_id = editions.id AND links.key = ?
    WHERE publications.slug = ? AND EXISTS (SELECT 1 FROM sends WHERE sends.edition_id = editions.id AND sends.as_of IS NOT NULL) LIMIT 1`;
  return statement(db, text).pluck().get(number, key, slug) as string | undefined;
}
