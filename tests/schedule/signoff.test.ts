/** Sign-off and orders on the real store: what was looked at is what goes out, once, and whoever comes late is told. */
import { describe, expect, test } from 'vitest';
import { defaultCustoms } from '../../src/model/customs.ts';
import { iso } from '../../src/model/zone.ts';
import { nextSlot, orderSend, takeBackOrder, type When } from '../../src/schedule/order.ts';
import { remindOfSlots } from '../../src/schedule/reminders.ts';
import { scheduleSend, startDueSends } from '../../src/schedule/schedule.ts';
import { makeProof, signOff, withdrawApproval } from '../../src/schedule/signoff.ts';
import { takeSlots } from '../../src/schedule/slots.ts';
import { waive } from '../../src/schedule/writing.ts';
import { findApproval } from '../../src/store/approvals.ts';
import { saveCustoms } from '../../src/store/customs.ts';
import { listedIssue, standingOf } from '../../src/store/issue-list.ts';
import { changePublication } from '../../src/store/publications.ts';
import { audit, notices, sends } from '../../src/store/schema.ts';
import { openDeskRoom, text } from './desk.ts';

type Room = Awaited<ReturnType<typeof openDeskRoom>>;

const hashOf = async ({ deps, issue }: Room): Promise<string> => (await makeProof(deps, issue))?.hash ?? 'none';
const approve = async (room: Room, actor = 'person 2', hash?: string): Promise<void> =>
  signOff(room.deps, { issueId: room.issue.id, hash: hash ?? (await hashOf(room)), actor });
const order = async (room: Room, when: When, changes: { hash?: string; after?: string; rehearsal?: boolean } = {}) =>
  orderSend(room.deps, {
    issueId: room.issue.id,
    when,
    hash: await hashOf(room),
    after: '',
    rehearsal: false,
    actor: 'person 2',
    ...changes,
  });
const standing = ({ db, issue }: Room): string => {
  const listed = listedIssue(db, issue.id);
  return listed === undefined ? 'gone' : standingOf(listed);
};
const hour = 3_600_000;

describe('an approval', () => {
  test('is of the very edition that was looked at: another hash is refused in plain words and approves nothing', async () => {
    const room = await openDeskRoom();
    const seen = await hashOf(room);
    await room.write(text('Two.'));
    await expect(approve(room, 'person 2', seen)).rejects.toThrow(/has changed since this page was opened, so nothing was approved/);
    expect(findApproval(room.db, room.issue.id)).toBeUndefined();
    await approve(room);
    expect(standing(room)).toBe('approved');
  });

  test('is void after any change, and what it scheduled is cancelled', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + hour });
    expect(standing(room)).toBe('scheduled');
    const kept = await room.write(text('Two.'));
    expect(kept).toMatchObject({ voided: true, unscheduled: ['tidewater/2026-12'] });
    expect(standing(room)).toBe('draft');
    const actions = room.db
      .select()
      .from(audit)
      .all()
      .map(({ action }) => action);
    expect(actions).toEqual(['approve', 'send', 'unschedule', 'void']);
  });

  test('is void too when the text is changed and changed back', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await room.write(text('Two.'));
    await room.write(text());
    expect(standing(room)).toBe('draft');
  });

  test('by the one who wrote the last words is refused where two people are asked for', async () => {
    const room = await openDeskRoom();
    saveCustoms(room.db, room.publication.id, { ...defaultCustoms, twoPeople: true });
    await expect(approve(room, 'person 1')).rejects.toThrow(/the last words of this issue are yours/);
    await approve(room, 'person 2');
    await room.write(text('Two.'), 'person 2');
    await expect(approve(room, 'person 2')).rejects.toThrow(/two people/);
  });

  test('waits for a stop to be mended or waived with a reason, which covers that very problem and no other', async () => {
    const room = await openDeskRoom({ source: text('One.', { link: '#' }) });
    await expect(approve(room)).rejects.toThrow(/Something still stops it: The link "sails" has no address yet/);
    const [stop] = (await makeProof(room.deps, room.issue))?.stops ?? [];
    waive(room.deps, {
      issueId: room.issue.id,
      check: 'links',
      problems: [stop?.problem ?? ''],
      reason: ' on   Monday ',
      actor: 'person 1',
    });
    await approve(room);
    expect(findApproval(room.db, room.issue.id)?.waived).toEqual({ links: 'on Monday' });
    await room.write(text('One. [Another](#)', { link: '#' }));
    await expect(approve(room)).rejects.toThrow(/The link "Another" has no address yet/);
  });

  test('of a text that cannot be read is refused', async () => {
    const room = await openDeskRoom();
    await room.write('no front matter');
    await expect(approve(room, 'person 2', 'x')).rejects.toThrow(/cannot be read as it stands/);
  });

  test('is taken back with what it scheduled', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + hour });
    expect(withdrawApproval(room.deps, { issueId: room.issue.id, actor: 'person 2' })).toEqual(['tidewater/2026-12']);
    expect(withdrawApproval(room.deps, { issueId: room.issue.id, actor: 'person 2' })).toEqual([]);
    expect(standing(room)).toBe('draft');
  });

  test('counts no more in its slot when the publication looks otherwise by then', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'slot', period: '2026-12' });
    changePublication(room.db, room.publication.id, { name: 'Another name' });
    room.clock.now = Date.parse('2026-12-01T04:00Z');
    await takeSlots(room.deps);
    await takeSlots(room.deps);
    expect(room.db.select().from(sends).all()).toEqual([]);
    expect(
      room.db
        .select()
        .from(notices)
        .all()
        .map(({ facts }) => facts.kind),
    ).toEqual(['approval-void', 'slot-empty']);
  });
});

describe('an order', () => {
  test('for now begins after the minutes in which it can be taken back, and is taken back until then', async () => {
    const room = await openDeskRoom();
    await approve(room);
    const made = await order(room, { kind: 'now' });
    if (!('send' in made)) throw new Error('no send');
    expect(made.send.scheduledFor - room.clock.now).toBe(5 * 60_000);
    takeBackOrder(room.deps, { issueId: room.issue.id, rehearsal: false, actor: 'person 2' });
    expect(standing(room)).toBe('approved');
    expect(() => takeBackOrder(room.deps, { issueId: room.issue.id, rehearsal: false, actor: 'person 2' })).toThrow(/nothing to take back/);
  });

  test('by two people at once makes one send', async () => {
    const room = await openDeskRoom();
    await approve(room);
    const both = await Promise.allSettled([order(room, { kind: 'now' }), order(room, { kind: 'now' })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(String((both.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason)).toMatch(/readers get it once/);
    expect(room.db.select().from(sends).all()).toHaveLength(1);
  });

  test('that comes after the send is over is refused, since the page did not know of it', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'now' });
    room.db.$client.exec("UPDATE sends SET state = 'sent', as_of = 1, finished_at = 2");
    await expect(order(room, { kind: 'now' })).rejects.toThrow(/was sent since this page was opened/);
    await order(room, { kind: 'now' }, { after: 'tidewater/2026-12' });
    expect(
      room.db
        .select()
        .from(sends)
        .all()
        .map(({ name }) => name),
    ).toEqual(['tidewater/2026-12', 'tidewater/2026-12+2']);
  });

  test('cannot be taken back once it has begun', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + 1 });
    room.clock.now += 2;
    startDueSends({ ...room.deps, rehearsal: false });
    expect(() => takeBackOrder(room.deps, { issueId: room.issue.id, rehearsal: false, actor: 'person 2' })).toThrow(/has begun/);
  });

  test.each<[string, When, RegExp]>([
    ['an instant that is past', { kind: 'at', at: Date.parse('2026-11-22T05:59Z') }, /2026-11-22T10:59\+05:00 is past/],
    ['a slot that is gone when the form comes back', { kind: 'slot', period: '2026-11' }, /next one is on 2026-12-01T09:00\+05:00/],
  ])('for %s is refused with what would be right, and schedules nothing', async (_, when, words) => {
    const room = await openDeskRoom();
    await approve(room);
    await expect(order(room, when)).rejects.toThrow(words);
    expect(standing(room)).toBe('approved');
  });

  test.each<[string, Parameters<typeof order>[2], string | null, RegExp]>([
    ['of a rehearsal uses up no slot', { rehearsal: true }, 'first tuesday 09:00', /rehearsal uses up no slot/],
    ['needs a slot', {}, null, /has no monthly slot/],
  ])('for the slot %s', async (_, changes, slot, words) => {
    const room = await openDeskRoom({ slot });
    await approve(room);
    await expect(order(room, { kind: 'slot', period: '2026-12' }, changes)).rejects.toThrow(words);
  });

  test('of an issue that nobody approved is refused', async () => {
    const room = await openDeskRoom();
    await expect(order(room, { kind: 'now' })).rejects.toThrow(/Nobody has approved/);
  });

  test('for the slot goes out in it by itself; approved alone it does not', async () => {
    const room = await openDeskRoom();
    await approve(room);
    room.clock.now = Date.parse('2026-12-01T04:00Z');
    await takeSlots(room.deps);
    expect(room.db.select().from(sends).all()).toEqual([]);
    expect(await order(room, { kind: 'slot', period: '2027-01' })).toEqual({ slot: Date.parse('2027-01-05T04:00Z') });
    room.clock.now = Date.parse('2027-01-05T04:00Z');
    await takeSlots(room.deps);
    expect(
      room.db
        .select()
        .from(sends)
        .all()
        .map(({ name, scheduledFor }) => [name, iso(scheduledFor, 'Asia/Karachi')]),
    ).toEqual([['tidewater/2026-12', '2027-01-05T09:00+05:00']]);
  });

  test('from the command line approves and waits for the slot as before', async () => {
    const room = await openDeskRoom();
    const send = {
      publication: room.publication,
      number: '2026-12',
      at: room.clock.now + hour,
      rehearsal: false,
      waived: {},
      actor: 'operator',
    };
    expect((await scheduleSend(room.deps, send)).state).toBe('scheduled');
    expect(findApproval(room.db, room.issue.id)?.slottedAt).toBe(room.clock.now);
  });
});

describe('a slot that was missed by hours', () => {
  const missed = async (missedSlot: 'late' | 'ask' | 'skip') => {
    const room = await openDeskRoom();
    saveCustoms(room.db, room.publication.id, { ...defaultCustoms, missedSlot });
    await approve(room);
    await order(room, { kind: 'slot', period: '2026-12' });
    room.clock.now = Date.parse('2026-12-01T14:00Z');
    await takeSlots(room.deps);
    await takeSlots(room.deps);
    startDueSends({ ...room.deps, rehearsal: false });
    const states = room.db
      .select()
      .from(sends)
      .all()
      .map(({ state }) => state);
    return {
      states,
      told: room.db
        .select()
        .from(notices)
        .all()
        .map(({ facts }) => facts.kind),
      room,
    };
  };

  test.each([
    ['late', ['sending'], []],
    ['ask', ['paused'], ['send-late']],
    ['skip', [], ['slot-skipped']],
  ] as const)('is dealt with as the publication asks: %s', async (policy, states, told) => {
    expect(await missed(policy)).toMatchObject({ states, told });
  });

  test('and skipped leaves the issue for the next one, in which it goes out', async () => {
    const { room } = await missed('skip');
    expect(standing(room)).toBe('scheduled');
    room.clock.now = Date.parse('2027-01-05T04:00Z');
    await takeSlots(room.deps);
    expect(room.db.select().from(sends).all()).toHaveLength(1);
  });
});

describe('a reminder', () => {
  const reminded = ({ db }: Room) =>
    db
      .select()
      .from(notices)
      .all()
      .map(({ address, facts }) => [address, facts.kind === 'slot-near' && `${facts.days} ${facts.missing} ${facts.issue}`]);

  test('goes once to each who is named, so many days before, with what is missing then', async () => {
    const room = await openDeskRoom();
    saveCustoms(room.db, room.publication.id, {
      ...defaultCustoms,
      reminderDays: [7, 1],
      reminderTo: ['noor@example.org', 'marta@example.org'],
    });
    remindOfSlots(room.deps);
    expect(reminded(room)).toEqual([]);
    room.clock.now = Date.parse('2026-11-24T04:00Z');
    remindOfSlots(room.deps);
    remindOfSlots(room.deps);
    expect(reminded(room)).toEqual([
      ['noor@example.org', '7 approval tidewater/2026-12'],
      ['marta@example.org', '7 approval tidewater/2026-12'],
    ]);
    await approve(room);
    await order(room, { kind: 'slot', period: '2026-12' });
    room.clock.now = Date.parse('2026-11-30T05:00Z');
    remindOfSlots(room.deps);
    expect(reminded(room).slice(2)).toEqual([
      ['noor@example.org', '1 nothing tidewater/2026-12'],
      ['marta@example.org', '1 nothing tidewater/2026-12'],
    ]);
  });

  test('that is late with others is one, the last of them', async () => {
    const room = await openDeskRoom({ source: 'not yet anything' });
    saveCustoms(room.db, room.publication.id, { ...defaultCustoms, reminderDays: [14, 7, 3], reminderTo: ['noor@example.org'] });
    room.clock.now = Date.parse('2026-11-29T04:00Z');
    remindOfSlots(room.deps);
    expect(reminded(room)).toEqual([['noor@example.org', expect.stringMatching(/^2 text tidewater\/draft-/)]]);
  });
});

test('the next slot is the first that is not used up', async () => {
  const { db, publication, clock } = await openDeskRoom();
  db.$client.exec(`INSERT INTO slots VALUES (${publication.id}, '2026-12', 1, NULL, 1)`);
  expect(nextSlot(db, publication, clock.now).period).toBe('2027-01');
});
