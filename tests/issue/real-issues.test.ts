/** Whole issues: the sample that comes with Galley, and the issue it was first made for, where that is at hand. */

import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readIssue, type StorePicture } from '../../src/issue/issue.ts';
import { blocksOf, type IssueTree } from '../../src/model/issue.ts';
import { wordsOf } from './sources.ts';

const store: StorePicture = async (_, name) => ({ name, width: 1200, height: 660 });
const read = async (file: string) => readIssue(await readFile(file, 'utf8'), file, store);
const kinds = (tree: IssueTree | undefined) => {
  const counts: Record<string, number> = {};
  for (const { t } of tree ? blocksOf(tree) : []) counts[t] = (counts[t] ?? 0) + 1;
  return counts;
};

describe('the sample issue', () => {
  const sample = () => read(join(import.meta.dirname, '../../emails/sample/issue.md'));

  test('has nothing wrong, down to the advice', async () => {
    expect((await sample()).findings).toEqual([]);
  });

  test('shows every thing an issue can hold', async () => {
    const { tree } = await sample();
    expect(tree).toMatchObject({ publication: 'The Tidewater Review', number: '2026-11' });
    expect(tree?.sections).toHaveLength(5);
    expect(tree?.sections[0]?.items.length).toBeGreaterThanOrEqual(5);
    expect(kinds(tree)).toMatchObject({
      toc: 1,
      download: 1,
      chart: 2,
      figure: 1,
      papers: 1,
      reading: 1,
      quote: 1,
      list: 1,
      rule: 1,
      implications: 6,
    });
  });
});

const seed = join(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');

describe.skipIf(!existsSync(seed))('the issue of February 2025', () => {
  test('has nothing to mend but its placeholder links', async () => {
    const { tree, findings } = await read(seed);
    expect(tree).toBeDefined();
    const placeholders = readFileSync(seed, 'utf8').match(/\]\(#\)/g) ?? [];
    const stops = findings.filter(({ severity, check }) => severity === 'stop' && check === 'links');
    expect(stops).toHaveLength(placeholders.length);
    expect(findings.filter((finding) => !stops.includes(finding)).map(({ severity, check }) => `${severity} ${check}`)).toEqual([
      'info preheader',
    ]);
  });

  test('its ten implications are six lists, three with a lead-in, one prose', async () => {
    const { tree } = await read(seed);
    const shapes = [...(tree ? blocksOf(tree) : [])].flatMap((block) => {
      if (block.t !== 'implications') return [];
      return block.list.length === 0 ? ['prose'] : block.lead.length > 0 ? ['lead-in'] : ['list'];
    });
    expect(shapes.toSorted()).toEqual([...Array(3).fill('lead-in'), ...Array(6).fill('list'), 'prose']);
  });

  test('holds every word of the text as readers got it, and its charts their data', async () => {
    const { tree } = await read(seed);
    if (!tree) throw new Error('no tree');
    // Words, not marks: the tree keeps "a; b" as two entries and "Title (Source: X)" as caption and source.
    const words = (text: string) => text.normalize('NFC').match(/[\p{L}\p{N}]+(?:[.,’'-][\p{L}\p{N}]+)*/gu) ?? [];
    const left = new Map<string, number>();
    for (const word of words(`${wordsOf(tree)}`)) left.set(word, (left.get(word) ?? 0) + 1);
    const missing = words(readFileSync(seed.replace(/md$/, 'txt'), 'utf8')).filter((word) => {
      const count = left.get(word) ?? 0;
      left.set(word, count - 1);
      return count <= 0;
    });
    const contents = tree.sections.flatMap(({ title }) => title).flatMap((node) => (node.t === 'text' ? words(node.v) : []));
    // The text names each section twice, the first time as its contents, and says "Source" where drawings print the word; "Reply" is the web's reply box.
    const chrome = [...contents, 'Source', 'Source', 'Reply'];
    expect(missing.toSorted()).toEqual(chrome.toSorted());
    expect(
      tree.sections.flatMap(({ items }) =>
        items.flatMap(({ blocks }) => blocks.flatMap((b) => (b.t === 'chart' ? [b.data.rows.length] : []))),
      ),
    ).toEqual([14, 28]);
  });
});
