/** What fuzzing found once is not found again, and its tools do what they are for. */
import { afterAll, describe, expect, test } from 'vitest';
import { closeDrawing } from './drawing.ts';
import { finds, targets } from './finds.ts';
import { smaller } from './smaller.ts';

afterAll(closeDrawing);

const check = async (name: string, input: string) => (await targets[name]?.())?.target.check(input);

describe('finds', () => {
  test.each(finds)('$file', async ({ name, input }) => {
    expect(await check(name, input)).toMatch(/done|refused/);
  });
});

test('a find is made small: only what breaks the rule is left', async () => {
  const found = `${'a line\n'.repeat(50)}some (words) here\n${'more\n'.repeat(20)}`;
  expect(await smaller(found, async (text) => text.includes('(w'), 10_000)).toBe('(w');
});

test('harmless words in every place are drawn, not refused: the hostile ones are compared with something', async () => {
  expect(await check('places', 'harmless')).toBe('done');
});
