import { expect, test } from 'vitest';
import { openLeaveTogether } from '../../src/audience/audience.ts';
import { openStore } from '../../src/store/open.ts';
import { subscriptions } from '../../src/store/schema.ts';
import { readerDeps, samplePublication, sampleReaders, t0 } from '../support/store.ts';

const by = { way: 'one-click', now: t0 } as const;

function room(readers: number) {
  const db = openStore(':memory:');
  sampleReaders(db, samplePublication(db).id, readers);
  let commits = 0;
  const { transaction } = db.$client;
  db.$client.transaction = ((work: () => unknown) => {
    commits += 1;
    return transaction.call(db.$client, work);
  }) as typeof transaction;
  const left = () =>
    db
      .select()
      .from(subscriptions)
      .all()
      .filter(({ state }) => state === 'left').length;
  return { db, leave: openLeaveTogether(readerDeps(db)), left, commits: () => commits };
}

test('leaves that come at once share commits, and each is answered once it is written', async () => {
  const { leave, left, commits } = room(250);
  const answers = await Promise.all(Array.from({ length: 250 }, (_, i) => leave({ publication: 1, reader: i + 1, send: 1 }, by)));
  expect(answers.map(({ outcome }) => outcome)).toEqual(Array(250).fill('left'));
  expect([left(), commits()]).toEqual([250, 3]);
});

test('the same link twice at once is one leave, and a link whose rows are gone is answered too', async () => {
  const { leave, left } = room(1);
  const answers = await Promise.all([1, 1, 7].map((reader) => leave({ publication: 1, reader, send: 1 }, by)));
  expect(answers.map(({ outcome }) => outcome)).toEqual(['left', 'already', 'unknown']);
  expect(left()).toBe(1);
});

test('one that cannot be written keeps nobody else from leaving', async () => {
  const { db, leave, left } = room(3);
  db.$client.exec(
    `CREATE TRIGGER broken BEFORE UPDATE ON subscriptions WHEN NEW.reader_id = 2 BEGIN SELECT RAISE(ABORT, 'broken row'); END`,
  );
  const answers = await Promise.allSettled([1, 2, 3].map((reader) => leave({ publication: 1, reader, send: 1 }, by)));
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(left()).toBe(2);
});
