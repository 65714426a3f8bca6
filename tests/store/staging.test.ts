import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockImports, openStaging, removeStaging, type StagedRow, stagingPath, sweepStaging } from '../../src/store/staging.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galley-test-staging-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const row = (line: number, emailKey: string): StagedRow => ({
  line,
  email: emailKey,
  emailKey,
  name: `line ${line}`,
  language: null,
  attributes: null,
});

test('one process at a time may import into a data folder, and the lock comes free when it is given back', () => {
  const unlock = lockImports(folder);
  expect(unlock).toBeDefined();
  expect(lockImports(folder)).toBeUndefined();
  unlock?.();
  const again = lockImports(folder);
  expect(again).toBeDefined();
  again?.();
});

test('a data folder that cannot hold imports is named in one line', () => {
  writeFileSync(join(folder, 'imports'), 'in the way');
  expect(() => lockImports(folder)).toThrow(/Cannot write in .*imports/);
});

test('people come out once per key, and rows beyond the first of a key are counted', () => {
  const staging = openStaging(join(folder, 'x.db'));
  for (const [index, key] of ['b', 'a', 'b', 'c', 'b', 'a'].entries()) staging.add(row(index + 2, key));
  expect(staging.complete()).toEqual({ people: 3, duplicate: 3 });
});

test('an unfinished file of the same name is begun anew', () => {
  const file = join(folder, 'x.db');
  const first = openStaging(file);
  first.add(row(2, 'a'));
  first.close();
  const second = openStaging(file);
  second.add(row(2, 'b'));
  expect(second.complete()).toEqual({ people: 1, duplicate: 0 });
  removeStaging(file);
  expect(existsSync(file)).toBe(false);
  removeStaging(file);
});

test('a sweep removes the staging files nobody knows, and neither the lock nor the known ones', () => {
  const unlock = lockImports(folder);
  for (const name of ['1', '2', 'dry-run']) writeFileSync(join(folder, stagingPath(name)), '');
  sweepStaging(folder, [stagingPath(2)]);
  expect(readdirSync(join(folder, 'imports')).filter((name) => !name.startsWith('lock.db'))).toEqual(['2.db']);
  expect(lockImports(folder)).toBeUndefined();
  unlock?.();
});
