/** The tables of what readers ask for and say: requests, words of consent, reasons for leaving. */
import { sql } from 'drizzle-orm/sql';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RequestKind, RequestState } from '../model/request.ts';
import { consents } from './schema-content.ts';

const id = () => integer('id').primaryKey({ autoIncrement: true });

/** Words that readers agreed to, each once, by the SHA-256 of language and text. */
export const consentTexts = sqliteTable('consent_texts', {
  hash: text('hash').primaryKey(),
  language: text('language').notNull(),
  text: text('text').notNull(),
});

/** Why somebody left, if they cared to say: by the event of leaving. */
export const reasons = sqliteTable('reasons', {
  consentId: integer('consent_id')
    .primaryKey()
    .references(() => consents.id),
  text: text('text').notNull(),
  at: integer('at').notNull(),
});

/**
 * What somebody asked for and the owner of the address must say yes to. A request names a person only until it is used or forgotten, after some days;
 * what it did stands in `consents`.
 */
export const requests = sqliteTable(
  'requests',
  {
    id: id(),
    publicationId: integer('publication_id').notNull(),
    kind: text('kind').$type<RequestKind>().notNull(),
    state: text('state').$type<RequestState>().notNull(),
    /** Whose data it is about; null for `subscribe`. */
    readerId: integer('reader_id'),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    domain: text('domain').notNull(),
    name: text('name'),
    language: text('language').notNull(),
    way: text('way').notNull(),
    textHash: text('text_hash'),
    page: text('page'),
    network: text('network').notNull(),
    noticeId: integer('notice_id'),
    askedAt: integer('asked_at').notNull(),
    writtenAt: integer('written_at'),
    usedAt: integer('used_at'),
    /** Of a `pdf` request: which issue. */
    issueId: integer('issue_id'),
  },
  (t) => [
    index('requests_waiting').on(t.id).where(sql`state = 'waiting'`),
    index('requests_network').on(t.network, t.askedAt),
    index('requests_written').on(t.writtenAt),
    index('requests_address').on(t.emailKey, t.writtenAt),
    index('requests_asked').on(t.askedAt),
  ],
);

/** Names to find readers by, from each of their words on (`model/name-key.ts`). */
export const readerNames = sqliteTable('reader_names', { key: text('key').notNull(), readerId: integer('reader_id').notNull() }, (t) => [
  primaryKey({ columns: [t.key, t.readerId] }),
]);

/** One row: the last reader whose name is among them. */
export const readerNamesTaken = sqliteTable('reader_names_taken', {
  id: integer('id').primaryKey(),
  through: integer('through').notNull(),
});
