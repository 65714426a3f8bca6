/** How trees come out of the store: of any format it ever held, in the newest, and checked. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDrawing } from '../../src/render/render.ts';
import { freezeEdition } from '../../src/schedule/approve.ts';
import { storeAsset } from '../../src/store/assets.ts';
import { findRevision, saveRevision } from '../../src/store/issues.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { samplePublication, sampleTree, t0 } from '../support/store.ts';

const root = join(import.meta.dirname, '../..');
const formatOne = readFileSync(join(root, 'tests/fixtures/trees/format-1.json'), 'utf8');

/** A store with one revision whose tree is then overwritten with JSON. */
function storeHolding(json: string): { db: Db; find: () => ReturnType<typeof findRevision> } {
  const db = openStore(':memory:');
  const { id } = samplePublication(db);
  saveRevision(db, { publicationId: id, tree: sampleTree, source: 'x', stops: [], hash: 'h', now: t0 });
  db.$client.prepare('UPDATE revisions SET tree = ?').run(json);
  return { db, find: () => findRevision(db, id, '2026-11') };
}

test('a revision of format 1 is read in the newest format, as often as it is read, and its row stays as it was', () => {
  const { db, find } = storeHolding(formatOne);
  for (const _ of [1, 2]) expect(find()?.tree).toMatchObject({ tree: 2, number: '2026-11', period: '2026-11', title: 'November 2026' });
  expect(db.$client.prepare('SELECT tree FROM revisions').pluck().get()).toBe(formatOne);
});

test('a revision of format 1 is drawn and frozen for sending', async () => {
  const { db, find } = storeHolding(formatOne);
  const revision = find();
  if (revision === undefined) throw new Error('no revision');
  const studio = openDrawing();
  try {
    const picture = await studio.admitPicture(readFileSync(join(root, 'emails/sample/tide-window.png')));
    if ('problem' in picture) throw new Error(picture.problem);
    storeAsset(db, picture);
    const figure = JSON.parse(formatOne).sections[0].items[0].blocks.find(({ t }: { t: string }) => t === 'figure');
    expect(figure.asset).toBe(picture.name);
    const deps = { db, draw: studio.draw, baseUrl: 'http://localhost:3000', now: () => t0 };
    const publication = db.query.publications.findFirst().sync();
    if (publication === undefined) throw new Error('no publication');
    const edition = await freezeEdition(deps, publication, revision);
    expect(edition.subject).toBe('The Tidewater Review: November 2026');
    expect(edition.email).toContain('A Timetable That Moves');
    expect(edition.pdf.subarray(0, 5).toString()).toBe('%PDF-');
  } finally {
    await studio.close();
  }
});

test.each([
  ['of a format from the future', '{"tree":3}', 'The issue was written by a newer Galley (format 3, this one knows 2)'],
  ['that is none', '{"tree":"x"}', 'The issue tree cannot be used: tree'],
])('a tree %s is refused by name', (_, json, message) => {
  expect(storeHolding(json).find).toThrow(message);
});
