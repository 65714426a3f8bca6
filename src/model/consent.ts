/** States of a subscription and every legal move between them. The only place that says who may be mailed. */

export const subscriptionStates = ['pending', 'active', 'paused', 'left', 'suspended'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

/** The one state that gets mail. */
export const mailable = 'active' satisfies SubscriptionState;

/**
 * What may happen to a subscription. `leave`: by button, one-click POST, mail or complaint. `undo`: the reader takes a leave back by the same link.
 * `suspend`: the address takes no mail, by its bounces or by a person's word. `reinstate`: a person, or an undo of those bounces, takes that back.
 */
export const consentMoves = ['leave', 'undo', 'suspend', 'reinstate'] as const;
export type ConsentMove = (typeof consentMoves)[number];

/** What stands in the history of a subscription: a move, or the import that began it. */
export type ConsentEvent = ConsentMove | 'import';

/**
 * Where a move takes a subscription, or undefined when it changes nothing. `before` is the state the reader left from, or was suspended in:
 * an undo goes back there and no further, so leaving and coming back never lifts a suspension. Who was suspended and has left and come back meanwhile
 * has said that they want the mail: lifting that suspension makes them active.
 */
export function moveSubscription(
  move: ConsentMove,
  state: SubscriptionState,
  before: SubscriptionState | undefined,
): SubscriptionState | undefined {
  switch (move) {
    case 'leave':
      return state === 'left' ? undefined : 'left';
    case 'undo':
      return state === 'left' ? before : undefined;
    case 'suspend':
      return state === 'left' || state === 'suspended' ? undefined : 'suspended';
    case 'reinstate':
      return state === 'suspended' ? (before ?? mailable) : undefined;
  }
}
