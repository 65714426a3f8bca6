import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { choose, exportReaders, leave } from '../../src/audience/audience.ts';
import { readerDeps, t0 } from '../support/store.ts';
import { manyReaders, openRoom, type Room } from './room.ts';

async function exported({ db, publicationId }: Room): Promise<string> {
  let text = '';
  await exportReaders(db, publicationId, (part) => {
    text += part;
  });
  return text;
}

test('every reader of the publication is written, whatever the state, with the format that was chosen', async () => {
  const room = openRoom();
  await room.take('email,name,language,city\na@example.org,"Khan, Amina",ur,Gwadar\nb@example.org,,,\n');
  leave(readerDeps(room.db), { publication: 1, reader: 2, send: 0 }, { way: 'page', now: t0 });
  choose(readerDeps(room.db), { publication: 1, reader: 1, send: 0 }, { format: 'light' });
  expect(await exported(room)).toBe(
    'email,name,status,language,attributes,format\r\na@example.org,"Khan, Amina",active,ur,"{""city"":""Gwadar""}",light\r\nb@example.org,,left,,,full\r\n',
  );
});

test('a publication without readers is a heading alone', async () => {
  expect(await exported(openRoom())).toBe('email,name,status,language,attributes,format\r\n');
});

test('a cell that a spreadsheet would run is written with an apostrophe before it', async () => {
  const room = openRoom();
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', "'=1", 'plain'];
  await room.take(`email,name\n${names.map((name, index) => `r${index}@example.org,${name}`).join('\n')}\n+x@example.org,X\n`);
  const rows = parse(await exported(room), { from: 2 }) as string[][];
  expect(rows.filter((row) => row.some((cell) => /^[=+\-@]/.test(cell)))).toEqual([]);
  expect(rows.map((row) => row[0])).toContain("'+x@example.org");
});

test('an export read again gives the same addresses and names, and brings back nobody who left', async () => {
  const room = openRoom();
  await room.take('email,name\n=a@example.org,=A\n"""b c""@example.org",B\nd@example.org,D\n');
  const departed = room.list().findIndex((line) => line.startsWith('d@')) + 1;
  leave(readerDeps(room.db), { publication: 1, reader: departed, send: 0 }, { way: 'page', now: t0 });
  const other = openRoom();
  expect(await other.take(await exported(room))).toMatchObject({ rows: 3, added: 2, rejected: 1 });
  expect(other.list()).toEqual(room.list().filter((line) => !line.startsWith('d@')));
});

test('readers come page after page, each once', async () => {
  const room = openRoom();
  await room.take(manyReaders(2500));
  const parts: string[] = [];
  await exportReaders(room.db, room.publicationId, async (part) => {
    parts.push(part);
  });
  const emails = parts
    .join('')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
  expect(new Set(emails).size).toBe(2500);
  expect(emails).toHaveLength(2500);
  expect(parts.length).toBeGreaterThan(3);
});
