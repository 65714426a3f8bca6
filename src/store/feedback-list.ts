/** What came back as people look at it: counted, and listed newest first by what they ask for, each list by an index. */
import type { Effect } from '../model/event.ts';
import type { FeedbackKind, FeedbackReason } from '../model/feedback.ts';
import type { FeedbackEvent } from './feedback.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** How many events of a kind had a reason. */
export interface ReasonCount {
  kind: FeedbackKind;
  reason: FeedbackReason;
  events: number;
}

/** Events since an instant, by kind and reason, the most frequent first. */
export function countReasons(db: Db, since: number): ReasonCount[] {
  const text =
    'SELECT kind, reason, count(*) AS events FROM feedback WHERE at > 0 AND at >= ? GROUP BY kind, reason ORDER BY events DESC, kind, reason';
  return statement(db, text).all(since) as ReasonCount[];
}

/** What a list may be narrowed to; `undone` stands for whatever was taken back. */
export interface EventFilter {
  reader?: number | undefined;
  /** A group of domains (`model/breaker.ts`). */
  domains?: string | undefined;
  reason?: FeedbackReason | undefined;
  effect?: Effect | 'undone' | undefined;
  /** From this instant, and before that one. */
  from?: number | undefined;
  to?: number | undefined;
}

/** Where a page of the list begins: after this event. */
export interface EventPlace {
  at: number;
  id: number;
}

/** An event with what its numbers stand for. */
export interface ListedEvent extends Omit<FeedbackEvent, 'proven'> {
  /** Address of the reader; empty when erased. */
  email: string | null;
  send: string | null;
  /** Whether its mail is still kept. */
  mail: 0 | 1;
}

const conditions: Record<keyof EventFilter, string> = {
  reader: 'f.reader_id = @reader',
  domains: 'f.domains = @domains',
  reason: 'f.reason = @reason',
  effect: `(f.effect = @effect AND f.undone_at IS NULL)`,
  from: 'f.at >= @from',
  to: 'f.at < @to',
};

/** At most `limit` events after a place in the list, newest first. */
export function listEvents(db: Db, filter: EventFilter, after: EventPlace | undefined, limit: number): ListedEvent[] {
  const { text, values } = eventQuery(filter, after);
  return statement(db, text).all({ ...values, limit }) as ListedEvent[];
}

/** The query of a list; tests ask SQLite how it would go about it. */
export function eventQuery(filter: EventFilter, after: EventPlace | undefined): { text: string; values: Record<string, string | number> } {
  const asked = Object.entries(filter).filter((entry): entry is [keyof EventFilter, string | number] => entry[1] !== undefined);
  const where = asked.map(([name, value]) => (value === 'undone' ? 'f.undone_at IS NOT NULL' : conditions[name]));
  where.push('f.at > 0'); // opens the indexes of the lists, see the migration that made them
  if (after !== undefined) where.push('(f.at, f.id) < (@at, @id)');
  const text = `SELECT f.id, f.at, f.source, f.kind, f.reason, f.scope, f.class, f.status, f.code, f.diagnostic, f.reporter, f.found_by AS foundBy,
      f.inbound_id AS inboundId, f.publication_id AS publicationId, f.reader_id AS readerId, f.send_id AS sendId, f.domains, f.charge, f.effect, f.why,
      f.undone_at AS undoneAt, r.email, s.name AS send, i.raw IS NOT NULL AS mail
    FROM feedback f LEFT JOIN readers r ON r.id = f.reader_id LEFT JOIN sends s ON s.id = f.send_id LEFT JOIN inbound i ON i.id = f.inbound_id
    WHERE ${where.join(' AND ')} ORDER BY f.at DESC, f.id DESC LIMIT @limit`;
  return { text, values: { ...Object.fromEntries(asked.filter(([, value]) => value !== 'undone')), ...after } };
}
