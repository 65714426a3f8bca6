/** Texts of the desk as issues: their numbers, their files, and those that came by command. */
import { expect, test } from 'vitest';
import { takeFile } from '../../src/schedule/issue-files.ts';
import { readText } from '../../src/schedule/issue-text.ts';
import { beginText, openIssue } from '../../src/schedule/writing.ts';
import { getIssue, saveRevision } from '../../src/store/issues.ts';
import { keepFile } from '../../src/store/writing.ts';
import { sampleTree } from '../support/store.ts';
import { openDeskRoom, text } from './desk.ts';

test('an issue takes the number that its text gives it', async () => {
  const { db, issue, write } = await openDeskRoom();
  await write(text('One.', { number: '2027-04' }));
  expect(getIssue(db, issue.id).number).toBe('2027-04');
});

test('a number that another issue has is a mistake at its line, and the issue keeps its own', async () => {
  const { db, deps, issue, publication, write } = await openDeskRoom();
  await beginText(deps, { publication, source: text('Other.', { number: '2027-04' }), actor: 'person 1' });
  const { draft } = await write(text('One.', { number: '2027-04' }));
  const { tree, findings } = await readText(deps, getIssue(db, issue.id), draft.source);
  expect(tree).toBeUndefined();
  expect(findings[0]).toMatchObject({ line: 4, severity: 'error', problem: 'Another issue of this publication is 2027-04' });
  expect(getIssue(db, issue.id).number).toBe('2026-12');
});

test('an issue that went out keeps its number, since its address has it', async () => {
  const { db, deps, issue } = await openDeskRoom();
  db.$client.exec(`INSERT INTO editions SELECT 1, ${issue.id}, 1, 'en', 'full', 'h', 's', 'e', 't', 'p', x'', 1, 'm'`);
  const columns = (db.$client.pragma('table_info(sends)') as { name: string; notnull: number }[]).filter(({ notnull }) => notnull === 1);
  const values: Record<string, string> = {
    name: "'n'",
    state: "'sent'",
    waived: "'{}'",
    publication_id: '1',
    issue_id: String(issue.id),
    edition_id: '1',
    rehearsal: '0',
  };
  db.$client.exec(
    `INSERT INTO sends (${columns.map(({ name }) => name).join()}, as_of) VALUES (${columns.map(({ name }) => values[name] ?? '1').join()}, 1)`,
  );
  const { findings } = await readText(deps, issue, text('One.', { number: '2027-04' }));
  expect(findings[0]).toMatchObject({ problem: 'This issue went out as 2026-12, and its address has that number' });
});

test('a text larger than any issue is refused, and what was saved stays', async () => {
  const { db, deps, issue, write } = await openDeskRoom();
  await expect(write('x'.repeat(2 * 1024 * 1024 + 1))).rejects.toThrow(/at most 2 MB/);
  expect(openIssue(deps, getIssue(db, issue.id)).source).toBe(text());
});

test('a table that was taken in is read by its path; one that was not is named with what is near it', async () => {
  const { deps, issue } = await openDeskRoom();
  const taken = await takeFile(deps, issue.id, { name: 'C:\\Tables\\Riders (2026).csv', bytes: Buffer.from('Day,Riders\nMon,3\n') });
  expect(taken).toMatchObject({ path: 'data/riders-2026.csv' });
  const chart = (path: string) => `${text()}\n:::chart{#riders data="${path}" preset="bars"}\nRiders\n\nSource: We\n\nAlt: Bars\n:::\n`;
  const { tree } = await readText(deps, issue, chart('data/riders-2026.csv'));
  expect(tree?.sections[0]?.items[0]?.blocks.at(-1)).toMatchObject({ t: 'chart', data: { rows: [['Mon', '3']] } });
  const { findings } = await readText(deps, issue, chart('data/riders-2025.csv'));
  expect(findings.find(({ severity }) => severity === 'error')?.remedy).toMatch(/^Did you mean "data\/riders-2026.csv"\?/);
});

test('an issue that came by command is opened as it was typed when its files came too, else as its tree is printed', async () => {
  const { db, deps, publication } = await openDeskRoom();
  const chart = {
    t: 'chart',
    id: 'riders',
    preset: 'bars',
    data: { columns: ['Day', 'Riders'], rows: [['Mon', '3']] },
    caption: [],
    source: 'We',
    alt: 'Bars',
  } as const;
  const tree = {
    ...sampleTree,
    number: '2027-05',
    lead: [{ ...chart, data: { columns: ['Day', 'Riders'], rows: [['Mon', '3']] }, caption: [] }],
  };
  const { issueId } = saveRevision(db, { publicationId: publication.id, tree, source: 'as typed', stops: [], hash: 'h', now: 1 });
  const printed = openIssue(deps, getIssue(db, issueId)).source;
  expect(printed).toContain('data="data/riders.csv"');
  expect((await readText(deps, getIssue(db, issueId), printed)).tree?.lead).toMatchObject([chart]);
  keepFile(db, { issueId, path: 'riders.csv', asset: null, content: 'x', addedAt: 1 });
  expect(openIssue(deps, getIssue(db, issueId)).source).toBe('as typed');
});
