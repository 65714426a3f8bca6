/** The tables of measuring: the links of an edition, and counts of issues. Neither names a reader, an address, a program or a network. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { editions, issues } from './schema-content.ts';

/** Where the short addresses of an edition lead. `key` is a hash of `url`, `place` the link's in the text. */
export const links = sqliteTable(
  'links',
  {
    editionId: integer('edition_id')
      .notNull()
      .references(() => editions.id),
    key: text('key').notNull(),
    place: integer('place').notNull(),
    url: text('url').notNull(),
    words: text('words').notNull(),
  },
  (t) => [primaryKey({ columns: [t.editionId, t.key] })],
);

/** How often a link of an issue (`what` is its key) was followed, or its PDF (`pdf`) fetched, on a day of the publication's zone. */
export const counts = sqliteTable(
  'counts',
  {
    issueId: integer('issue_id')
      .notNull()
      .references(() => issues.id),
    what: text('what').notNull(),
    day: text('day').notNull(),
    times: integer('times').notNull(),
  },
  (t) => [primaryKey({ columns: [t.issueId, t.what, t.day] })],
);
