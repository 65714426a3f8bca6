/** Sources nobody writes in good faith: they are refused by name or come out harmless, and never stop the process. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits, parseIssue } from '../../src/issue/issue.ts';
import { cleanLine, cleanText } from '../../src/model/clean.ts';
import { blocksOf, type IssueTree, plain } from '../../src/model/issue.ts';
import { isHarmless } from '../support/markup.ts';
import { everyHostileText, hostileAddresses } from '../support/payloads.ts';
import { anyBody, issueOf, issueWith, parseBody, treeOf } from './sources.ts';

const refusal = (source: string) => {
  const { tree, findings } = parseIssue(source);
  return tree === undefined && findings.length === 1 && findings[0]?.severity === 'error' ? findings[0] : findings;
};

describe('limits', () => {
  test.each([
    ['bytes', 'ب'.repeat(limits.bytes / 2), 'The issue is 2.1 MB of text; the limit is 2 MB'],
    ['lines', '\n'.repeat(limits.lines), 'The issue has 20,008 lines; the limit is 20,000'],
    ['letters of a paragraph', 'words '.repeat(3400), 'A paragraph is longer than 20,000 letters'],
    ['letters of a paragraph of many lines', 'words\n'.repeat(4000), 'A paragraph is longer than 20,000 letters'],
    ['marks in a paragraph', '*a '.repeat(501), 'A paragraph holds more than 500 marks of emphasis and links'],
    [
      'marks after numbers that do not end a paragraph',
      'Words\n2. *a*\n'.repeat(260),
      'A paragraph holds more than 500 marks of emphasis and links',
    ],
    ['marks in all', '*a* [b](https://a.example)\n\n'.repeat(5001), 'The issue has more than 20,000 marks of emphasis and links'],
    ['list lines', '- a\n'.repeat(1001), 'The issue has more than 1,000 lines of lists and quotes'],
    ['items', '#### a\n\nb\n\n'.repeat(501), 'The issue has more than 500 headings'],
    ['quotes 10,000 deep', `${'>'.repeat(10_000)} a`, 'Lists or quotes are nested too deeply; the limit is 6 levels'],
    ['lists 10,000 deep', `${'- '.repeat(10_000)}a`, 'Lists or quotes are nested too deeply; the limit is 6 levels'],
    [
      'lists nested line by line',
      Array.from({ length: 1000 }, (_, i) => `${' '.repeat(2 * i)}- a\n`).join(''),
      'Lists or quotes are nested too deeply; the limit is 6 levels',
    ],
    [
      'lists nested by tabs',
      Array.from({ length: 10 }, (_, i) => `${'\t'.repeat(i)}- a\n`).join(''),
      'Lists or quotes are nested too deeply; the limit is 6 levels',
    ],
  ])('too many or too much: %s', (_, body, problem) => {
    expect(refusal(issueOf(body))).toMatchObject({ check: 'limits', problem });
  });

  test('what is just within them is read', () => {
    expect(treeOf(issueOf('- a\n'.repeat(1000))).lead).toHaveLength(1);
    expect(treeOf(issueOf(`${'> '.repeat(6)}a\n`)).lead).toHaveLength(1);
    expect(treeOf(issueOf('## a\n\nb\n\n'.repeat(500))).sections.at(-1)?.id).toBe('a-500');
    expect(treeOf(issueOf(`${'- '.repeat(600)}\n\n***\n`)).lead).toEqual([{ t: 'rule' }, { t: 'rule' }]);
  });

  test('emphasis is read eight deep and refused beyond', () => {
    const nested = (depth: number) => `${'*a **b '.repeat(depth / 2)}${'c** d*'.repeat(depth / 2)}`;
    expect(parseBody(nested(8)).findings).toEqual([]);
    expect(parseBody(nested(100)).findings).toMatchObject([{ problem: 'Emphasis is nested more than 8 deep', severity: 'error' }]);
  });

  test('a thousand blocks opened inside each other are a thousand findings', () => {
    const { findings } = parseBody(':::chart{data="a" preset="heat-map"}\n'.repeat(1000));
    expect(findings).toHaveLength(1000);
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(['blocks']));
  });
});

describe('hostile text', () => {
  /** Each sign meant as typed. */
  const typed = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
  const contexts: [where: string, body: (text: string) => string, words: (tree: IssueTree) => string | undefined][] = [
    ['a paragraph', (text) => `w ${typed(text)}`, ({ lead: [block] }) => (block?.t === 'para' ? plain(block.c) : undefined)],
    ['a heading', (text) => `## w ${typed(text)} {#s}`, ({ sections: [section] }) => section && plain(section.title)],
    [
      'a list',
      (text) => `- w ${typed(text)}`,
      ({ lead: [list] }) => {
        const block = list?.t === 'list' ? list.items[0]?.[0] : undefined;
        return block?.t === 'para' ? plain(block.c) : undefined;
      },
    ],
    [
      'a reference',
      (text) => `:::papers\n- [w ${typed(text)}](https://a.example)\n:::`,
      ({ lead: [block] }) => (block?.t === 'papers' ? plain(block.items[0]?.title ?? []) : undefined),
    ],
  ];

  describe.each(contexts)('in %s', (_, body, words) => {
    test.each(everyHostileText)('%s, %j: comes out as typed', (_, text) => {
      expect(words(treeOf(issueOf(`${body(text)}\n`)))).toBe(cleanLine(`w ${text}`));
    });
  });

  test.each(everyHostileText)('%s, %j: stands in the front matter as typed', (_, text) => {
    const quoted = JSON.stringify(`w ${text}`);
    const { publication, title, summary } = treeOf(
      issueWith(`publication: ${quoted}\ntitle: ${quoted}\nperiod: 2026-11\npreheader: ${quoted}`),
    );
    expect([publication, title, summary]).toEqual(Array(3).fill(cleanLine(`w ${text}`)));
  });

  test.each(['lang', 'dir', 'period'])('the key %s, which stands in attributes and addresses, takes none of it', (key) => {
    for (const [, text] of everyHostileText) {
      if (/^[\w.]+$/.test(cleanLine(text))) continue; // nothing is left of it but letters
      const { tree, findings } = parseIssue(
        issueWith(`publication: P\ntitle: T\nnumber: 1\npreheader: P\n${key}: ${JSON.stringify(text)}`),
      );
      expect(findings, text).toContainEqual(expect.objectContaining({ severity: 'error', check: 'front-matter' }));
      expect([tree?.direction, tree?.language, tree?.number]).toEqual(['ltr', 'en', '1']);
    }
  });

  test.each(hostileAddresses)('the address %j is refused, or is harmless', (address) => {
    for (const link of [`[w](${address})`, `[w](<${address}>)`]) {
      const { tree, findings } = parseBody(`${link}\n`);
      if (findings.some(({ severity }) => severity === 'error')) continue;
      for (const [, href = ''] of JSON.stringify(tree).matchAll(/"href":"((?:[^"\\]|\\.)*)"/g)) expect(isHarmless(href), href).toBe(true);
    }
  });
});

function idsOf(tree: IssueTree): string[] {
  const ids = tree.sections.flatMap(({ id, items }) => [id, ...items.map((item) => item.id)]);
  for (const block of blocksOf(tree)) if ('id' in block) ids.push(block.id);
  return ids;
}

describe('whatever is typed', () => {
  test('parsing answers: a tree or an error, every finding at a place in the source, with a clause and a remedy', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), anyBody, anyBody.map(issueOf)), (source) => {
        const { tree, findings } = parseIssue(source);
        const lines = cleanText(source).split('\n');
        if (!tree) expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
        for (const { line, column, problem, remedy } of findings) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          expect(problem).toMatch(/^[^\n]+[^.\n]$/);
          expect(remedy).toMatch(/^[A-Z].*[.?]$/);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('an error-free tree has ids of its own for everything, addresses of allowed schemes, and no control characters', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { tree, findings } = parseBody(body);
        if (!tree || findings.some(({ severity }) => severity === 'error')) return;
        const ids = idsOf(tree);
        expect(new Set(ids).size).toBe(ids.length);
        const json = JSON.stringify(tree);
        for (const [, href = ''] of json.matchAll(/"href":"((?:[^"\\]|\\.)*)"/g)) expect(href).toMatch(/^(https?:|mailto:|tel:|#)/i);
        expect(json).not.toMatch(/\p{Cc}|\\u00[019]|\u200b|\ufeff/u);
        expect(json.isWellFormed()).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('the same source gives the same tree, and more text below changes no id above', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const first = parseBody(body);
        expect(parseBody(body)).toEqual(first);
        const more = parseBody(`## News\n\nText.\n\n## Last\n\n${body}`).tree;
        expect(more?.sections[0]?.id).toMatch(/^news/);
      }),
      { numRuns: 100 },
    );
  });
});
