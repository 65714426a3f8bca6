/** `galley keys dkim`, as an operator uses it. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGalley } from '../support/galley.ts';

test('a key is made once, readable by its owner only; its record is printed again from the settings that use it', async () => {
  await using galley = openGalley();
  const made = JSON.parse(await galley.done('keys', 'dkim', '--domain', 'example.org', '--json')) as {
    file: string;
    keys: { name: string; value: string; selector: string }[];
  };
  expect(made.keys).toMatchObject([{ name: 'galley1._domainkey.example.org', selector: 'galley1' }]);
  expect(statSync(made.file).mode & 0o777).toBe(0o600);
  const pem = readFileSync(made.file, 'utf8');
  const again = await galley.run('keys', 'dkim', '--domain', 'example.org');
  expect(again.code).toBe(1);
  expect(again.err).toMatch(/is there already, and mail may be signed with it: choose another --selector/);
  expect(readFileSync(made.file, 'utf8')).toBe(pem);
  const second = await galley.done('keys', 'dkim', '--domain', 'example.org', '--selector', 'galley2', '--kind', 'ed25519');
  expect(second).toMatch(/galley2\._domainkey\.example\.org\. IN TXT \( "v=DKIM1; k=ed25519; p=/);
  const [rsa, ed] = ['galley1', 'galley2'].map((name) => join(galley.folder, 'data', `dkim-${name}.pem`));
  await using signing = openGalley({ DKIM_DOMAIN: 'example.org', DKIM_SELECTOR: 'galley1,galley2', DKIM_KEY_FILE: `${rsa},${ed}` });
  const used = JSON.parse(await signing.done('keys', 'dkim', '--json')) as typeof made;
  expect(used.keys.map(({ name }) => name)).toEqual(['galley1._domainkey.example.org', 'galley2._domainkey.example.org']);
  expect(used.keys[0]?.value).toBe(made.keys[0]?.value);
});

test.each([
  ['no domain to sign for', ['keys', 'dkim'], {}, /needs --domain: there is no publication yet/],
  [
    'a kind that is none',
    ['keys', 'dkim', '--domain', 'example.org', '--kind', 'dsa'],
    {},
    /take rsa, which every receiver knows, or ed25519/,
  ],
  ['a domain that is none', ['keys', 'dkim', '--domain', 'no domain'], {}, /is not a domain such as example.org/],
  [
    'two selectors and one file',
    ['keys', 'dkim'],
    { DKIM_DOMAIN: 'example.org', DKIM_SELECTOR: 'a,b', DKIM_KEY_FILE: 'a.pem' },
    /names 2 and DKIM_KEY_FILE 1: each selector goes with a file/,
  ],
])('%s is refused in words', async (_what, args, env, words) => {
  await using galley = openGalley(env);
  const ended = await galley.run(...args);
  expect(ended.code).not.toBe(0);
  expect(ended.err).toMatch(words);
});
