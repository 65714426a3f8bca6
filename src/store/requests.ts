/** Requests: written as they come, looked at later, used once, forgotten after some days. Every move is a conditional update. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm/sql';
import { hourlyLimits, keptMs, perAddress, type RequestKind, type RequestState } from '../model/request.ts';
import { forgetNotices } from './notices.ts';
import type { Db } from './open.ts';
import { requests } from './schema.ts';
import { inTransaction, statement } from './statement.ts';

export type Request = typeof requests.$inferSelect;
export type NewRequest = Omit<Request, 'id' | 'state' | 'noticeId' | 'writtenAt' | 'usedAt' | 'issueId'> & { issueId?: number };

/**
 * Writes a request, unless its network has had its share of this hour: then false. What is written, and so how long it takes, is the same whatever
 * is known of the address.
 */
export function addRequest(db: Db, row: NewRequest): boolean {
  return inTransaction(db, () => {
    const { most } = hourlyLimits.network;
    const recent = statement(db, 'SELECT count(*) FROM (SELECT 1 FROM requests WHERE network = ? AND asked_at > ? LIMIT ?)').pluck();
    if (Number(recent.get(row.network, row.askedAt - hourlyLimits.within, most)) >= most) return false;
    db.insert(requests)
      .values({ ...row, state: 'waiting' })
      .run();
    return true;
  });
}

/** The oldest requests that wait, without those whose domain has had its share of the hour before `now`. */
export function waitingRequests(db: Db, limit: number, now: number): Request[] {
  const { domain, within } = hourlyLimits;
  const full = sql`SELECT domain FROM requests WHERE written_at > ${now - within} GROUP BY domain HAVING count(*) >= ${domain.most}`;
  return db
    .select()
    .from(requests)
    .where(and(sql`state = 'waiting'`, sql`domain NOT IN (${full})`))
    .orderBy(asc(requests.id))
    .limit(limit)
    .all();
}

export function anyWaiting(db: Db): boolean {
  return statement(db, `SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'waiting')`).pluck().get() === 1;
}

/** How many addresses were written to in the hour before `now`, and how many asked. */
export function hourOf(db: Db, now: number): { written: number; asked: number } {
  const since = now - hourlyLimits.within;
  const count = (column: string) => Number(statement(db, `SELECT count(*) FROM requests WHERE ${column} > ?`).pluck().get(since));
  return { written: count('written_at'), asked: count('asked_at') };
}

/** Whether an address has been written to as often as it may be for this kind. */
export function addressIsFull(db: Db, emailKey: string, kind: RequestKind, now: number): boolean {
  const { most, within } = perAddress[kind];
  const text = 'SELECT count(*) FROM requests WHERE email_key = ? AND kind = ? AND written_at > ?';
  return (
    Number(
      statement(db, text)
        .pluck()
        .get(emailKey, kind, now - within),
    ) >= most
  );
}

/** waiting → asked, used (there is nothing to say yes to) or dropped. */
export function answerRequest(db: Db, id: number, state: Exclude<RequestState, 'waiting'>, notice?: { id: number; at: number }): void {
  db.update(requests)
    .set({ state, ...(notice && { noticeId: notice.id, writtenAt: notice.at }) })
    .where(and(eq(requests.id, id), eq(requests.state, 'waiting')))
    .run();
}

export function findRequest(db: Db, id: number): Request | undefined {
  return db.select().from(requests).where(eq(requests.id, id)).get();
}

/** asked → used, once: false for every call but the first. */
export function useRequest(db: Db, id: number, now: number): boolean {
  const once = and(eq(requests.id, id), eq(requests.state, 'asked'));
  return db.update(requests).set({ state: 'used', usedAt: now }).where(once).run().changes === 1;
}

/** Forgets requests that are past everything, with their notices: at most `limit` in one call. Those a reader has opened stay as long as the others. */
export function forgetRequests(db: Db, limit: number, now: number): void {
  const old = db
    .select({ id: requests.id, noticeId: requests.noticeId })
    .from(requests)
    .where(sql`asked_at <= ${now - keptMs}`)
    .orderBy(asc(requests.askedAt))
    .limit(limit)
    .all();
  if (old.length === 0) return;
  inTransaction(db, () => {
    for (const { noticeId } of old) if (noticeId !== null) forgetNotices(db, { id: noticeId }, now);
    const ids = old.map(({ id }) => id);
    db.delete(requests).where(inArray(requests.id, ids)).run();
  });
}

/** Forgets what was asked for at an address or about a reader. Within the transaction that erases. */
export function forgetRequestsOf(db: Db, { emailKey, readerId }: { emailKey: string; readerId: number }, now: number): void {
  const mine = sql`email_key = ${emailKey} OR reader_id = ${readerId}`;
  for (const { noticeId } of db.select({ noticeId: requests.noticeId }).from(requests).where(mine).all())
    if (noticeId !== null) forgetNotices(db, { id: noticeId }, now);
  db.delete(requests).where(mine).run();
}
