/** Rules of the checks on what was drawn. */
import { expect, test } from 'vitest';
import { checkFolds, checkParts, stoppingChecks } from '../../src/issue/issue.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';

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

test('a mail without a way out, a text part or its sender’s address is found; the first two stop a send until somebody answers for it', () => {
  const whole = { email: `<a href="/u/${leaveTokenPlaceholder}">`, text: `/u/${leaveTokenPlaceholder}` };
  expect(checkParts(whole, 'Sennet Quay 1')).toEqual([]);
  expect(checkParts(whole, undefined)).toEqual([]);
  const told = (drawn: typeof whole, address: string) => checkParts(drawn, address).map(({ check, severity }) => `${severity} ${check}`);
  expect(told(whole, '')).toEqual(['warning address']);
  expect(told({ ...whole, email: '<p>' }, 'Q')).toEqual(['stop unsubscribe']);
  expect(told({ ...whole, text: ' ' }, 'Q')).toEqual(['stop text', 'stop unsubscribe']);
  expect(stoppingChecks).toEqual(expect.arrayContaining(['text', 'unsubscribe']));
});
