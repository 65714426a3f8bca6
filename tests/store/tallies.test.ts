/** The counts of a send by provider and by time: kept with the rows, and always what a reading of all rows would find. */
import { expect, test } from 'vitest';
import { providerAt, providerNumber } from '../../src/model/breaker.ts';
import { outcomeKinds } from '../../src/model/outcome.ts';
import { applyOutcomes, cancelRows, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import { paceOf, paceReach, talliesOf } from '../../src/store/live.ts';
import { markArrived, sendOnceMore } from '../../src/store/marks.ts';
import type { Db } from '../../src/store/open.ts';
import { freezeChunk, getSend, startSend, steerSend } from '../../src/store/sends.ts';
import { dismissRows, resendRows } from '../../src/store/unknowns.ts';
import { sampleStore, t0 } from '../support/store.ts';

const domains = ['gmail.com', 'outlook.com', 'example.org', 'googlemail.com', 'me.com', 'example.net'];

const outIn = (db: Db, batch: number): number[] =>
  db.$client.prepare("SELECT reader_id FROM deliveries WHERE batch_id = ? AND state = 'queued'").pluck().all(batch) as number[];

function spread(db: Db): void {
  const name = db.$client.prepare('UPDATE readers SET email = ?, email_key = ? WHERE id = ?');
  for (let id = 1; id <= 60; id += 1) name.run(`r${id}@${domains[id % 6]}`, `r${id}@${domains[id % 6]}`, id);
}

/** What the tallies must say, by reading every row. */
function scanned(db: Db, sendId: number): unknown[] {
  const sum = (state: string) => `sum(state = '${state}') AS ${state}`;
  return db.$client
    .prepare(
      `SELECT provider, count(*) AS prepared, ${['accepted', 'deferred', 'refused', 'unknown', 'cancelled'].map(sum)} FROM deliveries WHERE send_id = ? GROUP BY provider ORDER BY prepared DESC, provider`,
    )
    .all(sendId);
}

test('the tallies by provider are what a reading of all rows finds, whatever happens to the rows', () => {
  const { db, send } = sampleStore(60);
  spread(db);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 7, t0)) expect(talliesOf(db, send.id)).toEqual(scanned(db, send.id));
  const same = (): void => expect(talliesOf(db, send.id)).toEqual(scanned(db, send.id));
  db.$client.exec("UPDATE subscriptions SET state = 'left' WHERE reader_id IN (9, 10)");
  let now = t0;
  for (const kind of outcomeKinds) {
    now += 7000;
    const { batch = 0 } = claimBatch(db, send.id, 8, now);
    const out = outIn(db, batch);
    applyOutcomes(
      db,
      out.slice(1).map((reader) => ({ send: send.id, batch, reader, kind, reply: '' })),
      now,
    );
    same();
    closeBatch(db, batch, new Set(out.slice(0, 1)), now);
    same();
  }
  const inState = (state: string) =>
    db.$client.prepare('SELECT reader_id FROM deliveries WHERE send_id = ? AND state = ?').pluck().all(send.id, state) as number[];
  const [first = 0, second = 0, third = 0] = inState('unknown');
  resendRows(db, send.id, [first], { actor: 'operator', now });
  dismissRows(db, send.id, [second], { actor: 'operator', now });
  markArrived(db, send.id, third, now);
  same();
  expect(sendOnceMore(db, send.id, inState('refused')[0] ?? 0, now)).toBe(true);
  same();
  steerSend(db, send.id, 'cancel', { actor: 'operator', now });
  while (cancelRows(db, send.id, 5, now) > 0) same();
  expect(scanned(db, send.id).length).toBe(4); // Google, Microsoft, Apple, everybody else
});

test('the pace says what became of mails in each span, and when that began and ended', () => {
  const { db, send } = sampleStore(6);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 10, t0));
  const answer = (kind: 'accepted' | 'deferred' | 'refused', at: number): void => {
    const { batch = 0 } = claimBatch(db, send.id, 2, at);
    const out = outIn(db, batch);
    applyOutcomes(
      db,
      out.map((reader) => ({ send: send.id, batch, reader, kind, reply: '' })),
      at,
    );
  };
  answer('accepted', t0 + 1000);
  answer('deferred', t0 + 9000);
  answer('refused', t0 + 61_000);
  expect(paceOf(db, send.id, 10_000)).toEqual([
    { at: t0, accepted: 2, deferred: 2, refused: 0 },
    { at: t0 + 60_000, accepted: 0, deferred: 0, refused: 2 },
  ]);
  expect(paceOf(db, send.id, 120_000)).toEqual([{ at: t0, accepted: 2, deferred: 2, refused: 2 }]);
  expect(paceReach(db, send.id)).toEqual({ from: t0, to: t0 + 70_000 });
});

test('a send prepared before providers were counted has no tallies, and gets no wrong ones half-way', () => {
  const { db, send } = sampleStore(3);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 10, t0));
  db.$client.exec('DELETE FROM tallies');
  const { batch = 0 } = claimBatch(db, send.id, 3, t0);
  applyOutcomes(db, [{ send: send.id, batch, reader: 1, kind: 'accepted', reply: '' }], t0);
  expect(talliesOf(db, send.id)).toEqual([]);
  expect(getSend(db, send.id).accepted).toBe(1);
});

test('a provider has one number for all its domains, and everybody else has 0', () => {
  expect(providerNumber('a@gmail.com')).toBe(providerNumber('b@googlemail.com'));
  expect(providerAt(providerNumber('a@hotmail.fr'))).toBe('microsoft');
  expect(providerNumber('a@example.org')).toBe(0);
  expect(providerAt(0)).toBeUndefined();
  expect([1, 2, 3, 4].map(providerAt)).toEqual(['google', 'microsoft', 'yahoo', 'apple']); // stored: never renumbered
});
