/** Sending to the missed: who gets it, who must not, and when it is refused. */
import { expect, test } from 'vitest';
import { sendToMissed } from '../../src/schedule/missed.ts';
import { applyOutcomes, cancelRows, claimBatch } from '../../src/store/deliveries.ts';
import { sendOnceMore } from '../../src/store/marks.ts';
import { countMissed } from '../../src/store/missed.ts';
import type { Db } from '../../src/store/open.ts';
import { findSend, freezeChunk, getSend, type Send, startSend } from '../../src/store/sends.ts';
import { sampleReaders, sampleStore, t0 } from '../support/store.ts';

const hour = 3_600_000;
const later = { now: () => t0 + hour };
const by = { rehearsal: false, actor: 'operator' };

/** A send to ten readers that is over: 1 and 2 accepted (2 came back), 3 unknown, 4 let be, 5 to 8 refused, 9 and 10 cancelled. */
function over(): { db: Db; send: Send } {
  const { db, send } = sampleStore(10);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 100, t0));
  const rest = "reply = 'x', batch_id = 1 WHERE reader_id";
  db.$client.exec(`UPDATE deliveries SET state = 'accepted', ${rest} <= 2; UPDATE deliveries SET bounced_at = 1 WHERE reader_id = 2;
    UPDATE deliveries SET state = 'unknown', ${rest} = 3; UPDATE deliveries SET state = 'cancelled', dismissed_at = 1, ${rest} = 4;
    UPDATE deliveries SET state = 'refused', ${rest} BETWEEN 5 AND 8; UPDATE deliveries SET state = 'cancelled', ${rest} >= 9;
    UPDATE sends SET state = 'sent', finished_at = ${t0 + 1}, ready = 0, accepted = 2, unknown = 1, refused = 4, cancelled = 3`);
  return { db, send: getSend(db, send.id) };
}

const audience = (db: Db, id: number) =>
  db.$client.prepare('SELECT reader_id FROM deliveries WHERE send_id = ? ORDER BY reader_id').pluck().all(id);

test('it goes to those of the audience whom no send reached and who may be mailed, and to nobody who has it or may have it', () => {
  const { db, send } = over();
  db.$client.exec(
    "UPDATE subscriptions SET state = 'suspended' WHERE reader_id = 5; UPDATE subscriptions SET state = 'left' WHERE reader_id = 9",
  );
  sampleReaders(db, send.publicationId, 2, 11); // came since: no send has missed them
  expect(countMissed(db, send.id, 100, t0 + hour)).toBe(4);
  const second = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  expect(second).toMatchObject({ name: 'tidewater/2026-11+2', missed: true, editionId: send.editionId, state: 'scheduled' });
  startSend(db, second.id, t0 + hour);
  while (freezeChunk(db, second.id, 3, t0 + hour));
  expect(audience(db, second.id)).toEqual([6, 7, 8, 10]);
});

test('a reader whom late word shows to have it gets nothing when the mails are handed out', () => {
  const { db, send } = over();
  const second = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  startSend(db, second.id, t0 + hour);
  while (freezeChunk(db, second.id, 100, t0 + hour));
  db.$client.exec(`UPDATE deliveries SET state = 'cancelled', batch_id = 1 WHERE send_id = ${send.id} AND reader_id = 9`);
  applyOutcomes(db, [{ send: send.id, batch: 1, reader: 9, kind: 'accepted', reply: '250 late' }], t0 + hour);
  claimBatch(db, second.id, 100, t0 + hour);
  expect(db.$client.prepare("SELECT reader_id FROM deliveries WHERE send_id = ? AND state = 'queued'").pluck().all(second.id)).toEqual([
    5, 6, 7, 8, 10,
  ]);
  expect(getSend(db, second.id)).toMatchObject({ queued: 5, cancelled: 1 });
});

test('what an outage parked is not tried again for a reader whom the second send reached', () => {
  const { db, send } = over();
  const second = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  startSend(db, second.id, t0 + hour);
  while (freezeChunk(db, second.id, 100, t0 + hour));
  expect(sendOnceMore(db, send.id, 6, t0 + hour)).toBe(false);
  expect(db.$client.prepare('SELECT state FROM deliveries WHERE send_id = ? AND reader_id = 6').pluck().get(send.id)).toBe('refused');
});

test('a third one goes to whom the second missed too', () => {
  const { db, send } = over();
  const second = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  startSend(db, second.id, t0 + hour);
  while (freezeChunk(db, second.id, 100, t0 + hour));
  db.$client.exec(
    `UPDATE deliveries SET state = iif(reader_id < 8, 'accepted', 'refused') WHERE send_id = ${second.id}; UPDATE sends SET state = 'sent', finished_at = 1 WHERE id = ${second.id}`,
  );
  const third = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  startSend(db, third.id, t0 + hour);
  while (freezeChunk(db, third.id, 100, t0 + hour));
  expect([third.name, audience(db, third.id)]).toEqual(['tidewater/2026-11+3', [8, 9, 10]]);
});

test('it is refused while a send of the issue is not over, when none has begun, and when nobody was missed', () => {
  const { db, send } = over();
  const order = { issueId: send.issueId, ...by };
  const ask = () => sendToMissed({ db, ...later }, order);
  const before = db.$client.prepare('SELECT count(*) FROM sends').pluck();
  db.$client.exec("UPDATE sends SET state = 'cancelled', finished_at = NULL"); // stopped, and its rows still come back
  expect(ask).toThrow('tidewater/2026-11 is not over yet');
  db.$client.exec("UPDATE sends SET state = 'sent', finished_at = 1");
  db.$client.exec("UPDATE subscriptions SET state = 'left'");
  expect(ask).toThrow('missed nobody who may be mailed');
  expect(() => sendToMissed({ db, ...later }, { ...order, rehearsal: true })).toThrow('No send of this issue has begun');
  db.$client.exec("UPDATE subscriptions SET state = 'active'");
  ask();
  expect(ask).toThrow('tidewater/2026-11+2 is not over yet'); // pressed twice
  expect(before.get()).toBe(2);
  expect(findSend(db, 'tidewater/2026-11+3')).toBeUndefined();
});

test('a stopped send can be finished so: what it had cancelled goes out', () => {
  const { db, send } = sampleStore(4);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 100, t0));
  db.$client.exec("UPDATE sends SET state = 'cancelled'");
  while (cancelRows(db, send.id, 100, t0) > 0);
  db.$client.exec(`UPDATE sends SET finished_at = ${t0}`);
  const second = sendToMissed({ db, ...later }, { issueId: send.issueId, ...by });
  startSend(db, second.id, t0 + hour);
  while (freezeChunk(db, second.id, 100, t0 + hour));
  expect(audience(db, second.id)).toEqual([1, 2, 3, 4]);
});
