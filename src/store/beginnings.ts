/** How far a publication has come: the issue it began last, whether it has readers, whether anything was sent. */
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
