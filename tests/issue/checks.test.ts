/** Rules of the checks on what was drawn. */
import { expect, test } from 'vitest';
import { checkFolds } from '../../src/issue/issue.ts';

test('an item folded further is told once, as it ends up, in the order of folding', () => {
  const findings = checkFolds([
    { id: 'c', words: 'Third', to: 'mark' },
    { id: 'b', words: 'Second', to: 'mark' },
    { id: 'c', words: 'Third', to: 'opening' },
  ]);
  expect(findings.map(({ severity, problem }) => `${severity}: ${problem}`)).toEqual([
    'info: The mail would be over 80 KB, so fold 1 of 2 shows "Second" up to its ::more, with a link to the rest',
    'info: The mail would be over 80 KB, so fold 2 of 2 shows "Third" with its first paragraph and implications, with a link to the rest',
  ]);
  expect(checkFolds([])).toEqual([]);
});
