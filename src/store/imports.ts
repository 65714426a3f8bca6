/** Imports: one row each, kept in step with the readers that its transactions write. */
import { desc, eq, inArray } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { imports, publications } from './schema.ts';
import { inTransaction } from './statement.ts';

export type Import = typeof imports.$inferSelect;

/** Notes that an import begins. `staging` says where its file is, relative to DATA_DIR. */
export function beginImport(
  db: Db,
  values: { publicationId: number; file: string; consent: string; startedAt: number },
  stagingPath: (id: number) => string,
): Import & { staging: string } {
  const zero = { progress: 0, added: 0, subscribed: 0, unchanged: 0, departed: 0, suppressed: 0, duplicate: 0, rejected: 0 };
  return inTransaction(db, () => {
    const { id } = db
      .insert(imports)
      .values({ ...values, ...zero, state: 'staging' })
      .returning({ id: imports.id })
      .get();
    const staging = stagingPath(id);
    return { ...db.update(imports).set({ staging }).where(eq(imports.id, id)).returning().get(), staging };
  });
}

export function publicationExists(db: Db, id: number): boolean {
  return db.select({ id: publications.id }).from(publications).where(eq(publications.id, id)).get() !== undefined;
}

export function readImport(db: Db, id: number): Import {
  const row = db.select().from(imports).where(eq(imports.id, id)).get();
  if (row === undefined) throw new Error(`import ${id} has no row`);
  return row;
}

/** Imports that are being taken back. */
export function importsUndone(db: Db): Import[] {
  return db.select().from(imports).where(eq(imports.state, 'undoing')).orderBy(imports.id).all();
}

export function findImport(db: Db, id: number): Import | undefined {
  return db.select().from(imports).where(eq(imports.id, id)).get();
}

/** The newest first. */
export function listImports(db: Db, limit: number): Import[] {
  return db.select().from(imports).orderBy(desc(imports.id)).limit(limit).all();
}

/** Imports that were begun and not ended: under way, or cut short. */
export function unfinishedImports(db: Db): Import[] {
  return db
    .select()
    .from(imports)
    .where(inArray(imports.state, ['staging', 'merging']))
    .orderBy(imports.id)
    .all();
}

/** From here on the import will be finished, however often it is cut short: its staging file is complete and on disk. */
export function beginMerge(db: Db, id: number, counts: { duplicate: number; rejected: number }): void {
  db.update(imports)
    .set({ ...counts, state: 'merging' })
    .where(eq(imports.id, id))
    .run();
}

/** Ends an import. `taken-back`: no reader was touched. `cut-short`: the staging file vanished; what was merged stands. */
export function endImport(db: Db, id: number, state: 'done' | 'taken-back' | 'cut-short', now: number): void {
  db.update(imports).set({ state, staging: null, finishedAt: now }).where(eq(imports.id, id)).run();
}
