/** Mails that came to us: written before they are answered, read, put into the tray, kept for 90 days. Every move is a conditional update. */
import type { InboundState, InboundWay } from '../model/event.ts';
import type { FeedbackKind } from '../model/feedback.ts';
import type { Db } from './open.ts';
import { inTransaction, statement } from './statement.ts';

export interface NewInbound {
  way: InboundWay;
  /** Envelope sender; empty for the null sender. */
  sender: string;
  /** Envelope recipients, as they were given. */
  recipients: readonly string[];
  raw: Uint8Array;
}

/** A mail that waits to be read. */
export interface WaitingInbound {
  id: number;
  way: InboundWay;
  sender: string;
  recipients: string[];
  raw: Buffer;
  tries: number;
  receivedAt: number;
}

/** Writes mails in one transaction; once it returns they survive anything. */
export function addInbound(db: Db, mails: readonly NewInbound[], now: number): void {
  const text = `INSERT INTO inbound (way, sender, recipients, bytes, raw, state, due_at, tries, received_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, 0, ?)`;
  inTransaction(db, () => {
    for (const { way, sender, recipients, raw } of mails)
      statement(db, text).run(way, sender, JSON.stringify(recipients), raw.length, raw, now, now);
  });
}

/** Whether a mail waits to be read now. Cheap: asked several times a second. */
export function anyWaiting(db: Db, now: number): boolean {
  const text = `SELECT EXISTS (SELECT 1 FROM inbound WHERE state = 'waiting' AND due_at <= ?)`;
  return statement(db, text).pluck().get(now) === 1;
}

/** The next mails to read, the longest due first. */
export function waitingInbound(db: Db, now: number, limit: number): WaitingInbound[] {
  const text = `SELECT id, way, sender, recipients, raw, tries, received_at AS receivedAt FROM inbound
    WHERE state = 'waiting' AND due_at <= ? AND raw IS NOT NULL ORDER BY due_at, id LIMIT ?`;
  const rows = statement(db, text).all(now, limit) as (Omit<WaitingInbound, 'recipients'> & { recipients: string })[];
  return rows.map((row) => ({ ...row, recipients: JSON.parse(row.recipients) as string[] }));
}

/** How the reading of a mail ended. */
export interface InboundEnd {
  state: Exclude<InboundState, 'waiting'>;
  kind?: FeedbackKind | undefined;
  note?: string | undefined;
}

/** waiting → read, tray or excess; false when somebody else has read it. Call it first in the transaction that acts on the mail. */
export function endReading(db: Db, id: number, { state, kind, note }: InboundEnd, now: number): boolean {
  const text = `UPDATE inbound SET state = ?, kind = ?, note = ?, read_at = ? WHERE id = ? AND state = 'waiting'`;
  return statement(db, text).run(state, kind ?? null, note ?? null, now, id).changes === 1;
}

/** Says what came of a mail whose reading was just ended. In the same transaction. */
export function changeEnding(db: Db, id: number, { state, note }: Pick<InboundEnd, 'state' | 'note'>): void {
  statement(db, 'UPDATE inbound SET state = ?, note = ? WHERE id = ?').run(state, note ?? null, id);
}

/** Leaves a mail waiting until later, one try more. */
export function putOff(db: Db, id: number, dueAt: number): void {
  statement(db, `UPDATE inbound SET due_at = ?, tries = tries + 1 WHERE id = ? AND state = 'waiting'`).run(dueAt, id);
}

/** Makes mails that came since an instant wait again, to be read by a better reader; returns how many. */
export function rereadInbound(db: Db, since: number, now: number): number {
  const text = `UPDATE inbound SET state = 'waiting', due_at = ?, tries = 0 WHERE state <> 'waiting' AND received_at >= ? AND raw IS NOT NULL`;
  return statement(db, text).run(now, since).changes;
}

/** Forgets mails that came before an instant, at most `limit`; what they said stays as events. Returns how many. */
export function forgetInbound(db: Db, before: number, limit: number): number {
  const text = `DELETE FROM inbound WHERE id IN (SELECT id FROM inbound WHERE received_at < ? ORDER BY received_at LIMIT ?)`;
  return statement(db, text).run(before, limit).changes;
}

/** What a person says of a mail in the tray: it is dealt with, or is to be read again. Both false when it has left the tray. */
export function dismissTray(db: Db, id: number, note: string): boolean {
  return statement(db, `UPDATE inbound SET state = 'read', note = ? WHERE id = ? AND state = 'tray'`).run(note, id).changes === 1;
}

export function rereadTray(db: Db, id: number, now: number): boolean {
  const text = `UPDATE inbound SET state = 'waiting', due_at = ?, tries = 0 WHERE id = ? AND state = 'tray' AND raw IS NOT NULL`;
  return statement(db, text).run(now, id).changes === 1;
}

/** A mail in the tray, without its octets. */
export interface TrayMail {
  id: number;
  receivedAt: number;
  sender: string;
  bytes: number;
  kind: FeedbackKind | null;
  note: string | null;
}

/** Mails nobody could make sense of, newest first; with `before`, those older than that mail. */
export function listTray(db: Db, limit: number, before = Number.MAX_SAFE_INTEGER): TrayMail[] {
  const text = `SELECT id, received_at AS receivedAt, sender, bytes, kind, note FROM inbound WHERE state = 'tray' AND id < ? ORDER BY id DESC LIMIT ?`;
  return statement(db, text).all(before, limit) as TrayMail[];
}

/** How many mails are in the tray. */
export function countTray(db: Db): number {
  return statement(db, `SELECT count(*) FROM inbound WHERE state = 'tray'`).pluck().get() as number;
}

/** A mail that is kept, without its octets. `kept`: whether these are still there. */
export interface KeptMail extends TrayMail {
  way: InboundWay;
  state: InboundState;
  recipients: string[];
  tries: number;
  kept: boolean;
}

export function findInbound(db: Db, id: number): KeptMail | undefined {
  const text = `SELECT id, way, received_at AS receivedAt, sender, recipients, bytes, kind, note, state, tries, raw IS NOT NULL AS kept FROM inbound WHERE id = ?`;
  const row = statement(db, text).get(id) as (Omit<KeptMail, 'recipients' | 'kept'> & { recipients: string; kept: number }) | undefined;
  return row && { ...row, recipients: JSON.parse(row.recipients) as string[], kept: row.kept === 1 };
}

/** How many mails are in each state. */
export function countInbound(db: Db): Partial<Record<InboundState, number>> {
  const rows = statement(db, 'SELECT state, count(*) AS mails FROM inbound GROUP BY state').all() as {
    state: InboundState;
    mails: number;
  }[];
  return Object.fromEntries(rows.map(({ state, mails }) => [state, mails]));
}

/** The mail as it came; undefined when it is unknown or was forgotten. */
export function inboundRaw(db: Db, id: number): Buffer | undefined {
  return (statement(db, 'SELECT raw FROM inbound WHERE id = ?').pluck().get(id) as Buffer | null | undefined) ?? undefined;
}

/** The first octets of a mail, for a glimpse of it. */
export function inboundStart(db: Db, id: number, octets: number): Buffer | undefined {
  return (
    (statement(db, 'SELECT substr(raw, 1, ?) FROM inbound WHERE id = ?').pluck().get(octets, id) as Buffer | null | undefined) ?? undefined
  );
}
