import { expect, test } from 'vitest';
import {
  type DeliveryState,
  deliveryStates,
  type Move,
  movesByClaim,
  movesByClose,
  movesByOutcome,
  movesByPerson,
  retryDelay,
  sumHolds,
} from '../../src/model/delivery.ts';

const all: Record<string, Move> = { ...movesByClaim, ...movesByOutcome, ...movesByClose, ...movesByPerson };

test('nothing moves a row that was accepted or refused, and nothing but a 250 one that was cancelled', () => {
  const leaving = (state: DeliveryState) => Object.keys(all).filter((name) => all[name]?.from.includes(state));
  expect([leaving('accepted'), leaving('refused'), leaving('cancelled')]).toEqual([[], [], ['accepted']]);
});

test('a row that is out is moved by an outcome or by the close of its batch, never by a claim or a person', () => {
  for (const move of Object.values<Move>({ ...movesByClaim, ...movesByPerson })) expect(move.from).not.toContain('queued');
  for (const move of Object.values<Move>({ ...movesByOutcome, ...movesByClose })) expect(move.from).toContain('queued');
});

test('no row of a cancelled send is left waiting by an outcome or a close', () => {
  for (const { to, ofCancelled } of Object.values<Move>({ ...movesByOutcome, ...movesByClose }))
    expect(['accepted', 'refused', 'unknown', 'cancelled']).toContain(ofCancelled ?? to);
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
