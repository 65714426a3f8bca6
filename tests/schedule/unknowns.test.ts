import { eq } from 'drizzle-orm/sql';
import { describe, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { dismissUnknowns, resendUnknowns, retryUnknowns, unknownsOf } from '../../src/schedule/unknowns.ts';
import { applyOutcomes, batchRows, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import { audit, deliveries, sends, subscriptions } from '../../src/store/schema.ts';
import { finishSend, freezeChunk, getSend, startSend } from '../../src/store/sends.ts';
import { sampleStore, t0 } from '../support/store.ts';

const minute = 60_000;

/** A send to `readers` that was sent, the first `unknown` of them unknown since `t0`, with a clock to move. */
function gone(readers: number, unknown: number) {
  const { db, send } = sampleStore(readers);
  const { id } = send;
  startSend(db, id, t0);
  while (freezeChunk(db, id, 1000, t0));
  const { batch = 0 } = claimBatch(db, id, readers, t0);
  const accepted = Array.from({ length: readers - unknown }, (_, i) => unknown + i + 1);
  applyOutcomes(
    db,
    accepted.map((reader) => ({ send: id, batch, reader, kind: 'accepted' as const, reply: '250' })),
    t0,
  );
  closeBatch(db, batch, undefined, t0);
  finishSend(db, id, t0);
  const clock = { now: t0 };
  const deps = { db, now: () => clock.now, rehearsal: false, log: openLog({ level: 'error', write: () => {} }) };
  const word = (reader: number, kind: 'accepted' | 'deferred' | 'refused', of = batch) =>
    applyOutcomes(db, [{ send: id, batch: of, reader, kind, reply: `${kind}!` }], clock.now);
  const row = (reader: number) => db.select().from(deliveries).where(eq(deliveries.readerId, reader)).get();
  return { db, id, batch, clock, deps, word, row, send: () => getSend(db, id) };
}

const entries = ({ db }: ReturnType<typeof gone>) =>
  db
    .select()
    .from(audit)
    .all()
    .map(({ actor, action, detail }) => `${actor}: ${action}, ${detail}`);

describe('resend', () => {
  test('not before 15 minutes: until then it says when, and changes nothing', () => {
    const at = gone(3, 2);
    at.clock.now += 15 * minute - 1;
    expect(resendUnknowns(at.deps, at.send(), 'all', 'operator')).toEqual({ resent: 0, early: 2, possibleAt: t0 + 15 * minute });
    expect(resendUnknowns(at.deps, at.send(), ['r1@example.com'], 'operator')).toEqual({
      resent: 0,
      early: 1,
      possibleAt: t0 + 15 * minute,
    });
    expect(at.send()).toMatchObject({ state: 'sent', unknown: 2, ready: 0 });
    expect(entries(at)).toEqual([]);
  });

  test('all of them are ready again, the send goes on, and the audit names numbers and no address', () => {
    const at = gone(1203, 1201);
    at.clock.now += 15 * minute;
    expect(resendUnknowns(at.deps, at.send(), 'all', 'operator')).toEqual({ resent: 1201, early: 0 });
    expect(at.send()).toMatchObject({ state: 'sending', finishedAt: null, unknown: 0, ready: 1201, accepted: 2 });
    expect(at.row(1)).toMatchObject({ state: 'ready', resent: 1, batchId: at.batch });
    const [first = '', ...more] = entries(at);
    expect(first).toMatch(/^operator: unknown resend, readers 1, 2, 3, /);
    expect([first, ...more].join()).not.toContain('@');
    expect(resendUnknowns(at.deps, at.send(), 'all', 'operator')).toEqual({ resent: 0, early: 0 });
  });

  test('only the addresses named, however they are spelt; a name that is no unknown stops it before anything changes', () => {
    const at = gone(4, 2);
    at.clock.now += 15 * minute;
    for (const wrong of ['r3@example.com', 'nobody@example.com', 'no address'])
      expect(() => resendUnknowns(at.deps, at.send(), ['r1@example.com', wrong], 'operator')).toThrow(
        new RegExp(`no unknown delivery to ${wrong}: galley unknown tidewater/2026-11 list`),
      );
    expect(at.send().unknown).toBe(2);
    expect(resendUnknowns(at.deps, at.send(), ['R2@Example.COM', 'r2@example.com'], 'operator')).toEqual({ resent: 1, early: 0 });
    expect([at.row(1)?.state, at.row(2)?.state]).toEqual(['unknown', 'ready']);
  });

  test('a late 250 of the old batch before the resend was claimed makes it accepted, and the resend is off', () => {
    const at = gone(2, 2);
    at.clock.now += 15 * minute;
    resendUnknowns(at.deps, at.send(), 'all', 'operator');
    expect(at.word(1, 'accepted')).toBe(1);
    expect([at.word(2, 'refused'), at.word(2, 'deferred')]).toEqual([0, 0]); // it did not arrive: the resend stands
    const { batch = 0 } = claimBatch(at.db, at.id, 10, at.clock.now);
    expect(batchRows(at.db, batch).map(({ reader }) => reader)).toEqual([2]);
    expect(at.send()).toMatchObject({ accepted: 1, queued: 1, ready: 0 });
  });

  test('a late 250 after the resend was claimed is kept in the audit, once, and the row follows its present batch', () => {
    const at = gone(1, 1);
    at.clock.now += 15 * minute;
    resendUnknowns(at.deps, at.send(), 'all', 'operator');
    const { batch = 0 } = claimBatch(at.db, at.id, 10, at.clock.now);
    for (let time = 0; time < 2; time += 1) expect(at.word(1, 'accepted')).toBe(0);
    expect(at.row(1)).toMatchObject({ state: 'queued', batchId: batch });
    expect(entries(at).filter((entry) => entry.startsWith('settle'))).toEqual([`settle: late accept, reader 1 in batch ${at.batch}`]);
    at.word(1, 'refused', batch);
    expect(at.send()).toMatchObject({ refused: 1, accepted: 0 });
  });

  test('who has left since gets nothing, and what is learnt late of his first copy still counts', () => {
    const at = gone(1, 1);
    at.clock.now += 15 * minute;
    resendUnknowns(at.deps, at.send(), 'all', 'operator');
    at.db.update(subscriptions).set({ state: 'left' }).run();
    claimBatch(at.db, at.id, 10, at.clock.now);
    expect(at.send()).toMatchObject({ cancelled: 1, queued: 0 });
    at.word(1, 'accepted');
    expect(at.send()).toMatchObject({ cancelled: 0, accepted: 1 });
  });

  test('nothing of a cancelled send goes out again', () => {
    const at = gone(1, 1);
    at.clock.now += 15 * minute;
    at.db.update(sends).set({ state: 'cancelled' }).run();
    expect(() => resendUnknowns(at.deps, at.send(), 'all', 'operator')).toThrow(/was cancelled.*Dismiss/);
    expect(at.send().unknown).toBe(1);
  });
});

describe('dismiss', () => {
  test('lets them be at any time: cancelled, marked, and the send stays over', () => {
    const at = gone(3, 2);
    expect(dismissUnknowns(at.deps, at.send(), ['r1@example.com'], 'operator')).toBe(1);
    expect(at.row(1)).toMatchObject({ state: 'cancelled', dismissedAt: t0, reply: null });
    expect(dismissUnknowns(at.deps, at.send(), 'all', 'operator')).toBe(1);
    expect(dismissUnknowns(at.deps, at.send(), 'all', 'operator')).toBe(0);
    expect(at.send()).toMatchObject({ state: 'sent', accepted: 1, cancelled: 2, unknown: 0 });
    expect(entries(at)).toEqual(['operator: unknown dismiss, readers 1', 'operator: unknown dismiss, readers 2']);
  });

  test('a late 250 still makes a dismissed one accepted; a late wait or refusal brings nothing back', () => {
    const at = gone(2, 2);
    dismissUnknowns(at.deps, at.send(), 'all', 'operator');
    expect([at.word(1, 'accepted'), at.word(2, 'deferred'), at.word(2, 'refused')]).toEqual([1, 0, 0]);
    expect(at.send()).toMatchObject({ state: 'sent', accepted: 1, cancelled: 1 });
  });
});

test('the list names every unknown with the last reply, page by page', () => {
  const at = gone(1200, 1100);
  const listed = [...unknownsOf(at.db, at.id)];
  expect(listed).toHaveLength(1100);
  expect(new Set(listed.map(({ address }) => address)).size).toBe(1100);
  expect(listed[0]).toEqual({ reader: 1, address: 'r1@example.com', reply: null, since: t0, resent: 0 });
});

describe('the policy retry', () => {
  test('sends each unknown again once, after half an hour', () => {
    const at = gone(3, 2);
    at.clock.now += 30 * minute - 1;
    expect(retryUnknowns(at.deps)).toBe(0);
    at.clock.now += 1;
    expect(retryUnknowns(at.deps)).toBe(2);
    expect(entries(at)).toEqual(['policy: unknown resend, readers 1, 2']);
    const { batch = 0 } = claimBatch(at.db, at.id, 10, at.clock.now);
    at.word(1, 'accepted', batch);
    closeBatch(at.db, batch, new Set([2]), at.clock.now);
    at.clock.now += 60 * minute;
    expect(retryUnknowns(at.deps)).toBe(0); // unknown a second time: for a person
    expect(at.send()).toMatchObject({ accepted: 2, unknown: 1 });
  });

  test('leaves alone what a person paused or cancelled, the other route, and what is older than two days', () => {
    for (const change of [{ state: 'paused' }, { state: 'cancelled' }, { rehearsal: true }] as const) {
      const at = gone(1, 1);
      at.db.update(sends).set(change).run();
      at.clock.now += 31 * minute;
      expect(retryUnknowns(at.deps)).toBe(0);
    }
    const old = gone(1, 1);
    old.clock.now += 49 * 60 * minute;
    expect(retryUnknowns(old.deps)).toBe(0);
  });
});
