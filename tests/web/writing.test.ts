/** Writing an issue without a script: every form of the desk by itself, and what is answered to those who come late or send too much. */
import { expect, test } from 'vitest';
import { findDraft } from '../../src/store/issues.ts';
import { notices } from '../../src/store/schema.ts';
import { listRevisions } from '../../src/store/writing.ts';
import { text } from '../schedule/desk.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin' };
const script = '<script>alert(1)</script>';
const post = (site: Site, path: string, fields: Record<string, string>, cookie = '') =>
  fetch(site.url + path, { method: 'POST', headers: { ...own, cookie }, body: new URLSearchParams(fields), redirect: 'manual' });
const upload = (site: Site, path: string, name: string, bytes: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) => {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.set(key, value);
  form.set('file', new Blob([bytes]), name);
  return fetch(site.url + path, { method: 'POST', headers: own, body: form, redirect: 'manual' });
};
const pageAt = async (site: Site, path: string, cookie = ''): Promise<string> =>
  (await fetch(site.url + path, { headers: { cookie } })).text();
const tagOn = (page: string): string => /name="tag" value="([^"]+)"/.exec(page)?.[1] ?? 'none';
const sourceOf = (site: Site, id = 1): string => findDraft(site.db, id)?.source ?? '';

async function begun(source = text()): Promise<Site> {
  const site = await openSite();
  const response = await post(site, '/console/issues/new', { publication: 'tidewater', from: 'text', source });
  expect(response.headers.get('location')).toBe('/console/issues/1');
  return site;
}

test('an issue is begun from the last one: its sections without what stood in them, the next month, a mark that stops it until it is written', async () => {
  await using site = await begun();
  const response = await post(site, '/console/issues/new', { publication: 'tidewater', from: 'last' });
  expect(response.headers.get('location')).toBe('/console/issues/2');
  const source = sourceOf(site, 2);
  expect(source).toMatch(/period: 2027-01\n/);
  expect(source).toMatch(/title: January 2027\n/);
  expect(source).toContain('## News {#news}');
  expect(source).not.toContain('A ferry');
  expect(await pageAt(site, '/console/issues/2/checks')).toContain('TODO');
});

test.each([
  ['Markdown', 'issue.md', text('One.', { number: '2027-03' }), /^---\npublication/],
  [
    'plain text, which gets the front matter of the next issue',
    'words.txt',
    'Ferries sail again.\r\n',
    /^---\n[\s\S]*period: [\s\S]*---\n\nFerries sail again\.\n$/,
  ],
])('an issue is begun from a file of %s', async (_, name, bytes, kept) => {
  await using site = await openSite();
  expect((await upload(site, '/console/issues/upload', name, bytes, { publication: 'tidewater' })).status).toBe(303);
  expect(sourceOf(site)).toMatch(kept);
});

test.each<[string, string, string | Uint8Array<ArrayBuffer>, RegExp]>([
  ['another kind', 'issue.docx', 'x', /neither Markdown nor plain text/],
  ['nothing', 'issue.md', ' \n', /There is no text/],
  ['no UTF-8', 'issue.md', new Uint8Array([0xff, 0xfe, 0x41]), /not UTF-8/],
])('a file of %s is refused with what would be right, and begins nothing', async (_, name, bytes, words) => {
  await using site = await openSite();
  const response = await upload(site, '/console/issues/upload', name, bytes, { publication: 'tidewater' });
  expect([response.status, await response.text()]).toEqual([422, expect.stringMatching(words)]);
  expect(findDraft(site.db, 1)).toBeUndefined();
});

test('a second issue of the same number is refused, and the first stays as it is', async () => {
  await using site = await begun();
  const response = await post(site, '/console/issues/new', { publication: 'tidewater', from: 'text', source: text('Another.') });
  expect([response.status, await response.text()]).toEqual([409, expect.stringContaining('has an issue 2026-12 already')]);
  expect(sourceOf(site)).toBe(text());
});

test('a form saves with its tag, and one that is late is shown both texts, with nothing lost and nothing overwritten', async () => {
  await using site = await begun();
  const path = '/console/issues/1';
  const tag = tagOn(await pageAt(site, path));
  expect((await post(site, path, { tag, source: text('Theirs.').replaceAll('\n', '\r\n') })).status).toBe(303);
  const late = await post(site, path, { tag, source: `${text('Mine.')}${script}` });
  const page = await late.text();
  expect(late.status).toBe(412);
  for (const words of ['Somebody was faster', 'Theirs.', 'Mine.', '&lt;script&gt;']) expect(page).toContain(words);
  expect(page).not.toContain(script);
  expect(sourceOf(site)).toBe(text('Theirs.'));
  expect((await post(site, path, { tag: tagOn(page), source: text('Mine.') })).status).toBe(303);
  expect(sourceOf(site)).toBe(text('Mine.'));
});

test('a text of 50 MB is read to its end and refused with the limit; what was saved stays', async () => {
  await using site = await begun();
  const response = await fetch(`${site.url}/console/issues/1`, {
    method: 'POST',
    headers: { ...own, 'content-type': 'text/plain', 'if-match': '"1.1"', accept: 'application/json' },
    body: 'x'.repeat(50 * 1024 * 1024),
  });
  expect([response.status, await response.json()]).toEqual([
    413,
    { error: { code: 'issue.too_large', message: expect.stringContaining('holds at most 2 MB') } },
  ]);
  expect(sourceOf(site)).toBe(text());
});

test('a text that cannot be read is saved to the letter, and its mistakes are told at their lines', async () => {
  await using site = await begun();
  const broken = `${text()}\n:::chart{#a data="nowhere.csv" preset="bars"}\nx\n:::\n${script}`;
  await post(site, '/console/issues/1', { tag: tagOn(await pageAt(site, '/console/issues/1')), source: broken });
  expect(sourceOf(site)).toBe(broken);
  const checks = await pageAt(site, '/console/issues/1/checks');
  expect(checks).toContain('This issue has no file &quot;nowhere.csv&quot;');
  expect(checks).toMatch(/data-line="17"/);
  expect(await pageAt(site, '/console/issues')).toContain('Needs you');
  for (const path of ['', '/checks', '/history', '/proof']) expect(await pageAt(site, `/console/issues/1${path}`)).not.toContain(script);
});

test('a text that names a file nobody gave is shown all the same, with a line in its place, and cannot be approved', async () => {
  await using site = await begun();
  const figure = (src: string) => `\n:::figure{src="${src}"}\nThe quay\n\nSource: Us\n\nAlt: A quay.\n:::\n`;
  const source = `${text()}${figure('missing.png')}${figure('../../x.png')}\n:::chart{data="nowhere.csv" preset="bars"}\nSource: Us\n\nAlt: Bars.\n:::\n`;
  await post(site, '/console/issues/1', { tag: tagOn(await pageAt(site, '/console/issues/1')), source });
  const shown = await pageAt(site, '/console/issues/1/preview/newest/email');
  for (const words of ['sails', 'Not shown: missing.png. It is missing', 'Not shown: ../../x.png', 'Not shown: nowhere.csv'])
    expect(shown).toContain(words);
  expect(await pageAt(site, '/console/issues/1/checks')).toContain('This issue has no file &quot;missing.png&quot;');
  expect(await (await post(site, '/console/issues/1/approve', { hash: 'x' })).text()).toContain('cannot be read as it stands');
}, 30_000);

test('a long text that comes when its session has ended is kept in the page that asks who it is', async () => {
  await using site = await begun();
  signInAs(site, 'owner');
  const source = text(`Not lost. ${'چائے اور کشتیاں '.repeat(5000)}`);
  const response = await fetch(`${site.url}/console/issues/1`, {
    method: 'POST',
    headers: { ...own, accept: 'text/html' },
    body: new URLSearchParams({ tag: '1.1', source }),
  });
  const page = await response.text();
  expect(response.status).toBe(401);
  expect(page).toContain('Not lost. چائے');
  expect(page).toContain('It [sails]');
});

test('tables and pictures are taken in under a path for the text; what is neither is told why', async () => {
  await using site = await begun();
  const table = await upload(site, '/console/issues/1/files', 'Riders by Day.csv', 'Day,Riders\nMon,3\n');
  expect([table.status, await table.text()]).toEqual([200, expect.stringContaining('data=&quot;data/riders-by-day.csv&quot;')]);
  const wrong = await upload(site, '/console/issues/1/files', 'x.png', `<svg onload="alert(1)">${script}</svg>`);
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('this is an SVG')]);
  expect(await (await upload(site, '/console/issues/1/files', 'empty.csv', '')).text()).toContain('empty.csv is empty.');
  const none = await fetch(`${site.url}/console/issues/1/files`, { method: 'POST', headers: own, body: new URLSearchParams({ a: '1' }) });
  expect(none.status).toBe(415);
});

test('files that are too large together are refused as a whole, and read to their end so that the words arrive', async () => {
  await using site = await begun();
  const form = new FormData();
  for (const name of ['a.png', 'b.png', 'c.png']) form.append('file', new Blob([new Uint8Array(40 * 1024 * 1024)]), name);
  const response = await fetch(`${site.url}/console/issues/1/files`, { method: 'POST', headers: own, body: form });
  expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('larger than 100 MB together')]);
});

test('a stop is waived with a reason that is shown with who gave it, and taken back', async () => {
  await using site = await begun(text('One.', { link: '#' }));
  const { cookie } = signInAs(site, 'editor', 'Noor Haddad');
  const problem = 'The link "sails" has no address yet';
  expect(await pageAt(site, '/console/issues/1/checks', cookie)).toContain('1 needs you');
  await post(site, '/console/issues/1/waive', { check: 'links', problem, reason: script }, cookie);
  const waived = await pageAt(site, '/console/issues/1/checks', cookie);
  expect(waived).toContain('Waived by <bdi>Noor Haddad</bdi>: <bdi>&lt;script&gt;');
  expect(waived).toContain('Nothing stops it');
  await post(site, '/console/issues/1/waive', { check: 'links', problem, reason: '' }, cookie);
  expect(await pageAt(site, '/console/issues/1/checks', cookie)).toContain('1 needs you');
});

test('an older text is compared with the newest and made the newest again, as a revision of its own', async () => {
  await using site = await begun();
  await post(site, '/console/issues/1', { tag: tagOn(await pageAt(site, '/console/issues/1')), source: text('Two.') });
  const page = await pageAt(site, '/console/issues/1/history/1');
  expect(page).toContain('<del>One.</del>');
  expect(page).toContain('<ins>Two.</ins>');
  expect((await post(site, '/console/issues/1/history/1', { tag: '9.9' })).status).toBe(412);
  expect((await post(site, '/console/issues/1/history/1', { tag: tagOn(page) })).headers.get('location')).toBe(
    '/console/issues/1?restored',
  );
  expect(sourceOf(site)).toBe(text());
  expect(listRevisions(site.db, 1, 9).map(({ points }) => points)).toEqual([['restored'], [], ['imported']]);
});

test('a viewer reads and approves, and the page offers nothing more; an hour that is skipped or comes twice is told', async () => {
  await using site = await begun();
  site.db.$client.exec("UPDATE publications SET zone = 'Europe/Berlin'");
  const viewer = signInAs(site, 'viewer').cookie;
  const editor = signInAs(site, 'editor').cookie;
  const page = await pageAt(site, '/console/issues/1', viewer);
  expect(page).toMatch(/<textarea[^>]* readonly/);
  expect(page).not.toContain('form="write"');
  expect((await post(site, '/console/issues/1/proof', {}, viewer)).status).toBe(303);
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(await pageAt(site, '/console/issues/1/proof', viewer))?.[1] ?? '';
  expect(await (await post(site, '/console/issues/1/approve', { hash: 'f'.repeat(64) }, viewer)).text()).toContain('nothing was approved');
  expect((await post(site, '/console/issues/1/approve', { hash }, viewer)).status).toBe(303);
  expect(await pageAt(site, '/console/issues/1/proof', viewer)).not.toContain('Schedule it');
  const at = (when: string, offset = '') =>
    post(site, '/console/issues/1/schedule', { hash, after: '', when: 'at', at: when, offset }, editor);
  expect(await (await at('2027-03-28T02:30')).text()).toContain('does not exist in Europe/Berlin');
  expect(await (await at('')).text()).toContain('Say on which day');
  expect(await (await at('2020-01-01T09:00')).text()).toContain('is past');
  const twice = await (await at('2027-10-31T02:30')).text();
  expect(twice).toContain('<option value="+02:00">The first (UTC+02:00)</option><option value="+01:00">The second');
  expect((await at('2027-10-31T02:30', '+01:00')).status).toBe(303);
  expect(await pageAt(site, '/console/issues/1/proof', editor)).toContain('datetime="2027-10-31T01:30:00.000Z"');
  expect((await post(site, '/console/issues/1/take-back', {}, editor)).status).toBe(303);
}, 30_000);

test('a test goes to whom it is for as a notice with its message, marked; a wrong address is told and nothing is sent', async () => {
  await using site = await begun();
  const wrong = await post(site, '/console/issues/1/test', { to: 'noor@example.org, nobody' });
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringMatching(/nobody.*Nothing was sent/s)]);
  expect(site.notices()).toEqual([]);
  expect((await post(site, '/console/issues/1/test', { to: 'noor@example.org; marta@example.org' })).headers.get('location')).toBe(
    '/console/issues/1?tested=2',
  );
  expect(site.notices().map(({ address, facts }) => [address, facts])).toEqual([
    ['noor@example.org', { kind: 'test', issue: 'tidewater/2026-12', revision: 1 }],
    ['marta@example.org', { kind: 'test', issue: 'tidewater/2026-12', revision: 1 }],
  ]);
  const template = site.db.select({ template: notices.template }).from(notices).all()[0]?.template ?? '';
  expect(template).toContain('Subject: [Test] The Tidewater Review: December 2026\\r\\n');
  expect(template).toContain('X-Galley-Test: yes');
}, 30_000);

test('how a publication is run is the owner’s to say; what is none of what it takes is told, with what was typed', async () => {
  await using site = await openSite();
  const owner = signInAs(site, 'owner').cookie;
  const fields = { slot: 'First Tuesday 9:00', missed: 'skip', two: 'yes', grace: '10', days: '1, 7', people: 'noor@example.org' };
  const wrong = await post(site, '/console/calendar/tidewater', { ...fields, slot: 'someday' }, owner);
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringMatching(/is no monthly slot[\s\S]*value="someday"/)]);
  expect((await post(site, '/console/calendar/tidewater', fields, owner)).status).toBe(303);
  const page = await pageAt(site, '/console/calendar', owner);
  for (const words of [
    'first Tuesday, 09:00',
    'Two people sign off',
    'leave it for the next slot',
    '1 person is reminded 7, 1 days before',
  ])
    expect(page).toContain(words);
  expect((await post(site, '/console/calendar/tidewater', fields, signInAs(site, 'editor').cookie)).status).toBe(403);
});
