/** The mail uses nothing that some mail program does not support, beyond what is kept as known (`npm run golden` keeps it). */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { drawnIssue, drawnIssues } from './drawn.ts';
import { goldenFile } from './issues.ts';
import { unsupported } from './mail-support.ts';

beforeAll(drawnIssues, 120_000);
const kept = new Set(readFileSync(goldenFile('mail-support.txt'), 'utf8').trim().split('\n'));
const unknown = (mails: readonly string[]) => unsupported(mails).filter((line) => !kept.has(line));

test('no mail uses a feature that another mail program than before is without', async () => {
  expect(unknown((await drawnIssues()).flatMap(({ drawing }) => [drawing.email, drawing.light.email]))).toEqual([]);
});

test('a new feature would be seen', async () => {
  const mail = (await drawnIssue('english')).drawing.email;
  const found = unknown([mail.replace('</body>', '<video src="a.mp4"></video><p style="display:grid">a</p></body>')]);
  expect(found).toContain('<video> element: gmail.android');
  expect(found.filter((line) => !/<video>|display:grid/.test(line))).toEqual([]);
});
