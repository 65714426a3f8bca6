import { eq } from 'drizzle-orm/sql';
import { expect, test } from 'vitest';
import { giveReason, leave, lookUpLeave, undoDays, undoLeave } from '../../src/audience/audience.ts';
import { readToken } from '../../src/model/token.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { consents, notices, readers, reasons, subscriptions } from '../../src/store/schema.ts';
import { readerDeps, samplePublication, sampleReaders, t0, testRing } from '../support/store.ts';

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
const known = {
  publication: 'The Tidewater Review',
  slug: 'tidewater',
  language: 'en',
  zone: 'UTC',
  speaks: 'en',
  format: 'full',
  maskedAddress: 'r…@example.com',
};

test('looking at the page changes nothing', () => {
  const db = oneReader();
  const before = db.$client.serialize();
  expect(lookUpLeave(db, subject, t0)).toEqual({ outcome: 'subscribed', state: 'active', mailed: true, ...known });
  expect(db.$client.serialize()).toEqual(before);
});

test.each(['page', 'one-click'] as const)('leaving by %s makes that reader left, with the event, and nobody else', (way) => {
  const db = oneReader();
  expect(leave(readerDeps(db), subject, { way, now: t0 })).toEqual({
    outcome: 'left',
    state: 'left',
    mailed: false,
    ...known,
    undoUntil: t0 + undoDays * day,
  });
  expect(states(db)).toEqual(['left', 'active']);
  expect(events(db)).toEqual([{ event: 'leave', way, sendId: 7, readerId: 1 }]);
  expect(lookUpLeave(db, subject, t0)).toMatchObject({ outcome: 'already' });
});

test('leaving a second time changes nothing and writes no second event', () => {
  const db = oneReader();
  leave(readerDeps(db), subject, { way: 'one-click', now: t0 });
  expect(leave(readerDeps(db), subject, { way: 'page', now: t0 + day })).toMatchObject({
    outcome: 'already',
    undoUntil: t0 + undoDays * day,
  });
  expect(events(db)).toHaveLength(1);
});

test('a token that belongs to no send leaves an event without one', () => {
  const db = oneReader();
  leave(readerDeps(db), { ...subject, send: 0 }, { way: 'page', now: t0 });
  expect(events(db)).toEqual([{ event: 'leave', way: 'page', sendId: null, readerId: 1 }]);
});

test.each(['pending', 'active', 'paused', 'suspended'] as const)('an undo puts a reader who was %s back there', (state) => {
  const db = oneReader();
  db.update(subscriptions).set({ state }).where(eq(subscriptions.readerId, 1)).run();
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
  expect(undoLeave(db, subject, { now: t0 + undoDays * day })).toEqual({ outcome: 'back', state, mailed: state === 'active', ...known });
  expect(states(db)).toEqual([state, 'active']);
  expect(events(db).map((row) => row.event)).toEqual(['leave', 'undo']);
});

test('after 30 days a leave is no longer undone by its link', () => {
  const db = oneReader();
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
  expect(undoLeave(db, subject, { now: t0 + undoDays * day + 1 })).toMatchObject({ outcome: 'late' });
  expect(states(db)).toEqual(['left', 'active']);
  expect(events(db)).toHaveLength(1);
});

test('an undo of nothing changes nothing, and so does a second one', () => {
  const db = oneReader();
  expect(undoLeave(db, subject, { now: t0 })).toEqual({ outcome: 'already', state: 'active', mailed: true, ...known });
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
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
  expect(lookUpLeave(db, subject, t0)).toEqual({ outcome: 'unknown' });
  expect(leave(readerDeps(db), subject, { way: 'one-click', now: t0 })).toEqual({ outcome: 'unknown' });
  expect(undoLeave(db, subject, { now: t0 })).toEqual({ outcome: 'unknown' });
  expect(leave(readerDeps(db), { publication: 9, reader: 2, send: 0 }, { way: 'page', now: t0 })).toEqual({ outcome: 'unknown' });
  expect(events(db)).toEqual([]);
});

const told = (db: Db) => db.select().from(notices).all();

test('a leave by the button tells the reader, with a way back: a forwarded mail carries that link', () => {
  const db = oneReader();
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
  const [notice, ...others] = told(db);
  expect(others).toEqual([]);
  expect(notice).toMatchObject({
    address: 'r1@example.com',
    state: 'ready',
    facts: { kind: 'left', language: 'en', until: t0 + undoDays * day },
  });
  const facts = notice?.facts;
  expect(facts?.kind === 'left' && readToken(testRing, 'leave', facts.token)).toEqual(subject);
});

test('a one-click leave writes no mail: it comes from the mail itself, and asks for no more of it', () => {
  const db = oneReader();
  leave(readerDeps(db), subject, { way: 'one-click', now: t0 });
  expect(told(db)).toEqual([]);
});

test('who leaves and comes back all day is told once a day', () => {
  const db = oneReader();
  for (let i = 0; i < 5; i += 1) {
    leave(readerDeps(db), subject, { way: 'page', now: t0 + i * 1000 });
    undoLeave(db, subject, { now: t0 + i * 1000 + 1 });
  }
  expect(told(db)).toHaveLength(1);
  leave(readerDeps(db), subject, { way: 'page', now: t0 + day + 5000 });
  expect(told(db)).toHaveLength(2);
});

test('a leave of somebody who gets nothing, say after bounces, writes no mail', () => {
  const db = oneReader();
  db.update(subscriptions).set({ state: 'suspended' }).run();
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
  expect(told(db)).toEqual([]);
});

test('a reason is kept with the leave, one per leave, on one line and not without one', () => {
  const db = oneReader();
  giveReason(db, subject, { reason: 'not yet', now: t0 });
  expect(db.select().from(reasons).all()).toEqual([]);
  leave(readerDeps(db), subject, { way: 'page', now: t0 });
  giveReason(db, subject, { reason: '   ', now: t0 });
  giveReason(db, subject, { reason: 'Too long', now: t0 });
  giveReason(db, subject, { reason: `Too\r\nlong\u0000 ${'x'.repeat(2000)}`, now: t0 });
  const [kept, ...more] = db.select().from(reasons).all();
  expect(more).toEqual([]);
  expect(kept?.text).toMatch(/^Too long x+$/);
  expect(kept?.text).toHaveLength(1000);
});

test('a token works when the send and the issue of its mail are gone', () => {
  const db = oneReader();
  db.$client.exec('DELETE FROM sends; DELETE FROM editions; DELETE FROM issues');
  expect(leave(readerDeps(db), subject, { way: 'one-click', now: t0 })).toMatchObject({ outcome: 'left' });
});

test('a pause that is over counts as none: leaving and coming back makes the reader active', () => {
  const db = oneReader();
  db.update(subscriptions)
    .set({ state: 'paused', pausedUntil: t0 - 1 })
    .run();
  expect(lookUpLeave(db, subject, t0)).toMatchObject({ state: 'active', mailed: true });
  leave(readerDeps(db), subject, { way: 'one-click', now: t0 });
  undoLeave(db, subject, { now: t0 });
  expect(states(db)[0]).toBe('active');
});
