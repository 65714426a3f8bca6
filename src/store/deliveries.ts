/** Deliveries: claimed into a batch, moved by outcomes, given back by a close. Every move is a conditional update, counted in the same transaction. */
import {
  afterOutcome,
  type DeliveryState,
  type Move,
  movesByClaim,
  movesByClose,
  movesByOutcome,
  movesByPerson,
  takenBackByHalt,
} from '../model/delivery.ts';
import type { Format } from '../model/edition.ts';
import { noSend } from '../model/notice.ts';
import type { ReportedOutcome } from '../model/outcome.ts';
import { counter } from './counters.ts';
import { haltSend } from './halt.ts';
import { hasItNowhere } from './missed.ts';
import { applyToNotice, closeNotice } from './notices.ts';
import type { Db } from './open.ts';
import { inTransaction, statement } from './statement.ts';
import { mailableAt } from './subscriptions.ts';

export interface BatchRow {
  reader: number;
  address: string;
  format: Format;
  /** What the reader was called at the freeze; null where the message does not say. */
  name: string | null;
  /** What was said of it last, if it was out before. */
  reply: string | null;
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
      `UPDATE deliveries SET state = ?, batch_id = coalesce(?, batch_id), due_at = NULL, changed_at = ? WHERE send_id = ? AND reader_id = ? AND state = ?`,
    );
    const count = counter(db, sendId);
    for (const { reader, state, provider, consents } of rows) {
      const { to } = movesByClaim[consents ? 'claim' : 'consent gone'];
      if (take.run(to, consents ? batch : null, now, sendId, reader, state).changes === 1) count.move(state, to, provider);
    }
    count.write(now);
    if (count.sum('queued') > 0) return { batch, rows: rows.length };
    statement(db, 'DELETE FROM batches WHERE id = ?').run(batch);
    return { rows: rows.length };
  });
}

function waitingRows(db: Db, sendId: number, limit: number, now: number) {
  const consent = `EXISTS (SELECT 1 FROM sends s JOIN subscriptions c ON c.publication_id = s.publication_id AND c.reader_id = d.reader_id WHERE s.id = d.send_id AND ${mailableAt('c')}
    AND (s.missed = 0 OR ${hasItNowhere('s.id', 'd.reader_id')})) AS consents`; // a late 250 may have reached whom an earlier send seemed to miss
  // the index is named, or SQLite walks past every row that is through, at each claim
  const those = (index: string): string =>
    `SELECT reader_id AS reader, state, provider, ${consent} FROM deliveries d INDEXED BY ${index} WHERE send_id = @sendId`;
  const all = [
    `${those('deliveries_due')} AND state = 'deferred' AND due_at <= @now ORDER BY due_at LIMIT @left`,
    `${those('deliveries_held')} AND state = 'ready' AND due_at <= @now ORDER BY due_at LIMIT @left`, // had to wait for the pace of their providers
    `${those('deliveries_ready')} AND state = 'ready' AND due_at IS NULL ORDER BY reader_id LIMIT @left`,
  ];
  const rows: { reader: number; state: DeliveryState; provider: number; consents: number }[] = [];
  for (const text of all) {
    const left = limit - rows.length;
    if (left > 0) rows.push(...(statement(db, text).all(now, { sendId, now, left }) as typeof rows));
  }
  return rows;
}

/** The rows still out in a batch, with the addresses they go to and what they go out as. */
export function batchRows(db: Db, batch: number): BatchRow[] {
  const text = `SELECT d.reader_id AS reader, r.email AS address, coalesce(d.format, 'full') AS format, d.name, d.reply FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE d.batch_id = ? AND d.state = 'queued' ORDER BY d.reader_id`;
  return statement(db, text).all(batch) as BatchRow[];
}

/**
 * Applies outcomes in one transaction and returns how many changed a row. An outcome counts only for the batch its row names, so applying it again
 * changes nothing; one that comes after its batch was closed as unknown heals the row.
 */
export function applyOutcomes(db: Db, outcomes: readonly ReportedOutcome[], now: number): number {
  return inTransaction(db, () => {
    const counters = new Map<number, ReturnType<typeof counter>>();
    const halted = new Map<number, string>();
    let changed = 0;
    for (const outcome of outcomes) {
      if (outcome.send === noSend) {
        if (applyToNotice(db, outcome, now)) changed += 1;
        continue;
      }
      const count = counters.get(outcome.send) ?? counter(db, outcome.send);
      counters.set(outcome.send, count);
      const moved = applyOne(db, outcome, now);
      if (moved !== undefined) {
        count.move(moved.from, moved.to, moved.provider);
        changed += 1;
        if (outcome.halt) halted.set(outcome.send, outcome.reply);
      } else if (outcome.kind === 'accepted') noteSecondCopy(db, outcome, now);
    }
    for (const count of counters.values()) count.write(now);
    for (const send of counters.keys()) reopen(db, send);
    for (const [send, reply] of halted) haltSend(db, send, reply, now);
    return changed;
  });
}

/** A send that was over goes on when a row was given back, by late evidence or by a person. Within the transaction that did so. */
export function reopen(db: Db, sendId: number): void {
  const text = `UPDATE sends SET state = 'sending', finished_at = NULL WHERE id = ? AND state = 'sent' AND ready + queued + deferred > 0`;
  statement(db, text).run(sendId);
}

/** Moves the row of an outcome and returns out of which state and where to; undefined when the outcome says nothing about it (any more). */
function applyOne(db: Db, outcome: ReportedOutcome, now: number): { from: DeliveryState; to: DeliveryState; provider: number } | undefined {
  const { batch, send, reader, kind, reply, wait: hold } = outcome;
  const move: Move = movesByOutcome[kind];
  const attempts = kind === 'deferred' ? attemptsSoFar(db, send, reader) : 0;
  const cancelled = move.ofCancelled !== undefined && isCancelled(db, send);
  const text = `UPDATE deliveries SET state = ?, due_at = ?, reply = ?, attempts = attempts + ?, heard_at = NULL, changed_at = ? WHERE send_id = ? AND reader_id = ? AND batch_id = ? AND state = ? RETURNING provider`;
  const from = outcome.halt ? [...move.from, ...takenBackByHalt] : move.from;
  for (const state of from) {
    const { to, attempt, wait } = afterOutcome(kind, state, { attempts, cancelled, hold });
    const due = wait === undefined ? null : now + wait;
    const provider = statement(db, text).pluck().get(to, due, reply, attempt, now, send, reader, batch, state) as number | undefined;
    if (provider !== undefined) return { from: state, to, provider };
  }
  return undefined;
}

function attemptsSoFar(db: Db, sendId: number, reader: number): number {
  const text = 'SELECT attempts FROM deliveries WHERE send_id = ? AND reader_id = ?';
  return (statement(db, text).pluck().get(sendId, reader) as number | undefined) ?? 0;
}

/**
 * A 250 for an attempt after which the row was sent again: its reader has, or will have, two copies, as whoever resent it knew. The row follows its present
 * batch; what was learnt is kept, once.
 */
function noteSecondCopy(db: Db, { batch, send, reader }: ReportedOutcome, now: number): void {
  const detail = `reader ${reader} in batch ${batch}`;
  const text = `INSERT INTO audit (at, actor, action, subject, detail)
    SELECT @now, 'settle', 'late accept', s.name, @detail FROM deliveries d JOIN sends s ON s.id = d.send_id
    WHERE d.send_id = @send AND d.reader_id = @reader AND d.resent > 0 AND d.batch_id > @batch
      AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.action = 'late accept' AND a.subject = s.name AND a.detail = @detail)`;
  statement(db, text).run({ now, send, reader, batch, detail });
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
    const send = statement(db, 'SELECT send_id FROM batches WHERE id = ?').pluck().get(batch) as number | undefined;
    if (send === undefined) return;
    statement(db, 'DELETE FROM batches WHERE id = ?').run(batch);
    if (send === noSend) return closeNotice(db, batch, begun, now);
    const { to: back, ofCancelled } = movesByClose['never begun'];
    const neverBegun = isCancelled(db, send) ? ofCancelled : back;
    const out = statement(db, `SELECT reader_id AS reader, provider FROM deliveries WHERE batch_id = ? AND state = 'queued'`);
    const rows = out.all(batch) as { reader: number; provider: number }[];
    const count = counter(db, send);
    const give = statement(
      db,
      `UPDATE deliveries SET state = ?, attempts = attempts + ?, changed_at = ? WHERE send_id = ? AND reader_id = ? AND batch_id = ? AND state = 'queued'`,
    );
    for (const { reader, provider } of rows) {
      const unknown = begun === undefined || begun.has(reader);
      const to = unknown ? movesByClose.begun.to : neverBegun;
      if (give.run(to, unknown ? 1 : 0, now, send, reader, batch).changes === 1) count.move('queued', to, provider);
    }
    count.write(now);
  });
}

/** The rows that wait, by the indexes that hold them. */
const waitingBy = [
  { index: 'deliveries_ready', from: 'ready', due: 'due_at IS NULL' },
  { index: 'deliveries_held', from: 'ready', due: 'due_at IS NOT NULL' },
  { index: 'deliveries_due', from: 'deferred', due: 'due_at IS NOT NULL' },
] as const satisfies { index: string; from: (typeof movesByPerson.cancel.from)[number]; due: string }[];

/**
 * Cancels up to `limit` rows of a cancelled send that are not out, in one transaction; returns how many. Those that are out come back through the close of
 * their batch.
 */
export function cancelRows(db: Db, sendId: number, limit: number, now: number): number {
  return inTransaction(db, () => {
    if (!isCancelled(db, sendId)) return 0;
    const count = counter(db, sendId);
    let left = limit;
    const { to } = movesByPerson.cancel;
    for (const { index, from, due } of waitingBy) {
      const text = `UPDATE deliveries SET state = ?, due_at = NULL, changed_at = ?
        WHERE send_id = ? AND reader_id IN (SELECT reader_id FROM deliveries INDEXED BY ${index} WHERE send_id = ? AND state = '${from}' AND ${due} LIMIT ?) RETURNING provider`; // spelt out: a partial index can be used only so
      const moved = left > 0 ? (statement(db, text).pluck().all(to, now, sendId, sendId, left) as number[]) : [];
      for (const provider of moved) count.move(from, to, provider);
      left -= moved.length;
    }
    count.write(now);
    return limit - left;
  });
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
