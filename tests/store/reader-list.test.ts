/** Lists of readers: each by an index, a page at a time, with counts that are kept and never counted. */
import { expect, test } from 'vitest';
import { type SubscriptionState, subscriptionStates } from '../../src/model/consent.ts';
import { openStore } from '../../src/store/open.ts';
import { listQuery, listStanding, standingsOf } from '../../src/store/reader-list.ts';
import { moveReader } from '../../src/store/subscriptions.ts';
import { samplePublication, sampleReaders, t0 } from '../support/store.ts';

function forty() {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  sampleReaders(db, publication.id, 40);
  return { db, publicationId: publication.id };
}

test('pages go from the newest to the oldest without a gap or a reader twice, while others come and go', () => {
  const { db, publicationId } = forty();
  const seen: number[] = [];
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = listStanding(db, { publicationId, before }, 7, t0);
    if (page.length === 0) break;
    seen.push(...page.map(({ id }) => id));
    before = page.at(-1)?.id ?? 0;
    if (seen.length === 14) sampleReaders(db, publicationId, 5, 41);
  }
  expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
});

test('a pause that is over counts as reading, in the list of those who read and not of those who pause', () => {
  const { db, publicationId } = forty();
  db.$client.exec(
    `UPDATE subscriptions SET state = 'paused', paused_until = ${t0 - 1} WHERE reader_id = 9; UPDATE subscriptions SET state = 'paused', paused_until = ${t0 + 1} WHERE reader_id = 8`,
  );
  const ids = (state: SubscriptionState) => listStanding(db, { publicationId, state, before: 12 }, 4, t0).map(({ id }) => id);
  expect(ids('active')).toEqual([11, 10, 9, 7]);
  expect(ids('paused')).toEqual([8]);
  expect(standingsOf(db, publicationId, t0)).toEqual({ active: 39, paused: 1 });
});

test.each([undefined, ...subscriptionStates])(
  'the list of those %s is read from an index in its order, and nothing is read past to find them',
  (state) => {
    const { db, publicationId } = forty();
    const plan = db.$client
      .prepare(`EXPLAIN QUERY PLAN ${listQuery(publicationId, state)}`)
      .all({ publicationId, before: 99, limit: 5, now: t0 }) as { detail: string }[];
    const steps = plan.map(({ detail }) => detail).join('\n');
    expect(steps).not.toMatch(/SCAN (s|r)\b/);
    expect(steps).toMatch(
      state === undefined
        ? /SEARCH s USING PRIMARY KEY \(publication_id=\? AND reader_id<\?\)/
        : /SEARCH subscriptions USING (COVERING )?INDEX subscriptions_state \(publication_id=\? AND state=\? AND reader_id<\?\)/,
    );
  },
);

test('the counts by standing are what a count of all rows finds, however subscriptions are written', () => {
  const { db, publicationId } = forty();
  const counted = () =>
    Object.fromEntries(
      db.$client.prepare('SELECT state, count(*) FROM subscriptions WHERE publication_id = ? GROUP BY state').raw().all(publicationId) as [
        string,
        number,
      ][],
    );
  const kept = () => Object.fromEntries(Object.entries(standingsOf(db, publicationId, t0)).filter(([, readers]) => readers > 0));
  expect(kept()).toEqual(counted());
  for (const readerId of [3, 4, 5]) moveReader(db, { move: 'leave', readerId, way: 'person', at: t0 });
  moveReader(db, { move: 'suspend', readerId: 6, way: 'person', at: t0 });
  db.$client.exec(
    "UPDATE subscriptions SET state = 'paused' WHERE reader_id > 30; DELETE FROM subscriptions WHERE reader_id = 1; UPDATE subscriptions SET changed_at = 5",
  );
  expect(kept()).toEqual(counted());
  expect(kept()).toEqual({ active: 25, left: 3, suspended: 1, paused: 10 });
});
