/** Taking back: bounces of a time, and suppressions by hand and lifted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { importReaders, leave, undoLeave } from '../../src/audience/audience.ts';
import { lift, previewUndo, suppress, undoBounces } from '../../src/feedback/feedback.ts';
import { audit, subscriptions } from '../../src/store/schema.ts';
import { readerDeps, t0 } from '../support/store.ts';
import { day, full, gone, hour, openRoom, spam } from './room.ts';

describe('an undo', () => {
  test('of a time, a domain and words takes back just those bounces, their suspensions and suppressions; a second one finds none', async () => {
    const room = openRoom(4);
    room.db.$client.exec(
      `UPDATE readers SET email = replace(email, 'example.com', 'gmail.com'), email_key = replace(email_key, 'example.com', 'gmail.com') WHERE id = 4`,
    );
    const send = room.send();
    room.hear(send, 1);
    room.clock.now += hour;
    room.hear(send, 2, { ...gone, diagnostic: '550 5.1.1 Mailbox gone to MARS' });
    room.hear(send, 4, { ...gone, diagnostic: '550 5.1.1 mars too' });
    room.hear(send, 3, spam);
    expect(room.states()).toEqual({ suspended: 3, left: 1 });
    const span = { from: t0 + 1, to: t0 + 2 * hour };
    expect((await undoBounces(room.deps, { ...span, domain: 'googlemail.com', text: 'venus' }, 'operator')).bounces).toBe(0);
    expect((await undoBounces(room.deps, { ...span, domain: 'googlemail.com', text: 'Mars' }, 'operator')).bounces).toBe(1);
    expect(room.states()).toEqual({ active: 1, suspended: 2, left: 1 });
    const told = await previewUndo(room.deps, span);
    expect(told).toEqual({ bounces: 1, subscriptions: 1, suppressions: 1 });
    expect(room.states()).toEqual({ active: 1, suspended: 2, left: 1 }); // nothing of the preview stays
    expect(await undoBounces(room.deps, span, 'operator')).toEqual(told);
    expect((await undoBounces(room.deps, span, 'operator')).bounces).toBe(0);
    expect(room.states()).toEqual({ active: 2, suspended: 1, left: 1 });
    expect(room.suppressed().sort()).toEqual(['complaint', 'hard-bounce']);
    expect(
      room.db
        .select()
        .from(audit)
        .all()
        .filter(({ action }) => action === 'feedback undo'),
    ).toHaveLength(2);
    expect(room.hear(send, 2)).toBe('repeat'); // the same bounce once more does not bring it back
  });

  test('of the first of two strikes lifts the suspension that rested on it, and the second still counts', async () => {
    const room = openRoom(1);
    room.send();
    room.clock.now += day;
    const first = room.clock.now;
    expect(room.hear(room.send(), 1)).toBe('held');
    room.clock.now += 4 * day;
    const second = room.clock.now;
    expect(room.hear(room.send(), 1)).toBe('suspended');
    expect(await previewUndo(room.deps, { from: first, to: first })).toEqual({ bounces: 1, subscriptions: 1, suppressions: 1 });
    expect((await undoBounces(room.deps, { from: first, to: first }, 'operator')).bounces).toBe(1);
    expect(room.states()).toEqual({ active: 1 });
    expect(room.suppressed()).toEqual([]);
    expect(room.events().map(({ effect }) => effect)).toEqual(['held', 'held']);
    room.clock.now = second + 4 * day;
    expect(room.hear(room.send(), 1)).toBe('suspended');
  });

  test('puts nobody back who has left since, and a reader who was paused only as far as that', async () => {
    const room = openRoom(2);
    room.db.$client.exec(`UPDATE subscriptions SET state = 'active'`);
    const send = room.send();
    room.db.$client.exec(`UPDATE subscriptions SET state = 'paused' WHERE reader_id = 2`);
    room.hear(send, 1);
    room.hear(send, 2);
    leave(readerDeps(room.db), { publication: 1, reader: 1, send: send.id }, { way: 'page', now: t0 });
    await undoBounces(room.deps, { from: t0, to: t0 }, 'operator');
    expect(
      room.db
        .select()
        .from(subscriptions)
        .all()
        .map(({ state }) => state),
    ).toEqual(['left', 'paused']);
    undoLeave(room.db, { publication: 1, reader: 1, send: send.id }, { now: t0 });
    expect(
      room.db
        .select()
        .from(subscriptions)
        .all()
        .map(({ state }) => state),
    ).toEqual(['suspended', 'paused']);
  });
});

describe('a suppression', () => {
  test('by hand suspends and is lifted without a reason; one by a complaint or a hard bounce only with one, which is kept', () => {
    const room = openRoom(3);
    const send = room.send();
    expect(suppress(room.deps, ' R1@Example.com', 'operator')).toBe(true);
    expect(suppress(room.deps, 'r1@example.com', 'operator')).toBe(false);
    room.hear(send, 2);
    room.hear(send, 3, spam);
    expect(room.states()).toEqual({ suspended: 2, left: 1 });
    expect(lift(room.deps, 'r1@example.com', '', 'operator')).toMatchObject({ reinstated: 1 });
    expect(() => lift(room.deps, 'r2@example.com', ' ', 'operator')).toThrow(/because of a hard bounce: lift it with --reason/);
    expect(() => lift(room.deps, 'r3@example.com', '', 'operator')).toThrow(/because of a complaint/);
    expect(room.states()).toEqual({ active: 1, suspended: 1, left: 1 });
    expect(lift(room.deps, 'r2@example.com', 'She wrote from it today', 'operator')).toMatchObject({ reinstated: 1 });
    expect(lift(room.deps, 'r3@example.com', 'It was an accident', 'operator')).toMatchObject({ reinstated: 0 }); // who left comes back by himself only
    expect(room.states()).toEqual({ active: 2, left: 1 });
    expect(room.suppressed()).toEqual([]);
    expect(
      room.db
        .select()
        .from(audit)
        .all()
        .map(({ detail }) => detail),
    ).toContain('She wrote from it today');
    expect(() => lift(room.deps, 'r1@example.com', '', 'operator')).toThrow(/Nothing suppresses r1@example.com/);
    expect(() => suppress(room.deps, 'nobody', 'operator')).toThrow(/nobody has no @/);
    expect(JSON.stringify(room.db.select().from(audit).all())).not.toContain('r2@example.com');
  });

  test('of an address survives an import, also one whose reader is not there (any more)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const room = openRoom(2, { file: join(folder, 'galley.db') });
    const send = room.send();
    room.hear(send, 1);
    room.hear(send, 2, full);
    suppress(room.deps, 'erased@example.com', 'operator');
    const file = join(folder, 'readers.csv');
    writeFileSync(file, 'email\nr1@example.com\nERASED@example.com\nnew@example.com\n');
    const deps = { db: room.db, dataDir: folder, suppressionKey: room.ring.suppression };
    await importReaders(deps, { file, publication: room.publication, consent: 'as agreed', dryRun: false });
    expect(room.states()).toEqual({ active: 2, suspended: 1 });
    room.db.$client.close();
  });
});
