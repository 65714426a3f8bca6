import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { describeImport, type ImportProgress, resumeImports } from '../../src/audience/audience.ts';
import { imports } from '../../src/store/schema.ts';
import { t0 } from '../support/store.ts';
import { manyReaders, openRoom, type Room } from './room.ts';

const count = 20_000;

function resume({ db, folder, suppressionKey }: Room, signal?: AbortSignal) {
  return resumeImports({ db, dataDir: folder, suppressionKey, now: () => t0 }, signal);
}

/** Imports in a process of its own, which is killed by `kill -9` as soon as it has said a line that `when` accepts. Says whether it was in time. */
async function killedImport(room: Room, when: (line: string) => boolean, hold = ''): Promise<boolean> {
  const program = join(import.meta.dirname, '../support/import-child.ts');
  const child = spawn(process.execPath, [program, room.folder, room.file(manyReaders(count)), hold], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!when(line)) continue;
    child.kill('SIGKILL');
    break;
  }
  return (await gone)[1] === 'SIGKILL';
}

/** Cuts an import short after its first transaction, in this process. */
async function cutShort(room: Room): Promise<void> {
  const cut = new Error('cut');
  const onProgress = ({ step }: ImportProgress) => {
    if (step === 'merging') throw cut;
  };
  await expect(room.take(manyReaders(count), { onProgress })).rejects.toBe(cut);
}

test('a merge that was killed is finished at the next start: every reader once, each with subscription and consent', async () => {
  const room = openRoom();
  expect(await killedImport(room, (line) => line.startsWith('merging'), 'merging')).toBe(true);
  const halfway = room.count('readers');
  expect(halfway).toBeGreaterThan(0);
  expect(halfway).toBeLessThan(count);
  expect([room.count('subscriptions'), room.count('consents')]).toEqual([halfway, halfway]);

  const [report] = await resume(room);
  expect(report).toMatchObject({ state: 'done', rows: count, added: count });
  expect([room.count('readers'), room.count('subscriptions'), room.count('consents')]).toEqual([count, count, count]);
  expect(readdirSync(join(room.folder, 'imports'))).toEqual(['lock.db']);
  expect(await resume(room)).toEqual([]);
});

test('kills at any moment of a merge, one after another, add up to the same readers', async () => {
  const room = openRoom();
  for (const least of [1000, 6000, 12_000])
    await killedImport(room, (line) => line.startsWith('merging') && Number(line.split(' ')[1]) >= least);
  await resume(room);
  expect([room.count('readers'), room.count('subscriptions'), room.count('consents')]).toEqual([count, count, count]);
  const ended = room.db
    .select()
    .from(imports)
    .all()
    .filter((row) => row.state === 'done');
  expect(ended[0]).toMatchObject({ added: count });
  for (const row of ended.slice(1)) expect(row).toMatchObject({ added: 0, unchanged: count });
});

test('an import that was killed while it still read is taken back: no reader was touched', async () => {
  const room = openRoom();
  expect(await killedImport(room, (line) => line.startsWith('reading'), 'reading')).toBe(true);
  expect(existsSync(join(room.folder, 'imports/1.db'))).toBe(true);
  const [report] = await resume(room);
  expect(report).toMatchObject({ state: 'taken-back', rows: 0 });
  expect(report && describeImport(report)).toMatch(/import it again/);
  expect(room.count('readers')).toBe(0);
  expect(readdirSync(join(room.folder, 'imports'))).toEqual(['lock.db']);
});

test('the next import finishes what one that was cut short left before it begins', async () => {
  const room = openRoom();
  await cutShort(room);
  expect(await room.take(manyReaders(count))).toMatchObject({ rows: count, unchanged: count });
  expect(
    room.db
      .select()
      .from(imports)
      .all()
      .map((row) => [row.state, row.added]),
  ).toEqual([
    ['done', count],
    ['done', 0],
  ]);
});

test('an import that somebody has under way is left alone', async () => {
  const room = openRoom();
  const resumed: Promise<unknown>[] = [];
  await room.take(manyReaders(count), { onProgress: () => resumed.push(resume(room)) });
  for (const reports of await Promise.all(resumed)) expect(reports).toEqual([]);
  expect(resumed.length).toBeGreaterThan(2);
});

test('a resume that is told to stop does so between two transactions, and the one after goes on', async () => {
  const room = openRoom();
  await cutShort(room);
  expect(await resume(room, AbortSignal.abort())).toEqual([]);
  expect(room.count('readers')).toBeLessThan(count);
  expect(await resume(room)).toMatchObject([{ state: 'done', added: count }]);
});

test('a merge whose staging file is gone ends as cut short: what was merged stands, and it says so', async () => {
  const room = openRoom();
  await cutShort(room);
  const halfway = room.count('readers');
  rmSync(join(room.folder, 'imports/1.db'));
  const [report] = await resume(room);
  expect(report).toMatchObject({ state: 'cut-short', added: halfway });
  expect(report && describeImport(report)).toMatch(/import the file again for the rest/);
  expect(room.count('readers')).toBe(halfway);
});
