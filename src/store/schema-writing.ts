/** The tables of writing on the desk: what the text of an issue names, what was waived, how a publication is run. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { MissedSlot } from '../model/customs.ts';

/** What the text of an issue names by a path: `asset` a stored picture or PDF, else `content` the text of a table. */
export const issueFiles = sqliteTable(
  'issue_files',
  {
    issueId: integer('issue_id').notNull(),
    path: text('path').notNull(),
    asset: text('asset'),
    content: text('content'),
    addedAt: integer('added_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.issueId, t.path] })],
);

/** Why a stop may go out all the same. It covers the very problem it was written for and no other. */
export const waivers = sqliteTable(
  'waivers',
  {
    issueId: integer('issue_id').notNull(),
    check: text('check_name').notNull(),
    problem: text('problem').notNull(),
    reason: text('reason').notNull(),
    actor: text('actor').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.issueId, t.check, t.problem] })],
);

/** How a publication is run; one without a row is run by the defaults of `model/customs.ts`. */
export const customs = sqliteTable('customs', {
  publicationId: integer('publication_id').primaryKey(),
  twoPeople: integer('two_people', { mode: 'boolean' }).notNull(),
  graceMinutes: integer('grace_minutes').notNull(),
  missedSlot: text('missed_slot').$type<MissedSlot>().notNull(),
  reminderDays: text('reminder_days', { mode: 'json' }).$type<number[]>().notNull(),
  reminderTo: text('reminder_to', { mode: 'json' }).$type<string[]>().notNull(),
});

/** Reminders of a slot that were written: each once. */
export const reminders = sqliteTable(
  'reminders',
  {
    publicationId: integer('publication_id').notNull(),
    period: text('period').notNull(),
    days: integer('days').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.publicationId, t.period, t.days] })],
);
