/** What an approval covers, and what voids it: whatever would make the mail another than the one that was looked at. */
import { describe, expect, test } from 'vitest';
import { defaultCustoms } from '../../src/model/customs.ts';
import { approveIssue } from '../../src/schedule/approve.ts';
import { takeFiles } from '../../src/schedule/issue-files.ts';
import { nextSlot, orderSend, takeBackOrder, type When } from '../../src/schedule/order.ts';
import { revisePublication } from '../../src/schedule/publications.ts';
import { scheduleSend } from '../../src/schedule/schedule.ts';
import { makeProof, signOff } from '../../src/schedule/signoff.ts';
import { takeSlots } from '../../src/schedule/slots.ts';
import { voidStrays } from '../../src/schedule/undo-approval.ts';
import { waive } from '../../src/schedule/writing.ts';
import { findApproval } from '../../src/store/approvals.ts';
import { saveCustoms } from '../../src/store/customs.ts';
import { listedIssue, standingOf } from '../../src/store/issue-list.ts';
import { findDraft } from '../../src/store/issues.ts';
import { changePublication, type PublicationChanges } from '../../src/store/publications.ts';
import { audit, editions, notices, sends } from '../../src/store/schema.ts';
import { tagOf } from '../../src/store/writing.ts';
import { openDeskRoom, text } from './desk.ts';

type Room = Awaited<ReturnType<typeof openDeskRoom>>;

const hashOf = async ({ deps, issue }: Room): Promise<string> => (await makeProof(deps, issue))?.hash ?? 'none';
const approve = async (room: Room, actor = 'person 2'): Promise<void> =>
  signOff(room.deps, { issueId: room.issue.id, hash: await hashOf(room), actor });
const order = async (room: Room, when: When) =>
  orderSend(room.deps, { issueId: room.issue.id, when, hash: await hashOf(room), after: '', rehearsal: false, actor: 'person 2' });
const standing = ({ db, issue }: Room): string => {
  const listed = listedIssue(db, issue.id);
  return listed === undefined ? 'gone' : standingOf(listed);
};
const hour = 3_600_000;
const chart = `${text()}
:::chart{#riders data="data/riders.csv" preset="bars"}
Riders by day

Source: The harbour

Alt: More on Monday.
:::
`;
const take = ({ deps, issue }: Room, monday: number) =>
  takeFiles(deps, {
    issueId: issue.id,
    files: [{ name: 'riders.csv', bytes: Buffer.from(`Day,Riders\nMon,${monday}\nTue,2\n`) }],
    actor: 'person 1',
  });

test('an approval covers the light edition too: another light mail or page is another proof', async () => {
  const room = await openDeskRoom();
  const seen = await hashOf(room);
  room.db.$client.exec('DELETE FROM editions');
  const { draw } = room.deps;
  const otherwise = async (...given: Parameters<typeof draw>) => {
    const drawing = await draw(...given);
    return { ...drawing, light: { ...drawing.light, page: 'another' } };
  };
  expect((await makeProof({ ...room.deps, draw: otherwise }, room.issue))?.hash).not.toBe(seen);
});

test('who looked at it as it came from one address approves nothing once it comes from another', async () => {
  const room = await openDeskRoom();
  const hash = await hashOf(room);
  const note = { actor: 'person 1', now: room.clock.now };
  revisePublication(room.db, room.publication.slug, note, () => ({ changes: { fromAddress: 'other@tidewater.example' }, detail: 'x' }));
  await expect(signOff(room.deps, { issueId: room.issue.id, hash, actor: 'person 2' })).rejects.toThrow(/nothing was approved/);
  await approve(room);
  await order(room, { kind: 'slot', period: '2026-12' });
  changePublication(room.db, room.publication.id, { replyTo: 'other@tidewater.example' }); // past every door: the slot looks for itself
  room.clock.now = Date.parse('2026-12-01T04:00Z');
  await takeSlots(room.deps);
  await takeSlots(room.deps);
  expect(room.db.select().from(sends).all()).toEqual([]);
});

describe('an approval, and what it scheduled, is void at once when the publication', () => {
  test.each<[string, PublicationChanges]>([
    ['mails from another address', { fromAddress: 'other@tidewater.example' }],
    ['takes answers elsewhere', { replyTo: 'other@tidewater.example' }],
    ['gets another name', { name: 'Another' }],
    ['moves', { postalAddress: '9 Quay' }],
    ['gets another look', { brand: { accent: '#0a656c' } }],
    ['begins to count', { measure: 'on' }],
  ])('%s', async (_, changes) => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + hour });
    const note = { actor: 'person 1', now: room.clock.now };
    const changed = revisePublication(room.db, room.publication.slug, note, () => ({ changes, detail: 'x' }));
    expect(changed?.voided).toEqual(['tidewater/2026-12']);
    expect(standing(room)).toBe('draft');
    expect(room.db.select().from(sends).all()).toMatchObject([{ state: 'cancelled' }]);
    const last = room.db.select().from(audit).all().slice(-2);
    expect(last).toMatchObject([
      { actor: 'person 1', action: 'void', subject: 'tidewater/2026-12' },
      { actor: 'person 1', action: 'unschedule', subject: 'tidewater/2026-12' },
    ]);
  });

  test.each<[string, PublicationChanges]>([
    ['no word of a mail changes', { welcome: true, slot: 'day 3 09:00', zone: 'UTC' }],
    ['the same is said again', { name: 'The Tidewater Review' }],
  ])('but not when %s', async (_, changes) => {
    const room = await openDeskRoom();
    await approve(room);
    const note = { actor: 'person 1', now: room.clock.now };
    expect(revisePublication(room.db, room.publication.slug, note, () => ({ changes, detail: 'x' }))?.voided).toEqual([]);
    expect(standing(room)).toBe('approved');
  });

  test('and never what has begun to go out', async () => {
    const room = await openDeskRoom();
    await approve(room);
    await order(room, { kind: 'now' });
    room.db.$client.exec(`UPDATE sends SET state = 'sending', as_of = ${room.clock.now}`);
    const note = { actor: 'person 1', now: room.clock.now };
    expect(revisePublication(room.db, room.publication.slug, note, () => ({ changes: { name: 'Other' }, detail: 'x' }))?.voided).toEqual(
      [],
    );
    expect(room.db.select().from(sends).all()).toMatchObject([{ state: 'sending' }]);
  });
});

test('what waits for its time is void when serve starts under another address, and the editors are told; under the same it waits on', async () => {
  const room = await openDeskRoom();
  await approve(room);
  await order(room, { kind: 'at', at: room.clock.now + hour });
  voidStrays(room.deps);
  expect(standing(room)).toBe('scheduled');
  voidStrays({ ...room.deps, baseUrl: 'https://elsewhere.example.org' });
  expect(standing(room)).toBe('draft');
  expect(room.db.select().from(sends).all()).toMatchObject([{ state: 'cancelled' }]);
  expect(room.db.select().from(notices).all()).toMatchObject([{ facts: { kind: 'approval-void', issue: 'tidewater/2026-12' } }]);
});

test('a waiver that is taken back or said otherwise voids the approval that rested on it', async () => {
  const room = await openDeskRoom({ source: text('One.', { link: '#' }) });
  const [stop] = (await makeProof(room.deps, room.issue))?.stops ?? [];
  const say = (reason: string) =>
    waive(room.deps, { issueId: room.issue.id, check: 'links', problems: [stop?.problem ?? ''], reason, actor: 'person 1' });
  for (const reason of ['', 'another reason']) {
    say('on Monday');
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + hour });
    say('on Monday');
    expect(standing(room)).toBe('scheduled');
    say(reason);
    expect(findApproval(room.db, room.issue.id)).toBeUndefined();
    expect(room.db.select().from(sends).all().at(-1)).toMatchObject({ state: 'cancelled' });
  }
});

describe('a file that takes the place of another', () => {
  test('is in the proof, as it is in the preview, and voids what was approved with the other', async () => {
    const room = await openDeskRoom();
    await take(room, 3);
    await room.write(chart);
    await approve(room);
    await order(room, { kind: 'at', at: room.clock.now + hour });
    await take(room, 3);
    expect(standing(room)).toBe('scheduled');
    await take(room, 4);
    expect(standing(room)).toBe('draft');
    const proof = await makeProof(room.deps, room.issue);
    expect(JSON.stringify(proof?.revision.tree)).toContain('["Mon","4"]');
    expect(
      room.db.$client.prepare("SELECT group_concat(coalesce(json_extract(tree, '$.title'), '')) FROM revisions").pluck().get(),
    ).toContain(',');
  });

  test('and the file that a text waited for makes it readable without another word', async () => {
    const room = await openDeskRoom({ source: chart });
    expect(findDraft(room.db, room.issue.id)?.tree).toBeNull();
    await take(room, 3);
    expect(findDraft(room.db, room.issue.id)?.tree).not.toBeNull();
  });

  test('says the tag of the text as it is then, so that who goes on writing is not told that somebody was faster', async () => {
    const room = await openDeskRoom();
    await take(room, 3);
    await room.write(chart);
    await approve(room);
    const taken = await take(room, 5);
    const draft = findDraft(room.db, room.issue.id);
    expect(taken.kept && tagOf(taken.kept.draft)).toBe(draft && tagOf(draft));
  });
});

test('an issue that was taken back from its time goes out in the slot that it is put down for then', async () => {
  const room = await openDeskRoom();
  await approve(room);
  await order(room, { kind: 'at', at: room.clock.now + hour });
  room.clock.now += 1000;
  takeBackOrder(room.deps, { issueId: room.issue.id, rehearsal: false, actor: 'person 2' });
  room.clock.now += 1000;
  const { at } = nextSlot(room.db, room.publication, room.clock.now);
  await order(room, { kind: 'slot', period: '2026-12' });
  room.clock.now = at;
  await takeSlots(room.deps);
  expect(room.db.select().from(sends).all()).toMatchObject([{ state: 'cancelled' }, { state: 'scheduled', scheduledFor: at }]);
});

test('proofs of texts that were changed since are forgotten when the next is made; what was sent, or rehearsed, stays with its light edition', async () => {
  const room = await openDeskRoom();
  const kept = () =>
    room.db
      .select()
      .from(editions)
      .all()
      .map(({ revision, format }) => `${revision} ${format}`);
  await hashOf(room);
  await room.write(text('Two.'));
  await approve(room);
  await order(room, { kind: 'at', at: room.clock.now + hour });
  await room.write(text('Three.'));
  await hashOf(room);
  await room.write(text('Four.'));
  await hashOf(room);
  expect(kept()).toEqual(['2 light', '2 full', '4 light', '4 full']);
});

describe('by command', () => {
  const operator = { number: '2026-12', waived: {}, actor: 'operator' };

  test('where two people are asked for nobody approves or sends their own words; what another approved may go', async () => {
    const room = await openDeskRoom();
    saveCustoms(room.db, room.publication.id, { ...defaultCustoms, twoPeople: true });
    await room.write(text('Two.'), 'operator');
    const send = { ...operator, publication: room.publication, at: room.clock.now + hour, rehearsal: false };
    await expect(approveIssue(room.deps, send)).rejects.toThrow(/asks for two people/);
    await expect(scheduleSend(room.deps, send)).rejects.toThrow(/asks for two people/);
    await approve(room, 'person 2');
    await approveIssue(room.deps, send);
    expect(findApproval(room.db, room.issue.id)).toMatchObject({ actor: 'person 2', slottedAt: room.clock.now });
    expect((await scheduleSend(room.deps, send)).state).toBe('scheduled');
  });

  test('a text that was saved while the edition was drawn is neither approved nor passed over', async () => {
    const room = await openDeskRoom();
    const draw: typeof room.deps.draw = async (...given) => {
      await room.write(text('Meanwhile.'));
      return room.deps.draw(...given);
    };
    const send = { ...operator, publication: room.publication, at: room.clock.now + hour, rehearsal: false };
    await expect(scheduleSend({ ...room.deps, draw }, send)).rejects.toThrow(/changed while/);
    expect(room.db.select().from(sends).all()).toEqual([]);
    room.db.$client.exec('DELETE FROM editions');
    const again: typeof draw = async (...given) => {
      await room.write(text('Once more.'));
      return room.deps.draw(...given);
    };
    await expect(approveIssue({ ...room.deps, draw: again }, send)).rejects.toThrow(/changed while/);
    expect(findApproval(room.db, room.issue.id)).toBeUndefined();
  });
});
