/** What is public of each publication, as the archive, the feeds and the sitemap list it: read anew only when the store has changed. */
import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { offsetAt } from '../../model/zone.ts';
import type { Db } from '../../store/open.ts';
import { findPublication, type Publication } from '../../store/publications.ts';
import { type PublishedIssue, publishedIssues, storeVersion, titleOfRevision } from '../../store/published.ts';

export interface ListedIssue extends PublishedIssue {
  title: string;
  summary: string;
  /** The month it is about, or else came out in: `2026-11`. */
  month: string;
}

/** One publication's issues, the newest month first. As long as nothing in it has changed it is the same object, so that what is made of it can be kept with it. */
export interface Archive {
  publication: Publication;
  issues: readonly ListedIssue[];
  /** Instant of the last change, in ms UTC; when the publication was made while nothing has come out. */
  updatedAt: number;
  /** Names all that is in it. */
  hash: string;
}

export interface Archives {
  /** The archive of a publication, or undefined when there is no such publication. */
  find(slug: string): Promise<Archive | undefined>;
}

/** Opens the archives. `rehearsal`: whether mail goes to the built-in catcher, so that rehearsals count. */
export function openArchives({ db, rehearsal }: { db: Db; rehearsal: boolean }): Archives {
  const known = new Map<string, { archive: Archive; version: string }>();
  const titles = new Map<number, ReturnType<typeof titleOfRevision>>(); // by edition, which never changes

  const read = async (publication: Publication): Promise<Archive> => {
    const issues: ListedIssue[] = [];
    for (const issue of publishedIssues(db, publication.id, rehearsal)) {
      let title = titles.get(issue.edition);
      if (title === undefined) {
        title = titleOfRevision(db, issue.issue, issue.revision);
        titles.set(issue.edition, title);
        if (titles.size % 20 === 0) await breathe(); // reading a tree takes a fraction of a millisecond, and there may be hundreds
      }
      issues.push({
        ...issue,
        title: title.title,
        summary: title.summary,
        month: title.period ?? monthOf(issue.firstAt, publication.zone),
      });
    }
    issues.sort((a, b) => (a.month === b.month ? b.firstAt - a.firstAt || b.issue - a.issue : a.month < b.month ? 1 : -1));
    const updatedAt = Math.max(publication.createdAt, ...issues.map((issue) => issue.updatedAt));
    const hash = createHash('sha256')
      .update(JSON.stringify([publication, issues]))
      .digest('hex')
      .slice(0, 32);
    return { publication, issues, updatedAt, hash };
  };

  return {
    async find(slug) {
      const version = storeVersion(db);
      const before = known.get(slug);
      if (before?.version === version) return before.archive;
      const publication = findPublication(db, slug);
      if (publication === undefined) {
        known.delete(slug);
        return undefined;
      }
      const now = await read(publication);
      const archive = before?.archive.hash === now.hash ? before.archive : now;
      known.set(slug, { archive, version });
      return archive;
    },
  };
}

const monthOf = (instant: number, zone: string): string => new Date(instant + offsetAt(instant, zone)).toISOString().slice(0, 7);
