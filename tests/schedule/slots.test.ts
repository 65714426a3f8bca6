/** Slots on the real store, the clock moved by hand: what goes out, when, and that it does so once. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import { iso } from '../../src/model/zone.ts';
import { approveIssue, type EditionDeps, reviseIssue } from '../../src/schedule/approve.ts';
import { scheduleSend, startDueSends } from '../../src/schedule/schedule.ts';
import { beginSlot, comingSlot, publicationSlots, takeSlots } from '../../src/schedule/slots.ts';
import { steer } from '../../src/schedule/steer.ts';
import { openStore } from '../../src/store/open.ts';
import type { Publication } from '../../src/store/publications.ts';
import { notices, publications, slots } from '../../src/store/schema.ts';
import { listSends } from '../../src/store/sends.ts';
import { samplePublication, sampleTree } from '../support/store.ts';

const hour = 3_600_000;

/** A store with one publication that has a slot since `since`, issues drawn by a port, and a clock. */
function setUp({ slot = 'first tuesday 09:00', zone = 'Asia/Karachi', since = '2026-11-22T00:00Z' } = {}) {
  const db = openStore(':memory:');
  const clock = { now: Date.parse(since) };
  const now = () => clock.now;
  samplePublication(db);
  db.update(publications).set({ slot, zone, createdAt: clock.now }).run();
  const [publication] = db.select().from(publications).all() as [Publication];
  const drawing = {
    subject: 's',
    email: `<p>${leaveTokenPlaceholder}</p>`,
    text: leaveTokenPlaceholder,
    page: 'p',
    pdf: new Uint8Array(),
    pdfPages: 1,
    folds: [],
    pictures: [],
    light: { email: leaveTokenPlaceholder, folds: [], page: 'light p' },
  };
  const drawn: string[] = [];
  const draw: EditionDeps['draw'] = async (tree) => {
    drawn.push(tree.number);
    return drawing;
  };
  const lines: string[] = [];
  const log = openLog({ level: 'info', write: (line) => lines.push(line) });
  const deps = { db, draw, baseUrl: 'https://news.example.org', now, log };
  const add = (number: string, title = 'one') =>
    reviseIssue(
      db,
      { publicationId: publication.id, tree: { ...sampleTree, number, title }, source: title, stops: [], hash: title, now: now() },
      'operator',
    );
  return {
    db,
    clock,
    deps,
    lines,
    drawn,
    publication,
    add,
    at: (instant: string) => {
      clock.now = Date.parse(instant);
    },
    approve: (number: string) => approveIssue(deps, { publication, number, waived: {}, actor: 'operator' }),
    take: () => takeSlots(deps),
    start: () => startDueSends({ db, rehearsal: false, log, now }).map(({ name }) => name),
    sends: () =>
      listSends(db)
        .reverse()
        .map(({ name, state, scheduledFor }) => `${name} ${state} ${iso(scheduledFor, zone)}`),
    notices: () => db.select().from(notices).all(),
    slots: () =>
      db
        .select()
        .from(slots)
        .all()
        .map(({ period, sendId }) => `${period} ${sendId === null ? 'empty' : 'used'}`),
  };
}

describe('a slot', () => {
  test('sends the approved issue at its instant, once, however often and by however many it is looked at', async () => {
    const { add, approve, at, take, start, sends, slots } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-12-01T03:59:59Z');
    await take();
    expect(sends()).toEqual([]);
    at('2026-12-01T04:00:00Z');
    await Promise.all([take(), take(), take()]);
    await take();
    expect(sends()).toEqual(['tidewater/2026-12 scheduled 2026-12-01T09:00+05:00']);
    expect(start()).toEqual(['tidewater/2026-12']);
    at('2026-12-31T04:00:00Z');
    await take();
    expect([start(), slots()]).toEqual([[], ['2026-12 used']]);
  });

  test('without an approved issue sends nothing and writes one notice to the editors', async () => {
    const { add, at, take, sends, slots, notices } = setUp();
    add('2026-12'); // added, not approved
    at('2026-12-01T04:00:30Z');
    await Promise.all([take(), take()]);
    await take();
    expect([sends(), slots()]).toEqual([[], ['2026-12 empty']]);
    expect(notices()).toMatchObject([
      {
        state: 'ready',
        address: 'news@tidewater.example',
        rehearsal: false,
        facts: { kind: 'slot-empty', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', next: '2027-01-05T09:00+05:00' },
      },
    ]);
  });

  test('is not for an issue approved after its instant: that one waits for the next', async () => {
    const { add, approve, at, take, start, sends, slots } = setUp();
    add('2026-12');
    at('2026-12-01T04:00:01Z'); // nobody has looked yet
    await approve('2026-12');
    await take();
    expect([sends(), slots()]).toEqual([[], ['2026-12 empty']]);
    at('2027-01-05T04:00:00Z');
    await take();
    expect(start()).toEqual(['tidewater/2026-12']);
  });

  test('takes one issue, the one approved first; the next slot takes the next', async () => {
    const { db, add, approve, at, take, sends } = setUp();
    add('2026-12');
    add('2027-01');
    expect(await approve('2027-01')).toEqual({ revision: 1, before: 0 });
    at('2026-11-22T00:01Z');
    expect(await approve('2026-12')).toEqual({ revision: 1, before: 1 });
    const [slot] = publicationSlots(db);
    expect(slot && comingSlot(db, slot, Date.parse('2026-11-23T00:00Z'))).toEqual({
      at: Date.parse('2026-12-01T04:00Z'),
      issue: 'tidewater/2027-01',
    });
    at('2026-12-01T04:00Z');
    await take();
    at('2027-01-05T04:00Z');
    await take();
    expect(sends()).toEqual(['tidewater/2027-01 scheduled 2026-12-01T09:00+05:00', 'tidewater/2026-12 scheduled 2027-01-05T09:00+05:00']);
  });

  test('passes over an issue that changed after its approval, and one that was sent by hand meanwhile', async () => {
    const { deps, publication, add, approve, at, take, sends, slots } = setUp();
    add('2026-11');
    add('2026-12');
    await approve('2026-11');
    await approve('2026-12');
    expect(add('2026-11', 'two')).toMatchObject({ voided: true });
    at('2026-11-23T00:00Z');
    await scheduleSend(deps, { publication, number: '2026-12', waived: {}, actor: 'operator', at: 0, rehearsal: false });
    at('2026-12-01T04:00Z');
    await take();
    expect(slots()).toEqual(['2026-12 empty']);
    expect(sends()).toHaveLength(1);
  });

  test('is not used up by a rehearsal, which approves nothing either', async () => {
    const { deps, publication, add, approve, at, take, sends } = setUp();
    add('2026-12');
    await scheduleSend(deps, { publication, number: '2026-12', waived: {}, actor: 'operator', at: 0, rehearsal: true });
    at('2026-12-01T04:00Z');
    await take();
    expect(sends()).toHaveLength(1);
    at('2026-12-02T04:00Z');
    await approve('2026-12');
    at('2027-01-05T04:00Z');
    await take();
    expect(sends()).toContain('tidewater/2026-12 scheduled 2027-01-05T09:00+05:00');
  });

  test('before the publication was there is nobody’s', async () => {
    const { take, slots } = setUp({ since: '2026-11-22T00:00Z' });
    await take();
    expect(slots()).toEqual([]);
  });

  test('draws the edition anew when the mail’s links would be others than those approved', async () => {
    const { deps, add, approve, at, drawn } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-12-01T04:00Z');
    await takeSlots({ ...deps, baseUrl: 'https://other.example.org' });
    expect(drawn).toEqual(['2026-12', '2026-12']);
  });
});

test('a slot that cannot be read keeps no other publication from its own', async () => {
  const { db, at, take, lines, slots } = setUp();
  samplePublication(db, 'other');
  db.update(publications).set({ slot: '1st tuesday 9am' }).where(eq(publications.slug, 'other')).run();
  at('2026-12-01T04:00Z');
  await take();
  expect(slots()).toEqual(['2026-12 empty']);
  expect(lines.some((line) => line.includes('slot.unreadable') && line.includes('1st tuesday 9am'))).toBe(true);
});

describe('two who send the same issue at the same moment', () => {
  /** Draws only when told to, so that something can happen meanwhile. */
  const slowly = (deps: EditionDeps) => {
    let go = () => {};
    const told = new Promise<void>((resolve) => {
      go = resolve;
    });
    const draw: EditionDeps['draw'] = async (...args) => {
      await told;
      return deps.draw(...args);
    };
    return { deps: { ...deps, draw }, go };
  };

  test('a slot takes it while a person orders it: one send, also when the slot’s is over already', async () => {
    const { db, deps, publication, add, approve, at, take, sends } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-12-01T04:00Z');
    const slow = slowly({ ...deps, baseUrl: 'https://other.example.org' });
    const order = { publication, number: '2026-12', waived: {}, actor: 'operator', at: deps.now(), rehearsal: false };
    const ordered = scheduleSend(slow.deps, order);
    await take();
    db.$client.exec("UPDATE sends SET state = 'sent', as_of = 1, frozen = 1");
    slow.go();
    await expect(ordered).rejects.toThrow('a second send would mail its readers twice');
    expect(sends()).toHaveLength(1);
  });

  test('it is sent while somebody approves it: no slot takes it again', async () => {
    const { deps, publication, add, at, take, sends } = setUp();
    add('2026-12');
    const slow = slowly({ ...deps, baseUrl: 'https://other.example.org' });
    const order = { publication, number: '2026-12', waived: {}, actor: 'operator' };
    const approved = approveIssue(slow.deps, order);
    await scheduleSend(deps, { ...order, at: deps.now(), rehearsal: false });
    slow.go();
    await expect(approved).rejects.toThrow('a slot would mail its readers twice');
    at('2026-12-01T04:00Z');
    await take();
    expect(sends()).toHaveLength(1);
  });
});

describe('a missed slot', () => {
  test('found within six hours goes out late', async () => {
    const { add, approve, at, take, start, notices } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-12-01T09:59Z');
    await take();
    expect([start(), notices()]).toEqual([['tidewater/2026-12'], []]);
  });

  test('found later waits for a person, who is told; resumed it starts at once', async () => {
    const { db, clock, add, approve, at, take, start, sends, slots, notices } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-12-02T04:30Z');
    await take();
    expect([start(), start()]).toEqual([[], []]);
    expect([sends(), slots()]).toEqual([['tidewater/2026-12 paused 2026-12-01T09:00+05:00'], ['2026-12 used']]);
    const facts = { kind: 'send-late', send: 'tidewater/2026-12', at: '2026-12-01T09:00+05:00', zone: 'Asia/Karachi', hours: 24 };
    expect(notices().map((notice) => notice.facts)).toEqual([facts]);
    clock.now += 20 * hour;
    steer({ db, now: () => clock.now }, 1, 'resume', 'operator');
    expect(start()).toEqual(['tidewater/2026-12']);
  });

  test('of months ago is left alone: only the latest counts', async () => {
    const { add, approve, at, take, slots } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2027-03-02T04:10Z');
    await take();
    expect(slots()).toEqual(['2027-03 used']);
  });
});

test('a send scheduled for an instant is held as well when it is found more than six hours late', async () => {
  const { deps, publication, add, at, start, sends, notices } = setUp();
  add('2026-12');
  const instant = Date.parse('2026-11-25T08:00Z');
  await scheduleSend(deps, { publication, number: '2026-12', waived: {}, actor: 'operator', at: instant, rehearsal: false });
  at('2026-11-25T14:00:01Z');
  expect([start(), sends()]).toEqual([[], ['tidewater/2026-12 paused 2026-11-25T13:00+05:00']]);
  expect(notices()).toHaveLength(1);
});

describe('across a change of the clocks', () => {
  for (const [zone, slot, since, instant, shown] of [
    ['Europe/Berlin', 'last sunday 02:30', '2026-03-20T00:00Z', '2026-03-29T01:30Z', 'the hour that does not exist: half past three'],
    ['Europe/Berlin', 'last sunday 02:30', '2026-10-20T00:00Z', '2026-10-25T00:30Z', 'the hour that comes twice: the first'],
    ['America/New_York', 'second sunday 02:30', '2026-03-01T06:00Z', '2026-03-08T07:30Z', 'the hour that does not exist: half past three'],
    ['America/New_York', 'first sunday 01:30', '2026-10-20T00:00Z', '2026-11-01T05:30Z', 'the hour that comes twice: the first'],
  ] as const)
    test(`${slot} in ${zone} goes out once, in ${shown}`, async () => {
      const { clock, add, approve, take, start } = setUp({ zone, slot, since });
      add('a');
      add('b');
      await approve('a');
      await approve('b'); // would go out if the slot came twice
      const started: string[] = [];
      for (clock.now = Date.parse(instant) - 3 * hour; clock.now < Date.parse(instant) + 3 * hour; clock.now += 5 * 60_000) {
        await take();
        for (const name of start()) started.push(`${name} ${new Date(clock.now).toISOString()}`);
      }
      expect(started).toEqual([`tidewater/a ${new Date(instant).toISOString()}`]);
    });
});

describe('approving', () => {
  test('twice changes nothing; after a cancelled send it counts anew', async () => {
    const { db, deps, publication, add, approve, at, take, sends } = setUp();
    add('2026-12');
    await approve('2026-12');
    at('2026-11-24T00:00Z');
    await approve('2026-12');
    await scheduleSend(deps, {
      publication,
      number: '2026-12',
      waived: {},
      actor: 'operator',
      at: Date.parse('2026-12-20'),
      rehearsal: false,
    });
    steer({ db, now: deps.now }, 1, 'cancel', 'operator');
    at('2026-11-25T00:00Z');
    expect(await approve('2026-12')).toEqual({ revision: 1, before: 0 });
    at('2026-12-01T04:00Z');
    await take();
    expect(sends()).toEqual(['tidewater/2026-12 cancelled 2026-12-20T05:00+05:00', 'tidewater/2026-12+2 scheduled 2026-12-01T09:00+05:00']);
  });

  test('is refused for an issue that went out, that is not there, or that a check stops', async () => {
    const { db, deps, publication, add, approve } = setUp();
    await expect(approve('2026-12')).rejects.toThrow('No issue tidewater/2026-12');
    add('2026-12');
    await scheduleSend(deps, { publication, number: '2026-12', waived: {}, actor: 'operator', at: 0, rehearsal: false });
    await expect(approve('2026-12')).rejects.toThrow('a slot would mail its readers twice');
    const stops = [{ check: 'links', line: 3, problem: 'a link that leads nowhere' }];
    const tree = { ...sampleTree, number: '2027-01' };
    reviseIssue(db, { publicationId: publication.id, tree, source: '', stops, hash: '', now: deps.now() }, 'operator');
    await expect(approve('2027-01')).rejects.toThrow('line 3: a link that leads nowhere');
    const order = { publication, number: '2027-01', actor: 'operator' };
    expect(await approveIssue(deps, { ...order, waived: { links: 'agreed' } })).toMatchObject({ revision: 1 });
  });

  test('a new revision cancels what was scheduled and had not started, and nothing else', async () => {
    const { deps, publication, add, at, start, sends } = setUp();
    add('2026-12');
    const order = { publication, number: '2026-12', waived: {}, actor: 'operator' };
    await scheduleSend(deps, { ...order, at: deps.now(), rehearsal: true });
    expect(startDueSends({ ...deps, rehearsal: true })).toHaveLength(1);
    await scheduleSend(deps, { ...order, at: Date.parse('2026-11-25T00:00Z'), rehearsal: false });
    expect(add('2026-12')).toMatchObject({ unscheduled: [] }); // the same text again
    expect(add('2026-12', 'two')).toMatchObject({ unscheduled: ['tidewater/2026-12'] });
    at('2026-11-25T00:00Z');
    expect(start()).toEqual([]);
    expect(sends().map((line) => line.split(' ')[1])).toEqual(['sending', 'cancelled']);
  });
});

describe('a slot that is set or moved begins with its next instant', () => {
  const begin = ({ db, publication, clock }: ReturnType<typeof setUp>, slot: string) => {
    db.update(publications).set({ slot }).run();
    return iso(beginSlot(db, { ...publication, slot }, clock.now), 'Asia/Karachi');
  };

  test('an issue that waits does not go out for a time that is over, and nobody is told that a slot was empty', async () => {
    const here = setUp({ since: '2026-08-01T00:00Z' });
    here.add('2026-11');
    await here.approve('2026-11');
    here.at('2026-11-15T12:00Z');
    expect(begin(here, 'day 10 09:00')).toBe('2026-12-10T09:00+05:00');
    await here.take();
    expect([here.sends(), here.notices()]).toEqual([[], []]);
    here.at('2026-12-10T04:00Z');
    await here.take();
    expect(here.sends()).toEqual(['tidewater/2026-11 scheduled 2026-12-10T09:00+05:00']);
  });

  test('moved later in a month that has had its slot, it comes in the next one', () => {
    const here = setUp({ since: '2026-08-01T00:00Z' });
    here.at('2026-11-15T12:00Z');
    begin(here, 'day 10 09:00');
    expect(begin(here, 'day 20 09:00')).toBe('2026-12-20T09:00+05:00');
  });

  test('a slot still to come in this month comes', () => {
    const here = setUp({ since: '2026-08-01T00:00Z' });
    here.at('2026-11-15T12:00Z');
    expect(begin(here, 'day 20 09:00')).toBe('2026-11-20T09:00+05:00');
    expect(here.slots()).toEqual(['2026-10 empty']);
  });
});
