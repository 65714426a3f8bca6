/** Readers found by name or address: by an index, whatever the order of the words, and never by a name that is theirs no more. */
import { expect, test } from 'vitest';
import { beginImport } from '../../src/store/imports.ts';
import { openStore } from '../../src/store/open.ts';
import { namesWait, searchReaders, takeNames } from '../../src/store/reader-search.ts';
import { blankReader, changeReader } from '../../src/store/readers.ts';
import { samplePublication, sampleReaders, t0 } from '../support/store.ts';

const names = ['Amina Karimi', 'Karim Aminoff', 'Jürgen Müller', 'Ana María López', 'ali ali', 'أمينة علي'];

function house() {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  sampleReaders(db, publication.id, names.length + 2);
  names.forEach((name, i) => {
    changeReader(db, i + 1, { name });
  });
  while (takeNames(db));
  const find = (text: string, publicationId?: number) => searchReaders(db, { text, publicationId }, 50, t0).map(({ id }) => id);
  return { db, publication, find };
}

test.each<[string, number[]]>([
  ['amina', [1]],
  ['AMIN', [1, 2]],
  ['karimi am', [1]],
  ['kar', [2, 1]],
  ['müller', [3]],
  ['muller jur', [3]],
  ['ana lopez', [4]],
  ['lo an', [4]],
  ['ali', [5]],
  ['امینه', [6]],
  ['ina', []],
  ['r3@', [3]],
  ['R3@Example.com', [3]],
  ['r', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['%', []],
  ['"', []],
  ['', [1, 2, 3, 4, 5, 6, 7, 8]],
])('%j finds %j', (text, ids) => {
  expect(house().find(text)).toEqual(ids);
});

test('a new name finds its reader at once, the old one never again, and an erased reader is found by nothing', () => {
  const { db, find } = house();
  changeReader(db, 1, { name: 'Zahra Karimi' });
  expect([find('amina'), find('zahra'), find('karimi')]).toEqual([[], [1], [1]]);
  blankReader(db, 1);
  expect([find('zahra'), find('karimi')]).toEqual([[], []]);
  expect(db.$client.prepare('SELECT count(*) FROM reader_names WHERE reader_id = 1').pluck().get()).toBe(0);
});

test('of a publication only its own readers are found, with how they stand there', () => {
  const { db, publication, find } = house();
  db.$client.exec("DELETE FROM subscriptions WHERE reader_id = 1; UPDATE subscriptions SET state = 'left' WHERE reader_id = 2");
  expect(find('amin', publication.id)).toEqual([2]);
  expect(searchReaders(db, { text: 'amin', publicationId: publication.id }, 50, t0)).toMatchObject([{ state: 'left' }]);
  expect(searchReaders(db, { text: 'amina' }, 50, t0)).toMatchObject([{ state: null, name: 'Amina Karimi' }]);
});

test('names are taken in step by step, not while an import writes, and one that changes meanwhile counts as it is', () => {
  const { db, publication, find } = house();
  sampleReaders(db, publication.id, 1200, names.length + 3);
  db.$client.exec("UPDATE readers SET name = 'Noor ' || id WHERE id > 8");
  expect([namesWait(db), find('noor 1200')]).toEqual([true, []]);
  const { id: importId } = beginImport(db, { publicationId: publication.id, file: 'x.csv', consent: 'x', startedAt: t0 }, () => 'x');
  expect(takeNames(db)).toBe(false);
  db.$client.prepare("UPDATE imports SET state = 'done' WHERE id = ?").run(importId);
  expect(takeNames(db)).toBe(true);
  changeReader(db, 1200, { name: 'Nora 1200' });
  while (takeNames(db));
  expect([namesWait(db), find('noor 1199'), find('noor 1200'), find('nora')]).toEqual([false, [1199], [], [1200]]);
});

test('names are found through an index', () => {
  const { db } = house();
  const plan = db.$client
    .prepare('EXPLAIN QUERY PLAN SELECT key, reader_id AS id FROM reader_names WHERE key >= ? AND key < ? ORDER BY key, reader_id LIMIT ?')
    .all('a', 'b', 5) as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH reader_names USING PRIMARY KEY (key>? AND key<?)']);
});
