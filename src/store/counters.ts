/** The counts by state on a send's row, changed in the same transaction as the rows they count. */
import type { DeliveryState } from '../model/delivery.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** What is counted beside the states, and never taken out of them. */
export type Mark = 'bounced' | 'complained';

/** Gathers how a send's rows moved and writes it to the send's counters once. */
export function counter(db: Db, sendId: number) {
  const change: Partial<Record<DeliveryState | Mark, number>> = {};
  const add = (counted: DeliveryState | Mark, by: number) => {
    change[counted] = (change[counted] ?? 0) + by;
  };
  return {
    move(from: DeliveryState, to: DeliveryState, rows = 1): void {
      add(from, -rows);
      add(to, rows);
    },
    /** Marks beside the sum: set (1) or taken back (-1). */
    mark(mark: Mark, rows: 1 | -1): void {
      add(mark, rows);
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
