import { eq } from 'drizzle-orm/sql';
import { expect, test } from 'vitest';
import { leave, lookUpLeave, undoDays, undoLeave } from '../../src/audience/audience.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { consents, readers, subscriptions } from '../../src/store/schema.ts';
import { samplePublication, sampleReaders, t0 } from '../support/store.ts';

const day = 24 * 60 * 60 * 1000;
const subject = { publication: 1, reader: 1, send: 7 };

function oneReader(): Db {
  const db = openStore(':memory:');
  sampleReaders(db, samplePublication(db).id, 2);
  return db;
}
const states = (db: Db) =>
  db
    .select()
    .from(subscriptions)
    .all()
    .map((row) => row.state);
const events = (db: Db) =>
  db
    .select()
    .from(consents)
    .all()
    .map(({ event, way, sendId, readerId }) => ({ event, way, sendId, readerId }));
const known = { publication: 'The Tidewater Review', language: 'en', maskedAddress: 'r…@example.com' };

test('looking at the page changes nothing', () => {
  const db = oneReader();
  const before = db.$client.serialize();
  expect(lookUpLeave(db, subject)).toEqual({ outcome: 'subscribed', mailed: true, ...known });
  expect(db.$client.serialize()).toEqual(before);
});

test.each(['page', 'one-click'] as const)('leaving by %s makes that reader left, with the event, and nobody else', (way) => {
  const db = oneReader();
  expect(leave(db, subject, { way, now: t0 })).toEqual({ outcome: 'left', mailed: false, ...known, undoUntil: t0 + undoDays * day });
  expect(states(db)).toEqual(['left', 'active']);
  expect(events(db)).toEqual([{ event: 'leave', way, sendId: 7, readerId: 1 }]);
  expect(lookUpLeave(db, subject)).toMatchObject({ outcome: 'already' });
});

test('leaving a second time changes nothing and writes no second event', () => {
  const db = oneReader();
  leave(db, subject, { way: 'one-click', now: t0 });
  expect(leave(db, subject, { way: 'page', now: t0 + day })).toMatchObject({ outcome: 'already', undoUntil: t0 + undoDays * day });
  expect(events(db)).toHaveLength(1);
});

test('a token that belongs to no send leaves an event without one', () => {
  const db = oneReader();
  leave(db, { ...subject, send: 0 }, { way: 'page', now: t0 });
  expect(events(db)).toEqual([{ event: 'leave', way: 'page', sendId: null, readerId: 1 }]);
});

test.each(['pending', 'active', 'paused', 'suspended'] as const)('an undo puts a reader who was %s back there', (state) => {
  const db = oneReader();
  db.update(subscriptions).set({ state }).where(eq(subscriptions.readerId, 1)).run();
  leave(db, subject, { way: 'page', now: t0 });
  expect(undoLeave(db, subject, { now: t0 + undoDays * day })).toEqual({ outcome: 'back', mailed: state === 'active', ...known });
  expect(states(db)).toEqual([state, 'active']);
  expect(events(db).map((row) => row.event)).toEqual(['leave', 'undo']);
});

test('after 30 days a leave is no longer undone by its link', () => {
  const db = oneReader();
  leave(db, subject, { way: 'page', now: t0 });
  expect(undoLeave(db, subject, { now: t0 + undoDays * day + 1 })).toMatchObject({ outcome: 'late' });
  expect(states(db)).toEqual(['left', 'active']);
  expect(events(db)).toHaveLength(1);
});

test('an undo of nothing changes nothing, and so does a second one', () => {
  const db = oneReader();
  expect(undoLeave(db, subject, { now: t0 })).toEqual({ outcome: 'already', mailed: true, ...known });
  leave(db, subject, { way: 'page', now: t0 });
  undoLeave(db, subject, { now: t0 });
  expect(undoLeave(db, subject, { now: t0 })).toMatchObject({ outcome: 'already' });
  expect(events(db)).toHaveLength(2);
});

test('a reader who left without a state to go back to is not brought back', () => {
  const db = oneReader();
  db.update(subscriptions).set({ state: 'left', changedAt: t0 }).where(eq(subscriptions.readerId, 1)).run();
  expect(undoLeave(db, subject, { now: t0 })).toMatchObject({ outcome: 'late' });
  expect(states(db)).toEqual(['left', 'active']);
});

test('a token outlives its rows: leaving, undoing and looking say unknown and write nothing', () => {
  const db = oneReader();
  db.delete(subscriptions).where(eq(subscriptions.readerId, 1)).run();
  db.delete(readers).where(eq(readers.id, 1)).run();
  expect(lookUpLeave(db, subject)).toEqual({ outcome: 'unknown' });
  expect(leave(db, subject, { way: 'one-click', now: t0 })).toEqual({ outcome: 'unknown' });
  expect(undoLeave(db, subject, { now: t0 })).toEqual({ outcome: 'unknown' });
  expect(leave(db, { publication: 9, reader: 2, send: 0 }, { way: 'page', now: t0 })).toEqual({ outcome: 'unknown' });
  expect(events(db)).toEqual([]);
});
