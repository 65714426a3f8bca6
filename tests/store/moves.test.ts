/** Walks the whole table of moves on the real store: every move tried on a row in every state, in a send that runs, is paused and is cancelled. */
import { describe, expect, test } from 'vitest';
import {
  type DeliveryState,
  deliveryStates,
  type Move,
  movesByClaim,
  movesByClose,
  movesByOutcome,
  movesByPerson,
} from '../../src/model/delivery.ts';
import { outcomeKinds } from '../../src/model/outcome.ts';
import { applyOutcomes, cancelRows, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import { freezeChunk, getSend, startSend } from '../../src/store/sends.ts';
import { dismissRows, resendRows } from '../../src/store/unknowns.ts';
import { sampleStore, t0 } from '../support/store.ts';

const batch = 7;
const by = { actor: 'operator', now: t0 };

const { db, send: started } = sampleStore(1);
const { id } = started;
startSend(db, id, t0);
while (freezeChunk(db, id, 10, t0));

/** Looks at a send in a state with one row in a state, out or last out in batch 7, which is open. All is taken back afterwards. */
function withRow(sendState: string, state: DeliveryState, look: () => void): void {
  db.$client.exec(`BEGIN; INSERT INTO batches VALUES (${batch}, ${id}, 1);
    UPDATE deliveries SET state = '${state}', batch_id = ${batch}, due_at = iif('${state}' = 'deferred', ${t0}, NULL);
    UPDATE sends SET ready = 0, state = '${sendState}'; UPDATE sends SET ${state} = 1;`);
  try {
    look();
  } finally {
    db.$client.exec('ROLLBACK');
  }
}

const rowState = () => db.$client.prepare('SELECT state FROM deliveries').pluck().get();

/** Each move with what makes it, and the states of a send in which it is open at all. */
const walks: { name: string; move: Move; sendStates: readonly string[]; does: () => unknown }[] = [
  { name: 'claim', move: movesByClaim.claim, sendStates: ['sending'], does: () => claimBatch(db, id, 10, t0) },
  {
    name: 'claim of a reader who left',
    move: movesByClaim['consent gone'],
    sendStates: ['sending'],
    does: () => {
      db.$client.exec("UPDATE subscriptions SET state = 'left'");
      claimBatch(db, id, 10, t0);
    },
  },
  ...outcomeKinds.map((kind) => ({
    name: `outcome ${kind}`,
    move: movesByOutcome[kind],
    sendStates: ['sending', 'paused', 'cancelled'],
    does: () => applyOutcomes(db, [{ send: id, batch, reader: 1, kind, reply: '' }], t0),
  })),
  {
    name: 'close, begun',
    move: movesByClose.begun,
    sendStates: ['sending', 'paused', 'cancelled'],
    does: () => closeBatch(db, batch, new Set([1]), t0),
  },
  {
    name: 'close, never begun',
    move: movesByClose['never begun'],
    sendStates: ['sending', 'paused', 'cancelled'],
    does: () => closeBatch(db, batch, new Set(), t0),
  },
  { name: 'cancel', move: movesByPerson.cancel, sendStates: ['cancelled'], does: () => cancelRows(db, id, 10, t0) },
  { name: 'resend', move: movesByPerson.resend, sendStates: ['sending', 'paused'], does: () => resendRows(db, id, [1], by) },
  {
    name: 'dismiss',
    move: movesByPerson.dismiss,
    sendStates: ['sending', 'paused', 'cancelled'],
    does: () => dismissRows(db, id, [1], by),
  },
];

describe.each(walks)('$name', ({ move, sendStates, does }) => {
  test.each(['sending', 'paused', 'cancelled'])('in a send that is %s, out of every state', (sendState) => {
    for (const state of deliveryStates) {
      const to = (sendState === 'cancelled' ? move.ofCancelled : undefined) ?? move.to;
      const then = sendStates.includes(sendState) && move.from.includes(state) ? to : state;
      withRow(sendState, state, () => {
        for (let time = 0; time < 2; time += 1) {
          does(); // the second time changes nothing
          expect([state, rowState()]).toEqual([state, then]);
          const send = getSend(db, id);
          for (const each of deliveryStates) expect(send[each], `${state}: ${each}`).toBe(each === then ? 1 : 0);
        }
      });
    }
  });
});

test.each(walks.filter(({ name }) => /^(outcome|close)/.test(name)))('$name of another batch moves nothing', ({ does }) => {
  for (const state of deliveryStates) {
    withRow('sending', state, () => {
      db.$client.exec(`UPDATE deliveries SET batch_id = ${batch + 1}`);
      does();
      expect(rowState()).toBe(state);
    });
  }
});
