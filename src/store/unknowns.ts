/** Unknown deliveries: listed, sent again, dismissed. Every move is a conditional update, counted and noted in the audit in the same transaction. */
import { movesByPerson } from '../model/delivery.ts';
import { noteAudit } from './audit.ts';
import { counter } from './counters.ts';
import { reopen } from './deliveries.ts';
import type { Db } from './open.ts';
import { getSend } from './sends.ts';
import { inTransaction, statement } from './statement.ts';

export interface UnknownDelivery {
  reader: number;
  address: string;
  /** The relay's last words, or ours. */
  reply: string | null;
  /** When it became unknown. */
  since: number;
  /** How often it was sent again. */
  resent: number;
}

/** Which unknown rows of a send: those that became unknown in this time (both ends count); `resent`: only those sent again so often. */
export interface UnknownSpan {
  after?: number;
  until: number;
  resent?: number;
}

/** Unknown rows of a send by reader number, `limit` at a time: give the last reader seen as `after`. */
export function listUnknown(db: Db, sendId: number, after: number, limit: number): UnknownDelivery[] {
  const text = `SELECT d.reader_id AS reader, r.email AS address, d.reply, d.changed_at AS since, d.resent FROM deliveries d JOIN readers r ON r.id = d.reader_id
    WHERE d.send_id = ? AND d.state = 'unknown' AND d.reader_id > ? ORDER BY d.reader_id LIMIT ?`;
  return statement(db, text).all(sendId, after, limit) as UnknownDelivery[];
}

/** The unknown row of the reader with this address (its key, see `model/address.ts`) in a send. */
export function findUnknown(db: Db, sendId: number, addressKey: string): UnknownDelivery | undefined {
  const text = `SELECT d.reader_id AS reader, r.email AS address, d.reply, d.changed_at AS since, d.resent FROM readers r JOIN deliveries d ON d.reader_id = r.id
    WHERE r.email_key = ? AND d.send_id = ? AND d.state = 'unknown'`;
  return statement(db, text).get(addressKey, sendId) as UnknownDelivery | undefined;
}

/** The unknown row of a reader in a send. */
export function findUnknownOf(db: Db, sendId: number, reader: number): UnknownDelivery | undefined {
  const text = `SELECT d.reader_id AS reader, r.email AS address, d.reply, d.changed_at AS since, d.resent FROM deliveries d JOIN readers r ON r.id = d.reader_id
    WHERE d.send_id = ? AND d.reader_id = ? AND d.state = 'unknown'`;
  return statement(db, text).get(sendId, reader) as UnknownDelivery | undefined;
}

/** Up to `limit` readers whose rows of a send are unknown since the given time, the oldest first. */
export function unknownReaders(db: Db, sendId: number, { after = 0, until, resent }: UnknownSpan, limit: number): number[] {
  const text = `SELECT reader_id FROM deliveries WHERE send_id = ? AND state = 'unknown' AND changed_at BETWEEN ? AND ? AND resent = coalesce(?, resent)
    ORDER BY changed_at LIMIT ?`;
  return statement(db, text)
    .pluck()
    .all(sendId, after, until, resent ?? null, limit) as number[];
}

/** When the rows of a send that are unknown became so: the latest instant; undefined when none is. */
export function latestUnknown(db: Db, sendId: number): number | undefined {
  const text = `SELECT max(changed_at) FROM deliveries WHERE send_id = ? AND state = 'unknown'`;
  return (statement(db, text).pluck().get(sendId) as number | null) ?? undefined;
}

/**
 * unknown → ready for these readers: the same message goes to them again, and a send that was over goes on. The row keeps the name of its old batch until it
 * is claimed, so that a late 250 of it still counts. Returns how many changed; none in a cancelled send.
 */
export function resendRows(db: Db, sendId: number, readers: readonly number[], by: { actor: string; now: number }): number {
  return inTransaction(db, () => {
    if (getSend(db, sendId).state === 'cancelled') return 0;
    const set = `state = '${movesByPerson.resend.to}', resent = resent + 1, changed_at = @now`;
    const moved = moveEach(db, sendId, readers, { move: 'resend', set, by });
    if (moved > 0) reopen(db, sendId);
    return moved;
  });
}

/** unknown → cancelled for these readers, marked as dismissed: nothing more goes to them, whether the mail arrived or not. Returns how many changed. */
export function dismissRows(db: Db, sendId: number, readers: readonly number[], by: { actor: string; now: number }): number {
  const set = `state = '${movesByPerson.dismiss.to}', dismissed_at = @now, changed_at = @now`;
  return inTransaction(db, () => moveEach(db, sendId, readers, { move: 'dismiss', set, by }));
}

function moveEach(
  db: Db,
  sendId: number,
  readers: readonly number[],
  { move, set, by }: { move: 'resend' | 'dismiss'; set: string; by: { actor: string; now: number } },
): number {
  const update = statement(
    db,
    `UPDATE deliveries SET ${set} WHERE send_id = @sendId AND reader_id = @reader AND state = 'unknown' RETURNING provider`,
  ).pluck();
  const count = counter(db, sendId);
  const moved = readers.filter((reader) => {
    const provider = update.get({ now: by.now, sendId, reader }) as number | undefined;
    if (provider !== undefined) count.move('unknown', movesByPerson[move].to, provider);
    return provider !== undefined;
  });
  if (moved.length === 0) return 0;
  count.write(by.now);
  noteAudit(db, {
    at: by.now,
    actor: by.actor,
    action: `unknown ${move}`,
    subject: getSend(db, sendId).name,
    detail: `readers ${moved.join(', ')}`,
  });
  return moved.length;
}
