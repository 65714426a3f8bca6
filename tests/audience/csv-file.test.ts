import { expect, test } from 'vitest';
import { readers } from '../../src/store/schema.ts';
import { openRoom } from './room.ts';

const bom = '\ufeff';

test.each<[rule: string, content: string | Buffer]>([
  ['commas and LF', 'email,name\na@example.org,Amina\n'],
  ['a BOM and CRLF', `${bom}email,name\r\na@example.org,Amina\r\n`],
  ['semicolons', 'email;name\na@example.org;Amina\n'],
  ['tabs', 'name\temail\nAmina\ta@example.org\n'],
  ['bare CR', 'email,name\ra@example.org,Amina\r'],
  ['line ends of several kinds', 'email,name\r\n\na@example.org,Amina\n'],
  ['no line end at the end', 'email,name\na@example.org,Amina'],
  ['blank lines and rows of empty cells', '\nemail,name\n\n,\na@example.org,Amina\n,\n'],
  ['every cell in quotation marks', `${bom}"email";"name"\r\n"a@example.org";"Amina"\r\n`],
  ['a delimiter of another kind inside quotation marks', '"e-mail";"name";"x,y,z"\na@example.org;Amina;\n'],
  ['a heading in capitals with spaces', ' E-Mail , NAME \n a@example.org , Amina \n'],
  ['the column called address', 'Name,Address\nAmina,a@example.org\n'],
  ['spare delimiters at the end of a row', 'email,name\na@example.org,Amina,,\n'],
])('a file with %s is read', async (_, content) => {
  const room = openRoom();
  expect(await room.take(content)).toMatchObject({ rows: 1, added: 1 });
  expect(room.db.select().from(readers).all()).toMatchObject([{ email: 'a@example.org', name: 'Amina', attributes: null }]);
});

test('quoted line breaks, delimiters and quotation marks stay in their cell', async () => {
  const room = openRoom();
  await room.take('email,note\na@example.org,"one\r\ntwo, ""three"""\nb@example.org,plain\n');
  expect(
    room.db
      .select()
      .from(readers)
      .all()
      .map((row) => row.attributes),
  ).toEqual([{ note: 'one\r\ntwo, "three"' }, { note: 'plain' }]);
});

test('a quoted line break at the edge of a block of reading is one line break', async () => {
  const room = openRoom();
  const long = 'x'.repeat(70);
  const rows = Array.from({ length: 8000 }, (_, index) => `r${index}@example.org,"${long}\r\n${index}"`);
  expect(await room.take(`email,note\r\n${rows.join('\r\n')}\r\nbroken,x\r\n`)).toMatchObject({ rows: 8001, added: 8000, rejected: 1 });
  expect(room.text('readers.rejected.csv')).toMatch(/\r\n16002,the address has no @/);
});

test('where email and address are both there, the address is an attribute', async () => {
  const room = openRoom();
  await room.take('address,email\n4 Harbour Row,a@example.org\n');
  expect(room.db.select().from(readers).all()).toMatchObject([{ email: 'a@example.org', attributes: { address: '4 Harbour Row' } }]);
});

test('a column called __proto__ is an attribute like any other', async () => {
  const room = openRoom();
  await room.take('email,__proto__\na@example.org,x\n');
  expect(room.db.$client.prepare('SELECT attributes FROM readers').pluck().get()).toBe('{"__proto__":"x"}');
});

test('letters that are no UTF-8 are rejected with the reason, row by row', async () => {
  const room = openRoom();
  const content = Buffer.from('email,name\na@example.org,Zo\xeb\nb@example.org,Bo\n', 'latin1');
  expect(await room.take(content)).toMatchObject({ rows: 2, added: 1, rejected: 1 });
  expect(room.text('readers.rejected.csv')).toMatch(/2,"has letters that are not UTF-8/);
});

test.each<[rule: string, content: string | Buffer, message: RegExp]>([
  ['an empty file', '', /is empty/],
  ['a file of blank lines', '\n\n', /is empty/],
  ['a file without a column of addresses', 'name,phone\nAmina,1\n', /names no column "email" \(it has "name", "phone"\)/],
  ['a file without a heading', 'a@example.org,Amina\n', /put a line "email,name,language".*above/],
  ['two columns of one name', 'email,tag,Tag\na@example.org,1,2\n', /two columns are called "tag"/],
  ['UTF-16 with a BOM', Buffer.from(`${bom}email\r\na@example.org\r\n`, 'utf16le'), /UTF-16/],
  ['UTF-16 without a BOM', Buffer.from('email\r\na@example.org\r\n', 'utf16le'), /UTF-16/],
  ['a spreadsheet', Buffer.from([0x50, 0x4b, 3, 4, 20, 0]), /spreadsheet/],
  ['something binary', Buffer.from([1, 2, 3, 0, 0, 5]), /is not text/],
  [
    'a quotation mark that is never closed',
    'email,name\na@example.org,A\nb@example.org,"B\nc@example.org,C\n',
    /after line 2, .*never closed/,
  ],
  ['a quotation mark that swallows the rest', `email,name\na@example.org,"${'x,y\n'.repeat(400_000)}"\n`, /never closed/],
])('%s is one clear error and changes nothing', async (_, content, message) => {
  const room = openRoom();
  await expect(room.take(content)).rejects.toThrow(message);
  await expect(room.take(content)).rejects.toMatchObject({ name: 'AppError' });
  expect(room.count('readers')).toBe(0);
});
