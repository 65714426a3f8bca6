/** A Galley with a send that is due, for flows that watch it go out: the command line in a folder of its own, and its store as the test sees it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { type Galley, openGalley } from './galley.ts';
import { samplePublication, sampleSend } from './store.ts';

/** A send to `r1@example.com` … that is due; `env` are the settings of whoever sends. */
export function openDueSend(readers: number, env: Record<string, string>): { galley: Galley & AsyncDisposable; db: Db; id: number } {
  const galley = openGalley(env);
  mkdirSync(join(galley.folder, 'data'));
  const db = openStore(join(galley.folder, 'data', 'galley.db'));
  onTestFinished(() => closeStore(db));
  const publication = samplePublication(db);
  db.$client.exec(`
    INSERT INTO readers (email, email_key, created_at)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${readers}) SELECT 'r' || i || '@example.com', 'r' || i || '@example.com', 0 FROM n;
    INSERT INTO subscriptions (publication_id, reader_id, state, changed_at) SELECT ${publication.id}, id, 'active', 0 FROM readers;`);
  const { id } = sampleSend(db, publication);
  db.$client.exec('UPDATE sends SET scheduled_for = unixepoch() * 1000');
  return { galley, db, id };
}
