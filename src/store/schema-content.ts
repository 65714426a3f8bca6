/** The tables of publications, issues and readers, and those of no room of their own. */

import { sql } from 'drizzle-orm/sql';
import { blob, customType, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { BrandChoices } from '../model/brand.ts';
import type { ConsentEvent, SubscriptionState } from '../model/consent.ts';
import type { Point } from '../model/customs.ts';
import type { DrawnFormat, Format, PdfChoice } from '../model/edition.ts';
import type { IssueTree } from '../model/issue.ts';
import { readTree } from '../model/issue-schema.ts';
import type { Measure } from '../model/measure.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });

/** An issue tree as JSON. Whatever format it was stored in, it is read in the newest; checked both ways: `readTree` says how. */
const issueTree = customType<{ data: IssueTree; driverData: string }>({
  dataType: () => 'text',
  toDriver: (tree) => JSON.stringify(readTree(tree)),
  fromDriver: (json) => readTree(JSON.parse(json)),
});

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
  /** Null for Galley's own look. */
  brand: text('brand', { mode: 'json' }).$type<BrandChoices>(),
  /** Whether who has just joined gets a welcome with the latest issue. */
  welcome: integer('welcome', { mode: 'boolean' }).notNull().default(false),
  /** Whether links and downloads are counted; null until somebody has said, which counts as `off`. */
  measure: text('measure').$type<Measure>(),
  /** When that was answered last. */
  measureSince: integer('measure_since'),
  /** Who may have the full issue as PDF. */
  pdf: text('pdf').$type<PdfChoice>().notNull().default('public'),
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
    /** When it was taken off the web; null for nearly all. */
    withdrawnAt: integer('withdrawn_at'),
  },
  (t) => [uniqueIndex('issues_number').on(t.publicationId, t.number)],
);

/**
 * The text of an issue as it was saved, read or not: what one person types within five minutes is one row (`saves` counts), unless something was done with it.
 * `tree` is what was read from `source`, null while nothing could be; `hash` the SHA-256 in hex of the tree, else empty.
 */
export const revisions = sqliteTable(
  'revisions',
  {
    id: id(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id),
    revision: integer('revision').notNull(),
    saves: integer('saves').notNull().default(1),
    tree: issueTree('tree'),
    source: text('source').notNull(),
    /** Findings of severity `stop`: what keeps the issue from a relay until waived. */
    stops: text('stops', { mode: 'json' }).$type<{ check: string; line: number; problem: string }[]>().notNull(),
    /** How many findings keep it from being read; null while nobody has looked. */
    errors: integer('errors'),
    hash: text('hash').notNull(),
    /** Who wrote it, as the audit names people. */
    actor: text('actor').notNull(),
    points: text('points', { mode: 'json' }).$type<Point[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    changedAt: integer('changed_at').notNull(),
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

/** The frozen rendering of one revision in one format. `hash` is the SHA-256 in hex over the mail parts, the page and the PDF; the light one leaves its PDF to the full one. */
export const editions = sqliteTable(
  'editions',
  {
    id: id(),
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id),
    revision: integer('revision').notNull(),
    language: text('language').notNull(),
    format: text('format').$type<DrawnFormat>().notNull(),
    hash: text('hash').notNull(),
    subject: text('subject').notNull(),
    email: text('email').notNull(),
    plainText: text('plain_text').notNull(),
    page: text('page').notNull(),
    pdf: blob('pdf', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
    /** SHA-256 in hex over the masthead it was drawn for: names, addresses, BASE_URL, brand. */
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
    /** When a pause ends by itself. */
    pausedUntil: integer('paused_until'),
    /** What the reader chose to get, from the next send on. */
    format: text('format').$type<Format>().notNull().default('full'),
  },
  (t) => [
    primaryKey({ columns: [t.publicationId, t.readerId] }),
    index('subscriptions_state').on(t.publicationId, t.state, t.readerId),
    index('subscriptions_paused').on(t.publicationId, t.pausedUntil).where(sql`state = 'paused'`),
  ],
);

/** How many readers of a publication are in each state; kept by triggers, see the migration that made them. */
export const standings = sqliteTable(
  'standings',
  {
    publicationId: integer('publication_id').notNull(),
    state: text('state').$type<SubscriptionState>().notNull(),
    readers: integer('readers').notNull(),
  },
  (t) => [primaryKey({ columns: [t.publicationId, t.state] })],
);

/** What happened to consent, append-only. An import's words and file stand once, in `imports`. */
export const consents = sqliteTable(
  'consents',
  {
    id: id(),
    publicationId: integer('publication_id').notNull(),
    readerId: integer('reader_id').notNull(),
    event: text('event').$type<ConsentEvent>().notNull(),
    /** How it came: `one-click`, `page`, `api`, `own`, `import`, `mail`, `complaint`, `bounce`, `person`. */
    way: text('way').notNull(),
    importId: integer('import_id'),
    sendId: integer('send_id'),
    at: integer('at').notNull(),
    /** The event of `feedback` that caused it. */
    feedbackId: integer('feedback_id'),
    /** The words that were agreed to, in `consent_texts`. */
    textHash: text('text_hash'),
    /** The page on which it was asked, and the network it came from (/24, /48); gone with the reader. */
    page: text('page'),
    network: text('network'),
    /** Of a pause: when it ends. */
    until: integer('until'),
  },
  (t) => [
    index('consents_reader').on(t.readerId),
    index('consents_leaves').on(t.publicationId, t.sendId, t.way).where(sql`event = 'leave'`),
  ],
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
  state: text('state').$type<'staging' | 'merging' | 'done' | 'taken-back' | 'cut-short' | 'undoing' | 'undone'>().notNull(),
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
  /** Of an undo: the last event of consent seen, and how many readers it took back and how many it left alone. */
  undoThrough: integer('undo_through'),
  undone: integer('undone').notNull().default(0),
  kept: integer('kept').notNull().default(0),
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
export const audit = sqliteTable(
  'audit',
  {
    id: id(),
    at: integer('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: text('detail'),
  },
  (t) => [index('audit_subject').on(t.subject, t.id)],
);
