/** Readers found by how their address begins or by their name, each by an index; and the taking in of names, which an import leaves for afterwards. */
import { stateAt } from '../model/consent.ts';
import { foldName } from '../model/name-key.ts';
import type { Db } from './open.ts';
import type { StandingReader } from './reader-list.ts';
import { inTransaction, statement } from './statement.ts';

/** Readers whose names one step takes in: under 20 ms on a small machine. */
const namesAtOnce = 500;

/** Takes in the names of the next readers; false when there are no more, or while an import writes. Safe to run twice at once. */
export function takeNames(db: Db): boolean {
  if (!namesWait(db) || statement(db, importing).pluck().get() === 1) return false;
  return inTransaction(db, () => {
    const from = statement(db, 'SELECT through FROM reader_names_taken').pluck().get() as number;
    const last = statement(db, 'SELECT max(id) FROM (SELECT id FROM readers WHERE id > ? ORDER BY id LIMIT ?)').pluck();
    const through = last.get(from, namesAtOnce) as number | null;
    if (through === null) return false;
    const add = `INSERT OR IGNORE INTO reader_names SELECT k.value, r.id FROM readers r, json_each(name_keys(r.name)) k WHERE r.id > ? AND r.id <= ? AND r.name IS NOT NULL`;
    statement(db, add).run(from, through);
    statement(db, 'UPDATE reader_names_taken SET through = ?').run(through);
    return true;
  });
}

const importing = `SELECT EXISTS (SELECT 1 FROM imports WHERE state IN ('staging', 'merging'))`;
const waiting = 'SELECT coalesce((SELECT max(id) FROM readers), 0) > (SELECT through FROM reader_names_taken)';

/** Whether some names are not in yet. */
export function namesWait(db: Db): boolean {
  return statement(db, waiting).pluck().get() === 1;
}

export interface Asked {
  /** As it was typed: the beginning of an address, or words of a name, the last of which may be cut short. */
  text: string;
  /** Only readers of this publication. */
  publicationId?: number | undefined;
}

/** Rows of an index that one search looks through at most: many share a name, and few of them may be of the publication, or have the other word too. */
const lookedThrough = 2000;

/** At most `limit` readers that fit, those found by their address first. */
export function searchReaders(db: Db, { text, publicationId }: Asked, limit: number, now: number): StandingReader[] {
  const found = new Map<number, StandingReader>();
  const add = (ids: Iterable<number>): void => {
    for (const some of inLots(ids, limit)) {
      if (found.size >= limit) return; // and no more of the index is read
      for (const row of readersOf(db, some, publicationId))
        if (found.size < limit) found.set(row.id, { ...row, state: row.state && stateAt(row.state, row.pausedUntil, now) });
    }
  };
  add(byAddress(db, text.toLowerCase()));
  if (!text.includes('@')) for (const find of [byWordsInOrder, byWordsInAnyOrder]) if (found.size < limit) add(find(db, foldName(text)));
  return [...found.values()];
}

function* inLots(ids: Iterable<number>, size: number): Iterable<number[]> {
  let lot: number[] = [];
  for (const id of ids) {
    lot.push(id);
    if (lot.length < size) continue;
    yield lot;
    lot = [];
  }
  yield lot;
}

/** The readers of these numbers that are there, and of the publication when one is named, in the order of the numbers. */
function readersOf(db: Db, ids: readonly number[], publicationId: number | undefined): StandingReader[] {
  const query = statement(db, publicationId === undefined ? anywhere : ofPublication);
  return query.all({ ids: JSON.stringify(ids), publicationId: publicationId ?? null }) as StandingReader[];
}

const columns =
  'r.id, r.email, r.name, s.state, s.paused_until AS pausedUntil, coalesce(s.changed_at, r.created_at) AS since, r.import_id AS importId';
const anywhere = `SELECT ${columns} FROM json_each(@ids) n CROSS JOIN readers r ON r.id = n.value LEFT JOIN subscriptions s ON s.publication_id = @publicationId AND s.reader_id = r.id WHERE r.email <> '' ORDER BY n.key`;
const ofPublication = anywhere.replace('LEFT JOIN', 'JOIN');

const beginning = (start: string): [string, string] => [start, `${start}\u{10ffff}`];

function byAddress(db: Db, start: string): Iterable<number> {
  const text = 'SELECT id FROM readers WHERE email_key >= ? AND email_key < ? ORDER BY email_key LIMIT ?';
  return statement(db, text)
    .pluck()
    .iterate(...beginning(start), lookedThrough) as Iterable<number>;
}

const byKey = 'SELECT key, reader_id AS id FROM reader_names WHERE key >= ? AND key < ? ORDER BY key, reader_id LIMIT ?';

/** `amina ka` finds Amina Karimi, and Karim Amina too: each name stands there from each of its words on. */
function* byWordsInOrder(db: Db, words: string): Iterable<number> {
  if (words !== '') for (const { id } of keysFrom(db, words)) yield id;
}

/** The longest word finds them, the others are looked for in what it found. */
function* byWordsInAnyOrder(db: Db, folded: string): Iterable<number> {
  const words = folded.split(' ');
  const longest = words.toSorted((a, b) => b.length - a.length)[0] ?? '';
  if (words.length < 2) return;
  for (const { key, id } of keysFrom(db, longest)) if (words.every((word) => ` ${key}`.includes(` ${word}`))) yield id;
}

const keysFrom = (db: Db, start: string) =>
  statement(db, byKey).iterate(...beginning(start), lookedThrough) as Iterable<{ key: string; id: number }>;
