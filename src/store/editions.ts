/** Editions: frozen renderings, made once per revision, language and format. */
import { and, eq, sql } from 'drizzle-orm/sql';
import type { CountedLink } from '../model/measure.ts';
import { keepLinks } from './links.ts';
import type { Db } from './open.ts';
import { editions } from './schema.ts';
import { inTransaction, once, statement } from './statement.ts';

export type Edition = typeof editions.$inferSelect;
export type EditionKey = Pick<Edition, 'issueId' | 'revision' | 'language' | 'format' | 'masthead'>;

const byKey = (db: Db) => {
  const key = (['issueId', 'revision', 'language', 'format', 'masthead'] as const).map((name) => eq(editions[name], sql.placeholder(name)));
  return db
    .select()
    .from(editions)
    .where(and(...key))
    .prepare();
};

export function findEdition(db: Db, { issueId, revision, language, format, masthead }: EditionKey): Edition | undefined {
  return once(db, byKey).get({ issueId, revision, language, format, masthead });
}

export function getEdition(db: Db, id: number): Edition {
  const found = db.select().from(editions).where(eq(editions.id, id)).get();
  if (found === undefined) throw new Error(`edition ${id} is missing from the store`);
  return found;
}

/** Keeps an edition with its counted links; when another process froze the same one first, that one stands. */
export function saveEdition(db: Db, values: Omit<Edition, 'id'>, links: readonly CountedLink[] = []): Edition {
  return inTransaction(db, () => {
    db.insert(editions).values(values).onConflictDoNothing().run();
    const saved = findEdition(db, values);
    if (saved === undefined) throw new Error('an edition just saved is gone');
    keepLinks(db, saved.id, links);
    return saved;
  });
}

/** Forgets the editions of an issue's revisions before this one that no send was ever made of: proofs that somebody looked at, of texts that were changed since. */
export function dropProofs(db: Db, { issueId, revision }: Pick<EditionKey, 'issueId' | 'revision'>): void {
  const sent = `SELECT 1 FROM sends s JOIN editions f ON f.id = s.edition_id
    WHERE (f.issue_id, f.revision, f.language, f.masthead) = (e.issue_id, e.revision, e.language, e.masthead)`;
  const which = `SELECT e.id FROM editions e WHERE e.issue_id = ? AND e.revision < ? AND NOT EXISTS (${sent})`;
  inTransaction(db, () => {
    for (const text of [`DELETE FROM links WHERE edition_id IN (${which})`, `DELETE FROM editions WHERE id IN (${which})`])
      statement(db, text).run(issueId, revision);
  });
}
