/** What feedback does to deliveries: marks beside their states, proof that they arrived, one more try. Each a conditional update, counted, in the caller's transaction. */
import { type DeliveryState, movesByFeedback } from '../model/delivery.ts';
import { counter, type Mark } from './counters.ts';
import { reopen } from './deliveries.ts';
import { hasItNowhere } from './missed.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

const columns = { bounced: 'bounced_at', complained: 'complained_at' } as const satisfies Record<Mark, string>;

/** Marks an accepted delivery as bounced or complained about; false when it is so already, or was never accepted. */
export function markDelivery(db: Db, mark: Mark, sendId: number, reader: number, now: number): boolean {
  const column = columns[mark];
  const text = `UPDATE deliveries SET ${column} = ? WHERE send_id = ? AND reader_id = ? AND state = 'accepted' AND ${column} IS NULL`;
  if (statement(db, text).run(now, sendId, reader).changes === 0) return false;
  count(db, sendId, now, (counts) => counts.mark(mark, 1));
  return true;
}

/**
 * A mail about a delivery proves that it went out: one that was unknown, had been dismissed as such, or waits to be sent again after it was, becomes accepted.
 * False for any other.
 */
export function markArrived(db: Db, sendId: number, reader: number, now: number): boolean {
  const only = { unknown: '', ready: 'AND resent > 0 AND batch_id IS NOT NULL', cancelled: 'AND dismissed_at IS NOT NULL' } as const;
  const { from, to } = movesByFeedback.arrived;
  return from.some((state) => {
    const text = `UPDATE deliveries SET state = ?, changed_at = ? WHERE send_id = ? AND reader_id = ? AND state = ? ${only[state]} RETURNING provider`;
    return moved(db, { sendId, from: state, to, now }, statement(db, text).pluck().get(to, now, sendId, reader, state));
  });
}

/**
 * Makes a delivery that came back ready once more: its bounce mark goes, and so does the name of its old batch, whose late outcomes must not count for the new
 * attempt. False in a cancelled send, for a reader who has the issue from another send of it, and for a row in any other state.
 */
export function sendOnceMore(db: Db, sendId: number, reader: number, now: number): boolean {
  const live = `EXISTS (SELECT 1 FROM sends WHERE id = @sendId AND state IN ('sending', 'paused', 'sent')) AND ${hasItNowhere('@sendId', '@reader')}`;
  const { from, to } = movesByFeedback.again;
  const bounced = statement(db, 'SELECT bounced_at IS NOT NULL FROM deliveries WHERE send_id = ? AND reader_id = ?')
    .pluck()
    .get(sendId, reader);
  const done = from.some((state) => {
    const came = state === 'accepted' ? 'AND bounced_at IS NOT NULL' : '';
    const text = `UPDATE deliveries SET state = @to, batch_id = NULL, attempts = 0, due_at = NULL, bounced_at = NULL, heard_at = NULL, changed_at = @now
      WHERE send_id = @sendId AND reader_id = @reader AND state = @state ${came} AND ${live} RETURNING provider`;
    return moved(db, { sendId, from: state, to, now }, statement(db, text).pluck().get({ to, now, sendId, reader, state }));
  });
  if (!done) return false;
  if (bounced === 1) count(db, sendId, now, (counts) => counts.mark('bounced', -1));
  reopen(db, sendId);
  return true;
}

/** Counts a row that moved; `provider` is undefined when none did. */
function moved(
  db: Db,
  { sendId, from, to, now }: { sendId: number; from: DeliveryState; to: DeliveryState; now: number },
  provider: unknown,
): boolean {
  if (typeof provider !== 'number') return false;
  count(db, sendId, now, (counts) => counts.move(from, to, provider));
  return true;
}

function count(db: Db, sendId: number, now: number, change: (counts: ReturnType<typeof counter>) => void): void {
  const counts = counter(db, sendId);
  change(counts);
  counts.write(now);
}

/** A refused delivery nobody has judged yet. */
export interface Refusal {
  sendId: number;
  reader: number;
  publication: number;
  email: string;
  reply: string;
}

/** Refusals of real sends that nobody has judged yet. */
export function unheardRefusals(db: Db, limit: number): Refusal[] {
  const text = `SELECT d.send_id AS sendId, d.reader_id AS reader, s.publication_id AS publication, r.email, coalesce(d.reply, '') AS reply
    FROM deliveries d INDEXED BY deliveries_refused JOIN sends s ON s.id = d.send_id JOIN readers r ON r.id = d.reader_id WHERE d.state = 'refused' AND d.heard_at IS NULL AND s.rehearsal = 0 LIMIT ?`;
  return statement(db, text).all(limit) as Refusal[];
}

/** Notes that a refusal is judged; false when it was. */
export function hearRefusal(db: Db, { sendId, reader }: Pick<Refusal, 'sendId' | 'reader'>, now: number): boolean {
  const text = `UPDATE deliveries SET heard_at = ? WHERE send_id = ? AND reader_id = ? AND state = 'refused' AND heard_at IS NULL`;
  return statement(db, text).run(now, sendId, reader).changes === 1;
}
