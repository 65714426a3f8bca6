/** A site to whose readers things came back: bounces held and suspending, a complaint, an outage, mails in the tray. Judged by the real room. */
import { createSecretKey } from 'node:crypto';
import { openJudge } from '../../src/feedback/judge.ts';
import { openLog } from '../../src/log.ts';
import { type FeedbackRecipient, feedbackReasons } from '../../src/model/feedback.ts';
import { addInbound, endReading } from '../../src/store/inbound.ts';
import { beginOutage } from '../../src/store/outages.ts';
import { inTransaction } from '../../src/store/statement.ts';
import { full, gone, spam } from '../feedback/room.ts';
import { publish, type Site } from './site.ts';

const hour = 3_600_000;

/** Puts a mail into the tray, or among those that were read, and returns its number. */
export function takeMail(
  { db, now }: Site,
  raw: string | Buffer,
  { sender = 'someone@example.net', state = 'tray' as 'tray' | 'read', note = 'a bounce of no mail that we can tell' } = {},
): number {
  addInbound(db, [{ way: 'listener', sender, recipients: ['postmaster@tidewater.example'], raw: Buffer.from(raw) }], now() - hour);
  const id = db.$client.prepare('SELECT max(id) FROM inbound').pluck().get() as number;
  endReading(db, id, { state, kind: 'bounce', note }, now() - hour);
  return id;
}

/** Publishes an issue to three readers, all accepted, and lets the room judge: reader 1's mailbox is gone, 2's is full, 3 complains. */
export function comeBack(site: Site, { inbound }: { inbound?: number } = {}): void {
  const { db, publication, readers, now } = site;
  const send = publish(site);
  db.$client.exec(
    `UPDATE deliveries SET state = 'accepted', batch_id = 1, changed_at = ${now() - 2 * hour}; UPDATE sends SET ready = 0, accepted = 3`,
  );
  const judge = openJudge({
    db,
    suppressionKey: createSecretKey(readers.suppressionKey),
    log: openLog({ level: 'error', write: () => {} }),
    now,
  });
  const hear = (reader: number, recipient: FeedbackRecipient, kind: 'bounce' | 'complaint'): void => {
    const heard = {
      source: 'listener',
      kind,
      recipient,
      foundBy: 'envelope',
      reporter: 'mx.example.com',
      at: now() - hour + reader,
    } as const;
    inTransaction(db, () =>
      judge.hear({ ...heard, inbound: reader === 1 ? inbound : undefined }, { publication: publication.id, reader, send: send.id }),
    );
  };
  hear(1, gone, 'bounce');
  hear(2, full, 'bounce');
  hear(3, spam, 'complaint');
}

/** An outage of Google that goes on, and one of Yahoo that is over. */
export function breakDown({ db, now }: Site): void {
  beginOutage(db, 'google', now() - hour, now() + hour);
  beginOutage(db, 'yahoo', now() - 30 * hour, now() - 20 * hour);
}

/** Writes `count` events of the last 20 days, as the room would have. */
export function fillEvents({ db, now }: Site, count: number): void {
  db.$client
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
      INSERT INTO feedback (at, source, kind, reason, scope, class, diagnostic, found_by, reader_id, send_id, domains, proven, charge, effect, why)
      SELECT @now - 20 * 86400000 + i * (20 * 86400000 / @count), 'listener', iif(i % 50 = 0, 'complaint', 'bounce'), json_extract(@reasons, '$[' || (i % 12) || ']'), 'recipient', 'soft',
        '452 try again ' || i, 'envelope', 1 + i % 3, 1000 + i, 'd' || (i % 500) || '.example', 0, 'none', iif(i % 1000 = 0, 'late', 'none'), 'no sign that it is dead' FROM n`,
    )
    .run({ count, now: now(), reasons: JSON.stringify(feedbackReasons) });
}
