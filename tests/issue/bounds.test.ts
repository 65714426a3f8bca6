/** Issues, data and pictures of a size nobody means: refused by the limit they pass, soon, and without being taken into memory. */

import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeFindings, readIssue } from '../../src/issue/issue.ts';
import { issueOf } from './sources.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'galley-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const megabyte = 1024 * 1024;
const megabytesHeld = () => process.memoryUsage.rss() / megabyte;

/** Reads an issue of this body; what is said of it, the processor's time it took (which others on the machine do not lengthen) and the memory it left taken. */
async function read(body: string) {
  const source = issueOf(body);
  const before = { held: megabytesHeld(), used: process.cpuUsage() };
  const { tree, findings } = await readIssue(source, join(folder, 'issue.md'), async () => {
    throw new Error('a picture over the limit was read');
  });
  const { user, system } = process.cpuUsage(before.used);
  return { tree, said: describeFindings('f', findings), seconds: (user + system) / 1e6, megabytes: megabytesHeld() - before.held };
}

const chart = ':::chart{data="large.csv" preset="heat-map"}\nCaption\n\nSource: S\n\nAlt: A\n:::\n';
const figure = ':::figure{src="large.png"}\nCaption\n\nSource: S\n\nAlt: A\n:::\n';

test.each([
  [
    '5 MB of text',
    'A line of words.\n\n'.repeat((5 * megabyte) / 18),
    'f:1:1: The issue is 5.1 MB of text; the limit is 2 MB. Split it into several issues.',
  ],
  [
    '10,000 items',
    `## S\n\n${'### An item\n\nWords.\n\n'.repeat(10_000)}`,
    'f:20001:1: The issue has 40,010 lines; the limit is 20,000. Split it into several issues.',
  ],
  [
    '10,000 items without a word',
    `## S\n\n${'### An item\n'.repeat(10_000)}`,
    'f:509:1: The issue has more than 500 headings. Split it into several issues.',
  ],
])('%s: refused by the limit, within two seconds and 200 MB', async (_, body, message) => {
  const { tree, said, seconds, megabytes } = await read(body);
  expect(tree).toBeUndefined();
  expect(said).toBe(message);
  expect(seconds).toBeLessThan(2);
  expect(megabytes).toBeLessThan(200);
});

test('a CSV file of a million rows is refused unread', async () => {
  const file = await open(join(folder, 'large.csv'), 'w');
  await file.write('row,column,number\n');
  for (let rows = 0; rows < 1_000_000; rows += 10_000) await file.write('a,b,1\n'.repeat(10_000));
  await file.close();
  const { tree, said, seconds, megabytes } = await read(chart);
  expect(tree).toBeUndefined();
  expect(said).toBe('f:8:1: "large.csv" is larger than 1 MB. Make it smaller.');
  expect(seconds).toBeLessThan(1);
  expect(megabytes).toBeLessThan(50);
});

test('as many rows as fit into the megabyte are counted, and refused by that limit', async () => {
  await writeFile(join(folder, 'large.csv'), `row,column,number\n${'a,b,1\n'.repeat(174_000)}`);
  const { tree, said, seconds } = await read(chart);
  expect(tree).toBeUndefined();
  expect(said).toBe('f:8:1: large.csv, line 202: there are 174000 rows; the limit is 200. Add rows up, or make two charts of them.');
  expect(seconds).toBeLessThan(3);
});

test('a picture of 100 MB is refused unread', async () => {
  await writeFile(join(folder, 'large.png'), '\x89PNG\r\n\x1a\n', 'latin1');
  await truncate(join(folder, 'large.png'), 100 * megabyte);
  const { tree, said, seconds, megabytes } = await read(figure);
  expect(tree).toBeUndefined();
  expect(said).toBe('f:8:1: "large.png" is larger than 50 MB. Make it smaller.');
  expect(seconds).toBeLessThan(1);
  expect(megabytes).toBeLessThan(50);
});
