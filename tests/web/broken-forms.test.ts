/** Forms with files that break off, at every address that takes one: told in words, nothing taken, and serve goes on. */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { findDraft } from '../../src/store/issues.ts';
import { text } from '../schedule/desk.ts';
import { openSite, type Site } from './site.ts';

const part = (name: string) => `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
const bodies: [string, string][] = [
  ['within a file', `${part('a.csv')}email,name\n`],
  ['within a field that was left empty', `${part('')}a`],
  ['within the headers of a file', '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"'],
  ['after the first border', '--x\r\n'],
  ['within a second file', `${part('a.png')}a\r\n${part('b.png')}b`],
  ['with no end but a file of a name with a null in it', `${part('a\0.csv')}a,b\n1,2\r\n--x`],
  ['before anything', ''],
];

/** Sends a body as it is; the status, or undefined when the line was cut. */
function send(
  site: Site,
  path: string,
  body: string,
  declared = body.length,
  type = 'multipart/form-data; boundary=x',
): Promise<number | undefined> {
  const headers = { 'if-match': '"1.1"', 'content-type': type, 'sec-fetch-site': 'same-origin', 'content-length': declared };
  return new Promise((resolve) => {
    const asked = request(site.url + path, { method: 'POST', headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    asked.once('error', () => resolve(undefined)).write(body);
    if (declared === body.length) asked.end();
    else setTimeout(() => asked.destroy(), 50);
  });
}

/** Saves a text of which half comes. */
const sendText = (site: Site) => send(site, '/console/issues/1', 'Half a text', 1000, 'text/plain');

test('a form that breaks off anywhere is refused, and the next one is taken', async () => {
  await using site = await openSite({ file: true });
  const own = { 'sec-fetch-site': 'same-origin' };
  const fields = { publication: 'tidewater', from: 'text', source: text() };
  await fetch(`${site.url}/console/issues/new`, { method: 'POST', headers: own, body: new URLSearchParams(fields), redirect: 'manual' });
  const takes = site.routes.filter(({ method, path }) => method === 'post' && /files$|upload$|import$|brand$/.test(path));
  expect(takes.map(({ path }) => path).toSorted()).toEqual([
    '/console/issues/:id/files',
    '/console/issues/upload',
    '/console/readers/import',
    '/console/settings/brand',
  ]);
  for (const { path } of takes) {
    const address = `${path.replace(':id', '1')}?publication=tidewater`;
    for (const [where, body] of bodies) {
      const status = await send(site, address, body);
      expect([400, 422], `${path} ${where}: ${status}`).toContain(status);
      expect(await send(site, address, body, body.length + 1000), `${path} ${where}, cut`).toBeUndefined();
    }
  }
  const cut = await sendText(site);
  expect(cut).toBeUndefined();
  expect(findDraft(site.db, 1)?.source).toBe(text());
  expect(site.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]); // a line that is cut is no fault of ours
  const form = new FormData();
  form.set('file', new Blob(['Day,Riders\nMon,3\n']), 'riders.csv');
  const taken = await fetch(`${site.url}/console/issues/1/files`, { method: 'POST', headers: own, body: form });
  expect([taken.status, await taken.text()]).toEqual([200, expect.stringContaining('data/riders.csv')]);
});
