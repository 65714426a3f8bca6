/** The plain-text part of each golden issue, letter for letter. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { drawnIssue, drawnIssues } from './drawn.ts';
import { goldenFile, goldenIssues } from './issues.ts';

beforeAll(drawnIssues, 120_000);
const kept = (name: string) => readFileSync(goldenFile(`${name}.txt`), 'utf8');

test.each(goldenIssues)('$name: the text is as it is kept (when the new one is meant: npm run golden)', async ({ name }) => {
  expect((await drawnIssue(name)).drawing.text).toBe(kept(name));
});

test.each(goldenIssues)('$name: one block moved by one place is seen', async ({ name }) => {
  expect((await drawnIssue(name)).moved.drawing.text).not.toBe(kept(name));
});
