/** The tables as Drizzle knows them. The SQL in `migrations/` is the truth (STRICT, WITHOUT ROWID); a test holds the two together. Times are UTC in milliseconds. */

import { sql } from 'drizzle-orm/sql';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { SubscriptionState } from '../model/consent.ts';
import type { DeliveryState } from '../model/delivery.ts';
import type { Format } from '../model/edition.ts';
import type { IssueTree } from '../model/issue.ts';
import type { SendState } from '../model/send.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });

export const publications = sqliteTable('publications', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  fromAddress: text('from_address').notNull(),
  replyTo: text('reply_to'),
  language: text('language').notNull(),
  zone: text('zone').notNull(),
  postalAddress: text('postal_address').notNull(),
  slot: text('slot'),
  createdAt: integer('created_at').notNull(),
});

export const issues = sqliteTable(
  'issues',
  {
    id: id(),
    publicationId: integer('publication_id')
      .notNull()
      .references(() => publications.id),
    number: text('number').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('issues_number').on(t.publicationId, t.number)],
);

/** Every save of an issue. `hash` is the SHA-256 in hex of the stored tree; `source` the text it was read from. */
export const revisions = sqliteTable(
  'revisions',
  {
    id: id(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id),
    revision: integer('revision').notNull(),
    tree: text('tree', { mode: 'json' }).$type<IssueTree>().notNull(),
    source: text('source').notNull(),
    /** Findings of severity `stop`: what keeps the issue from a relay until waived. */
    stops: text('stops', { mode: 'json' }).$type<{ check: string; line: number; problem: string }[]>().notNull(),
    hash: text('hash').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [uniqueIndex('revisions_revision').on(t.issueId, t.revision)],
);

/** Pictures by what they are: `name` is `HASH.EXT`, the hash that of `bytes`. */
export const assets = sqliteTable('assets', {
  name: text('name').primaryKey(),
  type: text('type').notNull(),
  width: integer('width').notNull(),
  height: integer('height').notNull(),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
});

/** The frozen rendering of one revision. `hash` is the SHA-256 in hex over the mail parts, the page and the PDF. */
export const editions = sqliteTable(
  'editions',
  {
    id: id(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id),
    revision: integer('revision').notNull(),
    language: text('language').notNull(),
    format: text('format').$type<Format>().notNull(),
    hash: text('hash').notNull(),
    subject: text('subject').notNull(),
    email: text('email').notNull(),
    plainText: text('plain_text').notNull(),
    page: text('page').notNull(),
    pdf: blob('pdf', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
    /** SHA-256 in hex over the masthead it was drawn for: names, addresses, BASE_URL. */
    masthead: text('masthead').notNull(),
  },
  (t) => [uniqueIndex('editions_key').on(t.issueId, t.revision, t.language, t.format, t.masthead)],
);

/** People. `emailKey` is what makes an address the same address (see `model/address.ts`). */
export const readers = sqliteTable('readers', {
  id: id(),
  email: text('email').notNull(),
  emailKey: text('email_key').notNull().unique(),
  name: text('name'),
  language: text('language'),
  attributes: text('attributes', { mode: 'json' }).$type<Record<string, string>>(),
  importId: integer('import_id'),
  createdAt: integer('created_at').notNull(),
});

/** Consent of one reader to one publication, as it stands. `before` is the state left from, for an undo. */
export const subscriptions = sqliteTable(
  'subscriptions',
  {
    publicationId: integer('publication_id')
      .notNull()
      .references(() => publications.id),
    readerId: integer('reader_id')
      .notNull()
      .references(() => readers.id),
    state: text('state').$type<SubscriptionState>().notNull(),
    before: text('before').$type<SubscriptionState>(),
    changedAt: integer('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.publicationId, t.readerId] })],
);

/** What happened to consent, append-only. An import's words and file stand once, in `imports`. */
export const consents = sqliteTable(
  'consents',
  {
    id: id(),
    publicationId: integer('publication_id').notNull(),
    readerId: integer('reader_id').notNull(),
    event: text('event').$type<'import' | 'leave' | 'undo'>().notNull(),
    /** How it came: `one-click`, `page`, `import`. */
    way: text('way').notNull(),
    importId: integer('import_id'),
    sendId: integer('send_id'),
    at: integer('at').notNull(),
  },
  (t) => [index('consents_reader').on(t.readerId)],
);

/** One run of `galley import`. `progress` is the last staged row merged, so that a merge cut short goes on or is taken back. */
export const imports = sqliteTable('imports', {
  id: id(),
  publicationId: integer('publication_id')
    .notNull()
    .references(() => publications.id),
  file: text('file').notNull(),
  /** The words readers agreed to, as the person importing them states. */
  consent: text('consent').notNull(),
  state: text('state').$type<'staging' | 'merging' | 'done' | 'taken-back' | 'cut-short'>().notNull(),
  /** Path of the staging file relative to DATA_DIR while it is needed. */
  staging: text('staging'),
  progress: integer('progress').notNull(),
  added: integer('added').notNull(),
  subscribed: integer('subscribed').notNull(),
  unchanged: integer('unchanged').notNull(),
  departed: integer('departed').notNull(),
  suppressed: integer('suppressed').notNull(),
  duplicate: integer('duplicate').notNull(),
  rejected: integer('rejected').notNull(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at'),
});

/** Addresses that must not be mailed, as keyed hashes. `publicationId` 0 means all of them. */
export const suppressions = sqliteTable(
  'suppressions',
  {
    hash: blob('hash', { mode: 'buffer' }).notNull(),
    publicationId: integer('publication_id').notNull(),
    reason: text('reason').notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hash, t.publicationId] })],
);

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
});

/** The message of a send as it was first composed: settings may change while it goes out, the mail may not. */
export const templates = sqliteTable('templates', {
  sendId: integer('send_id').primaryKey(),
  hash: text('hash').notNull(),
  json: text('json').notNull(),
});

/** One send to one reader. `batchId` is the attempt it is, or was last, out in. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    sendId: integer('send_id').notNull(),
    readerId: integer('reader_id').notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    batchId: integer('batch_id'),
    attempts: integer('attempts').notNull(),
    dueAt: integer('due_at'),
    reply: text('reply'),
    changedAt: integer('changed_at').notNull(),
    /** How often it was sent again after nobody knew whether it had arrived. */
    resent: integer('resent').notNull().default(0),
    /** When a person let an unknown be: cancelled, though the mail may have arrived. */
    dismissedAt: integer('dismissed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.sendId, t.readerId] }),
    index('deliveries_ready').on(t.sendId, t.readerId).where(sql`state = 'ready'`),
    index('deliveries_due').on(t.sendId, t.dueAt).where(sql`state = 'deferred'`),
    index('deliveries_queued').on(t.batchId).where(sql`state = 'queued'`),
    index('deliveries_unknown').on(t.sendId, t.changedAt).where(sql`state = 'unknown'`),
  ],
);

/** Open batches only: what is handed out and not yet closed. */
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

/** The key ring, each key wrapped with SECRET_KEY. `number` is what a token names. */
export const keys = sqliteTable(
  'keys',
  {
    purpose: text('purpose').notNull(),
    number: integer('number').notNull(),
    wrapped: blob('wrapped', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.purpose, t.number] })],
);

/** Who did what, by number and never by address. */
export const audit = sqliteTable('audit', {
  id: id(),
  at: integer('at').notNull(),
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  detail: text('detail'),
});
