/** Prepared statements, kept per connection: for the few queries that run a million times. Everything else goes through Drizzle. */
import type { Statement } from 'better-sqlite3';
import type { Db } from './open.ts';

const prepared = new WeakMap<Db, Map<string, Statement>>();

/** The statement for `text` on this store, prepared once. */
export function statement(db: Db, text: string): Statement {
  const known = prepared.get(db) ?? new Map<string, Statement>();
  prepared.set(db, known);
  const found = known.get(text) ?? db.$client.prepare(text);
  known.set(text, found);
  return found;
}

const built = new WeakMap<Db, Map<unknown, unknown>>();

/** The query that `build` makes on this store, made once: putting a Drizzle query together takes longer than a small one runs. */
export function once<T>(db: Db, build: (db: Db) => T): T {
  const known = built.get(db) ?? new Map<unknown, unknown>();
  built.set(db, known);
  const found = (known.get(build) as T | undefined) ?? build(db);
  known.set(build, found);
  return found;
}

/** Runs `work` in a transaction that takes the write lock at once, so that what it reads cannot change under it. */
export function inTransaction<T>(db: Db, work: () => T): T {
  return db.$client.transaction(work).immediate();
}

const takenBack = Symbol('taken back');

/** Runs `work` in a transaction and takes all it wrote back again: what would come of it, without its coming. */
export function tryOut<T>(db: Db, work: () => T): T {
  let result: { value: T } | undefined;
  try {
    inTransaction(db, () => {
      result = { value: work() };
      throw takenBack;
    });
  } catch (error) {
    if (error !== takenBack || result === undefined) throw error;
  }
  return (result as { value: T }).value;
}
