/** States of a delivery and the moves between them, as one table (DELIVERY protocol, section 1). */
import type { OutcomeKind } from './outcome.ts';

export const deliveryStates = ['ready', 'queued', 'accepted', 'deferred', 'refused', 'unknown', 'cancelled'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** A legal move of a row: out of which states, and into which. `ofCancelled` is where it ends instead when its send is cancelled. */
export interface Move {
  readonly from: readonly DeliveryState[];
  readonly to: DeliveryState;
  readonly ofCancelled?: DeliveryState;
}

/** What fanout does with a row it claims: hands it out, or finds that its reader no longer consents. */
export const movesByClaim = {
  claim: { from: ['ready', 'deferred'], to: 'queued' },
  'consent gone': { from: ['ready', 'deferred'], to: 'cancelled' },
} as const satisfies Record<string, Move>;

/**
 * Where an outcome of batch B takes a row that names B: out of `queued`, or out of `unknown` when late evidence heals it. A 250 was read, so it also counts
 * for a row that is to be sent again and not yet claimed, and for one that a person dismissed or cancelled meanwhile: it names B no less.
 */
export const movesByOutcome = {
  accepted: { from: ['queued', 'unknown', 'ready', 'cancelled'], to: 'accepted' },
  refused: { from: ['queued', 'unknown'], to: 'refused' },
  deferred: { from: ['queued', 'unknown'], to: 'deferred', ofCancelled: 'cancelled' },
  'not-sent': { from: ['queued', 'unknown'], to: 'ready', ofCancelled: 'cancelled' },
  unknown: { from: ['queued'], to: 'unknown' },
} as const satisfies Record<OutcomeKind, Move>;

/** A refusal of batch B is taken back, as what was `not-sent`, when those after it show that it was about us, and not about its reader: nothing went over. */
export const takenBackByHalt = ['refused'] as const satisfies readonly DeliveryState[];

/** What closing batch B does with a row that is still out in it: a mark without an outcome leaves it open what became of the mail. */
export const movesByClose = {
  begun: { from: ['queued'], to: 'unknown' },
  'never begun': { from: ['queued'], to: 'ready', ofCancelled: 'cancelled' },
} as const satisfies Record<string, Move>;

/** What a person does with rows, or the policy `retry`. A row that is out is nobody's to move: it comes back through its batch's close. */
export const movesByPerson = {
  cancel: { from: ['ready', 'deferred'], to: 'cancelled' },
  resend: { from: ['unknown'], to: 'ready' },
  dismiss: { from: ['unknown'], to: 'cancelled' },
} as const satisfies Record<string, Move>;

/**
 * What comes back moves. `arrived`: a mail about it proves that it went out, though nobody knew, or a person had let it be; a copy that waits to be sent again
 * is not needed then. `again`: it came back while its provider was out of order, and is tried once more.
 */
export const movesByFeedback = {
  arrived: { from: ['unknown', 'ready', 'cancelled'], to: 'accepted' },
  again: { from: ['refused', 'accepted'], to: 'ready' },
} as const satisfies Record<string, Move>;

/** How long a row must have been unknown before it is sent again: the 10 minutes a relay may take for its answer, and the leases. Until then it may heal by itself. */
export const resendAfterMs = 15 * 60_000;

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

/**
 * What an outcome does to a row that is in `from`, after `attempts` attempts told so far: where it goes, how many attempts it adds, and the milliseconds until
 * the next one. `hold`: the milliseconds that a row which was not sent must wait for the pace of its provider. An attempt counts once, when it is told or becomes unknown; nobody is charged for what was not sent. `cancelled`: the row's send is.
 */
export function afterOutcome(
  kind: OutcomeKind,
  from: DeliveryState,
  { attempts, cancelled, hold }: { attempts: number; cancelled: boolean; hold?: number | undefined },
): { to: DeliveryState; attempt: 0 | 1; wait?: number } {
  const move: Move = movesByOutcome[kind];
  const attempt = from === 'queued' && kind !== 'not-sent' ? 1 : 0;
  const wait = kind === 'deferred' ? retryDelay(Math.max(1, attempts + attempt)) : undefined;
  if (kind === 'deferred' && wait === undefined) return { to: movesByOutcome.refused.to, attempt };
  const to = cancelled ? (move.ofCancelled ?? move.to) : move.to;
  const later = to === 'deferred' ? wait : to === 'ready' ? hold : undefined;
  return { to, attempt, ...(later !== undefined && { wait: later }) };
}
