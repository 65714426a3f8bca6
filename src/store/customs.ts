/** How publications are run, what was waived on their issues, and which reminders of a slot were written. */

import { and, eq, sql } from 'drizzle-orm/sql';
import { type Customs, defaultCustoms } from '../model/customs.ts';
import type { Db } from './open.ts';
import { customs, reminders, waivers } from './schema.ts';
import { once } from './statement.ts';

const customsById = (db: Db) =>
  db
    .select()
    .from(customs)
    .where(eq(customs.publicationId, sql.placeholder('publicationId')))
    .prepare();

/** How a publication is run: by the defaults until somebody says otherwise. */
export function customsOf(db: Db, publicationId: number): Customs {
  const row = once(db, customsById).get({ publicationId });
  if (row === undefined) return defaultCustoms;
  const { publicationId: _, ...found } = row;
  return found;
}

export function saveCustoms(db: Db, publicationId: number, values: Customs): void {
  db.insert(customs)
    .values({ publicationId, ...values })
    .onConflictDoUpdate({ target: customs.publicationId, set: values })
    .run();
}

export type Waiver = typeof waivers.$inferSelect;

export function saveWaiver(db: Db, waiver: Waiver): void {
  const { reason, actor, at } = waiver;
  const target = [waivers.issueId, waivers.check, waivers.problem];
  db.insert(waivers).values(waiver).onConflictDoUpdate({ target, set: { reason, actor, at } }).run();
}

/** Takes a waiver back; false when there was none. */
export function dropWaiver(db: Db, { issueId, check, problem }: Pick<Waiver, 'issueId' | 'check' | 'problem'>): boolean {
  const which = and(eq(waivers.issueId, issueId), eq(waivers.check, check), eq(waivers.problem, problem));
  return db.delete(waivers).where(which).run().changes === 1;
}

const waiversById = (db: Db) =>
  db
    .select()
    .from(waivers)
    .where(eq(waivers.issueId, sql.placeholder('issueId')))
    .prepare();

export function waiversOf(db: Db, issueId: number): Waiver[] {
  return once(db, waiversById).all({ issueId });
}

/** Notes that a reminder of a slot is written; false when it was. Call it in the transaction that writes it. */
export function noteReminder(db: Db, values: typeof reminders.$inferInsert): boolean {
  return db.insert(reminders).values(values).onConflictDoNothing().run().changes === 1;
}
