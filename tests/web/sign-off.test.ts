/** Signing off over the desk's own addresses: who is asked to show who they are, who may take what back, and what each is told. */
import { expect, test } from 'vitest';
import { findApproval } from '../../src/store/approvals.ts';
import { findDraft } from '../../src/store/issues.ts';
import { sends } from '../../src/store/schema.ts';
import { tagOf } from '../../src/store/writing.ts';
import { text } from '../schedule/desk.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin', accept: 'text/html' };
const issue = '/console/issues/1';
const post = (site: Site, path: string, fields: Record<string, string>, cookie: string) =>
  fetch(site.url + path, { method: 'POST', headers: { ...own, cookie }, body: new URLSearchParams(fields), redirect: 'manual' });
const pageAt = async (site: Site, path: string, cookie: string): Promise<string> =>
  (await fetch(site.url + path, { headers: { cookie } })).text();

/** An issue that somebody has approved, the hash of its proof, and an editor. */
async function approved(source = text()): Promise<{ site: Site; hash: string; editor: string; owner: string }> {
  const site = await openSite();
  const owner = signInAs(site, 'owner').cookie;
  const editor = signInAs(site, 'editor').cookie;
  await post(site, '/console/issues/new', { publication: 'tidewater', from: 'text', source }, editor);
  await post(site, `${issue}/proof`, {}, editor);
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(await pageAt(site, `${issue}/proof`, editor))?.[1] ?? '';
  expect((await post(site, `${issue}/approve`, { hash }, editor)).status).toBe(303);
  return { site, hash, editor, owner };
}

test('who sends now shows first who they are, by whichever address the form comes, and the form goes out again', async () => {
  const { site, hash, editor } = await approved();
  await using _ = site;
  site.clock.ahead = 11 * 60_000;
  const led = await post(site, `${issue}/schedule`, { when: 'now', hash, after: '' }, editor);
  expect([led.status, led.headers.get('location')]).toEqual([307, `${issue}/send`]);
  const asked = await post(site, `${issue}/send`, { hash, after: '' }, editor);
  const page = await asked.text();
  expect(asked.status).toBe(403);
  expect(page).toContain(`name="hash" value="${hash}"`);
  expect(site.db.select().from(sends).all()).toEqual([]);
  const at = new Date(site.now() + 3_600_000).toISOString().slice(0, 16);
  expect((await post(site, `${issue}/schedule`, { when: 'at', at: `${at}Z`, hash, after: '' }, editor)).status).toBe(303);
}, 30_000);

test('to go on with a send that was found late and has not begun is to send now, and asks the same', async () => {
  const { site, hash, editor } = await approved();
  await using _ = site;
  const at = `${new Date(site.now() + 3_600_000).toISOString().slice(0, 16)}Z`;
  await post(site, `${issue}/schedule`, { when: 'at', at, hash, after: '' }, editor);
  site.db.$client.exec("UPDATE sends SET state = 'paused', scheduled_for = 1");
  site.clock.ahead = 11 * 60_000;
  const led = await post(site, '/console/sends/1/resume', {}, editor);
  expect([led.status, led.headers.get('location')]).toEqual([307, '/console/sends/1/begin']);
  expect((await post(site, '/console/sends/1/begin', {}, editor)).status).toBe(403);
  expect(site.db.select().from(sends).all()).toMatchObject([{ state: 'paused' }]);
  site.clock.ahead = 0;
  expect((await post(site, '/console/sends/1/begin', {}, editor)).status).toBe(303);
  expect(site.db.select().from(sends).all()).toMatchObject([{ state: 'scheduled' }]);
}, 30_000);

test('a viewer takes no approval back but their own; an editor takes any back', async () => {
  const { site, hash, editor } = await approved();
  await using _ = site;
  const viewer = signInAs(site, 'viewer').cookie;
  expect(await pageAt(site, `${issue}/proof`, viewer)).not.toContain('Take the approval back');
  expect(await pageAt(site, `${issue}/proof`, editor)).toContain('Take the approval back');
  const refused = await post(site, `${issue}/unapprove`, {}, viewer);
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('Somebody else approved it')]);
  expect(findApproval(site.db, 1)).toBeDefined();
  expect((await post(site, `${issue}/unapprove`, {}, editor)).status).toBe(303);
  expect((await post(site, `${issue}/approve`, { hash }, viewer)).status).toBe(303);
  expect((await post(site, `${issue}/unapprove`, {}, viewer)).status).toBe(303);
  expect(findApproval(site.db, 1)).toBeUndefined();
}, 30_000);

test('who begins to count links is told nothing else, and what was approved without counting is approved no more', async () => {
  const { site, owner } = await approved();
  await using _ = site;
  await post(site, '/console/measure', { publication: 'tidewater', answer: 'on' }, owner);
  expect(findApproval(site.db, 1)).toBeUndefined();
}, 30_000);

test('an approval outlives nobody’s session: who was taken off the desk approves nothing, and is asked to sign in', async () => {
  const { site, hash, editor, owner } = await approved();
  await using _ = site;
  const viewer = signInAs(site, 'viewer');
  await post(site, `${issue}/unapprove`, {}, editor);
  expect((await post(site, `/console/settings/team/${viewer.id}/remove`, {}, owner)).status).toBe(303);
  expect((await post(site, `${issue}/approve`, { hash }, viewer.cookie)).status).toBe(401);
  expect(findApproval(site.db, 1)).toBeUndefined();
}, 30_000);

test('a text that was saved and never read, since serve was killed between, is read when its proof is made', async () => {
  const { site, hash, editor } = await approved();
  await using _ = site;
  site.db.$client.exec("UPDATE revisions SET tree = NULL, errors = NULL, hash = ''; DELETE FROM approvals");
  const late = await post(site, `${issue}/approve`, { hash }, editor);
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('has changed since this page was opened')]);
  expect((await post(site, `${issue}/proof`, {}, editor)).status).toBe(303);
  expect((await post(site, `${issue}/approve`, { hash }, editor)).status).toBe(303);
}, 30_000);

test('a file in the place of another answers with the tag of the text as it shows then, and says what that undid', async () => {
  const chart = `${text()}
:::chart{#riders data="data/riders.csv" preset="bars"}
Riders by day

Source: The harbour

Alt: More on Monday.
:::
`;
  await using site = await openSite();
  const editor = signInAs(site, 'editor').cookie;
  await post(site, '/console/issues/new', { publication: 'tidewater', from: 'text', source: chart }, editor);
  const upload = async (csv: string): Promise<unknown> => {
    const form = new FormData();
    form.set('file', new Blob([csv]), 'riders.csv');
    const headers = { ...own, accept: 'application/json', cookie: editor };
    return (await fetch(`${site.url}${issue}/files`, { method: 'POST', headers, body: form })).json();
  };
  const tag = () => tagOf(findDraft(site.db, 1) ?? { revision: 0, saves: 0 });
  expect(await upload('Day,Riders\nMon,3\nTue,1\n')).toMatchObject({ files: [{ path: 'data/riders.csv' }], tag: tag() });
  expect(findDraft(site.db, 1)?.tree).not.toBeNull();
  const before = tag();
  expect(await upload('Day,Riders\nMon,3\nTue,1\n')).not.toHaveProperty('tag');
  expect(tag()).toBe(before);
}, 30_000);
