/** How far a publication has come: the issue it began last, whether it has readers, and the words it wrote last. */
import type { IssueTree } from '../model/issue.ts';
import { readTree } from '../model/issue-schema.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

export interface Beginnings {
  /** The issue that was begun last. */
  issue: number | undefined;
  hasReaders: boolean;
  /** Whether anything of it was ever sent, or is to be. */
  hasSend: boolean;
}

export function beginningsOf(db: Db, publicationId: number): Beginnings {
  const issue = statement(db, 'SELECT id FROM issues WHERE publication_id = ? ORDER BY id DESC LIMIT 1').get(publicationId) as
    | { id: number }
    | undefined;
  const one = (table: 'subscriptions' | 'sends'): boolean =>
    statement(db, `SELECT 1 FROM ${table} WHERE publication_id = ? LIMIT 1`).get(publicationId) !== undefined;
  return { issue: issue?.id, hasReaders: one('subscriptions'), hasSend: one('sends') };
}

/** The newest text of a publication's that could be read; undefined while there is none. */
export function newestTree(db: Db, publicationId: number): IssueTree | undefined {
  const text = `SELECT tree FROM revisions WHERE tree IS NOT NULL AND issue_id IN (SELECT id FROM issues WHERE publication_id = ?) ORDER BY id DESC LIMIT 1`;
  const row = statement(db, text).get(publicationId) as { tree: string } | undefined;
  return row && readTree(JSON.parse(row.tree));
}
