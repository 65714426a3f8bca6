import { expect, test } from 'vitest';
import { consentMoves, mailable, moveSubscription, type SubscriptionState, subscriptionStates } from '../../src/model/consent.ts';

test.each(subscriptionStates.filter((state) => state !== 'left'))(
  'a reader who is %s may leave, and an undo goes back exactly there',
  (state) => {
    expect(moveSubscription('leave', state, undefined)).toBe('left');
    expect(moveSubscription('undo', 'left', state)).toBe(state);
  },
);

test('leaving twice changes nothing the second time', () => {
  expect(moveSubscription('leave', 'left', 'active')).toBeUndefined();
});

test('an undo without a state left from changes nothing', () => {
  expect(moveSubscription('undo', 'left', undefined)).toBeUndefined();
});

test.each(subscriptionStates.filter((state) => state !== 'left'))('an undo of nothing leaves a reader who is %s alone', (state) => {
  expect(moveSubscription('undo', state, 'active')).toBeUndefined();
});

test('no move makes a reader mailable who was not so before leaving', () => {
  const befores: (SubscriptionState | undefined)[] = [...subscriptionStates, undefined];
  const raised = consentMoves.flatMap((move) =>
    subscriptionStates.flatMap((state) =>
      befores.filter((before) => moveSubscription(move, state, before) === mailable).map((before) => ({ move, state, before })),
    ),
  );
  expect(raised).toEqual([{ move: 'undo', state: 'left', before: mailable }]);
});
