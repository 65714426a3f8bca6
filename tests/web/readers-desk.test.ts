/** Readers on the desk: lists without a whole address, adding and moving by hand, the export, and an import from the file to its undoing. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleReaders } from '../support/store.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin' };
const pageAt = async (site: Site, path: string): Promise<string> => (await fetch(site.url + path)).text();
const press = (site: Site, path: string, fields: Record<string, string> = {}) =>
  fetch(site.url + path, { method: 'POST', headers: own, body: new URLSearchParams(fields), redirect: 'manual' });
const script = '<script>alert(1)</script>';

test('the list shows how readers stand, newest first, a page at a time, and no whole address', async () => {
  await using site = await openSite();
  sampleReaders(site.db, site.publication.id, 120);
  site.db.$client.prepare('UPDATE readers SET name = ? WHERE id = 120').run(script);
  site.db.$client.exec("UPDATE subscriptions SET state = 'left' WHERE reader_id IN (5, 6)");
  const first = await pageAt(site, '/console/readers');
  expect(first).toContain('118 readers');
  expect(first).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(first).not.toContain(script);
  expect(first).not.toMatch(/r\d+@example/);
  const seen = new Set<string>();
  for (let path: string | undefined = '/console/readers'; path !== undefined; ) {
    const page = await pageAt(site, path);
    for (const [, id = ''] of page.matchAll(/href="\/console\/readers\/(\d+)"/g)) seen.add(id);
    path = /href="([^"]+)">Earlier/.exec(page)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(seen.size).toBe(120);
  const left = await pageAt(site, '/console/readers?publication=tidewater&state=left');
  expect([...left.matchAll(/href="\/console\/readers\/(\d+)"/g)].map(([, id]) => id)).toEqual(['6', '5']);
});

test('one reader is shown with each issue, each event and the words agreed to', async () => {
  await using site = await openSite();
  const added = await press(site, '/console/readers/add', {
    publication: 'tidewater',
    email: 'anna@example.org',
    name: script,
    language: 'ur',
    words: `Asked by mail ${script}`,
  });
  expect([added.status, added.headers.get('location')]).toEqual([303, '/console?publication=tidewater']); // nothing was sent yet: on with the steps
  const page = await pageAt(site, '/console/readers/1');
  for (const words of ['anna@example.org', 'Asked by mail &lt;script&gt;', 'Asked to subscribe', 'None has been sent to them.', 'reads ur'])
    expect(page, words).toContain(words);
  expect(page).not.toContain(script);
});

test('a viewer sees no whole address on a reader’s page, not even in what a server said, and may export nothing', async () => {
  await using site = await openSite();
  sampleReaders(site.db, site.publication.id, 1);
  site.db.$client.exec(`INSERT INTO feedback (at, source, kind, reason, scope, class, diagnostic, found_by, reader_id, proven, charge, effect, why)
    VALUES (1, 'answer', 'bounce', 'user-unknown', 'recipient', 'hard', '550 5.1.1 <R1@Example.com>: no such user, r1@example.com', 'row', 1, 0, 'none', 'none', 'x')`);
  const { cookie } = signInAs(site, 'viewer');
  const get = async (path: string) => (await fetch(site.url + path, { headers: { cookie }, redirect: 'manual' })) as Response;
  const page = await (await get('/console/readers/1')).text();
  expect(page).toContain('r…@example.com');
  expect(page).toContain('no such user');
  expect(page).not.toMatch(/r1@example/i);
  expect(page).not.toContain('/move');
  for (const path of ['/console/readers/export', '/console/readers/add', '/console/readers/import'])
    expect((await get(path)).status, path).toBe(403);
  const editor = signInAs(site, 'editor').cookie;
  expect(await (await fetch(`${site.url}/console/readers/1`, { headers: { cookie: editor } })).text()).toContain('r1@example.com');
});

test.each([
  [{ email: 'nobody' }, 'The address has no @'],
  [{ words: 'yes' }, 'Say in some words what they agreed to'],
  [{ publication: 'no-such' }, 'Choose the publication'],
])('a reader is not added by %o, and what was typed stays in the form', async (changes, words) => {
  await using site = await openSite();
  const answer = await press(site, '/console/readers/add', {
    publication: 'tidewater',
    email: 'anna@example.org',
    name: 'Anna "Lee"',
    language: '',
    words: 'Asked by mail',
    ...changes,
  });
  const page = await answer.text();
  expect([answer.status, page.includes(words), page.includes('value="Anna &quot;Lee&quot;"')]).toEqual([422, true, true]);
  expect(site.db.$client.prepare('SELECT count(*) FROM readers').pluck().get()).toBe(0);
});

test('a reader is suspended, put back and taken off by the buttons of their page', async () => {
  await using site = await openSite();
  sampleReaders(site.db, site.publication.id, 1);
  const state = () => site.db.$client.prepare('SELECT state FROM subscriptions').pluck().get();
  const states = [];
  for (const move of ['suspend', 'reinstate', 'leave', 'leave']) {
    await press(site, '/console/readers/1/move', { publication: '1', move, reason: 'they phoned' });
    states.push(state());
  }
  expect(states).toEqual(['suspended', 'active', 'left', 'left']);
  expect((await press(site, '/console/readers/1/move', { publication: '1', move: 'burn' })).status).toBe(400);
});

test('the export disarms what a spreadsheet would take for a formula, and stands in the audit', async () => {
  await using site = await openSite();
  sampleReaders(site.db, site.publication.id, 5);
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'];
  for (const [i, name] of names.entries()) site.db.$client.prepare('UPDATE readers SET name = ? WHERE id = ?').run(name, i + 1);
  const file = await fetch(`${site.url}/console/readers/export`);
  expect(file.headers.get('content-disposition')).toContain('attachment');
  const lines = (await file.text()).trimEnd().split('\r\n');
  expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", `"'\t=1"`]);
  expect(site.db.$client.prepare("SELECT subject FROM audit WHERE action = 'export'").pluck().all()).toEqual(['tidewater']);
});

function upload(site: Site, csv: string, { name = 'members.csv', words = 'Signed up on paper in March', publication = 'tidewater' } = {}) {
  const form = new FormData();
  form.set('publication', publication);
  form.set('words', words);
  form.set('file', new Blob([csv]), name);
  return fetch(`${site.url}/console/readers/import`, { method: 'POST', headers: own, body: form, redirect: 'manual' });
}

const until = (site: Site, path: string, words: string) => expect.poll(() => pageAt(site, path), { timeout: 10_000 }).toContain(words);

test('a list is looked at, its columns chosen, tried out without changing anything, added, and taken back as a whole', async () => {
  await using site = await openSite({ file: true });
  sampleReaders(site.db, site.publication.id, 1);
  const count = () => site.db.$client.prepare("SELECT count(*) FROM readers WHERE email <> ''").pluck().get();
  const taken = await upload(
    site,
    `Who;Where to write;Town\n${script};anna@example.org;Delft\nBo;bo@example.org;Rome\nOld;r1@example.com;x\nNo;nothing;x\n`,
  );
  const path = taken.headers.get('location') ?? '';
  const choice = await pageAt(site, path);
  expect(choice).toContain('<option value="">Choose one</option>'); // no column says that it is the address
  expect(choice).toContain('a…a@example.org');
  expect(choice).not.toContain(script);
  expect((await press(site, `${path}/try`, { email: '' })).status).toBe(422);
  expect((await press(site, `${path}/try`, { email: '1', name: '1' })).status).toBe(422);
  await press(site, `${path}/try`, { email: '1', name: '0', language: '' });
  await until(site, path, 'It would add 2 readers');
  const tried = await pageAt(site, path);
  for (const words of ['<b>1</b> here already', '<mark>1 row with a problem</mark>', 'line 5: the address has no @'])
    expect(tried, words).toContain(words);
  expect(count()).toBe(1);
  const rejected = await (await fetch(`${site.url}${path}/rejected`)).text();
  expect(rejected).toContain('No,nothing,x');
  await press(site, `${path}/run`);
  await press(site, `${path}/run`); // a double press
  await until(site, path, 'It added 2 readers');
  expect(count()).toBe(3);
  expect(await pageAt(site, '/console/readers/imports')).toContain('members.csv');
  expect(await pageAt(site, '/console/readers/2')).toContain('Signed up on paper in March');
  await press(site, '/console/readers/imports/1/undo');
  await press(site, '/console/readers/imports/1/undo');
  await until(site, '/console/readers/imports/1', '2 readers taken back, 0 left alone');
  expect(count()).toBe(1);
  expect(site.db.$client.prepare("SELECT action FROM audit WHERE action LIKE 'import%'").pluck().all()).toEqual(['import', 'import undo']);
});

test.each([
  ['an empty file', '', {}, 'members.csv is empty'],
  ['a spreadsheet', 'PK\u0003\u0004xxxx', {}, 'members.csv is a spreadsheet or archive'],
  ['no words of consent', 'email\na@b.example\n', { words: 'ok' }, 'Say in some words'],
  ['no publication', 'email\na@b.example\n', { publication: 'x' }, 'Choose the publication'],
  ['a name that leads elsewhere', '', { name: '../../evil.csv' }, 'is empty'],
])('%s is refused in words, without a path of this machine, and leaves no file behind', async (_, csv, options, words) => {
  await using site = await openSite({ file: true });
  const answer = await upload(site, csv, options);
  const page = await answer.text();
  expect(answer.status).toBe(422);
  expect(page).toContain(words);
  expect(page).not.toContain(site.readers.dataDir);
  const folder = join(site.readers.dataDir, 'uploads');
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});

test('a form that is none, and a file that is gone, are answered in words', async () => {
  await using site = await openSite({ file: true });
  const plain = await press(site, '/console/readers/import', { publication: 'tidewater' });
  expect([plain.status, (await plain.text()).includes('a file comes as multipart/form-data')]).toEqual([415, true]);
  const gone = await fetch(`${site.url}/console/readers/import/AAAAAAAAAAAA`);
  expect([gone.status, (await gone.text()).includes('Choose it again')]).toEqual([404, true]);
});
