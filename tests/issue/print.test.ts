/** The tree's other spelling: what is printed is read as the same tree. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIssue, printIssue, readIssue } from '../../src/issue/issue.ts';
import { blocksOf, type IssueTree } from '../../src/model/issue.ts';
import { readTree } from '../../src/model/issue-schema.ts';
import { anyBody, issueOf, text } from './sources.ts';
import { anyTree, readPrinted } from './trees.ts';

/** Fails unless a tree is printed without an error and read as itself. */
async function expectSame(tree: IssueTree): Promise<void> {
  expect(readTree(tree)).toEqual(tree);
  const { source, tree: read, findings } = await readPrinted(tree);
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect({ source, errors, read }).toEqual({ source, errors: [], read: tree });
}

describe('reading what was printed gives the same tree, ids included', () => {
  test('for any tree', { timeout: 300_000 }, async () => {
    await fc.assert(fc.asyncProperty(anyTree, expectSame), { numRuns: 2000 });
  });

  test('for whatever a source without errors comes out as, which the schema takes', { timeout: 120_000 }, async () => {
    let read = 0;
    const property = fc.asyncProperty(anyBody, async (body) => {
      const { tree, findings } = parseIssue(issueOf(body));
      if (!tree || findings.some(({ severity }) => severity === 'error')) return;
      for (const block of blocksOf(tree)) {
        if (block.t === 'chart') Object.assign(block, { preset: 'bars', data: { columns: ['a', 'b'], rows: [['x', '1']] } });
        if (block.t === 'figure') Object.assign(block, { asset: `${'a'.repeat(64)}.png`, width: 1, height: 1 });
      }
      read += 1;
      await expectSame(tree);
    });
    await fc.assert(property, { numRuns: 1000 });
    expect(read).toBeGreaterThan(100);
  });

  const root = join(import.meta.dirname, '../..');
  const issues = [
    'emails/sample/issue.md',
    ...globSync('tests/fixtures/**/*.md', { cwd: root }),
    '../shared/seed/durand-dispatch-2025-02.md',
  ];
  const sources = issues.map((name) => join(root, name));
  test.each(sources.filter(existsSync))('for %s', async (file) => {
    const store = async () => ({ name: `${'0'.repeat(64)}.png`, width: 1200, height: 660 });
    const { tree } = await readIssue(readFileSync(file, 'utf8'), file, store);
    if (!tree) throw new Error('it has no tree');
    await expectSame(tree);
    expect(printIssue(readTree(JSON.parse(JSON.stringify(tree))))).toEqual(printIssue(tree));
  });

  test('for a stored tree of each past format', async () => {
    await expectSame(readTree(JSON.parse(readFileSync(join(root, 'tests/fixtures/trees/format-1.json'), 'utf8'))));
  });
});

test('a code point that is no character is taken out of a source, and the schema refuses it: nothing could spell it beside an emphasis', async () => {
  for (const none of ['\ufffe', '\ufdd0', '\u{10fffe}']) {
    const { tree } = parseIssue(issueOf(`Some${none}**!** words.\n`));
    if (!tree) throw new Error('no tree');
    expect(JSON.stringify(tree)).not.toContain(none);
    await expectSame(tree);
    const held = JSON.parse(JSON.stringify(tree).replace(' words.', ` wo${none}rds.`));
    expect(() => readTree(held)).toThrow();
  }
});

test('ids stay when words change', async () => {
  const before = parseIssue(issueOf('## News\n\n### Boats\n\n#### Piers\n\nWords.\n\n### Gulls\n\nMore.\n')).tree;
  if (!before) throw new Error('no tree');
  const printed = printIssue(before).source;
  const edited = parseIssue(printed.replace('### Boats', '### Gulls').replace('## News', '## Old News').replace('Piers', 'Ports')).tree;
  expect(edited?.sections[0]).toMatchObject({ id: 'news', items: [{ id: 'boats', blocks: [{ id: 'piers' }, {}] }, { id: 'gulls' }] });
});

describe('prints as an editor would type', () => {
  const printed = (body: string) => {
    const { tree } = parseIssue(issueOf(body));
    return tree && printIssue(tree).source.split('\n---\n')[1]?.trim();
  };

  test.each([
    'At 10:30, 3:1, file_name_here, a < b & c > d; 100% (of $5) "quoted" ~tilde~ | bar',
    '*One* and **two**, *__three__*.',
    '[Words](https://a.example/x_y?a=1&b=2) and a\\\nbreak',
    'Implications: One; Two; Three.',
    'Implications: Raises risks: one; two.',
    'پایلې: لومړی؛ دویم',
    'Implications: Three things:\n\n- One; or two\n- Three',
    'Implications: Prose. It goes on.',
    '- One\n- Two\n  - Three\n\n1. One\n2. Two',
    '> A quote\n>\n> of two paragraphs',
    ':::reading\n- [Title](https://a.example), A. Bee, *Outlet*, May 3, 2025, Volume 18, Issue 2\n- [Title](#), by A. Bee\n:::',
    '::download[Download the full issue]',
    '#### Part {#part}',
  ])('%s', (body) => {
    expect(printed(body)).toBe(body);
  });

  test.each([
    ['a paragraph that begins like implications', 'Implications\\: none; nothing'],
    ['a paragraph that begins like a list', '1\\. One'],
    ['a paragraph that begins like a block', '\\::toc'],
    ['a comma that divides nothing', ':::reading\n- [Title](#), by A. Bee\\, Sr\\.\n:::'],
    ['prose with a semicolon', 'Implications: One\\; two'],
  ])('%s, with a backslash', (_, body) => {
    expect(printed(body)).toBe(body);
  });
});

test('a chart is printed with its data, a figure by its stored name', () => {
  const common = { caption: [text('Boats')], source: 'Harbour', alt: 'Two bars' };
  const { source, files } = printIssue({
    ...(parseIssue(issueOf('Words.\n')).tree as IssueTree),
    lead: [
      { t: 'chart', id: 'boats', preset: 'bars', data: { columns: ['Pier, side', 'Boats'], rows: [['North "A"', '1,600']] }, ...common },
      { t: 'figure', id: 'p.1', asset: `${'0'.repeat(64)}.png`, width: 1, height: 1, note: 'Drawn', ...common },
    ],
  });
  expect(files).toEqual(new Map([['data/boats.csv', '"Pier, side",Boats\n"North ""A""","1,600"\n']]));
  expect(source).toContain(':::chart{#boats data="data/boats.csv" preset="bars"}\nBoats\n\nSource: Harbour\n\nAlt: Two bars\n:::');
  expect(source).toContain(`:::figure{id="p.1" src="a/${'0'.repeat(64)}.png"}`);
});
