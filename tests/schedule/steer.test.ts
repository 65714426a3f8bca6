import { describe, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { sendStates } from '../../src/model/send.ts';
import { freezeStep, startDueSends } from '../../src/schedule/schedule.ts';
import { cancelStep, steer } from '../../src/schedule/steer.ts';
import { applyOutcomes, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import type { Db } from '../../src/store/open.ts';
import { audit, sends } from '../../src/store/schema.ts';
import { finishSend, freezeChunk, getSend, startSend } from '../../src/store/sends.ts';
import { sampleStore, t0 } from '../support/store.ts';

const now = () => t0;
const log = openLog({ level: 'error', write: () => {} });

function sendIn(state: (typeof sendStates)[number], started: boolean) {
  const { db, send } = sampleStore(1);
  if (started) startSend(db, send.id, t0);
  db.update(sends).set({ state }).run();
  return { db, id: send.id };
}

const actions = (db: Db) =>
  db
    .select()
    .from(audit)
    .all()
    .map(({ actor, action, subject }) => `${actor} ${action} ${subject}`);

describe('a send', () => {
  test.each([
    ['pause', { scheduled: 'paused', sending: 'paused', paused: 'paused', sent: 'error', cancelled: 'error' }],
    ['resume', { scheduled: 'scheduled', sending: 'sending', paused: 'sending', sent: 'error', cancelled: 'error' }],
    ['cancel', { scheduled: 'cancelled', sending: 'cancelled', paused: 'cancelled', sent: 'error', cancelled: 'cancelled' }],
  ] as const)('%s: from each state it goes where it may, and the audit says who did it', (action, then) => {
    for (const state of sendStates) {
      const { db, id } = sendIn(state, state !== 'scheduled');
      if (then[state] === 'error') {
        expect(() => steer({ db, now }, id, action, 'operator')).toThrow(/cannot be .*: it (has gone out|was cancelled)/);
        expect([getSend(db, id).state, actions(db)]).toEqual([state, []]);
        continue;
      }
      expect(steer({ db, now }, id, action, 'operator').changed).toBe(then[state] !== state);
      expect(getSend(db, id).state).toBe(then[state]);
      expect(actions(db)).toEqual(then[state] === state ? [] : [`operator ${action} tidewater/2026-11`]);
      expect(steer({ db, now }, id, action, 'operator').changed).toBe(false);
    }
  });

  test('paused before it had started does not start when its time comes, and resumed it does', () => {
    const { db, send } = sampleStore(2);
    const start = () => startDueSends({ db, rehearsal: false, log, now }).length;
    steer({ db, now }, send.id, 'pause', 'operator');
    expect(start()).toBe(0);
    steer({ db, now }, send.id, 'resume', 'operator');
    expect([getSend(db, send.id).state, start()]).toEqual(['scheduled', 1]);
  });

  test('paused while it is frozen stops there, and resumed writes the rest: one row per reader', () => {
    const { db, send } = sampleStore(10);
    startSend(db, send.id, t0);
    freezeChunk(db, send.id, 4, t0);
    steer({ db, now }, send.id, 'pause', 'operator');
    expect(freezeStep({ db, now })).toBe(false);
    expect(getSend(db, send.id)).toMatchObject({ prepared: 4, frozen: false });
    steer({ db, now }, send.id, 'resume', 'operator');
    while (freezeStep({ db, now }));
    expect(getSend(db, send.id)).toMatchObject({ prepared: 10, ready: 10, frozen: true });
  });

  test('cancelled while it is frozen cancels what is written, never writes the rest, and is finished', () => {
    const { db, send } = sampleStore(10);
    startSend(db, send.id, t0);
    freezeChunk(db, send.id, 4, t0);
    steer({ db, now }, send.id, 'cancel', 'operator');
    expect(finishSend(db, send.id, t0)).toBe(false);
    while (cancelStep({ db, log, now }));
    expect(freezeStep({ db, now })).toBe(false);
    expect(finishSend(db, send.id, t0 + 5)).toBe(true);
    expect(getSend(db, send.id)).toMatchObject({ prepared: 4, ready: 0, cancelled: 4, state: 'cancelled', finishedAt: t0 + 5 });
  });

  test('cancelled when some of it is out leaves that out until its batch is closed, and is finished only then', () => {
    const { db, send } = sampleStore(2500);
    startSend(db, send.id, t0);
    while (freezeChunk(db, send.id, 1000, t0));
    const { batch = 0 } = claimBatch(db, send.id, 3, t0);
    applyOutcomes(db, [{ send: send.id, batch, reader: 1, kind: 'deferred', reply: '' }], t0);
    steer({ db, now }, send.id, 'cancel', 'operator');
    let steps = 1;
    while (cancelStep({ db, log, now })) steps += 1;
    expect(steps).toBeGreaterThan(2); // in steps, so that serve does other things between them
    expect(getSend(db, send.id)).toMatchObject({ cancelled: 2498, queued: 2, ready: 0, deferred: 0 });
    expect(finishSend(db, send.id, t0)).toBe(false);
    closeBatch(db, batch, new Set([2]), t0);
    expect(getSend(db, send.id)).toMatchObject({ cancelled: 2499, unknown: 1, queued: 0 });
    expect(finishSend(db, send.id, t0)).toBe(true);
    expect(cancelStep({ db, log, now })).toBe(false);
  });
});
