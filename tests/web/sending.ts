/** A site with a send on its way: readers at several providers, outcomes over half an hour as the engine would have settled them, some put off, some unknown. */
import { applyOutcomes, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import { nextEpoch } from '../../src/store/engine.ts';
import type { Db } from '../../src/store/open.ts';
import { freezeChunk, type Send } from '../../src/store/sends.ts';
import { sampleReaders, t0 } from '../support/store.ts';
import { publish, type Site } from './site.ts';

const domains = [
  'gmail.com',
  'example.org',
  'gmail.com',
  'outlook.com',
  'gmail.com',
  'yahoo.com',
  'hotmail.com',
  'me.com',
  'example.net',
  'proton.me',
  'gmx.de',
];

/** Gives the readers addresses at several providers. */
export function spreadReaders(db: Db): void {
  const ids = db.$client.prepare('SELECT id FROM readers').pluck().all() as number[];
  const name = db.$client.prepare('UPDATE readers SET email = ?, email_key = ? WHERE id = ?');
  for (const id of ids) name.run(`reader${id}@${domains[id % domains.length]}`, `reader${id}@${domains[id % domains.length]}`, id);
}

export interface HalfOut {
  readers?: number;
  /** How many batches of fifty are out and answered. */
  batches?: number;
  rehearsal?: boolean;
}

/** Publishes an issue to so many readers and settles the first batches of it, one for every minute before now. */
export function halfOut(site: Site, { readers = 1200, batches = 16, rehearsal = false }: HalfOut = {}): Send {
  const { db, publication } = site;
  nextEpoch(db, { runId: 'run', bootId: 'boot' }, t0);
  sampleReaders(db, publication.id, readers);
  spreadReaders(db);
  const send = publish(site, { rehearsal });
  const start = site.now() - batches * 60_000;
  db.$client.prepare('UPDATE sends SET as_of = ? WHERE id = ?').run(start, send.id);
  while (freezeChunk(db, send.id, 1000, t0));
  for (let i = 0; i < batches; i += 1) settleBatch(site, send, start + i * 60_000 + 15_000);
  return send;
}

/** Hands out fifty mails and answers them: most are taken, Microsoft puts off, a few are refused, one is begun and never answered. */
export function settleBatch({ db }: Pick<Site, 'db'>, send: Send, at: number): void {
  const { batch } = claimBatch(db, send.id, 50, at);
  if (batch === undefined) return;
  const out = db.$client
    .prepare(
      "SELECT d.reader_id AS reader, r.email FROM deliveries d JOIN readers r ON r.id = d.reader_id WHERE batch_id = ? AND state = 'queued'",
    )
    .all(batch) as { reader: number; email: string }[];
  const told = out.slice(1).map(({ reader, email }) => {
    const [kind, reply] =
      email.endsWith('outlook.com') && reader % 3 === 0
        ? (['deferred', '451 4.7.0 Temporarily deferred'] as const)
        : reader % 97 === 0
          ? (['refused', '550 5.1.1 No such user here'] as const)
          : (['accepted', '250 OK'] as const);
    return { send: send.id, batch, reader, kind, reply };
  });
  applyOutcomes(db, told, at);
  const last = out[0]?.reader ?? 0;
  if (last % 5 === 0) closeBatch(db, batch, new Set([last]), at);
  else applyOutcomes(db, [{ send: send.id, batch, reader: last, kind: 'accepted', reply: '250 OK' }], at);
  db.$client.prepare('DELETE FROM batches WHERE id = ?').run(batch);
}
