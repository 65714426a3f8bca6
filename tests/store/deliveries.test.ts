import { eq } from 'drizzle-orm/sql';
import { expect, test } from 'vitest';
import { sumHolds } from '../../src/model/delivery.ts';
import type { OutcomeKind } from '../../src/model/outcome.ts';
import { applyOutcomes, batchRows, claimBatch as claim, closeBatch, nextDue } from '../../src/store/deliveries.ts';
import { openBatches } from '../../src/store/engine.ts';
import type { Db } from '../../src/store/open.ts';
import { deliveries, sends, subscriptions } from '../../src/store/schema.ts';
import { finishSend, freezeChunk, getSend, startSend } from '../../src/store/sends.ts';
import { resendRows } from '../../src/store/unknowns.ts';
import { chooseFormats, sampleReaders, sampleStore, t0 } from '../support/store.ts';

const minute = 60_000;

const claimBatch = (...args: Parameters<typeof claim>) => claim(...args).batch;

function started(readers: number) {
  const sample = sampleStore(readers);
  startSend(sample.db, sample.send.id, t0);
  while (freezeChunk(sample.db, sample.send.id, 2, t0));
  return { ...sample, id: sample.send.id };
}

function counts(db: Db, id: number) {
  const send = getSend(db, id);
  expect(sumHolds(send.prepared, send)).toBe(true);
  const rows = db.select().from(deliveries).where(eq(deliveries.sendId, id)).all();
  for (const state of ['ready', 'queued', 'accepted', 'deferred', 'refused', 'unknown', 'cancelled'] as const) {
    expect(send[state], state).toBe(rows.filter((row) => row.state === state).length);
  }
  const { prepared, ready, queued, accepted, deferred, refused, unknown, cancelled } = send;
  return Object.fromEntries(
    Object.entries({ prepared, ready, queued, accepted, deferred, refused, unknown, cancelled }).filter(([, count]) => count > 0),
  );
}

const outcome = (send: number, batch: number, reader: number, kind: OutcomeKind) => ({ send, batch, reader, kind, reply: `${kind}!` });

test('freezing in chunks writes one row per consenting reader, whatever the chunk, and a repeat adds none', () => {
  const { db, id } = started(5);
  expect(counts(db, id)).toEqual({ prepared: 5, ready: 5 });
  db.update(sends).set({ frozen: false, frozenThrough: 0, prepared: 0, ready: 0 }).where(eq(sends.id, id)).run(); // as if the place reached was lost
  while (freezeChunk(db, id, 3, t0));
  expect(db.select().from(deliveries).all()).toHaveLength(5);
});

test('what a delivery goes out as is fixed by the freeze: a choice made later is for the next send, whatever becomes of the row', () => {
  const { db, send, publication } = sampleStore(4);
  const { id } = send;
  chooseFormats(db, publication.id, ['full', 'light', 'text']);
  startSend(db, id, t0);
  while (freezeChunk(db, id, 2, t0));
  chooseFormats(db, publication.id, ['text', 'full', 'light', 'light']);
  const { batch = 0 } = claim(db, id, 10, t0);
  const out = () => batchRows(db, batch).map(({ format }) => format);
  expect(out()).toEqual(['full', 'light', 'text', 'full']);
  closeBatch(db, batch, new Set([2]), t0); // reader 2 was begun: unknown
  resendRows(db, id, [2], { actor: 'operator', now: t0 });
  const again = claim(db, id, 10, t0).batch ?? 0;
  expect(batchRows(db, again).map(({ reader, format }) => `${reader} ${format}`)).toEqual(['1 full', '2 light', '3 text', '4 full']);
});

test('consent counts as of the start: who left before is not in it, nor who joined after', () => {
  const { db, send, publication } = sampleStore(4);
  db.update(subscriptions).set({ state: 'left' }).where(eq(subscriptions.readerId, 2)).run();
  startSend(db, send.id, t0);
  sampleReaders(db, publication.id, 1, 5);
  db.update(subscriptions)
    .set({ changedAt: t0 + 1 })
    .where(eq(subscriptions.readerId, 5))
    .run();
  while (freezeChunk(db, send.id, 1, t0));
  expect(
    db
      .select({ reader: deliveries.readerId })
      .from(deliveries)
      .all()
      .map((row) => row.reader),
  ).toEqual([1, 3, 4]);
});

test('a send starts once', () => {
  const { db, send } = sampleStore(1);
  expect([startSend(db, send.id, t0), startSend(db, send.id, t0 + 1)]).toEqual([true, false]);
  expect(getSend(db, send.id).asOf).toBe(t0);
});

test('a claim takes ready rows into a batch once, and who left since the freeze is cancelled', () => {
  const { db, id } = started(3);
  db.update(subscriptions).set({ state: 'left' }).where(eq(subscriptions.readerId, 1)).run();
  const batch = claimBatch(db, id, 10, t0);
  expect(batchRows(db, batch ?? 0)).toEqual([
    { reader: 2, address: 'r2@example.com', format: 'full', name: null, reply: null },
    { reader: 3, address: 'r3@example.com', format: 'full', name: null, reply: null },
  ]);
  expect(counts(db, id)).toEqual({ prepared: 3, queued: 2, cancelled: 1 });
  expect(claimBatch(db, id, 10, t0)).toBeUndefined();
});

test('when every row of a claim had left there is no batch, and the next claim finds the others', () => {
  const { db, id } = started(5);
  db.$client.exec("UPDATE subscriptions SET state = 'left' WHERE reader_id <= 4");
  expect(claim(db, id, 4, t0)).toEqual({ rows: 4 });
  expect(openBatches(db)).toEqual([]);
  expect(batchRows(db, claimBatch(db, id, 4, t0) ?? 0).map((row) => row.reader)).toEqual([5]);
  expect(counts(db, id)).toEqual({ prepared: 5, queued: 1, cancelled: 4 });
});

test('nothing is claimed for a send that is not going', () => {
  const { db, send } = sampleStore(1);
  expect(claimBatch(db, send.id, 10, t0)).toBeUndefined();
});

test.each([
  ['accepted', { accepted: 1 }],
  ['refused', { refused: 1 }],
  ['deferred', { deferred: 1 }],
  ['unknown', { unknown: 1 }],
  ['not-sent', { ready: 1 }],
] as const)('an outcome %s moves its row, and again changes nothing', (kind, then) => {
  const { db, id } = started(1);
  const batch = claimBatch(db, id, 1, t0) ?? 0;
  expect(applyOutcomes(db, [outcome(id, batch, 1, kind)], t0)).toBe(1);
  expect(counts(db, id)).toEqual({ prepared: 1, ...then });
  expect(applyOutcomes(db, [outcome(id, batch, 1, kind)], t0)).toBe(0);
  expect(counts(db, id)).toEqual({ prepared: 1, ...then });
});

test('an outcome of an earlier batch says nothing about a row that is out in another', () => {
  const { db, id } = started(1);
  const first = claimBatch(db, id, 1, t0) ?? 0;
  applyOutcomes(db, [outcome(id, first, 1, 'not-sent')], t0);
  const second = claimBatch(db, id, 1, t0) ?? 0;
  expect(applyOutcomes(db, [outcome(id, first, 1, 'accepted')], t0)).toBe(0);
  expect(applyOutcomes(db, [outcome(id, second, 1, 'accepted')], t0)).toBe(1);
});

test('closing a batch: begun without outcome is unknown, never begun is ready, settled stays', () => {
  const { db, id } = started(3);
  const batch = claimBatch(db, id, 3, t0) ?? 0;
  applyOutcomes(db, [outcome(id, batch, 1, 'accepted')], t0);
  closeBatch(db, batch, new Set([1, 2]), t0);
  expect(counts(db, id)).toEqual({ prepared: 3, accepted: 1, unknown: 1, ready: 1 });
  expect(openBatches(db)).toEqual([]);
  closeBatch(db, batch, new Set([3]), t0);
  expect(counts(db, id)).toEqual({ prepared: 3, accepted: 1, unknown: 1, ready: 1 });
});

test('late evidence heals an unknown: a 250, a 4xx, and word that nothing was sent', () => {
  const { db, id } = started(3);
  const batch = claimBatch(db, id, 3, t0) ?? 0;
  closeBatch(db, batch, undefined, t0);
  expect(counts(db, id)).toEqual({ prepared: 3, unknown: 3 });
  applyOutcomes(db, [outcome(id, batch, 1, 'accepted'), outcome(id, batch, 2, 'deferred'), outcome(id, batch, 3, 'not-sent')], t0);
  expect(counts(db, id)).toEqual({ prepared: 3, accepted: 1, deferred: 1, ready: 1 });
});

test('a deferred row comes due by the schedule and is claimed again; after 48 hours of it, it is refused', () => {
  const { db, id } = started(1);
  let now = t0;
  let attempts = 0;
  while (getSend(db, id).refused === 0) {
    const batch = claimBatch(db, id, 1, now);
    expect(batch, `attempt ${attempts}`).toBeDefined();
    applyOutcomes(db, [outcome(id, batch ?? 0, 1, 'deferred')], now);
    attempts += 1;
    const due = nextDue(db, id);
    if (due === undefined) break;
    expect(claimBatch(db, id, 1, due - 1)).toBeUndefined();
    if (attempts === 1) expect(due - now).toBe(5 * minute);
    now = due;
  }
  expect(counts(db, id)).toEqual({ prepared: 1, refused: 1 });
  expect(now - t0).toBeGreaterThan(46 * 60 * minute);
  expect(now - t0).toBeLessThanOrEqual(48 * 60 * minute);
});

test('a send ends when nothing waits, is out or comes due', () => {
  const { db, id } = started(2);
  const batch = claimBatch(db, id, 2, t0) ?? 0;
  applyOutcomes(db, [outcome(id, batch, 1, 'accepted')], t0);
  expect(finishSend(db, id, t0)).toBe(false);
  applyOutcomes(db, [outcome(id, batch, 2, 'unknown')], t0);
  expect(finishSend(db, id, t0)).toBe(true);
  expect(getSend(db, id)).toMatchObject({ state: 'sent', finishedAt: t0 });
});

test('a send that was over goes on when late evidence gives a row back', () => {
  const { db, id } = started(2);
  const batch = claimBatch(db, id, 2, t0) ?? 0;
  applyOutcomes(db, [outcome(id, batch, 1, 'accepted')], t0);
  closeBatch(db, batch, new Set([2]), t0);
  expect(finishSend(db, id, t0)).toBe(true);
  applyOutcomes(db, [outcome(id, batch, 2, 'not-sent')], t0);
  expect(getSend(db, id)).toMatchObject({ state: 'sending', finishedAt: null });
  expect(batchRows(db, claimBatch(db, id, 2, t0) ?? 0)).toHaveLength(1);
});

test('a cancelled send takes no row back: late word of a wait or of nothing sent cancels it', () => {
  const { db, id } = started(2);
  const batch = claimBatch(db, id, 2, t0) ?? 0;
  db.update(sends).set({ state: 'cancelled' }).where(eq(sends.id, id)).run();
  applyOutcomes(db, [outcome(id, batch, 1, 'deferred'), outcome(id, batch, 2, 'not-sent')], t0);
  expect(counts(db, id)).toEqual({ prepared: 2, cancelled: 2 });
});
