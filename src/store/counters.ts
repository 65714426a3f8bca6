/** The counts of a send, changed in the same transaction as the rows they count: by state on its row, by mailbox provider, and by the time it happened. */
import type { DeliveryState } from '../model/delivery.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** What is counted beside the states, and never taken out of them. */
export type Mark = 'bounced' | 'complained';

/** The states counted by provider: the others are the rest of `prepared`, so handing a row out and taking it back costs nothing here. */
const tallied = ['accepted', 'deferred', 'refused', 'unknown', 'cancelled'] as const satisfies DeliveryState[];
/** The states whose reaching is counted by time. */
const paced = ['accepted', 'deferred', 'refused'] as const satisfies DeliveryState[];

/** Length of the spans in which the pace is counted, in milliseconds. */
export const paceSpanMs = 10_000;

type Change = Partial<Record<DeliveryState | Mark, number>>;

const add = (change: Change, counted: DeliveryState | Mark, by: number): void => {
  change[counted] = (change[counted] ?? 0) + by;
};

/** Gathers how a send's rows moved and writes it to the send's counters once. */
export function counter(db: Db, sendId: number) {
  const whole: Change = {};
  const byProvider = new Map<number, { moved: Change; reached: Change }>();
  return {
    move(from: DeliveryState, to: DeliveryState, provider: number, rows = 1): void {
      add(whole, from, -rows);
      add(whole, to, rows);
      const own = byProvider.get(provider) ?? { moved: {}, reached: {} };
      byProvider.set(provider, own);
      add(own.moved, from, -rows);
      add(own.moved, to, rows);
      add(own.reached, to, rows);
    },
    /** Marks beside the sum: set (1) or taken back (-1). */
    mark(mark: Mark, rows: 1 | -1): void {
      add(whole, mark, rows);
    },
    sum: (state: DeliveryState): number => whole[state] ?? 0,
    write(now: number): void {
      const moved = Object.entries(whole).filter(([, by]) => by !== 0);
      if (moved.length === 0) return;
      const sets = moved.map(([state]) => `${state} = ${state} + ?`).join(', ');
      statement(db, `UPDATE sends SET ${sets} WHERE id = ?`).run(...moved.map(([, by]) => by), sendId);
      for (const [provider, own] of byProvider) {
        tally(db, sendId, provider, own.moved);
        notePace(db, sendId, provider, own.reached, now);
      }
    },
  };
}

/** A send prepared before its rows knew their provider has no tallies, and gets none half-way. */
function tally(db: Db, sendId: number, provider: number, moved: Change): void {
  if (tallied.every((state) => (moved[state] ?? 0) === 0)) return;
  const sets = tallied.map((state) => `${state} = ${state} + ?`).join(', ');
  statement(db, `UPDATE tallies SET ${sets} WHERE send_id = ? AND provider = ?`).run(
    ...tallied.map((state) => moved[state] ?? 0),
    sendId,
    provider,
  );
}

function notePace(db: Db, sendId: number, provider: number, reached: Change, now: number): void {
  if (paced.every((state) => (reached[state] ?? 0) === 0)) return;
  const sets = paced.map((state) => `${state} = ${state} + excluded.${state}`).join(', ');
  const text = `INSERT INTO pace (send_id, at, provider, ${paced.join(', ')}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ${sets}`;
  statement(db, text).run(sendId, now - (now % paceSpanMs), provider, ...paced.map((state) => reached[state] ?? 0));
}

/** Counts freshly prepared rows, one provider number for each. */
export function countPrepared(db: Db, sendId: number, providers: readonly number[]): void {
  const rows = new Map<number, number>();
  for (const provider of providers) rows.set(provider, (rows.get(provider) ?? 0) + 1);
  const text = `INSERT INTO tallies VALUES (?, ?, ?, 0, 0, 0, 0, 0) ON CONFLICT DO UPDATE SET prepared = prepared + excluded.prepared`;
  for (const [provider, prepared] of rows) statement(db, text).run(sendId, provider, prepared);
}
