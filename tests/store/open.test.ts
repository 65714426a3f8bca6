import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, expect, test } from 'vitest';
import { closeStore, openStore } from '../../src/store/open.ts';
import * as schema from '../../src/store/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tables = Object.values(schema).filter((value) => value instanceof SQLiteTable);

test('every table is STRICT, and those keyed by two numbers have no rowid', () => {
  const db = openStore(':memory:');
  const rows = db.$client.pragma('table_list') as { name: string; schema: string; strict: number; wr: number }[];
  const ours = rows.filter(({ name, schema: of }) => of === 'main' && !name.startsWith('sqlite_'));
  expect(ours.length).toBe(tables.length);
  expect(ours.filter(({ strict }) => strict !== 1)).toEqual([]);
  expect(
    ours
      .filter(({ wr }) => wr === 1)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    'counts',
    'deliveries',
    'issue_files',
    'keys',
    'links',
    'pace',
    'reader_names',
    'reminders',
    'slots',
    'standings',
    'subscriptions',
    'suppressions',
    'tallies',
    'waivers',
    'workers',
  ]);
});

test('the tables Drizzle knows are the tables the migrations make, column by column', () => {
  const db = openStore(':memory:');
  for (const table of tables) {
    const { name, columns } = getTableConfig(table);
    const made = db.$client.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number; pk: number }[];
    const told = columns.map((column) => `${column.name} ${column.getSQLType().toUpperCase()} ${column.notNull ? 'required' : 'optional'}`);
    const real = made.map((column) => `${column.name} ${column.type} ${column.notnull === 1 || column.pk > 0 ? 'required' : 'optional'}`);
    expect(told, name).toEqual(real);
  }
});

test('a store on disk is opened with the pragmas that the promises rest on', () => {
  const db = openStore(join(folder, 'pragmas.db'));
  const pragma = (name: string) => db.$client.pragma(name, { simple: true });
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys'), pragma('secure_delete')]).toEqual(['wal', 2, 1, 1]);
  closeStore(db);
});

test('a store written by a newer Galley is refused and left as it was', () => {
  const file = join(folder, 'newer.db');
  const db = openStore(file);
  db.$client.pragma('user_version = 99');
  closeStore(db);
  expect(() => openStore(file)).toThrow(/written by a newer Galley \(schema 99/);
});

test('a file that is no store and a folder that is not there are named in plain words', () => {
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'not a database, however long it may be. '.repeat(50));
  expect(() => openStore(text)).toThrow(/not a SQLite file/);
  expect(() => openStore(join(folder, 'nowhere', 'galley.db'))).toThrow(/Cannot use .*nowhere/);
});

test('a store of the first version is brought forward with its rows', () => {
  const file = join(folder, 'first.db');
  const old = new Database(file);
  old.exec(readFileSync(join(import.meta.dirname, '../../migrations/0001_first.sql'), 'utf8'));
  old.exec(
    "INSERT INTO deliveries VALUES (1, 2, 'unknown', 3, 1, NULL, 'in flight', 5); INSERT INTO templates VALUES (1, 'h', '{}'); PRAGMA user_version = 1",
  );
  old.close();
  const db = openStore(file);
  expect(db.select().from(schema.deliveries).get()).toMatchObject({
    state: 'unknown',
    attempts: 1,
    resent: 0,
    dismissedAt: null,
    format: null,
  });
  expect(db.select().from(schema.templates).all()).toEqual([{ sendId: 1, format: 'full', hash: 'h', json: '{}' }]);
  closeStore(db);
});

test('opening twice migrates once', () => {
  const file = join(folder, 'twice.db');
  closeStore(openStore(file));
  const db = openStore(file);
  expect(db.$client.pragma('user_version', { simple: true })).toBe(readdirSync(join(import.meta.dirname, '../../migrations')).length);
  closeStore(db);
});
