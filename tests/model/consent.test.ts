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

test.each(['pending', 'active', 'paused'] as const)(
  'a reader who is %s may be suspended, and reinstating goes back exactly there',
  (state) => {
    expect(moveSubscription('suspend', state, undefined)).toBe('suspended');
    expect(moveSubscription('reinstate', 'suspended', state)).toBe(state);
  },
);

test('who has left is not suspended, and who is not suspended is not reinstated', () => {
  expect(moveSubscription('suspend', 'left', 'active')).toBeUndefined();
  expect(moveSubscription('suspend', 'suspended', 'active')).toBeUndefined();
  for (const state of subscriptionStates.filter((each) => each !== 'suspended'))
    expect(moveSubscription('reinstate', state, 'active')).toBeUndefined();
});

test('only an undo and a reinstating make a reader mailable, and only one who was so before', () => {
  const befores: (SubscriptionState | undefined)[] = [...subscriptionStates, undefined];
  const raised = consentMoves.flatMap((move) =>
    subscriptionStates.flatMap((state) =>
      befores.filter((before) => moveSubscription(move, state, before) === mailable).map((before) => ({ move, state, before })),
    ),
  );
  expect(raised).toEqual([
    { move: 'undo', state: 'left', before: mailable },
    { move: 'reinstate', state: 'suspended', before: mailable },
    { move: 'reinstate', state: 'suspended', before: undefined }, // left and came back while suspended
  ]);
});
