/** Pausing and choosing: what the link in each mail allows, and that a send honours it. */
import { eq } from 'drizzle-orm/sql';
import { describe, expect, test } from 'vitest';
import { choose, leave, pause, resume, undoLeave } from '../../src/audience/audience.ts';
import { pauseEnd } from '../../src/model/consent.ts';
import { openLanguages } from '../../src/model/words/catalogue.ts';
import { catalogues } from '../../src/model/words/words.ts';
import { claimBatch } from '../../src/store/deliveries.ts';
import { consents, notices, readers, subscriptions } from '../../src/store/schema.ts';
import { freezeChunk, getSend, startSend } from '../../src/store/sends.ts';
import { readerDeps, sampleStore, t0 } from '../support/store.ts';
import { reviewed } from '../web/words.ts';

const day = 86_400_000;
const subject = { publication: 1, reader: 1, send: 1 };

describe('the end of a pause', () => {
  test.each([
    ['2026-11-22T09:00Z', 1, '2026-12-22T09:00Z'],
    ['2026-11-30T09:00Z', 3, '2027-02-28T09:00Z'],
    ['2028-01-31T23:59Z', 1, '2028-02-29T23:59Z'],
    ['2026-12-31T00:00Z', 2, '2027-02-28T00:00Z'],
  ])('%s and %d months: %s', (from, months, until) => {
    expect(pauseEnd(Date.parse(from), months)).toBe(Date.parse(until));
  });
});

function paused(months = 1) {
  const { db, send } = sampleStore(3);
  const deps = readerDeps(db);
  expect(pause(deps, subject, { months, now: t0 })).toBe(true);
  return { db, deps, send, until: pauseEnd(t0, months) };
}
const frozen = (db: ReturnType<typeof sampleStore>['db']) =>
  db.$client.prepare('SELECT reader_id FROM deliveries ORDER BY reader_id').pluck().all();

test('a pause is written with its end and its event, and the reader is told once a day', () => {
  const { db, deps, until } = paused();
  expect(db.select().from(subscriptions).get()).toMatchObject({ state: 'paused', pausedUntil: until });
  expect(db.select().from(consents).all()).toMatchObject([{ event: 'pause', way: 'page', sendId: 1, until }]);
  expect(db.select().from(notices).all()).toMatchObject([{ address: 'r1@example.com', facts: { kind: 'paused', until } }]);
  pause(deps, subject, { months: 3, now: t0 + 1 });
  expect(db.select().from(subscriptions).get()?.pausedUntil).toBe(pauseEnd(t0 + 1, 3));
  expect(db.select().from(notices).all()).toHaveLength(1);
});

test.each([0, 4, -1, 1.5, Number.NaN, 1e9])('nobody pauses for %d months', (months) => {
  const { db } = sampleStore(1);
  expect(pause(readerDeps(db), subject, { months, now: t0 })).toBe(false);
  expect(db.select().from(subscriptions).get()?.state).toBe('active');
});

test('a send that starts within the pause leaves the reader out, one that starts at its end takes them in, without anybody doing anything', () => {
  for (const [offset, readersIn] of [
    [-1, [2, 3]],
    [0, [1, 2, 3]],
  ] as const) {
    const { db, send, until } = paused();
    startSend(db, send.id, until + offset);
    freezeChunk(db, send.id, 100, until + 5000);
    expect(frozen(db)).toEqual(readersIn);
  }
});

test('who pauses while a send goes out gets nothing from what is not claimed yet; whose pause ends before the claim does', () => {
  const { db, send } = sampleStore(3);
  startSend(db, send.id, t0);
  freezeChunk(db, send.id, 100, t0);
  pause(readerDeps(db), subject, { months: 1, now: t0 + 1 });
  db.update(subscriptions)
    .set({ state: 'paused', pausedUntil: t0 + 2 })
    .where(eq(subscriptions.readerId, 2))
    .run();
  claimBatch(db, send.id, 10, t0 + 2);
  expect(getSend(db, send.id)).toMatchObject({ queued: 2, cancelled: 1 });
  expect(db.$client.prepare("SELECT reader_id FROM deliveries WHERE state = 'cancelled'").pluck().all()).toEqual([1]);
});

test('a pause is ended at will, once, and not after it ended by itself', () => {
  const { db, deps, until } = paused();
  expect(resume(deps, subject, t0 + day)).toBe(true);
  expect(db.select().from(subscriptions).get()?.state).toBe('active');
  expect(resume(deps, subject, t0 + day)).toBe(false);
  const again = paused();
  expect(resume(again.deps, subject, until)).toBe(false);
});

test('leaving in a pause and coming back is still a pause, with the same end', () => {
  const { db, deps, until } = paused();
  leave(deps, subject, { way: 'one-click', now: t0 + day });
  undoLeave(db, subject, { now: t0 + 2 * day });
  expect(db.select().from(subscriptions).get()).toMatchObject({ state: 'paused', pausedUntil: until });
});

test.each(['left', 'suspended', 'pending'] as const)('a reader who is %s does not pause', (state) => {
  const { db } = sampleStore(1);
  db.update(subscriptions).set({ state }).run();
  expect(pause(readerDeps(db), subject, { months: 1, now: t0 })).toBe(false);
  expect(db.select().from(subscriptions).get()?.state).toBe(state);
});

test('only what is offered is chosen: a language that is reviewed, a format that is made', () => {
  const { db } = sampleStore(2);
  const deps = readerDeps(db, { languages: openLanguages(catalogues.map(reviewed)) });
  choose(deps, subject, { language: 'ur', format: 'light' });
  choose(deps, subject, { language: 'xx', format: 'postcard' });
  expect(
    db
      .select()
      .from(readers)
      .all()
      .map(({ language }) => language),
  ).toEqual(['ur', null]);
  expect(
    db
      .select()
      .from(subscriptions)
      .all()
      .map(({ format }) => format),
  ).toEqual(['light', 'full']);
  choose(readerDeps(db), subject, { language: 'ps' }); // not reviewed, so not offered
  expect(db.select().from(readers).get()?.language).toBe('ur');
});
