/** States of a subscription and every legal move between them. The only place that says who may be mailed. */

export const subscriptionStates = ['pending', 'active', 'paused', 'left', 'suspended'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

/** The one state that gets mail. */
export const mailable = 'active' satisfies SubscriptionState;

/** What may happen to a subscription. `leave`: by button, one-click POST or mail. `undo`: the reader takes a leave back by the same link. */
export const consentMoves = ['leave', 'undo'] as const;
export type ConsentMove = (typeof consentMoves)[number];

/**
 * Where a move takes a subscription, or undefined when it changes nothing. `before` is the state the reader left from:
 * an undo goes back there and no further, so leaving and coming back never lifts a suspension.
 */
export function moveSubscription(
  move: ConsentMove,
  state: SubscriptionState,
  before: SubscriptionState | undefined,
): SubscriptionState | undefined {
  if (move === 'leave') return state === 'left' ? undefined : 'left';
  return state === 'left' ? before : undefined;
}
