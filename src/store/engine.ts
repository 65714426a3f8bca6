/** What this store knows of Redis and of the workers: epochs, open batches, who may hold marks (DELIVERY protocol, sections 1 and 3). */
import { and, eq, inArray, isNull, lt, ne, sql } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { batches, engine, sends, workers } from './schema.ts';
import { once } from './statement.ts';

export type Engine = Omit<typeof engine.$inferSelect, 'id'>;
export type OpenBatch = typeof batches.$inferSelect;

const row = (db: Db) => db.select().from(engine).prepare();

export function readEngine(db: Db): Engine {
  const found = once(db, row).get();
  if (found === undefined) throw new Error('the store has no engine row');
  return found;
}

/** A serve starts: its generation is one no earlier serve had. `rehearsal`: it sends into the catcher. */
export function nextGeneration(db: Db, rehearsal: boolean): Engine {
  db.update(engine)
    .set({ generation: sql`${engine.generation} + 1`, rehearsal })
    .run();
  return readEngine(db);
}

/** Redis lost something: all open batches are of older epochs from here on. */
export function nextEpoch(db: Db, redis: { runId: string; bootId: string }, now: number): Engine {
  db.update(engine)
    .set({ ...redis, epoch: sql`${engine.epoch} + 1`, epochBegan: now })
    .run();
  return readEngine(db);
}

/** The same epoch goes on in a Redis that was restarted and kept everything. */
export function believeRestart(db: Db, redis: { runId: string; bootId: string }): Engine {
  db.update(engine).set(redis).run();
  return readEngine(db);
}

/** Keeps what keeps workers from the relay, for whoever asks how a send goes; written only when it changed. */
export function noteRelayTrouble(db: Db, trouble: string | null): void {
  db.update(engine).set({ relayTrouble: trouble }).where(sql`${engine.relayTrouble} IS NOT ${trouble}`).run();
}

export function openBatches(db: Db): OpenBatch[] {
  return db.select().from(batches).orderBy(batches.id).all();
}

/** Open batches of an epoch whose sends are paused or cancelled: what is still out of them must come back. */
export function batchesToRecall(db: Db, epoch: number): OpenBatch[] {
  return db
    .select({ id: batches.id, sendId: batches.sendId, epoch: batches.epoch })
    .from(batches)
    .innerJoin(sends, eq(sends.id, batches.sendId))
    .where(and(inArray(sends.state, ['paused', 'cancelled']), eq(batches.epoch, epoch)))
    .orderBy(batches.id)
    .all();
}

export function findBatch(db: Db, id: number): OpenBatch | undefined {
  return db.select().from(batches).where(eq(batches.id, id)).get();
}

/** Notes a worker before it gets its lease: whoever may ever hold a mark is known here first. */
export function registerWorker(db: Db, id: string, epoch: number): void {
  db.insert(workers)
    .values({ id, epoch })
    .onConflictDoUpdate({ target: workers.id, set: { epoch, goneAtBatch: null } })
    .run();
}

export function forgetWorker(db: Db, id: string): void {
  db.delete(workers).where(eq(workers.id, id)).run();
}

/** Workers that have not said hello in this epoch. */
export function silentWorkers(db: Db, epoch: number): string[] {
  return db
    .select({ id: workers.id })
    .from(workers)
    .where(ne(workers.epoch, epoch))
    .all()
    .map((row) => row.id);
}

export function presentWorkers(db: Db): string[] {
  return db
    .select({ id: workers.id })
    .from(workers)
    .where(isNull(workers.goneAtBatch))
    .all()
    .map((row) => row.id);
}

/** A worker's lease was seen absent: it cannot have begun anything in a batch made from now on. */
export function noteWorkerGone(db: Db, id: string): void {
  const next = sql`(SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'batches')`;
  db.update(workers)
    .set({ goneAtBatch: next })
    .where(and(eq(workers.id, id), isNull(workers.goneAtBatch)))
    .run();
}

/** Forgets gone workers once every batch they may have begun something in is closed. */
export function retireGoneWorkers(db: Db): void {
  const lowest = sql`(SELECT coalesce(min(id), ${Number.MAX_SAFE_INTEGER}) FROM batches)`;
  db.delete(workers)
    .where(lt(workers.goneAtBatch, sql`${lowest} + 1`))
    .run();
}
