/** Rules of the checks on what was drawn. */
import { expect, test } from 'vitest';
import { checkFolds, checkParts, checkSize, stoppingChecks } from '../../src/issue/issue.ts';
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
  expect(checkFolds([{ id: 's', words: 'News', to: 'title' }], 'light')[0]?.problem).toBe(
    'The light mail would be over 25 KB, so fold 1 of 1 shows "News" by its title alone, with a link to the rest',
  );
});

test('a mail that is too large is named by its format, each with a limit of its own', () => {
  const told = (kilobytes: number, format: 'full' | 'light') =>
    checkSize('x'.repeat(kilobytes * 1024), format).map(({ severity, problem }) => `${severity}: ${problem}`);
  expect([told(80, 'full'), told(25, 'light')]).toEqual([[], []]);
  expect(told(81, 'full')).toEqual(['warning: The HTML of the mail is 81.0 KB; Gmail hides what comes after 102 KB']);
  expect(told(26, 'light')).toEqual([
    'warning: The HTML of the light mail is 26.0 KB; its readers chose it because their line is slow or dear',
  ]);
  expect(told(96, 'light')[0]).toMatch(/^stop: The HTML of the light mail/);
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
