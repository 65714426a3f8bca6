/** Hostile text in every place of an issue stays text: it adds no tag, no attribute, no Typst code. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Drawing } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import { openDrawing } from '../../src/render/render.ts';
import { programOnPath } from '../support/programs.ts';
import { fullTree, masthead, skeleton } from './trees.ts';

const payloads = [
  `"><script>alert(1)</script>`,
  `' onmouseover='alert(1)`,
  `</mj-text><mj-raw><script>alert(1)</script></mj-raw>`,
  `</style></title></svg><img src=x onerror=alert(1)>`,
  `<!-- --><![CDATA[ x ]]> <!--[if mso]>`,
  `{{constructor.constructor("x")()}} \${x} <%= x %> [[FNAME]]`,
  `#read("/etc/hostname") #panic("x") $x$ *b* = H #[ ] @gulls \\ // /* \` <lamps>`,
  `"]); datum.x; "\\u003cscript\\u003e`,
];
const studio = openDrawing();
let plain: Drawing;
beforeAll(async () => {
  plain = await studio.draw(infected('x'), masthead, new Map());
});
afterAll(() => studio.close());

/** The tree with the same text in every place where an editor's words go: running text, headings, labels, references, captions, data. */
function infected(text: string): IssueTree {
  const untouched = new Set(['t', 'id', 'href', 'preset', 'language', 'direction', 'number', 'asset']);
  const visit = (value: unknown, key: string): unknown => {
    if (key === 'data') return dataWith(text);
    if (typeof value === 'string') return untouched.has(key) ? value : text;
    if (Array.isArray(value)) return value.map((part) => visit(part, key));
    return value && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visit(part, name)]))
      : value;
  };
  return visit(fullTree(), '') as IssueTree;
}

const dataWith = (text: string) => ({
  columns: [text, text, text],
  rows: [
    [text, text, '1'],
    [`${text}2`, text, '2'],
  ],
});

const visible = (markup: string) => skeleton(markup).filter((tag) => !/^\/?(text|g|path|line|rect|svg|clipPath|defs)\b/i.test(tag));

test.each(payloads)('%j', async (payload) => {
  const drawn = await studio.draw(infected(payload), masthead, new Map());
  expect(visible(drawn.email)).toEqual(visible(plain.email));
  expect(visible(drawn.page)).toEqual(visible(plain.page));
  // Names in charts may take more lines, so their tags are counted by kind.
  const kinds = (page: string) => new Set([...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].flatMap(([svg]) => skeleton(svg)));
  expect([...kinds(drawn.page)].filter((tag) => !kinds(plain.page).has(tag))).toEqual([]);
  const pdftotext = programOnPath('pdftotext');
  if (pdftotext && payload.startsWith('#read')) {
    expect(execFileSync(pdftotext, ['-', '-'], { input: drawn.pdf, encoding: 'utf8' }).replace(/\s+/g, ' ')).toContain(
      '#read(“/etc/hostname”)',
    );
  }
});

test('links with a scheme that runs code are printed as words, even when the tree says otherwise', async () => {
  const tree = JSON.parse(
    JSON.stringify(fullTree()).replaceAll('https://council.example/minutes?page=1&item=2', 'java\\tscript:alert(1)'),
  ) as IssueTree;
  const { email, text, page, pdf } = await studio.draw(tree, masthead, new Map());
  for (const part of [email, text, page, Buffer.from(pdf).toString('latin1')]) expect(part).not.toMatch(/script:alert/i);
});
