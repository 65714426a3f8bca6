/** Notices: written with what caused them, drawn, claimed one to a batch, moved by outcomes like deliveries are. Every move is a conditional update. */
import { and, asc, eq, isNull, ne, sql } from 'drizzle-orm/sql';
import {
  afterOutcome,
  type DeliveryState,
  type Move,
  movesByClaim,
  movesByClose,
  movesByOutcome,
  movesByPerson,
} from '../model/delivery.ts';
import { type DrawnFacts, type NoticeDrawing, type NoticeFacts, noSend } from '../model/notice.ts';
import type { ReportedOutcome } from '../model/outcome.ts';
import type { Db } from './open.ts';
import type { Publication } from './publications.ts';
import { notices, publications } from './schema.ts';
import { inTransaction, statement } from './statement.ts';

export type Notice = typeof notices.$inferSelect;

export interface NewNotice {
  publicationId: number;
  address: string;
  /** Whether it goes into the built-in catcher and not to a relay. */
  rehearsal: boolean;
  facts: NoticeFacts;
  now: number;
}

/** Writes a notice and returns its number. Call it in the transaction of what it tells, so that the two belong together. */
export function addNotice(db: Db, { now, ...values }: NewNotice): number {
  const row = { ...values, state: 'ready' as const, attempts: 0, resent: 0, createdAt: now, changedAt: now };
  return db.insert(notices).values(row).returning({ id: notices.id }).get().id;
}

/** Whether a notice of this kind was written since an instant. */
export function noticedSince(db: Db, kind: NoticeFacts['kind'], since: number): boolean {
  const text = `SELECT EXISTS (SELECT 1 FROM notices WHERE created_at > ? AND json_extract(facts, '$.kind') = ?)`;
  return statement(db, text).pluck().get(since, kind) === 1;
}

/** How many notices of a kind an address was written since an instant. */
export function noticesTo(db: Db, address: string, kind: NoticeFacts['kind'], since: number): number {
  const text = `SELECT count(*) FROM notices WHERE created_at > ? AND address = ? AND json_extract(facts, '$.kind') = ?`;
  return statement(db, text).pluck().get(since, address, kind) as number;
}

/** Where the editors of a publication are reached: where readers' answers are, until there is a team. */
const editorsOf = ({ replyTo, fromAddress }: Pick<Publication, 'replyTo' | 'fromAddress'>): string => replyTo ?? fromAddress;

/** Writes a notice to the editors of a publication. Call it in the transaction of what it tells. */
export function tellEditors(
  db: Db,
  { publication, rehearsal, facts, now }: { publication: Publication; rehearsal: boolean; facts: DrawnFacts; now: number },
): void {
  addNotice(db, { publicationId: publication.id, address: editorsOf(publication), rehearsal, facts, now });
}

/** Passes a mail on to the editors of a publication as a notice whose message is `template`, so there is nothing to draw. Once per mail: false when it was done. */
export function forwardToEditors(
  db: Db,
  {
    publication,
    rehearsal,
    inbound,
    template,
    now,
  }: { publication: Publication; rehearsal: boolean; inbound: number; template: string; now: number },
): boolean {
  const facts: NoticeFacts = { kind: 'forward', inbound };
  const done = sql`json_extract(${notices.facts}, '$.kind') = 'forward' AND json_extract(${notices.facts}, '$.inbound') = ${inbound}`;
  if (db.select({ id: notices.id }).from(notices).where(done).get() !== undefined) return false;
  const drawing: NoticeDrawing = { subject: '', email: '', text: '' };
  const state = { state: 'ready', attempts: 0, resent: 0, createdAt: now, changedAt: now } as const;
  const values = { publicationId: publication.id, address: editorsOf(publication), rehearsal, facts, drawing, template, ...state };
  db.insert(notices).values(values).run();
  return true;
}

/** Writes a notice that has its message already, so there is nothing to draw. */
export function addComposedNotice(db: Db, { template, now, ...values }: NewNotice & { template: string }): number {
  const drawing: NoticeDrawing = { subject: '', email: '', text: '' };
  const row = { ...values, template, drawing, state: 'ready' as const, attempts: 0, resent: 0, createdAt: now, changedAt: now };
  return db.insert(notices).values(row).returning({ id: notices.id }).get().id;
}

/** How many tests of issues were ordered since an instant. */
export function testedSince(db: Db, since: number): number {
  const text = `SELECT count(*) FROM notices WHERE created_at >= ? AND json_extract(facts, '$.kind') = 'test'`;
  return statement(db, text).pluck().get(since) as number;
}

/** How many mails were passed on since an instant. */
export function forwardedSince(db: Db, since: number): number {
  const text = `SELECT count(*) FROM notices WHERE created_at >= ? AND json_extract(facts, '$.kind') = 'forward'`;
  return statement(db, text).pluck().get(since) as number;
}

/** The oldest notice that nobody has drawn yet, with its publication. A mail passed on has its message and is never among them, nor one that was forgotten. */
export function findUndrawn(db: Db, rehearsal: boolean): { notice: Notice & { facts: DrawnFacts }; publication: Publication } | undefined {
  const found = db
    .select({ notice: notices, publication: publications })
    .from(notices)
    .innerJoin(publications, eq(publications.id, notices.publicationId))
    .where(
      and(
        sql`${notices.state} IN ('ready', 'deferred')`,
        isNull(notices.drawing),
        ne(notices.address, ''),
        eq(notices.rehearsal, rehearsal),
      ),
    )
    .orderBy(asc(notices.id))
    .limit(1)
    .get();
  if (found === undefined || found.notice.facts.kind === 'forward' || found.notice.facts.kind === 'test') return undefined;
  return { ...found, notice: { ...found.notice, facts: found.notice.facts } };
}

/** Keeps the drawing of a notice; the first one stands. */
export function saveNoticeDrawing(db: Db, id: number, drawing: NoticeDrawing): void {
  db.update(notices)
    .set({ drawing })
    .where(and(eq(notices.id, id), isNull(notices.drawing)))
    .run();
}

/** Takes the oldest drawn notice that is ready or due again into a batch of its own, and returns that batch; undefined when there is none. */
export function claimNotice(db: Db, rehearsal: boolean, now: number): number | undefined {
  return inTransaction(db, () => {
    const text = `SELECT id, state FROM notices WHERE state IN ('ready', 'deferred') AND drawing IS NOT NULL AND rehearsal = ? AND coalesce(due_at, 0) <= ? ORDER BY id LIMIT 1`;
    const next = statement(db, text).get(rehearsal ? 1 : 0, now) as { id: number; state: DeliveryState } | undefined;
    if (next === undefined) return undefined;
    const insert = statement(db, 'INSERT INTO batches (send_id, epoch) SELECT ?, epoch FROM engine');
    const batch = Number(insert.run(noSend).lastInsertRowid);
    const take = statement(db, 'UPDATE notices SET state = ?, batch_id = ?, due_at = NULL, changed_at = ? WHERE id = ?');
    take.run(movesByClaim.claim.to, batch, now, next.id);
    return batch;
  });
}

/** How many notices are handed out now. */
export function noticesOut(db: Db): number {
  return statement(db, `SELECT count(*) FROM notices WHERE state = 'queued'`).pluck().get() as number;
}

/** The notice that is still out in a batch, with its publication; undefined when its outcome has come. */
export function findNoticeOut(db: Db, batch: number) {
  return db
    .select({ notice: notices, publication: publications })
    .from(notices)
    .innerJoin(publications, eq(publications.id, notices.publicationId))
    .where(and(eq(notices.batchId, batch), sql`${notices.state} = 'queued'`))
    .get();
}

/** Keeps the composed message of a notice, as JSON; the first one stands and is returned. */
export function keepNoticeTemplate(db: Db, id: number, json: string): string {
  const keep = statement(db, 'UPDATE notices SET template = coalesce(template, ?) WHERE id = ? RETURNING template');
  return keep.pluck().get(json, id) as string;
}

/** Moves the notice of an outcome; false when the outcome says nothing about it (any more). Within the transaction of all outcomes. */
export function applyToNotice(db: Db, { batch, reader: id, kind, reply }: ReportedOutcome, now: number): boolean {
  const move: Move = movesByOutcome[kind];
  const attempts = statement(db, 'SELECT attempts FROM notices WHERE id = ?').pluck().get(id) as number | undefined;
  const text =
    'UPDATE notices SET state = ?, due_at = ?, reply = ?, attempts = attempts + ?, changed_at = ? WHERE id = ? AND batch_id = ? AND state = ?';
  return move.from.some((from) => {
    const { to, attempt, wait } = afterOutcome(kind, from, { attempts: attempts ?? 0, cancelled: false });
    const due = wait === undefined ? null : now + wait;
    return statement(db, text).run(to, due, reply, attempt, now, id, batch, from).changes === 1;
  });
}

/** Gives the notice of a batch back when it is still out: begun without an outcome it is unknown. `begun` undefined: nobody can tell. Within the closing transaction. */
export function closeNotice(db: Db, batch: number, begun: ReadonlySet<number> | undefined, now: number): void {
  const id = statement(db, `SELECT id FROM notices WHERE batch_id = ? AND state = 'queued'`).pluck().get(batch) as number | undefined;
  if (id === undefined) return;
  const unknown = begun === undefined || begun.has(id);
  const { to } = movesByClose[unknown ? 'begun' : 'never begun'];
  const text = `UPDATE notices SET state = ?, attempts = attempts + ?, changed_at = ? WHERE id = ? AND batch_id = ? AND state = 'queued'`;
  statement(db, text).run(to, unknown ? 1 : 0, now, id, batch);
}

/** unknown → ready, once, for notices that became unknown in this time (both ends count): the same message goes out again. Returns how many. */
export function retryNotices(db: Db, rehearsal: boolean, { after, until }: { after: number; until: number }, now: number): number {
  const text = `UPDATE notices SET state = ?, resent = 1, changed_at = ? WHERE state = 'unknown' AND resent = 0 AND rehearsal = ? AND changed_at BETWEEN ? AND ?`;
  return statement(db, text).run(movesByPerson.resend.to, now, rehearsal ? 1 : 0, after, until).changes;
}

/** Notices that did not arrive or may not have: refused and unknown ones, newest first. */
export function troubledNotices(db: Db, limit: number): Pick<Notice, 'facts' | 'address' | 'state' | 'reply' | 'createdAt'>[] {
  return db
    .select({
      facts: notices.facts,
      address: notices.address,
      state: notices.state,
      reply: notices.reply,
      createdAt: notices.createdAt,
    })
    .from(notices)
    .where(sql`${notices.state} IN ('refused', 'unknown')`)
    .orderBy(sql`${notices.id} DESC`)
    .limit(limit)
    .all();
}

/** Takes a person out of notices: who they went to, what they said. One that has not gone out yet never will. `which` is a number or an address. */
export function forgetNotices(db: Db, which: { id: number } | { address: string }, now: number): void {
  const of = 'id' in which ? 'id = ?' : 'address = ?';
  const text = `UPDATE notices SET address = '', facts = json_object('kind', json_extract(facts, '$.kind')), drawing = NULL, template = NULL, due_at = NULL, changed_at = ?,
    state = iif(state IN ('ready', 'deferred'), 'cancelled', state) WHERE ${of}`;
  statement(db, text).run(now, 'id' in which ? which.id : which.address);
}
