/** Editions: frozen renderings, made once per revision, language and format. */
import { and, eq } from 'drizzle-orm/sql';
import type { CountedLink } from '../model/measure.ts';
import { keepLinks } from './links.ts';
import type { Db } from './open.ts';
import { editions } from './schema.ts';
import { inTransaction } from './statement.ts';

export type Edition = typeof editions.$inferSelect;
export type EditionKey = Pick<Edition, 'issueId' | 'revision' | 'language' | 'format' | 'masthead'>;

export function findEdition(db: Db, { issueId, revision, language, format, masthead }: EditionKey): Edition | undefined {
  const key = [
    eq(editions.issueId, issueId),
    eq(editions.revision, revision),
    eq(editions.language, language),
    eq(editions.format, format),
  ];
  return db
    .select()
    .from(editions)
    .where(and(...key, eq(editions.masthead, masthead)))
    .get();
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
