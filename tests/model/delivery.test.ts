import { expect, test } from 'vitest';
import { deliveryStates, finalStates, movesByOutcome, retryDelay, sumHolds } from '../../src/model/delivery.ts';
import { outcomeKinds } from '../../src/model/outcome.ts';

test('no outcome moves a row out of a final state', () => {
  for (const kind of outcomeKinds) for (const from of movesByOutcome[kind].from) expect(finalStates).not.toContain(from);
});

test('the retry schedule widens, never shrinks, and ends within 48 hours', () => {
  const delays: number[] = [];
  for (let delay = retryDelay(1); delay !== undefined; delay = retryDelay(delays.length + 1)) delays.push(delay);
  expect(delays[0]).toBe(5 * 60_000);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  const hours = delays.reduce((sum, delay) => sum + delay, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(47);
  expect(hours).toBeLessThanOrEqual(48);
});

test('the sum holds only when every row is counted once', () => {
  const none = Object.fromEntries(deliveryStates.map((state) => [state, 0])) as Record<(typeof deliveryStates)[number], number>;
  expect(sumHolds(3, { ...none, ready: 1, accepted: 2 })).toBe(true);
  expect(sumHolds(4, { ...none, ready: 1, accepted: 2 })).toBe(false);
  expect(sumHolds(1, { ...none, ready: -1, accepted: 2 })).toBe(false);
});
