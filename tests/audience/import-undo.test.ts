/** Taking an import back: whom it takes along, whom it leaves alone, and that it may be cut short anywhere. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { importReaders, resumeImports } from '../../src/audience/import.ts';
import { beginUndo, goOnUndoing } from '../../src/audience/import-undo.ts';
import { undoImportStep } from '../../src/store/import-undo.ts';
import { readImport } from '../../src/store/imports.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import { addPublication } from '../../src/store/publications.ts';
import { findReaderByKey } from '../../src/store/readers.ts';
import { freezeChunk, startSend } from '../../src/store/sends.ts';
import { consentHistory, moveReader } from '../../src/store/subscriptions.ts';
import { samplePublication, sampleSend, t0 } from '../support/store.ts';

async function imported(count: number) {
  const dataDir = await mkdtemp(join(tmpdir(), 'galley-test-undo-'));
  const db = openStore(join(dataDir, 'galley.db'));
  onTestFinished(async () => {
    closeStore(db);
    await rm(dataDir, { recursive: true, force: true });
  });
  const publication = samplePublication(db);
  const deps = { db, dataDir, suppressionKey: new Uint8Array(32).fill(7), now: () => t0 };
  const file = join(dataDir, 'list.csv');
  const load = (lines: string[], to = publication) => {
    writeFileSync(file, ['email,name', ...lines].join('\n'));
    return importReaders(deps, { file, publication: to, consent: 'Signed up on paper' });
  };
  const lines = Array.from({ length: count }, (_, i) => `r${String(i + 1).padStart(5, '0')}@example.com,Reader ${i + 1}`);
  const report = await load(lines);
  return { db, publication, deps, load, lines, id: report.importId ?? 0 };
}

const reader = (db: Db, number: number) => findReaderByKey(db, `r${String(number).padStart(5, '0')}@example.com`);
const standing = (db: Db, id: number) => consentHistory(db, id).held.map(({ subscription }) => subscription.state);

test('whom nothing was sent is forgotten and not barred: the same list can be imported again', async () => {
  const { db, deps, load, lines, id } = await imported(450);
  expect(beginUndo(deps, id, 'person 1')).toBe(true);
  await goOnUndoing(deps);
  expect(readImport(db, id)).toMatchObject({ state: 'undone', undone: 450, kept: 0 });
  expect(db.$client.prepare("SELECT count(*) FROM readers WHERE email <> '' OR name IS NOT NULL").pluck().get()).toBe(0);
  expect(db.$client.prepare('SELECT count(*) FROM subscriptions').pluck().get()).toBe(0);
  expect(db.$client.prepare('SELECT count(*) FROM suppressions').pluck().get()).toBe(0);
  expect(consentHistory(db, 1).events.map(({ consent }) => `${consent.event} ${consent.way}`)).toEqual([
    'import import',
    'leave import-undo',
  ]);
  expect(await load(lines)).toMatchObject({ added: 450, departed: 0, suppressed: 0 });
});

test('who was sent an issue leaves, so that its links go on working; who has done something since stays as they are', async () => {
  const { db, publication, deps, id } = await imported(4);
  moveReader(db, { move: 'pause', readerId: 2, publicationId: publication.id, way: 'own', at: t0 });
  const send = sampleSend(db, publication);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 100, t0));
  db.$client.exec('DELETE FROM deliveries WHERE reader_id = 4');
  db.$client.exec(
    `INSERT INTO feedback (at, source, kind, reason, scope, class, found_by, reader_id, proven, charge, effect, why) VALUES (1, 'listener', 'bounce', 'unknown', 'recipient', 'soft', 'envelope', 3, 0, 'none', 'none', 'x')`,
  );
  beginUndo(deps, id, 'person 1');
  await goOnUndoing(deps);
  expect(readImport(db, id)).toMatchObject({ state: 'undone', undone: 2, kept: 2 });
  expect([1, 2, 3, 4].map((each) => standing(db, each))).toEqual([['left'], ['paused'], ['active'], []]);
  expect(reader(db, 1)?.name).toBe('Reader 1');
  expect(reader(db, 4)).toBeUndefined();
});

test('a reader of another publication loses this subscription and nothing else', async () => {
  const { db, deps, load, lines } = await imported(2);
  const other = addPublication(db, {
    slug: 'other',
    name: 'Other',
    fromAddress: 'a@b.example',
    replyTo: null,
    language: 'en',
    zone: 'UTC',
    postalAddress: 'x',
    slot: null,
    createdAt: t0,
  });
  const { importId = 0 } = await load(lines, other);
  beginUndo(deps, importId, 'person 1');
  await goOnUndoing(deps);
  expect(standing(db, 1)).toEqual(['active']);
  expect(reader(db, 1)?.name).toBe('Reader 1');
});

test('cut short it goes on at the next start, and pressed twice it is done once', async () => {
  const { db, deps, id } = await imported(450);
  expect(beginUndo(deps, id, 'person 1')).toBe(true);
  expect(beginUndo(deps, id, 'person 1')).toBe(false);
  undoImportStep(db, id, t0);
  expect(readImport(db, id)).toMatchObject({ state: 'undoing', undone: 200 });
  await resumeImports(deps);
  expect(readImport(db, id)).toMatchObject({ state: 'undone', undone: 450, kept: 0 });
  expect(beginUndo(deps, id, 'person 1')).toBe(false);
});
