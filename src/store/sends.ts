/** Sends: made, started, frozen, finished; each move a conditional update. */

import { and, desc, eq, inArray, isNotNull, isNull, lt, lte, ne, sql } from 'drizzle-orm/sql';
import { nameMarks } from '../model/reader-name.ts';
import { movesOfSend, type SendState, type SteerAction } from '../model/send.ts';
import { noteAudit } from './audit.ts';
import { countPrepared } from './counters.ts';
import { missedBefore } from './missed.ts';
import type { Db } from './open.ts';
import { editions, publications, sends } from './schema.ts';
import { inTransaction, once, statement } from './statement.ts';
import { mailableAt } from './subscriptions.ts';

export type Send = typeof sends.$inferSelect;

export interface NewSend {
  /** `SLUG/NUMBER`; a second send of it gets `+2`, a second rehearsal `~2`. */
  issue: string;
  publicationId: number;
  issueId: number;
  editionId: number;
  rehearsal: boolean;
  waived: Record<string, string>;
  scheduledFor: number;
  /** Whether it goes only to those whom the earlier sends of its issue missed. */
  missed?: boolean;
  now: number;
}

const nothingYet = {
  prepared: 0,
  ready: 0,
  queued: 0,
  accepted: 0,
  deferred: 0,
  refused: 0,
  unknown: 0,
  cancelled: 0,
  bounced: 0,
  complained: 0,
};

/** Schedules a send under the next free name of its issue. */
export function addSend(db: Db, { issue, now, ...values }: NewSend): Send {
  return inTransaction(db, () => {
    const earlier = db.select().from(sends).where(eq(sends.issueId, values.issueId)).all();
    const alike = earlier.filter((send) => send.rehearsal === values.rehearsal).length;
    const held = earlier.find((send) => send.name === issue);
    const rehearsals = earlier.filter((send) => send.rehearsal).length;
    let name = alike === 0 ? issue : `${issue}+${alike + 1}`;
    if (values.rehearsal && held !== undefined) name = `${issue}~${rehearsals + 1}`;
    // A rehearsal uses up no name either: the first real send takes it over.
    if (!values.rehearsal && held?.rehearsal === true)
      db.update(sends)
        .set({ name: `${issue}~${rehearsals + 1}` })
        .where(eq(sends.id, held.id))
        .run();
    const row = { ...values, ...nothingYet, name, state: 'scheduled' as const, frozenThrough: 0, frozen: false, createdAt: now };
    return db.insert(sends).values(row).returning().get();
  });
}

/** The real or rehearsed send of an issue that is not over yet, if there is one. */
export function openSend(db: Db, issueId: number, rehearsal: boolean): Send | undefined {
  const open = inArray(sends.state, ['scheduled', 'sending', 'paused']);
  return db
    .select()
    .from(sends)
    .where(and(eq(sends.issueId, issueId), eq(sends.rehearsal, rehearsal), open))
    .orderBy(desc(sends.id))
    .limit(1)
    .get();
}

/** The newest real send of an issue, over or not, unless it was cancelled. */
export function realSend(db: Db, issueId: number): Send | undefined {
  return db
    .select()
    .from(sends)
    .where(and(eq(sends.issueId, issueId), eq(sends.rehearsal, false), ne(sends.state, 'cancelled')))
    .orderBy(desc(sends.id))
    .limit(1)
    .get();
}

/** The newest real or rehearsed send of an issue that has begun. */
export function newestStarted(db: Db, issueId: number, rehearsal: boolean): Send | undefined {
  const begun = and(eq(sends.issueId, issueId), eq(sends.rehearsal, rehearsal), isNotNull(sends.asOf));
  return db.select().from(sends).where(begun).orderBy(desc(sends.id)).limit(1).get();
}

/** Cancels the sends of an issue that have not started: its text changed. Returns their names. */
export function unscheduleIssue(db: Db, issueId: number): string[] {
  const waiting = and(eq(sends.issueId, issueId), isNull(sends.asOf), inArray(sends.state, ['scheduled', 'paused']));
  const cancelled = db.update(sends).set({ state: 'cancelled' }).where(waiting).returning({ name: sends.name }).all();
  return cancelled.map(({ name }) => name);
}

/** scheduled → paused: a send whose time is long past waits for a person. False when it is no longer scheduled. */
export function holdSend(db: Db, id: number): boolean {
  const scheduled = and(eq(sends.id, id), eq(sends.state, 'scheduled'));
  return db.update(sends).set({ state: 'paused' }).where(scheduled).run().changes === 1;
}

export function findSend(db: Db, name: string): Send | undefined {
  return db.select().from(sends).where(eq(sends.name, name)).get();
}

const byId = (db: Db) =>
  db
    .select()
    .from(sends)
    .where(eq(sends.id, sql.placeholder('id')))
    .prepare();

export function findSendById(db: Db, id: number): Send | undefined {
  return once(db, byId).get({ id });
}

export function getSend(db: Db, id: number): Send {
  const found = findSendById(db, id);
  if (found === undefined) throw new Error(`send ${id} is missing from the store`);
  return found;
}

export function newestSend(db: Db): Send | undefined {
  return db.select().from(sends).orderBy(desc(sends.id)).limit(1).get();
}

const listed = (db: Db) =>
  db
    .select()
    .from(sends)
    .where(lt(sends.id, sql.placeholder('before')))
    .orderBy(desc(sends.id))
    .limit(sql.placeholder('limit'))
    .prepare();

/** Sends before one, the newest first. */
export function listSendsBefore(db: Db, before: number, limit: number): Send[] {
  return once(db, listed).all({ before, limit });
}

/** Newest first. */
export function listSends(db: Db, limit = 100): Send[] {
  return listSendsBefore(db, Number.MAX_SAFE_INTEGER, limit);
}

export function sendsInState(db: Db, ...states: Send['state'][]): Send[] {
  return db.select().from(sends).where(inArray(sends.state, states)).orderBy(sends.id).all();
}

/** Scheduled sends whose instant has come, rehearsals or the others. */
export function dueSends(db: Db, rehearsal: boolean, now: number): Send[] {
  const due = and(eq(sends.state, 'scheduled'), eq(sends.rehearsal, rehearsal), lte(sends.scheduledFor, now));
  return db.select().from(sends).where(due).orderBy(sends.id).all();
}

/** Sends that are going out now, rehearsals or the others: an engine with a relay must not touch a rehearsal, nor one with the catcher a real send. */
export function runningSends(db: Db, rehearsal: boolean): Send[] {
  return db
    .select()
    .from(sends)
    .where(and(eq(sends.state, 'sending'), eq(sends.rehearsal, rehearsal)))
    .orderBy(sends.id)
    .all();
}

/** Sends of which something may still happen by itself: those under way, paused ones, and cancelled ones of which rows are still to come back. */
export function unfinishedSends(db: Db): Send[] {
  return db
    .select()
    .from(sends)
    .where(and(inArray(sends.state, ['sending', 'paused', 'cancelled']), isNull(sends.finishedAt)))
    .orderBy(sends.id)
    .all();
}

/** How many messages are handed out now, of all sends together. */
export function rowsOut(db: Db): number {
  return statement(db, 'SELECT coalesce(sum(queued), 0) FROM sends WHERE queued > 0').pluck().get() as number;
}

/**
 * Pauses, resumes or cancels a send, with the audit entry. Returns the send as it is then, and whether this call changed it. What is under way is stopped
 * by the engine, which looks several times a second.
 */
export function steerSend(db: Db, id: number, action: SteerAction, by: { actor: string; now: number }): { send: Send; changed: boolean } {
  return inTransaction(db, () => {
    const { state, asOf, scheduledFor: due } = getSend(db, id);
    const to = { pause: 'paused', resume: asOf === null ? 'scheduled' : 'sending', cancel: 'cancelled' } as const;
    const movable: readonly SendState[] = movesOfSend[action].from;
    const changed = movable.includes(state);
    if (changed) {
      const scheduledFor = action === 'resume' && asOf === null ? Math.max(due, by.now) : due; // a person says now: it is not late any more
      db.update(sends).set({ state: to[action], scheduledFor }).where(eq(sends.id, id)).run();
      noteAudit(db, { at: by.now, actor: by.actor, action, subject: getSend(db, id).name });
    }
    return { send: getSend(db, id), changed };
  });
}

/** Notes that a send drew too much, once ever: false when it was noted. */
export function raiseAlarm(db: Db, id: number, now: number): boolean {
  const quiet = and(eq(sends.id, id), isNull(sends.alarmedAt));
  return db.update(sends).set({ alarmedAt: now }).where(quiet).run().changes === 1;
}

/** scheduled → sending, once: the as-of instant is set here. False when somebody was first or the send is no longer scheduled. */
export function startSend(db: Db, id: number, now: number): boolean {
  return (
    db
      .update(sends)
      .set({ state: 'sending', asOf: now })
      .where(and(eq(sends.id, id), eq(sends.state, 'scheduled')))
      .run().changes === 1
  );
}

/**
 * Writes the delivery rows of the next `limit` subscriptions of a started send, in one transaction with the counters and the place reached,
 * so it may be stopped anywhere and goes on there. Returns false once every subscription was seen.
 * Consent counts as of the start: who subscribed later is not in it, who left since gets no row here and is cancelled at claim if he had one.
 * The format is that of this moment and stays: what a reader chooses later is for the next send. So is the name, where the edition has a place for it.
 */
export function freezeChunk(db: Db, id: number, limit: number, now: number): boolean {
  return inTransaction(db, () => {
    const send = getSend(db, id);
    if (send.frozen || send.state !== 'sending') return false;
    const edge = statement(
      db,
      'SELECT max(reader_id) AS last, count(*) AS seen FROM (SELECT reader_id FROM subscriptions WHERE publication_id = ? AND reader_id > ? ORDER BY reader_id LIMIT ?)',
    );
    const { last, seen } = edge.get(send.publicationId, send.frozenThrough, limit) as { last: number | null; seen: number };
    const frozen = seen < limit;
    const through = last ?? send.frozenThrough;
    const insert = statement(
      db,
      `INSERT OR IGNORE INTO deliveries (send_id, reader_id, state, attempts, changed_at, format, name, provider)
       SELECT ?, s.reader_id, 'ready', 0, ?, nullif(s.format, 'full'), ${saysNames(db, send.editionId) ? 'r.name' : 'NULL'}, provider_number(r.email) FROM subscriptions s JOIN readers r ON r.id = s.reader_id
       WHERE s.publication_id = ? AND s.reader_id > ? AND s.reader_id <= ? AND s.changed_at <= ? AND ${mailableAt('s')}
         ${send.missed ? `AND ${missedBefore('?', 's.reader_id')}` : ''} ORDER BY s.reader_id RETURNING provider`,
    ).pluck();
    const asOf = send.asOf ?? now;
    const which = send.missed ? [id, id] : [];
    const providers = insert.all(id, now, send.publicationId, send.frozenThrough, through, asOf, asOf, ...which) as number[];
    countPrepared(db, id, providers);
    const added = providers.length;
    const note = statement(db, 'UPDATE sends SET prepared = prepared + ?, ready = ready + ?, frozen_through = ?, frozen = ? WHERE id = ?');
    note.run(added, added, through, frozen ? 1 : 0, id);
    return !frozen;
  });
}

/** Whether the mails of an edition have a place for the reader's name. */
function saysNames(db: Db, editionId: number): boolean {
  const text = 'SELECT EXISTS (SELECT 1 FROM editions WHERE id = ? AND (instr(plain_text, ?) > 0 OR instr(plain_text, ?) > 0))';
  return (
    statement(db, text)
      .pluck()
      .get(editionId, ...nameMarks) === 1
  );
}

/**
 * sending → sent when everything is frozen and no row waits, is out or comes due again. A cancelled send is finished when no row waits or is out; it stays
 * cancelled. True when this call ended it.
 */
export function finishSend(db: Db, id: number, now: number): boolean {
  const text = `UPDATE sends SET state = iif(state = 'sending', 'sent', state), finished_at = ? WHERE id = ? AND finished_at IS NULL
    AND (state = 'sending' AND frozen = 1 OR state = 'cancelled') AND ready + queued + deferred = 0`;
  return statement(db, text).run(now, id).changes === 1;
}

/** The subject of a send's mails. */
export function subjectOf(db: Db, id: number): string {
  const text = 'SELECT e.subject FROM sends s JOIN editions e ON e.id = s.edition_id WHERE s.id = ?';
  return statement(db, text).pluck().get(id) as string;
}

/** What composing a send's message needs: the edition's parts and the publication's sender. */
export function sendMaterial(db: Db, id: number) {
  const found = db
    .select({ send: sends, edition: editions, publication: publications })
    .from(sends)
    .innerJoin(editions, eq(editions.id, sends.editionId))
    .innerJoin(publications, eq(publications.id, sends.publicationId))
    .where(eq(sends.id, id))
    .get();
  if (found === undefined) throw new Error(`send ${id} is missing from the store`);
  return found;
}
