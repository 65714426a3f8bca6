import { expect, test } from 'vitest';
import { consentMoves, mailable, moveSubscription, type SubscriptionState, stateAt, subscriptionStates } from '../../src/model/consent.ts';

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

test.each(['pending', 'paused', 'left'] as const)('a double opt-in makes a reader who is %s active', (state) => {
  expect(moveSubscription('confirm', state, undefined)).toBe('active');
});

test('a double opt-in never lifts a suspension', () => {
  expect(moveSubscription('confirm', 'suspended', 'active')).toBeUndefined();
});

test('only who gets mail may pause, and only who pauses may resume', () => {
  expect(subscriptionStates.filter((state) => moveSubscription('pause', state, undefined) !== undefined)).toEqual(['active', 'paused']);
  expect(subscriptionStates.filter((state) => moveSubscription('resume', state, undefined) !== undefined)).toEqual(['paused']);
});

test('a pause ends by itself, at its instant; one without an end does not', () => {
  expect(stateAt('paused', 1000, 999)).toBe('paused');
  expect(stateAt('paused', 1000, 1000)).toBe('active');
  expect(stateAt('paused', null, 9e15)).toBe('paused');
  for (const state of subscriptionStates.filter((each) => each !== 'paused')) expect(stateAt(state, 1000, 2000)).toBe(state);
});

test('only an undo, a reinstating, a double opt-in and the end of a pause make a reader mailable', () => {
  const befores: (SubscriptionState | undefined)[] = [...subscriptionStates, undefined];
  const raised = consentMoves.flatMap((move) =>
    subscriptionStates.flatMap((state) =>
      (move === 'confirm' || move === 'resume' ? [undefined] : befores)
        .filter((before) => moveSubscription(move, state, before) === mailable)
        .map((before) => ({ move, state, before })),
    ),
  );
  expect(raised).toEqual([
    { move: 'undo', state: 'left', before: mailable },
    { move: 'reinstate', state: 'suspended', before: mailable },
    { move: 'reinstate', state: 'suspended', before: undefined }, // left and came back while suspended
    { move: 'confirm', state: 'pending', before: undefined },
    { move: 'confirm', state: 'paused', before: undefined },
    { move: 'confirm', state: 'left', before: undefined },
    { move: 'resume', state: 'paused', before: undefined },
  ]);
});
