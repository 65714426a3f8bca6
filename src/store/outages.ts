/** Outages of providers: begun, kept open while they go on, and the hard bounces that fall into them, which are parked. */
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** Whether a group of domains is out of order now; if so the outage goes on until `until`. */
export function prolongOutage(db: Db, domains: string, now: number, until: number): boolean {
  const text = 'UPDATE outages SET until = max(until, ?) WHERE domains = ? AND until > ?';
  return statement(db, text).run(until, domains, now).changes > 0;
}

export function beginOutage(db: Db, domains: string, now: number, until: number): void {
  statement(db, 'INSERT INTO outages (domains, began_at, until) VALUES (?, ?, ?)').run(domains, now, until);
}

/** Whether a group was out of order at some time since an instant. */
export function wasOut(db: Db, domains: string, since: number): boolean {
  return statement(db, 'SELECT EXISTS (SELECT 1 FROM outages WHERE domains = ? AND until > ?)').pluck().get(domains, since) === 1;
}

/** Publications that hard bounces of a group came back to since an instant. */
export function publicationsHit(db: Db, domains: string, since: number): number[] {
  const text = `SELECT DISTINCT publication_id FROM feedback WHERE charge = 'hard' AND domains = ? AND at >= ? AND publication_id IS NOT NULL ORDER BY 1`;
  return statement(db, text).pluck().all(domains, since) as number[];
}

/** Outages that are going on. */
export function openOutages(db: Db, now: number): { domains: string; beganAt: number; until: number }[] {
  const text = 'SELECT domains, began_at AS beganAt, until FROM outages WHERE until > ? ORDER BY id';
  return statement(db, text).all(now) as ReturnType<typeof openOutages>;
}

/** Outages, those that go on first, then the newest. */
export function listOutages(db: Db, limit: number): { id: number; domains: string; beganAt: number; until: number }[] {
  const text = 'SELECT id, domains, began_at AS beganAt, until FROM outages ORDER BY until DESC, id DESC LIMIT ?';
  return statement(db, text).all(limit) as ReturnType<typeof listOutages>;
}

/** Hard bounces of a group since an instant that count, and were not tried once more already: what an outage takes back. */
export function chargedSince(db: Db, domains: string, since: number, limit: number): number[] {
  const text = `SELECT f.id FROM feedback f WHERE f.charge = 'hard' AND f.domains = ? AND f.at >= ? AND f.effect IN ('held', 'suspended') AND f.undone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM feedback r WHERE r.reader_id = f.reader_id AND r.send_id = f.send_id AND r.effect = 'retried') ORDER BY f.at LIMIT ?`;
  return statement(db, text).pluck().all(domains, since, limit) as number[];
}

/** Ends the parking of a bounce: its mail went out once more, or could not any more. */
export function endParking(db: Db, id: number, again: boolean): void {
  const why = again ? 'tried once more' : 'its mail does not go out any more';
  statement(db, `UPDATE feedback SET effect = ?, why = ? WHERE id = ? AND effect = 'parked'`).run(again ? 'retried' : 'none', why, id);
}

/** Parked bounces from before an instant whose group is in order again. */
export function parkedBefore(
  db: Db,
  before: number,
  now: number,
  limit: number,
): { id: number; at: number; sendId: number; reader: number }[] {
  const text = `SELECT id, at, send_id AS sendId, reader_id AS reader FROM feedback f WHERE effect = 'parked' AND at <= ? AND undone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM outages o WHERE o.domains = f.domains AND o.until > ?) ORDER BY at LIMIT ?`;
  return statement(db, text).all(before, now, limit) as ReturnType<typeof parkedBefore>;
}
