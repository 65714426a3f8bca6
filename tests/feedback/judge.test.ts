/** What a bounce or complaint does, on the real store with the clock moved by hand. */
import { describe, expect, test } from 'vitest';
import { sumHolds } from '../../src/model/delivery.ts';
import { consents, deliveries, notices } from '../../src/store/schema.ts';
import { getSend, steerSend } from '../../src/store/sends.ts';
import { dismissRows } from '../../src/store/unknowns.ts';
import { t0 } from '../support/store.ts';
import { day, deliveryOf, full, hour, openRoom, spam } from './room.ts';

const soft = { ...full, reason: 'blocked', scope: 'sender' } as const;

describe('a bounce', () => {
  test('of a reader who took mail before is a strike; the next issue’s bounce 72 hours later suspends, with an event that names its cause', () => {
    const room = openRoom(3);
    room.send();
    room.clock.now += day;
    const second = room.send();
    expect(room.hear(second, 1)).toBe('held');
    expect(room.states()).toEqual({ active: 3 });
    room.clock.now += 3 * day;
    const third = room.send();
    expect(room.hear(third, 1)).toBe('suspended');
    expect(room.states()).toEqual({ active: 2, suspended: 1 });
    expect(room.suppressed()).toEqual(['hard-bounce']);
    const [change] = room.db.select().from(consents).all();
    expect(change).toMatchObject({ readerId: 1, event: 'suspend', way: 'bounce', sendId: third.id, feedbackId: room.events().at(-1)?.id });
    expect(getSend(room.db, third.id)).toMatchObject({ accepted: 3, bounced: 1 });
  });

  test('of a first mail suspends at once; one that speaks of somebody else, never', () => {
    const room = openRoom(3);
    const send = room.send();
    expect(room.hear(send, 1)).toBe('suspended');
    expect(room.hear(send, 2, soft)).toBe('none');
    expect(room.hear(send, 3, full)).toBe('held');
    expect(room.states()).toEqual({ active: 2, suspended: 1 });
  });

  test('counts once, however often it comes, and by whichever way', () => {
    const room = openRoom(2);
    room.send();
    room.clock.now += day;
    const send = room.send((address) => (address.startsWith('r1@') ? '550 5.1.1 no such user' : '250 ok'));
    expect(room.hearRefusals()).toBe(1);
    expect(room.hearRefusals()).toBe(0);
    room.clock.now += 4 * day; // the DSN of the very same refusal, days later
    expect(room.hear(send, 1)).toBe('repeat');
    expect(room.hear(send, 2)).toBe('held');
    expect(room.hear(send, 2)).toBe('repeat');
    expect(room.states()).toEqual({ active: 2 });
    expect(room.events().map(({ source, charge, effect }) => [source, charge, effect])).toEqual([
      ['answer', 'hard', 'held'],
      ['listener', 'none', 'repeat'],
      ['listener', 'hard', 'held'],
      ['listener', 'none', 'repeat'],
    ]);
    expect(getSend(room.db, send.id)).toMatchObject({ accepted: 1, refused: 1, bounced: 1 });
  });

  test('a mail that arrives and does not come back for a week wipes earlier strikes out', () => {
    const room = openRoom(1);
    room.send();
    room.clock.now += day;
    expect(room.hear(room.send(), 1)).toBe('held');
    room.clock.now += 10 * day;
    room.send();
    room.clock.now += 8 * day;
    expect(room.hear(room.send(), 1)).toBe('held');
    expect(room.states()).toEqual({ active: 1 });
  });

  test('five issues over a month to a full mailbox suspend, without a suppression: the reader may come back', () => {
    const room = openRoom(1);
    for (const effect of ['held', 'held', 'held', 'held', 'suspended']) {
      expect(room.hear(room.send(), 1, full)).toBe(effect);
      room.clock.now += 8 * day;
    }
    expect(room.suppressed()).toEqual([]);
  });

  test('more than 30 days after its mail is not believed, nor one of a mail that has not gone out, nor of a rehearsal, nor of nothing', () => {
    const room = openRoom(2);
    const send = room.send();
    room.clock.now += 31 * day;
    expect(room.hear(send, 1)).toBe('late');
    room.db.update(deliveries).set({ state: 'ready', batchId: null }).run();
    expect(room.hear(send, 2)).toBe('none');
    expect(room.hear({ ...send, id: 99 }, 2)).toBe('none');
    room.db.$client.exec(`UPDATE deliveries SET state = 'accepted', batch_id = 1; UPDATE sends SET rehearsal = 1`);
    expect(room.hear(send, 2)).toBe('none');
    expect(room.states()).toEqual({ active: 2 });
    expect(getSend(room.db, send.id).bounced).toBe(0);
  });

  test('of an unknown delivery proves that it went out; one that was dismissed too, and the sum holds', () => {
    const room = openRoom(3);
    const send = room.send((address) => (address.startsWith('r3') ? '250 ok' : 'nothing one could read'));
    expect(getSend(room.db, send.id)).toMatchObject({ unknown: 2, accepted: 1 });
    dismissRows(room.db, send.id, [2], { actor: 'operator', now: t0 });
    room.hear(send, 1, { ...full, reason: 'vacation', class: 'none' }, 'auto-reply');
    room.hear(send, 2, full);
    const now = getSend(room.db, send.id);
    expect(now).toMatchObject({ accepted: 3, unknown: 0, cancelled: 0, bounced: 1 });
    expect(sumHolds(now.prepared, now)).toBe(true);
  });
});

describe('a complaint', () => {
  test('leaves that publication at once and keeps imports from bringing the reader back; the second one changes nothing', () => {
    const room = openRoom(2);
    const send = room.send();
    expect(room.hear(send, 1, spam)).toBe('left');
    expect(room.hear(send, 1, spam)).toBe('none');
    expect(room.states()).toEqual({ active: 1, left: 1 });
    expect(room.suppressed()).toEqual(['complaint']);
    expect(getSend(room.db, send.id)).toMatchObject({ accepted: 2, complained: 1 });
  });

  test('that is none, or about our authentication, changes nothing', () => {
    const room = openRoom(1);
    const send = room.send();
    for (const reason of ['not-spam', 'auth-report'] as const) expect(room.hear(send, 1, { ...spam, reason }, 'complaint')).toBe('none');
    expect(room.states()).toEqual({ active: 1 });
    expect(getSend(room.db, send.id).complained).toBe(0);
  });
});

describe('an outage', () => {
  const outage = (address: string) =>
    address.endsWith('@gmail.com') ? '550 5.1.1 The email account that you tried to reach does not exist' : '250 ok';

  test('of Gmail that answers 550 5.1.1 to a thousand addresses for two hours suspends none, of new readers or of old; they get their mail a day later', () => {
    for (const known of [false, true]) {
      const room = openRoom(1000, { domain: 'gmail.com' });
      if (known) {
        room.send();
        room.clock.now += 30 * day;
      }
      let asked = 0;
      const send = room.send((address) => {
        asked += 1;
        if (asked % 10 === 0) {
          room.clock.now += 72_000; // two hours in all
          room.hearRefusals();
        }
        return outage(address);
      });
      room.hearRefusals();
      room.step();
      expect(room.states()).toEqual({ active: 1000 });
      expect(room.suppressed()).toEqual([]);
      expect(room.events().filter(({ effect }) => effect !== 'parked')).toEqual([]);
      expect(getSend(room.db, send.id)).toMatchObject({ refused: 1000, accepted: 0 });
      room.step();
      expect(getSend(room.db, send.id).ready).toBe(0);
      room.clock.now += 25 * hour;
      room.step();
      expect(getSend(room.db, send.id)).toMatchObject({ state: 'paused', ready: 1000, refused: 0 });
      steerSend(room.db, send.id, 'resume', { actor: 'operator', now: t0 }); // it had stopped itself: a whole list that bounces is a person's affair
      room.goOn(send);
      expect(getSend(room.db, send.id)).toMatchObject({ state: 'sent', accepted: 1000, refused: 0, ready: 0 });
      expect(room.states()).toEqual({ active: 1000 });
    }
  });

  test('by bounce mails too, with marks that go when the mail is tried again, and with suspensions of before it was known taken back', () => {
    const room = openRoom(40, { domain: 'hotmail.com' });
    const send = room.send();
    for (let reader = 1; reader <= 9; reader += 1) expect(room.hear(send, reader)).toBe('suspended');
    expect(room.states()).toEqual({ active: 31, suspended: 9 });
    room.hear(send, 10);
    for (let reader = 11; reader <= 40; reader += 1) expect(room.hear(send, reader)).toBe('parked');
    room.step();
    expect(room.states()).toEqual({ active: 40 });
    expect(room.suppressed()).toEqual([]);
    expect(getSend(room.db, send.id)).toMatchObject({ accepted: 40, bounced: 40 });
    room.clock.now += 25 * hour;
    room.step();
    const now = getSend(room.db, send.id);
    expect(now).toMatchObject({ accepted: 0, bounced: 0, ready: 40 });
    expect(sumHolds(now.prepared, now)).toBe(true);
  });

  test('the bounce of a mail tried once more is believed, as one strike', () => {
    const room = openRoom(12, { domain: 'gmail.com' });
    const send = room.send(outage);
    room.hearRefusals();
    room.step();
    room.clock.now += 25 * hour;
    room.step();
    room.goOn(send, outage);
    expect(room.hearRefusals()).toBe(12);
    expect(room.events().map(({ effect }) => effect)).toEqual([...Array(12).fill('retried'), ...Array(12).fill('held')]);
    expect(room.states()).toEqual({ active: 12 });
    room.clock.now += 30 * day;
    const next = room.send(outage);
    room.hearRefusals();
    room.step();
    room.clock.now += 25 * hour;
    room.step();
    room.goOn(next, outage);
    room.hearRefusals();
    expect(room.states()).toEqual({ suspended: 12 });
  });

  test('that nobody was there to follow up on for a week is over: the mail would come too late', () => {
    const room = openRoom(12, { domain: 'gmail.com' });
    const send = room.send(outage);
    room.hearRefusals();
    room.step();
    room.clock.now += 8 * day;
    room.step();
    expect(getSend(room.db, send.id)).toMatchObject({ refused: 12, ready: 0 });
    expect(room.events().filter(({ effect }) => effect !== 'none')).toEqual([]);
  });

  test('of one provider does not park the bounces of another, nor what a cancelled send had left', () => {
    const room = openRoom(30);
    room.db.$client.exec(
      `UPDATE readers SET email = replace(email, 'example.com', 'gmail.com'), email_key = replace(email_key, 'example.com', 'gmail.com') WHERE id <= 20`,
    );
    const send = room.send((address) => (address === 'r30@example.com' ? '550 5.1.1 no such user' : outage(address)));
    room.hearRefusals();
    room.step();
    expect(room.states()).toEqual({ active: 29, suspended: 1 });
    room.db.$client.exec(`UPDATE sends SET state = 'cancelled'`);
    room.clock.now += 25 * hour;
    room.step();
    expect(getSend(room.db, send.id)).toMatchObject({ refused: 21, ready: 0 });
    expect(room.events().filter(({ effect }) => effect === 'parked')).toEqual([]);
  });
});

test('an outage is told to the editors of whoever it hits, once a day, with the command that takes back more', () => {
  const room = openRoom(40, { domain: 'gmail.com' });
  const send = room.send();
  const utc = (instant: number) => `${new Date(instant).toISOString().slice(0, 16)}Z`;
  const told = () =>
    room.db
      .select()
      .from(notices)
      .all()
      .filter(({ facts }) => facts.kind === 'outage');
  for (let reader = 1; reader <= 9; reader += 1) room.hear(send, reader);
  expect(told()).toEqual([]);
  for (let reader = 10; reader <= 14; reader += 1) room.hear(send, reader);
  expect(told()).toEqual([
    expect.objectContaining({ publicationId: room.publication.id, address: 'news@tidewater.example', rehearsal: false }),
  ]);
  const [notice] = told();
  const earlier = { from: utc(t0 - 96 * hour), to: utc(t0 - 24 * hour) };
  expect(notice?.facts).toEqual({ kind: 'outage', domains: ['gmail.com', 'googlemail.com'], hard: 10, days: 1, earlier });
  room.clock.now += 2 * hour; // it is over, and begins anew
  for (let reader = 20; reader <= 35; reader += 1) room.hear(send, reader);
  expect(room.events().filter(({ effect }) => effect === 'parked').length).toBeGreaterThan(0);
  expect(told()).toHaveLength(1);
});

describe('what is about us', () => {
  test.each([
    '550 5.7.1 <r1@example.com>: Relay access denied',
    '550 5.7.1 Unauthenticated sender: sender address rejected',
    '535 5.7.8 authentication failed',
    '530 5.7.0 Authentication required',
    '554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org',
    '550 5.7.26 Your email has been blocked because the sender is unauthenticated',
    '552 5.3.4 Message size exceeds fixed limit',
    '550 5.4.5 Daily user sending limit exceeded',
  ])('charges nobody: %s', (reply) => {
    const room = openRoom(40);
    room.send(() => reply);
    room.hearRefusals();
    expect(room.states()).toEqual({ active: 40 });
    expect(room.events().filter(({ charge }) => charge !== 'none')).toEqual([]);
  });
});

describe('a send that comes back', () => {
  const some = (count: number) => (address: string) => (Number(/\d+/.exec(address)?.[0]) <= count ? '550 5.1.1 no such user' : '250 ok');

  test('stops itself above 5 % hard bounces and says so once; whoever lets it go on has decided', () => {
    const room = openRoom(100);
    const send = room.send(some(10));
    room.db.$client.exec(`UPDATE sends SET state = 'sending'`);
    room.hearRefusals();
    expect(getSend(room.db, send.id).state).toBe('paused');
    expect(
      room.db
        .select()
        .from(notices)
        .all()
        .map(({ facts }) => facts)
        .filter(({ kind }) => kind !== 'outage'),
    ).toEqual([expect.objectContaining({ kind: 'send-alarm', cause: 'bounces', hard: 10, attempts: 100, paused: true })]);
    steerSend(room.db, send.id, 'resume', { actor: 'operator', now: t0 });
    for (let reader = 20; reader < 60; reader += 1) room.hear(send, reader);
    expect(getSend(room.db, send.id).state).toBe('sending');
    expect(
      room.db
        .select()
        .from(notices)
        .all()
        .map(({ facts }) => facts.kind),
    ).toEqual(['outage', 'send-alarm']);
  });

  test('does not stop for nine, or for 5 %', () => {
    for (const [count, bad] of [
      [100, 9],
      [200, 10],
    ] as const) {
      const room = openRoom(count);
      const send = room.send(some(bad));
      room.db.$client.exec(`UPDATE sends SET state = 'sending'`);
      room.hearRefusals();
      expect(getSend(room.db, send.id).state).toBe('sending');
      expect(room.db.select().from(notices).all()).toEqual([]);
    }
  });

  test('stops itself above 0.2 % complaints, and when it is over says so all the same', () => {
    const room = openRoom(1000);
    const send = room.send();
    for (const reader of [1, 2]) room.hear(send, reader, spam);
    expect(room.db.select().from(notices).all()).toEqual([]);
    room.hear(send, 3, spam);
    expect(
      room.db
        .select()
        .from(notices)
        .all()
        .map(({ facts }) => facts),
    ).toEqual([expect.objectContaining({ cause: 'complaints', complaints: 3, paused: false })]);
    expect(deliveryOf(room.db, send, 3)?.complainedAt).toBe(t0);
  });
});
