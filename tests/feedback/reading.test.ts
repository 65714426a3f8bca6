/** Mails through the whole room: taken as rows, read, attributed, acted on; and that nothing forged, replayed or misplaced changes anything for anybody. */
import { describe, expect, test } from 'vitest';
import { mintToken } from '../../src/model/token.ts';
import { countInbound, forgetInbound, listTray, type NewInbound, rereadInbound } from '../../src/store/inbound.ts';
import { addNotice } from '../../src/store/notices.ts';
import { consents, deliveries, inbound, notices } from '../../src/store/schema.ts';
import { getSend, type Send } from '../../src/store/sends.ts';
import { t0 } from '../support/store.ts';
import { complaint, dsn, letter, pleaseLeave, vacation } from './mails.ts';
import { setUp } from './reading-room.ts';
import { day, hour, openRoom, type Room } from './room.ts';

/** What every reader's rows say, to see that nothing changed. */
const everything = ({ db }: Pick<Room, 'db'>) =>
  ['readers', 'subscriptions', 'consents', 'suppressions', 'deliveries', 'sends', 'notices'].map((table) =>
    db.$client.prepare(`SELECT * FROM ${table}`).all(),
  );

type Made = [raw: string, envelope: Partial<NewInbound>];

describe('the delivery is found', () => {
  test.each([
    ['by the token in the envelope', (t: string): Made => [dsn(), { recipients: [`b+${t}@tidewater.example`] }], 'envelope'],
    ['by a wrapped one', (t: string): Made => [dsn(), { recipients: [`prvs=1234abcdef=b+${t}@tidewater.example`] }], 'envelope'],
    ['by X-Original-To', (t: string): Made => [`X-Original-To: b+${t}@tidewater.example\n${dsn()}`, {}], 'mail'],
    ['by the Original-Envelope-Id', (t: string): Made => [dsn({ envid: t }), {}], 'mail'],
    [
      'by the Message-ID',
      (t: string): Made => [dsn({ messageId: `${t}@tidewater.example` }), { recipients: ['postmaster@tidewater.example'] }],
      'mail',
    ],
  ] as const)('%s', async (_, make, foundBy) => {
    const room = setUp();
    const [raw, envelope] = make(room.token(1));
    room.take(raw, envelope);
    expect(await room.read()).toMatchObject({ read: 1 });
    expect(room.events()).toEqual([
      expect.objectContaining({
        foundBy,
        source: 'listener',
        readerId: 1,
        sendId: 1,
        reason: 'user-unknown',
        charge: 'hard',
        effect: 'suspended',
        inboundId: 1,
      }),
    ]);
    expect(room.states()).toEqual({ active: 2, suspended: 1 });
  });

  test('by the address alone it never acts: it is a case for a person', async () => {
    const room = setUp();
    const before = everything(room);
    room.take(dsn({ to: 'R1@example.com' }), { recipients: ['postmaster@tidewater.example'] });
    expect(await room.read()).toMatchObject({ tray: 1 });
    expect(room.events()).toEqual([expect.objectContaining({ foundBy: 'address', readerId: 1, effect: 'case', charge: 'none' })]);
    expect(everything(room)).toEqual(before);
    room.clock.now += 15 * day;
    room.take(dsn({ to: 'r1@example.com' }));
    await room.read();
    expect(room.events()).toHaveLength(1);
    expect(listTray(room.db, 10).map(({ note }) => note)).toEqual([
      expect.stringContaining('of no mail that we can tell'),
      expect.stringContaining('names a reader'),
    ]);
  });
});

describe('nothing changes for anybody', () => {
  test('by a storm of forged bounces: tokens of another key, of one letter changed, of readers and sends that are not there, and of mails never sent', async () => {
    const room = setUp(20);
    const other = openRoom(0).ring;
    room.db.update(deliveries).set({ state: 'ready', batchId: null }).run();
    room.db.$client.exec(`UPDATE sends SET accepted = 0, ready = 20`);
    const before = everything(room);
    const flip = (token: string) => `${token.slice(0, 20)}${token[20] === 'a' ? 'b' : 'a'}${token.slice(21)}`;
    for (let i = 1; i <= 20; i += 1) {
      const foreign = mintToken({ current: 1, keys: other.tokens.keys }, 'delivery', { publication: 1, reader: i, send: 1 });
      for (const token of [
        flip(room.token(i)),
        foreign,
        room.token(i + 1000),
        room.token(i, 'delivery', { id: 77 }),
        room.token(i),
        'a'.repeat(34),
      ]) {
        room.take(dsn({ to: `stranger${i}@example.com`, messageId: `${token}@tidewater.example` }), {
          recipients: [`b+${token}@tidewater.example`],
        });
        room.take(complaint('abuse', token), { recipients: ['abuse@tidewater.example'] });
      }
    }
    await room.read();
    expect(everything(room)).toEqual(before);
    expect(countInbound(room.db).waiting).toBeUndefined();
    expect(room.events().filter(({ effect }) => effect !== 'none')).toEqual([]);
  });

  test('by a bounce replayed a hundred times: it counts once, and what comes above three is kept unread', async () => {
    const room = setUp();
    room.take(dsn({ status: '5.2.2', words: '552 5.2.2 mailbox full' }), { recipients: [room.to(2)] });
    await room.read();
    const before = everything(room);
    for (let i = 0; i < 100; i += 1) room.take(dsn({ status: '5.2.2', words: '552 5.2.2 mailbox full' }), { recipients: [room.to(2)] });
    await room.read();
    expect(everything(room)).toEqual(before);
    expect(countInbound(room.db)).toEqual({ read: 3, excess: 98 });
  });

  test('by a mail that came from an address of ours: a loop ends here', async () => {
    const room = setUp();
    const before = everything(room);
    room.take(letter, { sender: room.to(2), recipients: [room.to(1)] });
    room.take(letter, { sender: room.to(4, 'notice', { id: 0 } as Send), recipients: ['postmaster@tidewater.example'] });
    expect(await room.read()).toMatchObject({ excess: 2 });
    expect(everything(room)).toEqual(before);
  });

  test('by a program that answers at the address to leave', async () => {
    const room = setUp();
    const before = everything(room);
    room.take(vacation, { sender: 'r1@example.com', recipients: [room.to(1, 'leave')] });
    room.take(pleaseLeave, { sender: '', recipients: [room.to(1, 'leave')] });
    await room.read();
    expect(everything(room)).toEqual(before);
  });

  test('by a delay, nor by a vacation answer; both are counted', async () => {
    const room = setUp();
    const before = everything(room);
    room.take(dsn({ action: 'delayed', status: '4.4.1', words: '451 4.4.1 connection timed out' }), { recipients: [room.to(1)] });
    room.take(vacation, { sender: 'r1@example.com', recipients: [room.to(2)] });
    await room.read();
    expect(everything(room)).toEqual(before);
    expect(room.events().map(({ kind, reason, effect }) => [kind, reason, effect])).toEqual([
      ['delay', expect.anything(), 'none'],
      ['auto-reply', 'vacation', 'none'],
    ]);
  });
});

test('a bounce that is here before its 250 is settled waits for it', async () => {
  const room = setUp();
  room.db.$client.exec(`UPDATE deliveries SET state = 'queued' WHERE reader_id = 1; UPDATE sends SET queued = 1, accepted = 2`);
  room.take(dsn(), { recipients: [room.to(1)] });
  expect(await room.read()).toEqual({ read: 0, tray: 0, excess: 0, later: 1 });
  room.db.$client.exec(`UPDATE deliveries SET state = 'accepted' WHERE reader_id = 1; UPDATE sends SET queued = 0, accepted = 3`);
  room.clock.now += 10_000;
  expect(await room.read()).toMatchObject({ read: 1 });
  expect(getSend(room.db, room.first.id)).toMatchObject({ accepted: 3, bounced: 1 });
});

test('a complaint with a token leaves and suppresses; a redacted one without waits in the tray', async () => {
  const room = setUp();
  room.take(complaint('abuse', room.token(1)), { recipients: ['abuse@tidewater.example'] });
  room.take(complaint('not-spam', room.token(2)), { recipients: ['abuse@tidewater.example'] });
  room.take(complaint('abuse'), { recipients: ['abuse@tidewater.example'] });
  expect(await room.read()).toMatchObject({ read: 2, tray: 1 });
  expect(room.states()).toEqual({ active: 2, left: 1 });
  expect(room.suppressed()).toEqual(['complaint']);
});

describe('mail from people', () => {
  test('to the address of List-Unsubscribe leaves, whatever it says, with the event that caused it; read anew it leaves nobody who has come back', async () => {
    const room = setUp();
    room.take(pleaseLeave, { sender: 'r1@example.com', recipients: [room.to(1, 'leave')] });
    room.take(letter, { sender: 'other@example.net', recipients: [room.to(2, 'leave')] });
    await room.read();
    expect(room.states()).toEqual({ active: 1, left: 2 });
    expect(room.db.select().from(consents).all()).toEqual([
      expect.objectContaining({ readerId: 1, event: 'leave', way: 'mail', feedbackId: 1 }),
      expect.objectContaining({ readerId: 2, event: 'leave', way: 'mail', feedbackId: 2 }),
    ]);
    room.db.$client.exec(`UPDATE subscriptions SET state = 'active'`);
    rereadInbound(room.db, 0, room.clock.now);
    await room.read();
    expect(room.states()).toEqual({ active: 3 });
  });

  test('is passed on to the editors octet by octet, once, as a notice that is ready to go', async () => {
    const room = setUp();
    room.take(letter, { sender: 'r1@example.com', recipients: [room.to(1)] });
    await room.read();
    rereadInbound(room.db, 0, room.clock.now);
    await room.read();
    const [notice, ...more] = room.db.select().from(notices).all();
    expect(more).toEqual([]);
    expect(notice).toMatchObject({
      address: 'news@tidewater.example',
      state: 'ready',
      facts: { kind: 'forward', inbound: 1 },
      rehearsal: false,
    });
    const { pieces } = JSON.parse(notice?.template ?? '') as { pieces: string[] };
    expect(Buffer.from(pieces.join(''), 'latin1').toString()).toBe(letter.replace(/\n/g, '\r\n'));
    expect(room.states()).toEqual({ active: 3 });
  });

  test('is not passed on in a storm, nor without anybody to answer to', async () => {
    const room = setUp();
    for (let i = 0; i < 70; i += 1) room.take(letter, { sender: `r${i}@example.com`, recipients: ['postmaster@tidewater.example'] });
    room.take(letter, { sender: '', recipients: [room.to(1)] });
    await room.read();
    expect(room.db.select().from(notices).all()).toHaveLength(60);
    expect(countInbound(room.db)).toEqual({ read: 60, tray: 11 });
    room.clock.now += hour + 1;
    room.take(letter, { sender: 'r1@example.com', recipients: ['postmaster@tidewater.example'] });
    expect(await room.read()).toMatchObject({ read: 1 });
  });
});

test('what comes back for a notice is noted, and judges no reader of the same number', async () => {
  const room = setUp();
  addNotice(room.db, {
    publicationId: 1,
    address: 'news@tidewater.example',
    rehearsal: false,
    facts: { kind: 'slot-empty', at: '', zone: 'UTC', next: '' },
    now: t0,
  });
  room.take(dsn({ to: 'news@tidewater.example' }), { recipients: [room.to(1, 'notice', { id: 0 } as Send)] });
  await room.read();
  expect(room.events()).toEqual([
    expect.objectContaining({ readerId: null, kind: 'bounce', effect: 'none', why: 'about a notice to the editors' }),
  ]);
  expect(room.states()).toEqual({ active: 3 });
});

test('mails read anew say what they said, and change nothing; what was undone stays undone', async () => {
  const room = setUp();
  room.take(dsn(), { recipients: [room.to(1)] });
  room.take(vacation, { sender: 'r2@example.com', recipients: [room.to(2)] });
  room.take(complaint('abuse', room.token(3)));
  await room.read();
  const before = everything(room);
  const events = room.events().map(({ id, ...event }) => event);
  expect(rereadInbound(room.db, 0, room.clock.now)).toBe(3);
  expect(await room.read()).toMatchObject({ read: 3 });
  expect(everything(room)).toEqual(before);
  expect(
    room
      .events()
      .map(({ id, ...event }) => event)
      .sort((a, b) => (a.inboundId ?? 0) - (b.inboundId ?? 0)),
  ).toEqual(events);
});

test('a mail that a better reader understands otherwise counts as that from then on', async () => {
  const room = setUp();
  room.take(dsn({ status: '5.2.2', words: '552 5.2.2 mailbox full' }), { recipients: [room.to(1)] });
  await room.read();
  expect(room.events().map(({ effect }) => effect)).toEqual(['held']);
  room.db
    .update(inbound)
    .set({ raw: Buffer.from(dsn()) })
    .run(); // what another reader would have made of it
  rereadInbound(room.db, 0, room.clock.now);
  await room.read();
  expect(room.events().map(({ charge, effect, undoneAt }) => [charge, effect, undoneAt !== null])).toEqual([
    ['strike', 'held', true],
    ['hard', 'suspended', false],
  ]);
  expect(room.states()).toEqual({ active: 2, suspended: 1 });
});

test('without an envelope a mail leaves by the address in its own header, and by nothing else', async () => {
  const room = setUp();
  const piped = { way: 'pipe', sender: '', recipients: [] } as const;
  room.take(`X-Original-To: ${room.to(1, 'leave')}\n${pleaseLeave}`, piped);
  room.take(`X-Original-To: ${room.to(2, 'leave')}\n${vacation}`, piped);
  room.take(pleaseLeave, piped);
  await room.read();
  expect(room.states()).toEqual({ active: 2, left: 1 });
  expect(countInbound(room.db)).toEqual({ read: 2, tray: 1 });
});

test('mails are forgotten after 90 days, their events are not', async () => {
  const room = setUp();
  room.take(dsn(), { recipients: [room.to(1)] });
  await room.read();
  room.clock.now += 91 * day;
  room.take(vacation, { recipients: [room.to(2)] });
  room.feedback.turn();
  expect(room.db.select().from(inbound).all()).toHaveLength(1);
  expect(room.events()).toHaveLength(1);
  expect(forgetInbound(room.db, room.clock.now - 90 * day, 10)).toBe(0);
});

test.each([
  ['an empty one', ''],
  ['NULs', '\0'.repeat(1000)],
  ['a line of a megabyte', `Subject: ${'x'.repeat(1_000_000)}`],
  ['half a report', dsn().slice(0, 700)],
  ['ten thousand parts', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(10_000)}--b--`],
])('a mail that is %s ends somewhere, and keeps no other from being read', async (_, raw) => {
  const room = setUp();
  room.take(raw, { recipients: [room.to(1)] });
  room.take(dsn({ to: 'r2@example.com' }), { recipients: [room.to(2)] });
  await room.read();
  expect(countInbound(room.db).waiting).toBeUndefined();
  expect(room.events().some(({ readerId, effect }) => readerId === 2 && effect === 'suspended')).toBe(true);
});
