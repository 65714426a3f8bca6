/** An issue brought to a running desk as a person would: its text pasted, its pictures and tables added. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a form of our own pages sends along. */
export const own = { 'sec-fetch-site': 'same-origin' };

/** Begins an issue of `tidewater` with a text and the files beside it; returns the path of its page. */
export async function bringIssue(desk: string, file: string, source = readFileSync(file, 'utf8')): Promise<string> {
  const fields = { publication: 'tidewater', from: 'text', source };
  const begun = await fetch(`${desk}/console/issues/new`, {
    method: 'POST',
    headers: own,
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  const path = begun.headers.get('location');
  if (path === null) throw new Error(`the desk took no issue: ${begun.status}`);
  for (const [folder, ending] of [
    ['data', '.csv'],
    ['.', '.png'],
  ] as const) {
    const where = join(dirname(file), folder);
    for (const name of existsSync(where) ? readdirSync(where).filter((one) => one.endsWith(ending)) : []) {
      const form = new FormData();
      form.set('file', new Blob([readFileSync(join(where, name))]), name);
      await fetch(`${desk}${path}/files`, { method: 'POST', headers: own, body: form });
    }
  }
  return path;
}
