/** Deliveries: claimed into a batch, moved by outcomes, given back by a close. Every move is a conditional update, counted in the same transaction. */
import { type DeliveryState, movesByOutcome, retryDelay } from '../model/delivery.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Db } from './open.ts';
import { inTransaction, statement } from './statement.ts';

export interface BatchRow {
  reader: number;
  address: string;
}

/** One outcome as a worker reported it: which row, which attempt, what came of it. */
export interface ReportedOutcome extends Outcome {
  batch: number;
  send: number;
  reader: number;
}

/** What a claim did: the batch it made, if any row is in it, and how many rows it looked at. */
export interface Claim {
  batch?: number;
  rows: number;
}

/**
 * Takes up to `limit` rows of a running send that are ready or due again into a new batch. Consent is checked again here: who is no longer active
 * becomes cancelled in the same transaction. `rows` is 0 when there was nothing to take.
 */
export function claimBatch(db: Db, sendId: number, limit: number, now: number): Claim {
  return inTransaction(db, () => {
    const epoch = statement(db, `SELECT epoch FROM engine WHERE EXISTS (SELECT 1 FROM sends WHERE id = ? AND state = 'sending')`)
      .pluck()
      .get(sendId);
    const rows = epoch === undefined ? [] : waitingRows(db, sendId, limit, now);
    if (rows.length === 0) return { rows: 0 };
    const batch = Number(statement(db, 'INSERT INTO batches (send_id, epoch) VALUES (?, ?)').run(sendId, epoch).lastInsertRowid);
    const take = statement(
      db,
      `UPDATE deliveries SET state = ?, batch_id = ?, due_at = NULL, changed_at = ? WHERE send_id = ? AND reader_id = ? AND state = ?`,
    );
    const count = counter(db, sendId);
    for (const { reader, state, consents } of rows) {
      const to: DeliveryState = consents ? 'queued' : 'cancelled';
      if (take.run(to, consents ? batch : null, now, sendId, reader, state).changes === 1) count.move(state, to);
    }
    count.write();
    if (count.sum('queued') > 0) return { batch, rows: rows.length };
    statement(db, 'DELETE FROM batches WHERE id = ?').run(batch);
    return { rows: rows.length };
  });
}

function waitingRows(db: Db, sendId: number, limit: number, now: number) {
  const consent = `EXISTS (SELECT 1 FROM sends s JOIN subscriptions c ON c.publication_id = s.publication_id AND c.reader_id = d.reader_id WHERE s.id = d.send_id AND c.state = 'active') AS consents`;
  const due = statement(
    db,
    `SELECT reader_id AS reader, state, ${consent} FROM deliveries d WHERE send_id = ? AND state = 'deferred' AND due_at <= ? ORDER BY due_at LIMIT ?`,
  );
  const ready = statement(
    db,
    `SELECT reader_id AS reader, state, ${consent} FROM deliveries d WHERE send_id = ? AND state = 'ready' ORDER BY reader_id LIMIT ?`,
  );
  type Row = { reader: number; state: DeliveryState; consents: number };
  const first = due.all(sendId, now, limit) as Row[];
  return first.length === limit ? first : [...first, ...(ready.all(sendId, limit - first.length) as Row[])];
}

/** The rows still out in a batch, with the addresses they go to. */
export function batchRows(db: Db, batch: number): BatchRow[] {
  const text = `SELECT d.reader_id AS reader, r.email AS address FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE d.batch_id = ? AND d.state = 'queued' ORDER BY d.reader_id`;
  return statement(db, text).all(batch) as BatchRow[];
}

/**
 * Applies outcomes in one transaction and returns how many changed a row. An outcome counts only for the batch its row names, so applying it again
 * changes nothing; one that comes after its batch was closed as unknown heals the row.
 */
export function applyOutcomes(db: Db, outcomes: readonly ReportedOutcome[], now: number): number {
  return inTransaction(db, () => {
    const counters = new Map<number, ReturnType<typeof counter>>();
    let changed = 0;
    for (const outcome of outcomes) {
      const count = counters.get(outcome.send) ?? counter(db, outcome.send);
      counters.set(outcome.send, count);
      for (const from of movesByOutcome[outcome.kind].from) {
        const to = applyOne(db, outcome, from, now);
        if (to === undefined) continue;
        count.move(from, to);
        changed += 1;
        break;
      }
    }
    for (const count of counters.values()) count.write();
    for (const send of counters.keys()) reopen(db, send);
    return changed;
  });
}

/** A send that was over goes on when late evidence gave a row back. */
function reopen(db: Db, sendId: number): void {
  const text = `UPDATE sends SET state = 'sending', finished_at = NULL WHERE id = ? AND state = 'sent' AND ready + queued + deferred > 0`;
  statement(db, text).run(sendId);
}

/** Moves one row out of `from`; returns where it went, or undefined when it was not there. */
function applyOne(db: Db, outcome: ReportedOutcome, from: DeliveryState, now: number): DeliveryState | undefined {
  const { batch, send, reader, kind, reply } = outcome;
  const key = [send, reader, batch, from];
  if (kind === 'not-sent') {
    // A cancelled send wants its rows cancelled, not ready. Nobody is charged: attempts stay as they are.
    const text = `UPDATE deliveries SET state = iif((SELECT state FROM sends WHERE id = send_id) = 'cancelled', 'cancelled', 'ready'), reply = ?, changed_at = ?
      WHERE send_id = ? AND reader_id = ? AND batch_id = ? AND state = ? RETURNING state`;
    return statement(db, text)
      .pluck()
      .get(reply, now, ...key) as DeliveryState | undefined;
  }
  let to: DeliveryState = movesByOutcome[kind].to;
  let due: number | null = null;
  if (kind === 'deferred') {
    const attempts = statement(db, 'SELECT attempts FROM deliveries WHERE send_id = ? AND reader_id = ?').pluck().get(send, reader) as
      | number
      | undefined;
    const delay = retryDelay((attempts ?? 0) + 1);
    if (delay === undefined) to = 'refused';
    else if (isCancelled(db, send)) to = 'cancelled';
    else due = now + delay;
  }
  const text = `UPDATE deliveries SET state = ?, due_at = ?, reply = ?, attempts = attempts + ?, changed_at = ? WHERE send_id = ? AND reader_id = ? AND batch_id = ? AND state = ?`;
  const attempt = from === 'unknown' ? 0 : 1; // an unknown was counted when it became one
  return statement(db, text).run(to, due, reply, attempt, now, ...key).changes === 1 ? to : undefined;
}

function isCancelled(db: Db, sendId: number): boolean {
  return statement(db, 'SELECT state FROM sends WHERE id = ?').pluck().get(sendId) === 'cancelled';
}

/**
 * Turns a batch back into rows and forgets it: what was begun without an outcome is unknown, what was never begun is ready again (cancelled when its
 * send is). `begun` says which readers carry a mark; `undefined` means that nobody can tell, and all of them are unknown.
 */
export function closeBatch(db: Db, batch: number, begun: ReadonlySet<number> | undefined, now: number): void {
  inTransaction(db, () => {
    const send = statement(db, 'SELECT s.id, s.state FROM batches b JOIN sends s ON s.id = b.send_id WHERE b.id = ?').get(batch) as
      | { id: number; state: string }
      | undefined;
    if (send === undefined) return;
    const rows = statement(db, `SELECT reader_id FROM deliveries WHERE batch_id = ? AND state = 'queued'`).pluck().all(batch) as number[];
    const count = counter(db, send.id);
    const give = statement(
      db,
      `UPDATE deliveries SET state = ?, attempts = attempts + ?, changed_at = ? WHERE send_id = ? AND reader_id = ? AND batch_id = ? AND state = 'queued'`,
    );
    for (const reader of rows) {
      const unknown = begun === undefined || begun.has(reader);
      const to: DeliveryState = unknown ? 'unknown' : send.state === 'cancelled' ? 'cancelled' : 'ready';
      if (give.run(to, unknown ? 1 : 0, now, send.id, reader, batch).changes === 1) count.move('queued', to);
    }
    count.write();
    statement(db, 'DELETE FROM batches WHERE id = ?').run(batch);
  });
}

/** Gathers how a send's rows moved and writes it to the send's counters once. */
function counter(db: Db, sendId: number) {
  const change: Partial<Record<DeliveryState, number>> = {};
  const add = (state: DeliveryState, by: number) => {
    change[state] = (change[state] ?? 0) + by;
  };
  return {
    move(from: DeliveryState, to: DeliveryState): void {
      add(from, -1);
      add(to, 1);
    },
    sum: (state: DeliveryState): number => change[state] ?? 0,
    write(): void {
      const moved = Object.entries(change).filter(([, by]) => by !== 0);
      if (moved.length === 0) return;
      const sets = moved.map(([state]) => `${state} = ${state} + ?`).join(', ');
      statement(db, `UPDATE sends SET ${sets} WHERE id = ?`).run(...moved.map(([, by]) => by), sendId);
    },
  };
}

/** When the next deferred row of a send comes due, if any does. */
export function nextDue(db: Db, sendId: number): number | undefined {
  return (
    (statement(db, `SELECT min(due_at) FROM deliveries WHERE send_id = ? AND state = 'deferred'`).pluck().get(sendId) as number | null) ??
    undefined
  );
}

/** Addresses of a send's rows in a state, up to `limit`: for people to read. */
export function addressesIn(db: Db, sendId: number, state: DeliveryState, limit: number): { address: string; reply: string | null }[] {
  const text = `SELECT r.email AS address, d.reply FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE d.send_id = ? AND d.state = ? ORDER BY d.reader_id LIMIT ?`;
  return statement(db, text).all(sendId, state, limit) as { address: string; reply: string | null }[];
}

/** The first reader of a send, for an example of what readers get; undefined when it has none. */
export function firstReader(db: Db, sendId: number): number | undefined {
  return statement(db, 'SELECT reader_id FROM deliveries WHERE send_id = ? ORDER BY reader_id LIMIT 1').pluck().get(sendId) as
    | number
    | undefined;
}
