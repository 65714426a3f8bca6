/** `galley feedback read` as a script uses it: one line of JSON per file, nothing touched, no settings needed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openGalley } from '../support/galley.ts';

const fixture = (name: string): string => resolve(import.meta.dirname, `../fixtures/feedback/${name}.eml`);

describe('galley feedback read', { timeout: 30_000 }, () => {
  test('prints one line per file, with every key, and makes no data folder', async () => {
    await using galley = openGalley();
    const [failed, answer] = [fixture('status-failed'), fixture('answer')];
    const lines = (await galley.done('feedback', 'read', failed, answer, '--json')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        file: failed,
        kind: 'bounce',
        recipients: [
          { address: 'rosa@example.com', status: '5.1.1', code: '550', reason: 'user-unknown', scope: 'recipient', class: 'hard' },
        ],
        messageId: 'bear2h6m3q5zkx4vw7c2ydna6tsgfou3je@example.org',
        token: 'bear2h6m3q5zkx4vw7c2ydna6tsgfou3je',
      },
      {
        ...{ file: answer, kind: 'other', recipients: [] },
        ...{ messageId: 'bear2h6m3q5zkx4vw7c2ydna6tsgfou3je@example.org', token: 'bear2h6m3q5zkx4vw7c2ydna6tsgfou3je' },
      },
    ]);
    expect(existsSync(join(galley.folder, 'data'))).toBe(false);
  });

  test('tells a person the same in words', async () => {
    await using galley = openGalley();
    const out = await galley.done('feedback', 'read', fixture('status-vague'));
    expect(out).toContain('status-vague.eml: bounce, rosa@example.com soft (mailbox-full) 552 5.2.2');
  });

  test('says which file cannot be read, reads the others, and ends with 1', async () => {
    await using galley = openGalley();
    const { code, out, err } = await galley.run('feedback', 'read', '/nowhere.eml', fixture('complaint'), '--json');
    expect({
      code,
      kinds: out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    }).toEqual({ code: 1, kinds: ['complaint'] });
    expect(err).toContain('/nowhere.eml cannot be read (ENOENT)');
  });

  test('takes a file of any size and no file at all', async () => {
    await using galley = openGalley();
    const folder = mkdtempSync(join(tmpdir(), 'galley-test-mail-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [empty, large] = [join(folder, 'empty.eml'), join(folder, 'large.eml')];
    writeFileSync(empty, '');
    writeFileSync(large, Buffer.alloc(25_000_000, 'a'));
    expect(await galley.done('feedback', 'read', empty, large)).toBe(`${empty}: other\n${large}: other\n`);
    expect((await galley.run('feedback', 'read')).code).toBe(2);
  });
});
