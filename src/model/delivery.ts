/** States of a delivery and the moves between them, as one table (DELIVERY protocol, section 1). */
import type { OutcomeKind } from './outcome.ts';

export const deliveryStates = ['ready', 'queued', 'accepted', 'deferred', 'refused', 'unknown', 'cancelled'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** Nothing more happens to these by itself. */
export const finalStates = ['accepted', 'refused', 'cancelled'] as const satisfies readonly DeliveryState[];

/** Where an outcome of batch B may take a row that names B: only out of `queued`, or out of `unknown` when late evidence heals it. */
export const movesByOutcome = {
  accepted: { to: 'accepted', from: ['queued', 'unknown'] },
  refused: { to: 'refused', from: ['queued', 'unknown'] },
  deferred: { to: 'deferred', from: ['queued', 'unknown'] },
  'not-sent': { to: 'ready', from: ['queued', 'unknown'] },
  unknown: { to: 'unknown', from: ['queued'] },
} as const satisfies Record<OutcomeKind, { to: DeliveryState; from: readonly DeliveryState[] }>;

/** Counts of a send's rows by state; `bounced` and `complained` are marks beside the sum. */
export type Counts = Record<DeliveryState, number>;

/** True when every prepared row is in exactly one state: prepared = accepted + refused + deferred + unknown + cancelled + waiting. */
export function sumHolds(prepared: number, counts: Counts): boolean {
  return prepared === deliveryStates.reduce((sum, state) => sum + counts[state], 0) && deliveryStates.every((state) => counts[state] >= 0);
}

/**
 * Waits before the next attempt of a deferred row, by the number of attempts made so far; after the last one the row is refused.
 * First retry after 5 to 15 minutes suits greylisting (RFC 6647 section 2), then wider, 48 hours in all: the relay itself tries for days.
 */
const retryMinutes = [5, 15, 30, 60, ...Array.from({ length: 46 }, () => 60)];

/** Milliseconds until the next attempt after `attempts` deferred ones, or undefined when the schedule is over (48 h). */
export function retryDelay(attempts: number): number | undefined {
  const minutes = retryMinutes[attempts - 1];
  return minutes === undefined ? undefined : minutes * 60_000;
}
