/** Counts of an issue: how often its links were followed and its PDF fetched, by day. Who did so is nowhere. */
import { downloadsKey } from '../model/measure.ts';
import { iso } from '../model/zone.ts';
import type { Db } from './open.ts';
import { inTransaction, statement } from './statement.ts';

/** Something that happened `times` over: to a link by its key, or to the PDF. `at` is an instant of it, for the day. */
export interface Tally {
  slug: string;
  number: string;
  what: string;
  times: number;
  at: number;
}

/**
 * Adds to the counts, all in one transaction. Only of issues that went out to readers, and only while their publication measures: asked here, so that
 * whoever counts along the way need not know.
 */
export function addCounts(db: Db, tallies: readonly Tally[]): void {
  const issue = statement(
    db,
    `SELECT issues.id, publications.zone FROM publications JOIN issues ON issues.publication_id = publications.id AND issues.number = ?
     WHERE publications.slug = ? AND publications.measure = 'on'
       AND EXISTS (SELECT 1 FROM sends WHERE sends.issue_id = issues.id AND sends.rehearsal = 0 AND sends.as_of IS NOT NULL)`,
  );
  const add = statement(
    db,
    'INSERT INTO counts (issue_id, what, day, times) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times',
  );
  inTransaction(db, () => {
    for (const { slug, number, what, times, at } of tallies) {
      const found = issue.get(number, slug) as { id: number; zone: string } | undefined;
      if (found !== undefined) add.run(found.id, what, iso(at, found.zone).slice(0, 10), times);
    }
  });
}

/** What was counted of an issue. Days are `2026-11-25`, in the publication's zone; a day or link without a count is left out of `downloads` and 0 in `links`. */
export interface IssueCounts {
  /** The most followed first; of equals, the one that stands first in the text. */
  links: { url: string; words: string; times: number }[];
  downloads: { day: string; times: number }[];
  /** The first day with a count. */
  firstDay: string | undefined;
}

/** The counts of an issue, with every link of the editions of it that went out to readers. */
export function countsOf(db: Db, issueId: number): IssueCounts {
  const followed = statement(
    db,
    `SELECT links.url, links.words, coalesce((SELECT sum(times) FROM counts WHERE issue_id = @issueId AND what = links.key), 0) AS times
     FROM links WHERE links.edition_id IN (SELECT edition_id FROM sends WHERE issue_id = @issueId AND rehearsal = 0 AND as_of IS NOT NULL)
     GROUP BY links.key ORDER BY times DESC, min(links.place)`,
  );
  const fetched = statement(db, 'SELECT day, times FROM counts WHERE issue_id = ? AND what = ? ORDER BY day');
  const first = statement(db, 'SELECT min(day) FROM counts WHERE issue_id = ?').pluck().get(issueId) as string | null;
  return {
    links: followed.all({ issueId }) as IssueCounts['links'],
    downloads: fetched.all(issueId, downloadsKey) as IssueCounts['downloads'],
    firstDay: first ?? undefined,
  };
}
