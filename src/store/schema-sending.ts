/** The tables of the send path: approvals, slots, sends, deliveries, notices, and what serve knows of Redis and the workers. */
import { sql } from 'drizzle-orm/sql';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { DeliveryState } from '../model/delivery.ts';
import type { Format } from '../model/edition.ts';
import type { NoticeDrawing, NoticeFacts } from '../model/notice.ts';
import type { SendState } from '../model/send.ts';
import { editions, issues, publications } from './schema-content.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });

/** One mailing of one edition. The counts by state are kept in the transactions that move rows; `frozenThrough` is the last reader the freeze has seen. */
export const sends = sqliteTable('sends', {
  id: id(),
  /** `SLUG/NUMBER`, later sends of that issue `+2`, `+3`. */
  name: text('name').notNull().unique(),
  publicationId: integer('publication_id')
    .notNull()
    .references(() => publications.id),
  issueId: integer('issue_id')
    .notNull()
    .references(() => issues.id),
  editionId: integer('edition_id')
    .notNull()
    .references(() => editions.id),
  state: text('state').$type<SendState>().notNull(),
  rehearsal: integer('rehearsal', { mode: 'boolean' }).notNull(),
  /** Checks waived, each with its written reason. */
  waived: text('waived', { mode: 'json' }).$type<Record<string, string>>().notNull(),
  scheduledFor: integer('scheduled_for').notNull(),
  /** The instant whose consent counts: when the send started. */
  asOf: integer('as_of'),
  frozenThrough: integer('frozen_through').notNull(),
  frozen: integer('frozen', { mode: 'boolean' }).notNull(),
  prepared: integer('prepared').notNull(),
  ready: integer('ready').notNull(),
  queued: integer('queued').notNull(),
  accepted: integer('accepted').notNull(),
  deferred: integer('deferred').notNull(),
  refused: integer('refused').notNull(),
  unknown: integer('unknown').notNull(),
  cancelled: integer('cancelled').notNull(),
  bounced: integer('bounced').notNull(),
  complained: integer('complained').notNull(),
  createdAt: integer('created_at').notNull(),
  finishedAt: integer('finished_at'),
  /** When it first drew so many bounces or complaints that it stopped itself. */
  alarmedAt: integer('alarmed_at'),
  /** Whether it goes only to those whom the earlier sends of its issue missed. */
  missed: integer('missed', { mode: 'boolean' }).notNull().default(false),
});

/** The messages of a send as they were first composed, one for each format: settings may change while it goes out, the mail may not. */
export const templates = sqliteTable(
  'templates',
  {
    sendId: integer('send_id').notNull(),
    format: text('format').$type<Format>().notNull(),
    hash: text('hash').notNull(),
    json: text('json').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sendId, t.format] })],
);

/** One send to one reader. `batchId` is the attempt it is, or was last, out in. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    sendId: integer('send_id').notNull(),
    readerId: integer('reader_id').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    batchId: integer('batch_id'),
    attempts: integer('attempts').notNull(),
    /** When a deferred row comes due, or one that is ready and must wait for the pace of its provider. */
    dueAt: integer('due_at'),
    reply: text('reply'),
    changedAt: integer('changed_at').notNull(),
    /** How often it was sent again after nobody knew whether it had arrived. */
    resent: integer('resent').notNull().default(0),
    /** When a person let an unknown be: cancelled, though the mail may have arrived. */
    dismissedAt: integer('dismissed_at'),
    /** Marks beside the state: it came back after it was accepted, or its reader complained. */
    bouncedAt: integer('bounced_at'),
    complainedAt: integer('complained_at'),
    /** When a refusal was judged like any other bounce. */
    heardAt: integer('heard_at'),
    /** What it goes out as, from the freeze on; null for full, which most rows are: a byte instead of six. */
    format: text('format').$type<Exclude<Format, 'full'>>(),
    /** The mailbox provider it goes to (`model/breaker.ts`), as the address was when it was prepared. */
    provider: integer('provider').notNull().default(0),
    /** What its reader was called at the freeze, where the message says so: a resend is byte for byte the same. Forgotten with the reader. */
    name: text('name'),
  },
  (t) => [
    primaryKey({ columns: [t.sendId, t.readerId] }),
    index('deliveries_ready').on(t.sendId, t.readerId).where(sql`state = 'ready' AND due_at IS NULL`),
    index('deliveries_held').on(t.sendId, t.dueAt).where(sql`state = 'ready' AND due_at IS NOT NULL`),
    index('deliveries_due').on(t.sendId, t.dueAt).where(sql`state = 'deferred'`),
    index('deliveries_queued').on(t.batchId).where(sql`state = 'queued'`),
    index('deliveries_unknown').on(t.sendId, t.changedAt).where(sql`state = 'unknown'`),
    index('deliveries_missed')
      .on(t.sendId, t.state, t.readerId)
      .where(sql`state = 'deferred' OR state = 'refused' OR state = 'unknown' OR state = 'cancelled'`),
    index('deliveries_bounced').on(t.sendId, t.readerId).where(sql`bounced_at IS NOT NULL`),
    index('deliveries_refused').on(t.sendId, t.readerId).where(sql`state = 'refused' AND heard_at IS NULL`),
  ],
);

/** A send's deliveries by provider, counted with the rows. What waits is the rest of `prepared`. */
export const tallies = sqliteTable(
  'tallies',
  {
    sendId: integer('send_id').notNull(),
    provider: integer('provider').notNull(),
    prepared: integer('prepared').notNull(),
    accepted: integer('accepted').notNull(),
    deferred: integer('deferred').notNull(),
    refused: integer('refused').notNull(),
    unknown: integer('unknown').notNull(),
    cancelled: integer('cancelled').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sendId, t.provider] })],
);

/** What became of mails in each ten seconds of a send, by provider. `at` is their beginning. */
export const pace = sqliteTable(
  'pace',
  {
    sendId: integer('send_id').notNull(),
    at: integer('at').notNull(),
    provider: integer('provider').notNull(),
    accepted: integer('accepted').notNull(),
    deferred: integer('deferred').notNull(),
    refused: integer('refused').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sendId, t.at, t.provider] })],
);

/** What was approved to go out: a revision of an issue. One that is not the newest any more counts for nothing. */
export const approvals = sqliteTable('approvals', {
  issueId: integer('issue_id')
    .primaryKey()
    .references(() => issues.id),
  revision: integer('revision').notNull(),
  waived: text('waived', { mode: 'json' }).$type<Record<string, string>>().notNull(),
  actor: text('actor').notNull(),
  approvedAt: integer('approved_at').notNull(),
  /** Hash of the edition that was approved; null for approvals older than the desk. */
  edition: text('edition'),
  /** Since when it waits for the monthly slot; null when it does not. */
  slottedAt: integer('slotted_at'),
});

/** Slots that are used up, by publication and month (`2026-12`). `sendId` is null when nothing was approved in time. */
export const slots = sqliteTable(
  'slots',
  {
    publicationId: integer('publication_id')
      .notNull()
      .references(() => publications.id),
    period: text('period').notNull(),
    dueAt: integer('due_at').notNull(),
    sendId: integer('send_id').references(() => sends.id),
    takenAt: integer('taken_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.publicationId, t.period] })],
);

/** Mails Galley writes itself. Facts first, then `drawing`, then `template` (the composed message, the same bytes for ever); its states are those of a delivery. */
export const notices = sqliteTable(
  'notices',
  {
    id: id(),
    publicationId: integer('publication_id')
      .notNull()
      .references(() => publications.id),
    address: text('address').notNull(),
    rehearsal: integer('rehearsal', { mode: 'boolean' }).notNull(),
    facts: text('facts', { mode: 'json' }).$type<NoticeFacts>().notNull(),
    drawing: text('drawing', { mode: 'json' }).$type<NoticeDrawing>(),
    template: text('template'),
    state: text('state').$type<DeliveryState>().notNull(),
    batchId: integer('batch_id'),
    attempts: integer('attempts').notNull(),
    dueAt: integer('due_at'),
    reply: text('reply'),
    resent: integer('resent').notNull(),
    createdAt: integer('created_at').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (t) => [
    index('notices_waiting').on(t.id).where(sql`state IN ('ready', 'deferred')`),
    index('notices_queued').on(t.batchId).where(sql`state = 'queued'`),
    index('notices_unknown').on(t.changedAt).where(sql`state = 'unknown'`),
  ],
);

/** Open batches only: what is handed out and not yet closed. `sendId` is 0 for a batch that carries a notice. */
export const batches = sqliteTable('batches', {
  id: id(),
  sendId: integer('send_id').notNull(),
  epoch: integer('epoch').notNull(),
});

/** Workers that may hold marks. `goneAtBatch` is the first batch id that a vanished worker cannot have begun. */
export const workers = sqliteTable('workers', {
  id: text('id').primaryKey(),
  epoch: integer('epoch').notNull(),
  goneAtBatch: integer('gone_at_batch'),
});

/** One row: which Redis this store vouches for, and which serve runs. */
export const engine = sqliteTable('engine', {
  id: integer('id').primaryKey(),
  epoch: integer('epoch').notNull(),
  epochBegan: integer('epoch_began').notNull(),
  runId: text('run_id').notNull(),
  bootId: text('boot_id').notNull(),
  generation: integer('generation').notNull(),
  /** Random, made with the store: two stores never share a Redis unnoticed. */
  instance: text('instance').notNull(),
  /** Whether the serve that runs, or ran last, sends into the catcher. */
  rehearsal: integer('rehearsal', { mode: 'boolean' }).notNull(),
  /** What workers last said keeps them from the relay; null when nothing does. */
  relayTrouble: text('relay_trouble'),
});
