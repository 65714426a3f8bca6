/** Signing off over the desk's own addresses: who is asked to show who they are, who may take what back, and what each is told. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findApproval } from '../../src/store/approvals.ts';
import { findDraft } from '../../src/store/issues.ts';
import { sends } from '../../src/store/schema.ts';
import { tagOf } from '../../src/store/writing.ts';
import { text } from '../schedule/desk.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin', accept: 'text/html' };
const post = (path: string, fields: Record<string, string>, cookie: string) =>
  fetch(site.url + path, { method: 'POST', headers: { ...own, cookie }, body: new URLSearchParams(fields), redirect: 'manual' });
const pageAt = async (path: string, cookie: string): Promise<string> => (await fetch(site.url + path, { headers: { cookie } })).text();

/** One for the file, since a drawing process takes its time to begin; each test has an issue and people of its own. */
let site: Site;
let issues = 0;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site[Symbol.asyncDispose]());

/** An issue that an editor begins. */
async function begun(source = text) {
  issues += 1;
  site.clock.ahead = 0;
  const owner = signInAs(site, 'owner').cookie;
  const editor = signInAs(site, 'editor').cookie;
  const fields = { publication: 'tidewater', from: 'text', source: source('One.', { number: `20${30 + issues}-01` }) };
  const issue = (await post('/console/issues/new', fields, editor)).headers.get('location') ?? '';
  const id = Number(issue.split('/').at(-1));
  return { id, issue, owner, editor, sent: () => site.db.select().from(sends).where(eq(sends.issueId, id)).all() };
}

/** One that somebody has approved, with the hash of its proof. */
async function approved() {
  const room = await begun();
  await post(`${room.issue}/proof`, {}, room.editor);
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(await pageAt(`${room.issue}/proof`, room.editor))?.[1] ?? '';
  expect((await post(`${room.issue}/approve`, { hash }, room.editor)).status).toBe(303);
  return { ...room, hash };
}

test('who sends now shows first who they are, by whichever address the form comes, and the form goes out again', async () => {
  const { issue, sent, hash, editor } = await approved();
  site.clock.ahead = 11 * 60_000;
  const led = await post(`${issue}/schedule`, { when: 'now', hash, after: '' }, editor);
  expect([led.status, led.headers.get('location')]).toEqual([307, `${issue}/send`]);
  const asked = await post(`${issue}/send`, { hash, after: '' }, editor);
  const page = await asked.text();
  expect(asked.status).toBe(403);
  expect(page).toContain(`name="hash" value="${hash}"`);
  expect(sent()).toEqual([]);
  const at = new Date(site.now() + 3_600_000).toISOString().slice(0, 16);
  expect((await post(`${issue}/schedule`, { when: 'at', at: `${at}Z`, hash, after: '' }, editor)).status).toBe(303);
});

test('to go on with a send that was found late and has not begun is to send now, and asks the same', async () => {
  const { id, issue, sent, hash, editor } = await approved();
  const at = `${new Date(site.now() + 3_600_000).toISOString().slice(0, 16)}Z`;
  await post(`${issue}/schedule`, { when: 'at', at, hash, after: '' }, editor);
  const send = sent()[0]?.id;
  site.db.$client.exec(`UPDATE sends SET state = 'paused', scheduled_for = 1 WHERE issue_id = ${id}`);
  site.clock.ahead = 11 * 60_000;
  const led = await post(`/console/sends/${send}/resume`, {}, editor);
  expect([led.status, led.headers.get('location')]).toEqual([307, `/console/sends/${send}/begin`]);
  expect((await post(`/console/sends/${send}/begin`, {}, editor)).status).toBe(403);
  expect(sent()).toMatchObject([{ state: 'paused' }]);
  site.clock.ahead = 0;
  expect((await post(`/console/sends/${send}/begin`, {}, editor)).status).toBe(303);
  expect(sent()).toMatchObject([{ state: 'scheduled' }]);
});

test('a viewer takes no approval back but their own; an editor takes any back', async () => {
  const { id, issue, hash, editor } = await approved();
  const viewer = signInAs(site, 'viewer').cookie;
  expect(await pageAt(`${issue}/proof`, viewer)).not.toContain('Take the approval back');
  expect(await pageAt(`${issue}/proof`, editor)).toContain('Take the approval back');
  const refused = await post(`${issue}/unapprove`, {}, viewer);
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('Somebody else approved it')]);
  expect(findApproval(site.db, id)).toBeDefined();
  expect((await post(`${issue}/unapprove`, {}, editor)).status).toBe(303);
  expect((await post(`${issue}/approve`, { hash }, viewer)).status).toBe(303);
  expect((await post(`${issue}/unapprove`, {}, viewer)).status).toBe(303);
  expect(findApproval(site.db, id)).toBeUndefined();
});

test('an approval outlives nobody’s session: who was taken off the desk approves nothing, and is asked to sign in', async () => {
  const { id, issue, hash, editor, owner } = await approved();
  const viewer = signInAs(site, 'viewer');
  await post(`${issue}/unapprove`, {}, editor);
  expect((await post(`/console/settings/team/${viewer.id}/remove`, {}, owner)).status).toBe(303);
  expect((await post(`${issue}/approve`, { hash }, viewer.cookie)).status).toBe(401);
  expect(findApproval(site.db, id)).toBeUndefined();
});

test('a text that was saved and never read, since serve was killed between, is read when its proof is made', async () => {
  const { id, issue, hash, editor } = await approved();
  site.db.$client.exec(
    `UPDATE revisions SET tree = NULL, errors = NULL, hash = '' WHERE issue_id = ${id}; DELETE FROM approvals WHERE issue_id = ${id}`,
  );
  const late = await post(`${issue}/approve`, { hash }, editor);
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('has changed since this page was opened')]);
  expect((await post(`${issue}/proof`, {}, editor)).status).toBe(303);
  expect((await post(`${issue}/approve`, { hash }, editor)).status).toBe(303);
});

test('a file in the place of another answers with the tag of the text as it shows then, and says what that undid', async () => {
  const chart: typeof text = (...given) => `${text(...given)}
:::chart{#riders data="data/riders.csv" preset="bars"}
Riders by day

Source: The harbour

Alt: More on Monday.
:::
`;
  const { id, issue, editor } = await begun(chart);
  const upload = async (csv: string): Promise<unknown> => {
    const form = new FormData();
    form.set('file', new Blob([csv]), 'riders.csv');
    const headers = { ...own, accept: 'application/json', cookie: editor };
    return (await fetch(`${site.url}${issue}/files`, { method: 'POST', headers, body: form })).json();
  };
  const tag = () => tagOf(findDraft(site.db, id) ?? { revision: 0, saves: 0 });
  expect(await upload('Day,Riders\nMon,3\nTue,1\n')).toMatchObject({ files: [{ path: 'data/riders.csv' }], tag: tag() });
  expect(findDraft(site.db, id)?.tree).not.toBeNull();
  const before = tag();
  expect(await upload('Day,Riders\nMon,3\nTue,1\n')).not.toHaveProperty('tag');
  expect(tag()).toBe(before);
});

test('who begins to count links is told nothing else, and what was approved without counting is approved no more', async () => {
  const { id, owner } = await approved();
  await post('/console/measure', { publication: 'tidewater', answer: 'on' }, owner);
  expect(findApproval(site.db, id)).toBeUndefined();
});
