/** Whom the sends of an issue missed: those who were in their audience and have it from none of them, as far as anybody knows. */
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** The rows of a reader in the other sends of an issue, rehearsals apart, in SQL. `send` and `reader` are expressions: the send that asks, and the reader. */
const elsewhere = (send: string, reader: string): string =>
  `FROM sends this JOIN sends p ON p.issue_id = this.issue_id AND p.rehearsal = this.rehearsal AND p.id <> this.id
    JOIN deliveries e ON e.send_id = p.id AND e.reader_id = ${reader} WHERE this.id = ${send}`;

/** Of a row `e`: its reader has the issue (accepted, whether or not it bounced), may have it (unknown, or let be as such), or is about to get it. */
const mayHaveIt = `(e.state NOT IN ('refused', 'cancelled') OR e.dismissed_at IS NOT NULL)`;

/** The condition in SQL that no other send of the issue has reached a reader, may have, or is about to. */
export const hasItNowhere = (send: string, reader: string): string => `NOT EXISTS (SELECT 1 ${elsewhere(send, reader)} AND ${mayHaveIt})`;

/** The condition in SQL that a reader was in the audience of another send of the issue and was missed by all of them. `send` stands in it twice. */
export const missedBefore = (send: string, reader: string): string =>
  `(EXISTS (SELECT 1 ${elsewhere(send, reader)}) AND ${hasItNowhere(send, reader)})`;

const sameIssue = `SELECT p.id FROM sends this JOIN sends p ON p.issue_id = this.issue_id AND p.rehearsal = this.rehearsal WHERE this.id = @send`;
const missedIn = (state: 'refused' | 'cancelled'): string => `SELECT d.reader_id AS reader FROM deliveries d
  JOIN sends s ON s.id = d.send_id JOIN subscriptions c ON c.publication_id = s.publication_id AND c.reader_id = d.reader_id
  WHERE d.send_id IN (${sameIssue}) AND d.state = '${state}' AND (c.state = 'active' OR c.state = 'paused' AND c.paused_until <= @now)
    AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.send_id IN (${sameIssue}) AND e.reader_id = d.reader_id AND ${mayHaveIt})`;

/** How many readers the sends of a send's issue missed who may be mailed now, by the index of those missed; more than `limit` are not counted further. */
export function countMissed(db: Db, send: number, limit: number, now: number): number {
  const text = `SELECT count(*) FROM (SELECT DISTINCT reader FROM (${missedIn('refused')} UNION ALL ${missedIn('cancelled')}) LIMIT @limit)`;
  return statement(db, text).pluck().get({ send, limit, now }) as number;
}
