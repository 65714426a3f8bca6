import { expect, test } from 'vitest';
import { eventsSince } from '../../src/store/subscriptions.ts';
import { sampleStore } from '../support/store.ts';

test('a leave looks at the events of its own reader, however many others have left', () => {
  const { db } = sampleStore(3);
  const plan = db.$client.prepare(`EXPLAIN QUERY PLAN ${eventsSince}`).all(1, 1, 'leave', 'one-click', 0) as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH consents USING INDEX consents_reader (reader_id=?)']);
});
