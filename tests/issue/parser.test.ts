/** Parsing beside the caller: the same answer as in place, without holding its event loop, and over when it is closed. */
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { openParser, parseIssue } from '../../src/issue/issue.ts';
import { text } from '../schedule/desk.ts';

test('a text parsed in the thread is what it is in place, and what waits for a file is the very block of the tree', async () => {
  const parser = openParser();
  const source = `${text()}\n:::chart{#a data="a.csv" preset="bars"}\nx\n:::\n`;
  const parsed = await parser.parse(source);
  expect(parsed).toEqual(parseIssue(source));
  expect(parsed.tree?.sections[0]?.items[0]?.blocks.at(-1)).toBe(parsed.needs[0]?.block);
  await parser.close();
});

test('long texts of many at once are parsed in turn while the caller goes on', async () => {
  const parser = openParser();
  await parser.parse('a');
  const long = text('A paragraph of words that are long enough.\n\n'.repeat(3000));
  let turns = 0;
  const clock = setInterval(() => {
    turns += 1;
  }, 1);
  const begun = performance.now();
  const all = await Promise.all([parser.parse(long), parser.parse('short'), parser.parse(long)]);
  clearInterval(clock);
  expect(turns).toBeGreaterThan((performance.now() - begun) / 20);
  expect(all.map(({ tree }) => tree?.lead.length)).toEqual([3000, 1, 3000]);
  await parser.close();
});

test('what is asked of a parser that was closed is rejected, what waits too', async () => {
  const parser = openParser();
  const waiting = parser.parse(text());
  const outcome = expect(waiting).rejects.toThrow(/closed/);
  await parser.close();
  await outcome;
  await expect(parser.parse('a')).rejects.toThrow(/closed/);
});
