import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm/sql';
import { expect, test } from 'vitest';
import { describeImport, leave } from '../../src/audience/audience.ts';
import type { SubscriptionState } from '../../src/model/consent.ts';
import { consents, imports, readers, subscriptions, suppressions } from '../../src/store/schema.ts';
import { suppressionHash } from '../../src/store/suppressions.ts';
import { readerDeps, samplePublication, t0 } from '../support/store.ts';
import { manyReaders, openRoom, type Room } from './room.ts';

const zero = { added: 0, subscribed: 0, unchanged: 0, departed: 0, suppressed: 0, duplicate: 0, rejected: 0 };

function setState({ db }: Room, email: string, state: SubscriptionState): void {
  const reader = db.select({ id: readers.id }).from(readers).where(eq(readers.emailKey, email)).get();
  db.update(subscriptions)
    .set({ state })
    .where(eq(subscriptions.readerId, reader?.id ?? 0))
    .run();
}

function suppress({ db, suppressionKey }: Room, emailKey: string, publicationId: number): void {
  db.insert(suppressions)
    .values({ hash: suppressionHash(suppressionKey, emailKey), publicationId, reason: 'complaint', at: t0 })
    .run();
}

test('a new reader comes with a subscription, and with the consent that the import states', async () => {
  const room = openRoom();
  const report = await room.take('Email,Name,Lang,City\nAmina@Example.org,Amina  Khan,pt_br,Gwadar\n');
  expect(report).toMatchObject({ ...zero, rows: 1, added: 1, state: 'done', dryRun: false, rejectedFile: undefined });
  expect(room.db.select().from(readers).all()).toEqual([
    {
      id: 1,
      email: 'Amina@example.org',
      emailKey: 'amina@example.org',
      name: 'Amina Khan',
      language: 'pt-BR',
      attributes: { City: 'Gwadar' },
      importId: 1,
      createdAt: t0,
    },
  ]);
  expect(room.db.select().from(subscriptions).all()).toEqual([
    { publicationId: 1, readerId: 1, state: 'active', before: null, changedAt: t0, pausedUntil: null, format: 'full' },
  ]);
  expect(room.db.select().from(consents).all()).toMatchObject([
    { publicationId: 1, readerId: 1, event: 'import', way: 'import', importId: 1, sendId: null, at: t0 },
  ]);
  expect(room.db.select().from(imports).all()).toMatchObject([
    { state: 'done', file: 'readers.csv', consent: 'Signed up at the harbour fair', staging: null, finishedAt: t0 },
  ]);
});

test('a second import of the same file changes nothing', async () => {
  const room = openRoom();
  await room.take(manyReaders(300));
  const report = await room.take(manyReaders(300));
  expect(report).toMatchObject({ ...zero, rows: 300, unchanged: 300 });
  expect([room.count('readers'), room.count('subscriptions'), room.count('consents')]).toEqual([300, 300, 300]);
});

test('a known reader stays as they are: name, language and attributes are not overwritten', async () => {
  const room = openRoom();
  await room.take('email,name\na@example.org,First\n');
  await room.take('email,name,language,x\nA@EXAMPLE.org,Second,en,1\n');
  expect(room.db.select().from(readers).all()).toMatchObject([{ email: 'a@example.org', name: 'First', language: null, attributes: null }]);
});

test('a reader of another publication is subscribed, once, with consent of their own', async () => {
  const room = openRoom();
  const other = samplePublication(room.db, 'other');
  await room.take('email\na@example.org\n', { publication: other });
  const report = await room.take('email\na@example.org\nb@example.org\n');
  expect(report).toMatchObject({ ...zero, rows: 2, added: 1, subscribed: 1 });
  expect(room.count('readers')).toBe(2);
  expect(room.list()).toEqual(['a@example.org active', 'b@example.org active']);
  expect(
    room.db
      .select()
      .from(consents)
      .all()
      .map((row) => [row.publicationId, row.readerId, row.importId]),
  ).toEqual([
    [other.id, 1, 1],
    [1, 2, 2],
    [1, 1, 2],
  ]);
});

test('a reader who has left stays so, and is counted as departed', async () => {
  const room = openRoom();
  await room.take('email\na@example.org\n');
  leave(readerDeps(room.db), { publication: 1, reader: 1, send: 0 }, { way: 'page', now: t0 });
  expect(await room.take('email\na@example.org\n')).toMatchObject({ ...zero, rows: 1, departed: 1 });
  expect(room.list()).toEqual(['a@example.org left']);
});

test.each(['pending', 'paused', 'suspended'] as const)('a reader who is %s stays so, and is counted as unchanged', async (state) => {
  const room = openRoom();
  await room.take('email\na@example.org\n');
  setState(room, 'a@example.org', state);
  expect(await room.take('email\na@example.org\n')).toMatchObject({ ...zero, rows: 1, unchanged: 1 });
  expect(room.list()).toEqual([`a@example.org ${state}`]);
});

test('an address that stands twice in the file counts once, as its first row says', async () => {
  const room = openRoom();
  const report = await room.take('email,name\nb@example.org,B\na@example.org,First\nA@Example.ORG,Second\n"a"@example.org,Third\n');
  expect(report).toMatchObject({ ...zero, rows: 4, added: 2, duplicate: 2 });
  expect(
    room.db
      .select()
      .from(readers)
      .all()
      .map((row) => row.name),
  ).toEqual(['First', 'B']);
});

test('a suppressed address is not added: everywhere, or for the publication it is suppressed for', async () => {
  const room = openRoom();
  const other = samplePublication(room.db, 'other');
  suppress(room, 'all@example.org', 0);
  suppress(room, 'here@example.org', 1);
  suppress(room, 'there@example.org', other.id);
  const report = await room.take('email\nALL@example.org\nhere@example.org\nthere@example.org\n');
  expect(report).toMatchObject({ ...zero, rows: 3, added: 1, suppressed: 2 });
  expect(room.list()).toEqual(['there@example.org active']);
  expect(room.count('readers')).toBe(1);
});

test('a row that says its person left elsewhere is not taken', async () => {
  const room = openRoom();
  const report = await room.take('email,name,status\na@example.org,A,active\nb@example.org,B,left\nc@example.org,C,Unsubscribed\n');
  expect(report).toMatchObject({ ...zero, rows: 3, added: 1, rejected: 2 });
  expect(room.text('readers.rejected.csv')).toContain('3,"the status is ""left""');
});

test('bad rows go to a file beside the input with line and reason, and nothing else does', async () => {
  const room = openRoom();
  const report = await room.take(
    'email,name\nno-at,X\n\ngood@example.org,"two\nlines"\nshort\na@example.org,b,c\n,=cmd()\nb@example.org,B,\n',
  );
  expect(report).toMatchObject({ ...zero, rows: 6, added: 2, rejected: 4, rejectedFile: join(room.folder, 'readers.rejected.csv') });
  expect(room.text('readers.rejected.csv').split('\r\n')).toEqual([
    'line,reason,email,name',
    '2,the address has no @: write it as name@example.org,no-at,X',
    expect.stringMatching(/^6,"?has 1 cell where the first line has 2.*,short$/),
    expect.stringMatching(/^7,"?has 3 cells where the first line has 2.*,a@example.org,b,c$/),
    "8,the address is empty: write it as name@example.org,,'=cmd()",
    '',
  ]);
  expect(
    room.db
      .select()
      .from(readers)
      .all()
      .map((row) => row.name),
  ).toEqual(['B', 'two lines']);
});

test('a mended file of rejected rows can be imported as it is', async () => {
  const room = openRoom();
  await room.take('email,name,city\n+a@example,=A,-\n');
  const mended = room.text('readers.rejected.csv').replace("'+a@example,", "'+a@example.org,");
  expect(await room.take('', { file: room.file(mended, 'readers.rejected.csv') })).toMatchObject({ ...zero, rows: 1, added: 1 });
  expect(room.db.select().from(readers).all()).toMatchObject([{ email: '+a@example.org', name: '=A', attributes: { city: '-' } }]);
});

test('a language or name that is none is left out and told, the row is taken', async () => {
  const room = openRoom();
  const report = await room.take(`email,name,language\na@example.org,A,English\nb@example.org,${'n'.repeat(201)},ur\n`);
  expect(report).toMatchObject({ ...zero, rows: 2, added: 2, leftOut: { name: 1, language: 1 } });
  expect(room.db.select().from(readers).all()).toMatchObject([
    { name: 'A', language: null },
    { name: null, language: 'ur' },
  ]);
  expect(describeImport(report)).toMatch(/1 taken without the language/);
});

test('a dry run counts the same as the run after it, names addresses, and leaves no trace in the store', async () => {
  const room = openRoom();
  await room.take('email\nold@example.org\ngone@example.org\n');
  setState(room, 'gone@example.org', 'left');
  suppress(room, 'bad@example.org', 0);
  const csv = `${manyReaders(30)}old@example.org,,\ngone@example.org,,\nbad@example.org,,\nN1@example.com,,\nnonsense,,\n`;
  const before = room.db.$client.serialize();
  const dry = await room.take(csv, { dryRun: true });
  expect(room.db.$client.serialize()).toEqual(before);
  expect(dry).toMatchObject({
    importId: undefined,
    dryRun: true,
    rows: 35,
    added: 30,
    subscribed: 0,
    unchanged: 1,
    departed: 1,
    suppressed: 1,
    duplicate: 1,
    rejected: 1,
  });
  expect(dry.examples).toMatchObject({
    unchanged: ['old@example.org'],
    departed: ['gone@example.org'],
    suppressed: ['bad@example.org'],
    duplicate: ['n1@example.com'],
  });
  expect(dry.examples.added).toHaveLength(20);
  expect(dry.examples.rejected).toEqual([expect.stringMatching(/^line 36: the address has no @/)]);
  expect(describeImport(dry)).toMatch(/Dry run: nothing was changed.*35 rows\n +30 would be added: new here\n +n/);
  expect(readdirSync(join(room.folder, 'imports'))).toEqual(['lock.db']);
  const { rows, added, unchanged, departed, suppressed, duplicate, rejected } = dry;
  expect(await room.take(csv)).toMatchObject({ rows, added, unchanged, departed, suppressed, duplicate, rejected });
});

test('20,000 rows are merged in many transactions whose counts add up, with progress to the end', async () => {
  const room = openRoom();
  const steps: string[] = [];
  const report = await room.take(manyReaders(20_000), { onProgress: ({ step, done, of }) => steps.push(`${step} ${done}/${of}`) });
  expect(report).toMatchObject({ ...zero, rows: 20_000, added: 20_000 });
  expect(steps.at(-1)).toBe('merging 20000/20000');
  expect(steps.filter((step) => step.startsWith('merging')).length).toBeGreaterThan(1);
  expect(room.count("subscriptions WHERE state = 'active'")).toBe(20_000);
  expect(room.count('consents WHERE import_id = 1')).toBe(20_000);
});

test('another process can write to the store while a merge goes on', async () => {
  const room = openRoom();
  const written = new Set<number>();
  await room.take(manyReaders(5000), {
    onProgress: ({ step, done }) => {
      if (step !== 'merging') return;
      samplePublication(room.db, `p${done}`); // this connection is not the one that merges
      written.add(done);
    },
  });
  expect(written.size).toBeGreaterThan(0);
  expect(room.count('publications')).toBe(1 + written.size);
  expect(room.count('readers')).toBe(5000);
});

test('an import waits while another process writes', async () => {
  const room = openRoom();
  const holding = `const Database = require('better-sqlite3'); const db = new Database(process.argv[1]); db.exec('BEGIN IMMEDIATE'); console.log('held');
    setTimeout(() => db.exec('COMMIT'), 300);`;
  const child = spawn(process.execPath, ['-e', holding, join(room.folder, 'galley.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(await room.take('email\na@example.org\n')).toMatchObject({ added: 1 });
});

test('two imports at once: one is told to wait and changes nothing', async () => {
  const room = openRoom();
  const other = 'email\nx@example.org\n';
  const ended = await Promise.allSettled([room.take(manyReaders(3000)), room.take(other, { file: room.file(other, 'second.csv') })]);
  const added = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value.added] : []));
  const refused = ended.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  expect(refused).toEqual([expect.stringMatching(/Another import is under way/)]);
  expect([...added, room.count('imports')]).toEqual([room.count('readers'), 1]);
  expect([1, 3000]).toContain(added[0]);
});

test.each([
  ['no words of consent', { consent: '  ' }, /what the readers agreed to/],
  ['one word of consent', { consent: 'yes' }, /what the readers agreed to/],
  ['a publication that does not exist', { publication: { id: 99 } }, /No publication 99/],
  ['a file that does not exist', { file: 'nowhere.csv' }, /There is no file nowhere.csv/],
  ['a folder instead of a file', { file: '.' }, /is not a file/],
])('%s is refused in one line before anything is written', async (_, options, message) => {
  const room = openRoom();
  await expect(room.take('email\na@example.org\n', options)).rejects.toThrow(message);
  expect([room.count('imports'), room.count('readers'), existsSync(join(room.folder, 'imports'))]).toEqual([0, 0, false]);
});

test('when the file of rejected rows cannot be written, nothing is changed', async () => {
  const room = openRoom();
  const file = room.file('email\ngood@example.org\nbad\n');
  mkdirSync(join(room.folder, 'readers.rejected.csv.part'));
  await expect(room.take('', { file })).rejects.toThrow(/Cannot write .*readers\.rejected\.csv/);
  expect(room.count('readers')).toBe(0);
  expect(room.db.select().from(imports).all()).toMatchObject([{ state: 'taken-back', staging: null }]);
  expect(readdirSync(join(room.folder, 'imports'))).toEqual(['lock.db']);
});
