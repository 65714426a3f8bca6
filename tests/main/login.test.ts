/** `galley login`: the set-up while the desk is nobody's, afterwards a link, each only for whoever may read DATA_DIR. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { withData } from '../../src/main/data.ts';
import { describeSetUp, login } from '../../src/main/login.ts';
import type { Context } from '../../src/main/table.ts';
import { auditOf } from '../../src/store/audit.ts';
import { checkSetUpCode, lookAtLink } from '../../src/team/team.ts';
import { signInAs } from '../web/signed.ts';

let context: Context;
let printed: string[];
beforeEach(async () => {
  printed = [];
  context = {
    config: parseConfig({ DATA_DIR: await mkdtemp(join(tmpdir(), 'galley-test-login-')) }),
    env: {},
    log: openLog({ level: 'error', write: () => {} }),
    screen: {} as Context['screen'],
    print: (line) => printed.push(line),
    write: async () => {},
    warn: () => {},
    stopping: new AbortController().signal,
  };
});
afterEach(() => rm(context.config.dataDir, { recursive: true, force: true }));

const now = () => Date.now();
const run = (email: string) => login(context, { positionals: [email], values: {} });

test('while nobody has joined it shows where to make the desk one’s own, with the code that does, the same each time', async () => {
  await run('mira@desk.example');
  const [, code = ''] = /code=([0-9A-Z-]{14})$/.exec(printed[0] ?? '') ?? [];
  await withData(context.config, ({ db, ring }) => {
    expect(() => checkSetUpCode({ db, now }, ring.sessions, code, 'unknown')).not.toThrow();
    expect(() => checkSetUpCode({ db, now }, ring.sessions, `${code}0`, 'unknown')).toThrow(/not the code/);
  });
  await run('mira@desk.example');
  expect(printed[1]).toBe(printed[0]);
});

test('afterwards it prints a link of that person, names those there are to whoever mistypes, and the audit knows', async () => {
  const { id, email } = await withData(context.config, ({ db }) => signInAs({ db, now }, 'owner'));
  await expect(run('nobody@desk.example')).rejects.toThrow(`there is ${email}`);
  await run(email.toUpperCase());
  const [, token = ''] = /^http:\/\/localhost:3000\/console\/link\/([\w-]{43})$/m.exec(printed[0] ?? '') ?? [];
  await withData(context.config, (data) => {
    expect(lookAtLink({ db: data.db, now }, token, '')).toMatchObject({ editor: { id }, way: 'command' });
    expect(auditOf(data.db, 'login', 9)).toMatchObject([{ actor: 'operator', subject: `person ${id}` }]);
    expect(describeSetUp(context.config, data)).toBeUndefined();
  });
});
