/** A site with a send that is over: most accepted, some refused and judged as the room would have, a few who left, one who called it spam; and one of a month before. */
import type { Send } from '../../src/store/sends.ts';
import { getSend } from '../../src/store/sends.ts';
import { inTransaction } from '../../src/store/statement.ts';
import { moveReader } from '../../src/store/subscriptions.ts';
import { halfOut } from './sending.ts';
import type { Site } from './site.ts';

/** Plays a send to its end: what was put off is refused, who was refused is suspended, three readers leave. */
export function finished(site: Site, { readers = 600 } = {}): Send {
  const { db, publication } = site;
  const send = halfOut(site, { readers, batches: Math.ceil(readers / 50) + 1 });
  const end = site.now();
  inTransaction(db, () => {
    db.$client.exec(
      `UPDATE deliveries SET state = 'refused', reply = '550 5.1.1 No such user here', due_at = NULL WHERE send_id = ${send.id} AND state IN ('ready', 'queued', 'deferred')`,
    );
    for (const [table, key, prepared] of [
      ['sends', 'id', ''],
      ['tallies', 'send_id', 'AND d.provider = tallies.provider'],
    ] as const) {
      const count = (state: string): string =>
        `${state} = (SELECT count(*) FROM deliveries d WHERE d.send_id = ${send.id} AND d.state = '${state}' ${prepared})`;
      const waiting = table === 'sends' ? ', ready = 0, queued = 0' : '';
      db.$client.exec(
        `UPDATE ${table} SET ${['accepted', 'refused', 'deferred', 'unknown', 'cancelled'].map(count).join(', ')}${waiting} WHERE ${key} = ${send.id}`,
      );
    }
    db.$client.exec(`INSERT INTO feedback (at, source, kind, reason, scope, class, diagnostic, found_by, publication_id, reader_id, send_id, domains, proven, charge, effect, why)
      SELECT changed_at, 'answer', 'bounce', iif(reader_id % 4 = 0, 'mailbox-full', 'user-unknown'), 'recipient', 'hard', reply, 'row', ${publication.id}, reader_id, send_id, 'example.org', 0, 'none', 'none', 'a test' FROM deliveries WHERE send_id = ${send.id} AND state = 'refused'`);
    db.$client.exec(`UPDATE sends SET state = 'sent', finished_at = ${end} WHERE id = ${send.id}`);
  });
  for (const readerId of [2, 3, 4])
    moveReader(db, {
      move: 'leave',
      readerId,
      publicationId: publication.id,
      way: 'one-click',
      sendId: send.id,
      at: end - readerId * 60_000,
    });
  return getSend(db, send.id);
}
