/** A PDF of the issue that its editors made: named in the download block, looked at, kept. */

import { expect, test } from 'vitest';
import { parseIssue, readIssueWith, type StorePdf, stoppingChecks } from '../../src/issue/issue.ts';
import { issueOf } from './sources.ts';

const name = `${'a'.repeat(64)}.pdf`;
const takes: StorePdf = async () => ({ name, pages: 12 });

async function read(body: string, storePdf = takes, bytes = 'bytes') {
  const store = async () => ({ problem: 'no picture', remedy: 'none' });
  return readIssueWith(issueOf(body), async () => ({ bytes: Buffer.from(bytes) }), store, storePdf);
}
const named = '::download[Download the full issue]{src="full-issue.pdf"}\n';

test('it is kept by the hash of its bytes, with their number and its pages', async () => {
  const { tree, findings } = await read(named);
  expect(findings).toEqual([]);
  expect(tree?.lead).toEqual([
    { t: 'download', c: [{ t: 'text', v: 'Download the full issue' }], pdf: { asset: name, bytes: 5, pages: 12 } },
  ]);
});

test('it is asked whether it is of the issue, and a doubt stops a send until somebody answers for it', async () => {
  const { tree, findings } = await read(named, async (_, { title, period }) => ({
    name,
    pages: 1,
    doubt: `it lacks "${title}" of ${period}`,
  }));
  expect(tree).toBeDefined();
  expect(findings).toMatchObject([
    { check: 'pdf', severity: 'stop', line: 8, problem: 'full-issue.pdf may be of another issue: it lacks "November 2026" of 2026-11' },
  ]);
  expect(stoppingChecks).toContain('pdf');
});

test('a damaged one is an error, and so is a second', async () => {
  const { tree, findings } = await read(named, async () => ({ problem: 'it is damaged', remedy: 'save it again' }));
  expect(tree).toBeUndefined();
  expect(findings).toMatchObject([{ severity: 'error', problem: 'full-issue.pdf: it is damaged', remedy: 'Save it again.' }]);
  expect((await read(`${named}\n${named}`)).findings).toMatchObject([
    { severity: 'error', line: 10, problem: 'The issue has a PDF already, on line 8' },
  ]);
});

test('a download block without a file asks for none', () => {
  expect(parseIssue(issueOf('::download[Get it]\n')).needs).toEqual([]);
  expect(parseIssue(issueOf('::download[Get it]{src=""}\n')).findings).toMatchObject([{ problem: 'The download link names no file' }]);
});

test('its words are words, whatever quotes stand in them', () => {
  const { tree, findings } = parseIssue(issueOf('::download[Get {“it”}]{src="a.pdf"}\n'));
  expect(findings).toEqual([]);
  expect(tree?.lead).toMatchObject([{ c: [{ v: 'Get {“it”}' }] }]);
  expect(parseIssue(issueOf('::download[Get [it](https://a.example)]\n')).findings).toMatchObject([
    { problem: 'A link stands within the download link' },
  ]);
});
