/** What fuzzing found once is not found again, and fuzzing finds what is there to be found. */
import { afterAll, describe, expect, test } from 'vitest';
import { finds, targetNames } from './finds.ts';
import { smaller } from './smaller.ts';
import type { Target } from './target.ts';

const targets = new Map(
  await Promise.all(targetNames.map(async (name) => [name, ((await import(`./${name}.ts`)) as { target: Target }).target] as const)),
);
afterAll(async () => {
  for (const { close } of targets.values()) await close?.();
});

describe('finds', () => {
  test.each(finds)('$file', async ({ name, input }) => {
    const target = targets.get(name);
    expect(target, `no target ${name}`).toBeDefined();
    await target?.check(input);
  });
});

test('a find is made small: only what breaks the rule is left', async () => {
  const found = `${'a line\n'.repeat(50)}some (words) here\n${'more\n'.repeat(20)}`;
  expect(await smaller(found, async (text) => text.includes('(w'), 10_000)).toBe('(w');
});

test('harmless words in every place are drawn, not refused: the hostile ones are compared with something', async () => {
  expect(await targets.get('places')?.check('harmless')).toBe('done');
});
