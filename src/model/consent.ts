/** States of a subscription and every legal move between them. The only place that says who may be mailed. */

export const subscriptionStates = ['pending', 'active', 'paused', 'left', 'suspended'] as const;
export type SubscriptionState = (typeof subscriptionStates)[number];

/** The one state that gets mail. */
export const mailable = 'active' satisfies SubscriptionState;

/**
 * How a subscription stands at an instant: a pause ends by itself, so nothing has to be changed when it does. `pausedUntil` is null for a pause without an end.
 * Whoever asks the store in SQL for those who may be mailed says the same (`mailableAt` in `store/subscriptions.ts`).
 */
export function stateAt(state: SubscriptionState, pausedUntil: number | null, instant: number): SubscriptionState {
  return state === 'paused' && pausedUntil !== null && pausedUntil <= instant ? mailable : state;
}

/** For how many months a reader may pause. */
export const pauseMonths = [1, 2, 3] as const;

/** The instant so many months later: the same day and hour in UTC, or the last day of a shorter month. */
export function pauseEnd(instant: number, months: number): number {
  const end = new Date(instant);
  const day = end.getUTCDate();
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months);
  const last = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(day, last));
  return end.getTime();
}

/** Reasons of a suppression that a reader's own double opt-in lifts. All others only a person lifts: whoever complained may not be asked again by a form. */
export const liftedByOptIn: readonly string[] = ['leave', 'erase'];

/**
 * What may happen to a subscription. `leave`: by button, one-click POST, mail or complaint. `undo`: the reader takes a leave back by the same link.
 * `suspend`: the address takes no mail, by its bounces or by a person's word. `reinstate`: a person, or an undo of those bounces, takes that back.
 * `confirm`: the reader says yes to what was asked at this address (double opt-in); who has no subscription yet counts as `pending`.
 * `pause`: for some months; `resume`: before those are over.
 */
export const consentMoves = ['leave', 'undo', 'suspend', 'reinstate', 'confirm', 'pause', 'resume'] as const;
export type ConsentMove = (typeof consentMoves)[number];

/** What stands in the history of a subscription: a move, the import or the asking that began it, the erasing that ended it. */
export type ConsentEvent = ConsentMove | 'import' | 'subscribe' | 'erase';

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
    case 'confirm':
      return state === 'active' || state === 'suspended' ? undefined : mailable;
    case 'pause':
      return state === 'active' || state === 'paused' ? 'paused' : undefined;
    case 'resume':
      return state === 'paused' ? mailable : undefined;
  }
}
