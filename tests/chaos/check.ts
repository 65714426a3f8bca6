/** What must hold when a chaos round is over, whatever struck: read from the SQLite file, from the relay's own file and from `status --json`. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { SendStatus } from '../../src/model/send.ts';
import type { ChaosRelay } from './relay.ts';

export interface Ledger {
  /** State of the send; undefined while there is none. */
  state: string | undefined;
  /** Rows by state, counted one by one. */
  rows: Record<string, number>;
  openBatches: number;
}

/** Reads the file beside whoever writes it. */
export function readLedger(folder: string): Ledger {
  return reading(folder, (db) => ({
    state: db.prepare('SELECT state FROM sends').pluck().get() as string | undefined,
    rows: Object.fromEntries(db.prepare('SELECT state, count(*) FROM deliveries GROUP BY state').raw().all() as [string, number][]),
    openBatches: db.prepare('SELECT count(*) FROM batches').pluck().get() as number,
  }));
}

function reading<T>(folder: string, read: (db: Database.Database) => T): T {
  const db = new Database(join(folder, 'data', 'galley.db'), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

export interface LedgerRow {
  email: string;
  /** Null for a reader without a row. */
  state: string | null;
  dismissedAt: number | null;
  /** What it was frozen to go out as. */
  format: string;
}

/** Every subscribed reader with the row of the send. */
export function readRows(folder: string): LedgerRow[] {
  return reading(folder, (db) => {
    const text = `SELECT r.email, d.state, d.dismissed_at AS dismissedAt, coalesce(d.format, 'full') AS format FROM subscriptions s JOIN readers r ON r.id = s.reader_id LEFT JOIN deliveries d USING (reader_id)`;
    return db.prepare(text).all() as LedgerRow[];
  });
}

/** Every reader wants another format than before: of a send that is frozen it changes nothing. */
export function changeMinds(folder: string): void {
  const db = new Database(join(folder, 'data', 'galley.db'), { timeout: 5000 });
  try {
    db.exec("UPDATE subscriptions SET format = CASE format WHEN 'full' THEN 'light' WHEN 'light' THEN 'text' ELSE 'full' END");
  } finally {
    db.close();
  }
}

export interface Verdict {
  /** What is wrong; empty when all holds. */
  failures: string[];
  unknown: number;
  doubles: number;
  /** Rows that say accepted and are not at the relay, and readers without a row. */
  lost: number;
}

/** Checks a round that has settled and whose serve has stopped. `mostUnknown` is what its faults may leave. */
export function check(folder: string, relay: ChaosRelay, status: SendStatus, at: { readers: number; mostUnknown: number }): Verdict {
  const rows = readRows(folder);
  const failures: string[] = [];
  const must = (holds: boolean, failure: string): void => void (holds || failures.push(failure));
  const mails = relay.mails();
  const copies = Map.groupBy(mails, ({ to }) => to);
  const doubled = [...copies].filter(([, each]) => each.length > 1);
  const counted = (state: string): number => rows.filter((row) => row.state === state).length;
  const unknown = counted('unknown');
  const withoutRow = rows.filter(({ state }) => state === null).length;
  const lies = rows.filter(({ email, state }) => state === 'accepted' && !copies.has(email));

  must(rows.length === at.readers && withoutRow === 0, `${withoutRow} of ${rows.length} readers (${at.readers} imported) have no row`);
  must(counted('accepted') + unknown === at.readers, `rows in other states than accepted and unknown: ${JSON.stringify(tally(rows))}`);
  must(doubled.length === 0, `${doubled.length} doubles, first ${doubled[0]?.[0]}`);
  must(new Set(mails.map((mail) => mail.messageId)).size === copies.size, 'Message-IDs and recipients at the relay are not one to one');
  must(lies.length === 0, `${lies.length} accepted rows are not at the relay, first ${lies[0]?.email}`);
  const frozenAs = new Map(rows.map(({ email, format }) => [email, format]));
  const changed = mails.filter(({ to, format }) => frozenAs.get(to) !== format);
  must(changed.length === 0, `${changed.length} mails in another format than their rows, first ${changed[0]?.to} ${changed[0]?.format}`);
  must(new Set(frozenAs.values()).size === 3, `rows in ${new Set(frozenAs.values()).size} formats`);
  must(unknown <= at.mostUnknown, `${unknown} unknown, at most ${at.mostUnknown} may be`);
  must(status.state === 'sent' && status.prepared === at.readers, `status: ${JSON.stringify(status)}`);
  for (const state of ['accepted', 'unknown', 'refused', 'deferred', 'cancelled'] as const)
    must(status[state] === counted(state), `status says ${status[state]} ${state}, the rows ${counted(state)}`);
  must(status.waiting === 0, `${status.waiting} waiting at the end`);
  return { failures, unknown, doubles: doubled.length, lost: lies.length + withoutRow };
}

const tally = (rows: { state: string | null }[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(rows, ({ state }) => String(state))].map(([state, each]) => [state, each.length]));
