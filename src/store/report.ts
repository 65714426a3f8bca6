/** A send as its report shows it: what came back by reason, who left because of it, who got it, and how earlier sends did. Each by an index, none by reading all rows. */
import type { DeliveryState } from '../model/delivery.ts';
import type { FeedbackKind, FeedbackReason } from '../model/feedback.ts';
import type { Db } from './open.ts';
import type { Send } from './sends.ts';
import { statement } from './statement.ts';

/** What came back of a send, by kind and reason, the most frequent first. What was taken back later is left out. */
export function reasonsOf(db: Db, sendId: number): { kind: FeedbackKind; reason: FeedbackReason; events: number }[] {
  const text = `SELECT kind, reason, count(*) AS events FROM feedback WHERE at > 0 AND send_id = ? GROUP BY kind, reason ORDER BY events DESC, kind, reason`;
  return statement(db, text).all(sendId) as ReturnType<typeof reasonsOf>;
}

/** Readers who left by a mail of a send, in spans of `span` milliseconds since it began; spans without any are left out. */
export function leavesOf(
  db: Db,
  { id, publicationId, asOf }: Pick<Send, 'id' | 'publicationId' | 'asOf'>,
  span: number,
): { at: number; leaves: number }[] {
  const text = `SELECT CAST(@from + CAST((at - @from) / @span AS INTEGER) * @span AS INTEGER) AS at, count(*) AS leaves FROM consents
    WHERE event = 'leave' AND publication_id = @publicationId AND send_id = @id AND at >= @from GROUP BY 1 ORDER BY 1`;
  return statement(db, text).all({ id, publicationId, from: asOf ?? 0, span }) as { at: number; leaves: number }[];
}

/** How many left by a mail of a send. */
export function countLeaves(db: Db, { id, publicationId }: Pick<Send, 'id' | 'publicationId'>): number {
  const text = `SELECT count(*) FROM consents WHERE event = 'leave' AND publication_id = ? AND send_id = ?`;
  return statement(db, text).pluck().get(publicationId, id) as number;
}

/** The sends of a publication that began before another one of it, the newest first; a publication has a few a month. */
export function sendsBefore(
  db: Db,
  { id, publicationId, rehearsal }: Pick<Send, 'id' | 'publicationId' | 'rehearsal'>,
  limit: number,
): number[] {
  const text = `SELECT id FROM sends WHERE publication_id = ? AND rehearsal = ? AND id < ? AND as_of IS NOT NULL AND missed = 0 ORDER BY id DESC LIMIT ?`;
  return statement(db, text)
    .pluck()
    .all(publicationId, rehearsal ? 1 : 0, id, limit) as number[];
}

/** What a list of readers may be narrowed to: a state, or those whose mail came back after it was accepted. */
export type Reached = Exclude<DeliveryState, 'queued'> | 'bounced';

/** One reader in the list of who got it and who did not. */
export interface ReachedReader {
  reader: number;
  /** Empty when erased. */
  address: string;
  name: string | null;
  reply: string | null;
  at: number;
}

/** Rows of the primary key that one page looks through at most: states that nearly all rows have, or nearly none, have no index of their own. */
const lookedThrough = 5000;

/**
 * At most `limit` readers of a send in a state after reader `after`, in the order of their numbers, and where the next page begins; undefined at the end.
 * A page may be short, even empty, and not the last: then the next goes on behind what was looked through.
 */
export function listReached(
  db: Db,
  sendId: number,
  state: Reached,
  after: number,
  limit: number,
): { readers: ReachedReader[]; next: number | undefined } {
  const columns = 'd.reader_id AS reader, r.email AS address, r.name, d.reply, d.changed_at AS at';
  const indexed = state === 'bounced' ? 'd.bounced_at IS NOT NULL' : `d.state = '${state}'`; // spelt out: the partial indexes are found by it
  if (state !== 'accepted' && state !== 'ready') {
    const text = `SELECT ${columns} FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE d.send_id = ? AND ${indexed} AND d.reader_id > ? ORDER BY d.reader_id LIMIT ?`;
    const readers = statement(db, text).all(sendId, after, limit + 1) as ReachedReader[];
    return readers.length > limit ? { readers: readers.slice(0, limit), next: readers[limit - 1]?.reader } : { readers, next: undefined };
  }
  const edge = statement(
    db,
    'SELECT reader_id FROM deliveries WHERE send_id = ? AND reader_id > ? ORDER BY reader_id LIMIT 1 OFFSET ?',
  ).pluck();
  const through = edge.get(sendId, after, lookedThrough - 1) as number | undefined;
  const wanted = state === 'ready' ? `d.state IN ('ready', 'queued')` : `d.state = 'accepted'`;
  const text = `SELECT ${columns} FROM deliveries d JOIN readers r ON r.id = d.reader_id
    WHERE d.send_id = ? AND d.reader_id > ? AND d.reader_id <= ? AND +${wanted} ORDER BY d.reader_id LIMIT ?`;
  const readers = statement(db, text).all(sendId, after, through ?? Number.MAX_SAFE_INTEGER, limit + 1) as ReachedReader[];
  if (readers.length > limit) return { readers: readers.slice(0, limit), next: readers[limit - 1]?.reader };
  return { readers, next: through };
}

/** Every send to one reader, the newest first, after send `before`. Sends are few, and each is looked up by its key. */
export function deliveriesTo(
  db: Db,
  reader: number,
  before: number,
  limit: number,
): {
  send: number;
  name: string;
  rehearsal: 0 | 1;
  subject: string;
  state: DeliveryState;
  reply: string | null;
  at: number;
  bouncedAt: number | null;
  dismissedAt: number | null;
  complainedAt: number | null;
}[] {
  const text = `SELECT s.id AS send, s.name, s.rehearsal, e.subject, d.state, d.reply, d.changed_at AS at, d.bounced_at AS bouncedAt, d.dismissed_at AS dismissedAt, d.complained_at AS complainedAt
    FROM sends s CROSS JOIN deliveries d ON d.send_id = s.id AND d.reader_id = ? JOIN editions e ON e.id = s.edition_id WHERE s.id < ? ORDER BY s.id DESC LIMIT ?`;
  return statement(db, text).all(reader, before, limit) as ReturnType<typeof deliveriesTo>;
}
