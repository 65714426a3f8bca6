/** Events of feedback, and what they are judged by: the deliveries they are about, earlier strikes, successes, counts. All within the caller's transaction. */
import type { DeliveryState } from '../model/delivery.ts';
import { type Strike, successAfterMs } from '../model/judgement.ts';
import type { Db } from './open.ts';
import type { feedback } from './schema.ts';
import { statement } from './statement.ts';

/** A report without a token is about us only when we wrote to its address so lately. */
const caseWithinMs = 14 * 24 * 3_600_000;

export type FeedbackEvent = typeof feedback.$inferSelect;
export type NewFeedbackEvent = typeof feedback.$inferInsert;

/** Writes an event; its number. */
export function addEvent(db: Db, event: NewFeedbackEvent): number {
  const text = `INSERT INTO feedback (at, source, kind, reason, scope, class, status, code, diagnostic, reporter, found_by, inbound_id, publication_id, reader_id, send_id, domains, proven, charge, effect, why)
    VALUES (@at, @source, @kind, @reason, @scope, @class, @status, @code, @diagnostic, @reporter, @foundBy, @inboundId, @publicationId, @readerId, @sendId, @domains, @proven, @charge, @effect, @why)`;
  return Number(statement(db, text).run({ ...nothingTold, ...event, proven: event.proven ? 1 : 0 }).lastInsertRowid);
}

const nothingTold = {
  ...{ status: null, code: null, diagnostic: null, reporter: null, inboundId: null },
  ...{ publicationId: null, readerId: null, sendId: null, domains: null },
};

export function setEffect(db: Db, id: number, { effect, why }: Pick<FeedbackEvent, 'effect' | 'why'>): void {
  statement(db, 'UPDATE feedback SET effect = ?, why = ? WHERE id = ?').run(effect, why, id);
}

/** A delivery as what comes back for it is judged. */
export interface SentDelivery {
  state: DeliveryState;
  /** Since when; of an accepted one, when that was. */
  changedAt: number;
  /** It has been in a batch: it may have gone out. */
  out: number;
  resent: number;
  dismissedAt: number | null;
  bouncedAt: number | null;
  send: string;
  issue: number;
  rehearsal: number;
  email: string;
}

export function findSent(db: Db, sendId: number, reader: number): SentDelivery | undefined {
  const text = `SELECT d.state, d.changed_at AS changedAt, d.batch_id IS NOT NULL AS out, d.resent, d.dismissed_at AS dismissedAt, d.bounced_at AS bouncedAt,
      s.name AS send, s.issue_id AS issue, s.rehearsal, r.email
    FROM deliveries d JOIN sends s ON s.id = d.send_id JOIN readers r ON r.id = d.reader_id WHERE d.send_id = ? AND d.reader_id = ?`;
  return statement(db, text).get(sendId, reader) as SentDelivery | undefined;
}

/** Events of a delivery, oldest first. */
export function eventsOf(
  db: Db,
  sendId: number,
  reader: number,
): Pick<FeedbackEvent, 'id' | 'inboundId' | 'charge' | 'effect' | 'undoneAt'>[] {
  const text = `SELECT id, inbound_id AS inboundId, charge, effect, undone_at AS undoneAt FROM feedback WHERE reader_id = ? AND send_id = ? ORDER BY id`;
  return statement(db, text).all(reader, sendId) as ReturnType<typeof eventsOf>;
}

/** How many mails of a kind were heard for a delivery. */
export function kindsHeard(db: Db, sendId: number, reader: number, kind: FeedbackEvent['kind']): number {
  const text = 'SELECT count(*) FROM feedback WHERE reader_id = ? AND send_id = ? AND kind = ? AND inbound_id IS NOT NULL';
  return statement(db, text).pluck().get(reader, sendId, kind) as number;
}

/** The reader with this address (its key) who was sent something in the last two weeks. */
export function recentReader(db: Db, addressKey: string, now: number): number | undefined {
  const text = `SELECT r.id FROM readers r WHERE r.email_key = ? AND EXISTS (SELECT 1 FROM sends s CROSS JOIN deliveries d ON d.send_id = s.id AND d.reader_id = r.id
    WHERE s.rehearsal = 0 AND d.state IN ('accepted', 'refused', 'unknown') AND d.changed_at >= ?)`;
  return statement(db, text)
    .pluck()
    .get(addressKey, now - caseWithinMs) as number | undefined;
}

/** Events a mail made when it was read before. */
export function eventsOfInbound(db: Db, inbound: number): Pick<FeedbackEvent, 'id' | 'charge' | 'effect' | 'undoneAt'>[] {
  const text = `SELECT id, charge, effect, undone_at AS undoneAt FROM feedback WHERE inbound_id = ? ORDER BY id`;
  return statement(db, text).all(inbound) as ReturnType<typeof eventsOfInbound>;
}

/** Takes out an event that did nothing, because its mail is read anew. */
export function forgetEvent(db: Db, id: number): void {
  statement(db, `DELETE FROM feedback WHERE id = ? AND effect IN ('none', 'repeat', 'late', 'case')`).run(id);
}

/**
 * What mail to a reader came to before, other than in this send: whether any was ever accepted and did not come back, and when the latest of those that are
 * older than a week was, which wipes out earlier strikes. The reader's own return, or a person's word that the address is good, does so too.
 */
export function successesOf(db: Db, reader: number, exceptSend: number, now: number): { proven: boolean; cleanSince: number } {
  const text = `SELECT max(d.changed_at) AS latest, max(iif(d.changed_at <= @before, d.changed_at, NULL)) AS proved
    FROM sends s CROSS JOIN deliveries d ON d.send_id = s.id AND d.reader_id = @reader
    WHERE s.id <> @exceptSend AND s.rehearsal = 0 AND d.state = 'accepted' AND d.bounced_at IS NULL`;
  const found = statement(db, text).get({ reader, exceptSend, before: now - successAfterMs }) as {
    latest: number | null;
    proved: number | null;
  };
  const back = statement(
    db,
    `SELECT max(at) FROM consents WHERE reader_id = ? AND (event = 'undo' OR event = 'reinstate' AND way = 'person')`,
  )
    .pluck()
    .get(reader) as number | null;
  return { proven: found.latest !== null, cleanSince: Math.max(found.proved ?? 0, back ?? 0) };
}

/** Strikes of a reader after an instant that still count, other than those of this send. */
export function strikesOf(db: Db, reader: number, since: number, exceptSend: number): Strike[] {
  const text = `SELECT f.at, f.charge, s.issue_id AS issue FROM feedback f JOIN sends s ON s.id = f.send_id
    WHERE f.reader_id = ? AND f.at > ? AND f.send_id <> ? AND f.charge IN ('strike', 'heavy', 'hard') AND f.effect IN ('held', 'suspended') AND f.undone_at IS NULL`;
  return statement(db, text).all(reader, since, exceptSend) as Strike[];
}

/** Events counted at most: above it a rate is known well enough. */
const countedAtMost = 20_000;

/**
 * Hard bounces of a group of domains since an instant, and how many of them hit a reader who had taken mail before. What was parked counts: it is what shows
 * that an outage goes on. Mails tried once more do not.
 */
export function hardBouncesOf(db: Db, domains: string, since: number): { hard: number; proven: number } {
  const text = `SELECT count(*) AS hard, coalesce(sum(proven), 0) AS proven FROM (SELECT f.proven FROM feedback f
    WHERE f.charge = 'hard' AND f.domains = ? AND f.at >= ? AND f.effect IN ('held', 'suspended', 'parked') AND f.undone_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM feedback r WHERE r.reader_id = f.reader_id AND r.send_id = f.send_id AND r.effect = 'retried') LIMIT ${countedAtMost})`;
  return statement(db, text).get(domains, since) as { hard: number; proven: number };
}

/** Hard bounces a send has drawn, each delivery once. */
export function hardBouncesOfSend(db: Db, sendId: number): number {
  const text = `SELECT count(*) FROM feedback WHERE send_id = ? AND charge = 'hard' AND effect IN ('held', 'suspended', 'parked') AND undone_at IS NULL`;
  return statement(db, text).pluck().get(sendId) as number;
}

/** A mail of a send that the relay answered: when, and to which address it went. `weight`: how many mails it stands for. */
export interface Answered {
  at: number;
  address: string;
  weight: number;
}

/** Sends whose answers are drawn from a sample instead of read whole. */
const sampleSize = 500;

/**
 * What the relay answered lately, in sends that were going on since an instant: all of a small send, a random sample of a large one, so that it takes a few
 * milliseconds whatever the list's size.
 */
export function answeredSince(db: Db, since: number): Answered[] {
  const recent = `SELECT id, prepared FROM sends WHERE rehearsal = 0 AND as_of IS NOT NULL AND prepared > 0 AND coalesce(finished_at, ?) >= ?`;
  const sends = statement(db, recent).all(since, since) as { id: number; prepared: number }[];
  return sends.flatMap(({ id, prepared }) => (prepared <= 2 * sampleSize ? answeredBy(db, id) : sampledFrom(db, id, prepared)));
}

const answeredRow = `SELECT d.changed_at AS at, r.email AS address FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE d.state IN ('accepted', 'refused')`;

function answeredBy(db: Db, sendId: number): Answered[] {
  const rows = statement(db, `${answeredRow} AND d.send_id = ?`).all(sendId) as Omit<Answered, 'weight'>[];
  return rows.map((row) => ({ ...row, weight: 1 }));
}

function sampledFrom(db: Db, sendId: number, prepared: number): Answered[] {
  const edges = statement(db, 'SELECT min(reader_id) AS first, max(reader_id) AS last FROM deliveries WHERE send_id = ?');
  const { first, last } = edges.get(sendId) as { first: number; last: number };
  const nearest = statement(db, 'SELECT min(reader_id) FROM deliveries WHERE send_id = ? AND reader_id >= ?').pluck();
  const one = statement(db, `${answeredRow} AND d.send_id = ? AND d.reader_id = ?`);
  const weight = prepared / sampleSize;
  return Array.from({ length: sampleSize }, () => first + Math.floor(Math.random() * (last - first + 1))).flatMap((from) => {
    const row = one.get(sendId, nearest.get(sendId, from)) as Omit<Answered, 'weight'> | undefined;
    return row === undefined ? [] : [{ ...row, weight }];
  });
}
