/** Publications by their slug and number. */
import { and, eq, isNull, sql } from 'drizzle-orm/sql';
import { AppError } from '../errors.ts';
import type { Measure } from '../model/measure.ts';
import type { Db } from './open.ts';
import { publications } from './schema.ts';
import { once } from './statement.ts';

export type Publication = typeof publications.$inferSelect;

/** What may be changed of a publication: not its slug, which stands in addresses and headers that live for years. */
export type PublicationChanges = Partial<Omit<Publication, 'id' | 'slug' | 'createdAt'>>;

/** What a publication has without being told. */
type OwnDefault = 'brand' | 'welcome' | 'measure' | 'measureSince' | 'pdf';

/** Adds a publication. Error when its slug is taken. */
export function addPublication(db: Db, values: Omit<Publication, 'id' | OwnDefault> & Partial<Pick<Publication, OwnDefault>>): Publication {
  const added = db.insert(publications).values(values).onConflictDoNothing().returning().get();
  if (added === undefined)
    throw new AppError('publication.taken', `There is a publication "${values.slug}" already: choose another slug`, { status: 409 });
  return added;
}

/** Changes what is given and leaves the rest. Returns the publication as it is then. */
export function changePublication(db: Db, id: number, changes: PublicationChanges): Publication {
  return db.update(publications).set(changes).where(eq(publications.id, id)).returning().get();
}

/** Answers whether a publication measures, unless somebody has answered before: false then. */
export function answerMeasure(db: Db, id: number, measure: Measure, now: number): boolean {
  const unanswered = and(eq(publications.id, id), isNull(publications.measure));
  return db.update(publications).set({ measure, measureSince: now }).where(unanswered).run().changes === 1;
}

/** Publications of which nobody has said yet whether they measure. */
export function publicationsUnanswered(db: Db): Publication[] {
  return db.select().from(publications).where(isNull(publications.measure)).orderBy(publications.id).all();
}

const bySlug = (db: Db) =>
  db
    .select()
    .from(publications)
    .where(eq(publications.slug, sql.placeholder('slug')))
    .prepare();

export function findPublication(db: Db, slug: string): Publication | undefined {
  return once(db, bySlug).get({ slug });
}

const byId = (db: Db) =>
  db
    .select()
    .from(publications)
    .where(eq(publications.id, sql.placeholder('id')))
    .prepare();

export function findPublicationById(db: Db, id: number): Publication | undefined {
  return once(db, byId).get({ id });
}

const all = (db: Db) => db.select().from(publications).orderBy(publications.id).prepare();

export function listPublications(db: Db): Publication[] {
  return once(db, all).all();
}

/** The zone in which times are read and shown that belong to no publication alone: that of all publications, else UTC. */
export function commonZone(db: Db, publications: readonly Pick<Publication, 'zone'>[] = listPublications(db)): string {
  const zones = new Set(publications.map(({ zone }) => zone));
  return zones.size === 1 ? ([...zones][0] ?? 'UTC') : 'UTC';
}

export function getPublicationById(db: Db, id: number): Publication {
  const found = findPublicationById(db, id);
  if (found === undefined) throw new Error(`publication ${id} is missing from the store`);
  return found;
}

/** The publication with that slug; the error names those there are. */
export function getPublication(db: Db, slug: string): Publication {
  const found = findPublication(db, slug);
  if (found !== undefined) return found;
  const known = listPublications(db).map((publication) => publication.slug);
  const remedy = known.length > 0 ? `there is ${known.join(', ')}` : 'add it with: galley publication add SLUG --name NAME --from ADDRESS';
  throw new AppError('publication.not_found', `No publication "${slug}": ${remedy}`, { status: 404 });
}
