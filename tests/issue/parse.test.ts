/** What the source comes out as: the shapes of the issue tree. */

import { describe, expect, test } from 'vitest';
import { parseIssue } from '../../src/issue/issue.ts';
import { plain } from '../../src/model/issue.ts';
import { blocksIn, issueOf, issueWith, parseBody, text, treeOf } from './sources.ts';

const paragraph = (body: string) => {
  const [block] = blocksIn(body);
  return block?.t === 'para' ? block.c : undefined;
};

describe('front matter', () => {
  const good = 'publication: A\ntitle: B\npreheader: Forty letters or more of what this issue holds.';

  test('gives the tree its name, number, language and summary, as typed', () => {
    const tree = treeOf(issueWith(`${good}\nnumber: 012 # the twelfth\nperiod: 2026-11\nlang: no`));
    expect(tree).toMatchObject({ tree: 2, publication: 'A', title: 'B', number: '012', language: 'no', direction: 'ltr' });
    expect(tree.summary).toBe('Forty letters or more of what this issue holds.');
  });

  test('without a number the period is the number', () => {
    expect(treeOf(issueWith(`${good}\nperiod: 2026-11`)).number).toBe('2026-11');
  });

  test.each([
    ['ps', 'ps', 'rtl'],
    ['ur-PK', 'ur-PK', 'rtl'],
    ['prs', 'fa-AF', 'rtl'],
    ['pa-PK', 'pa-PK', 'rtl'],
    ['uz-arab', 'uz-Arab', 'rtl'],
    ['tg', 'tg', 'ltr'],
    ['en-gb', 'en-GB', 'ltr'],
  ])('the language %s is kept as %s and written %s', (lang, language, direction) => {
    expect(treeOf(issueWith(`${good}\nnumber: 1\nlang: ${lang}`))).toMatchObject({ language, direction });
  });

  test('dir wins over the language', () => {
    expect(treeOf(issueWith(`${good}\nnumber: 1\nlang: ur\ndir: ltr`)).direction).toBe('ltr');
  });

  test('an alias bomb is no plain text and costs nothing', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\ntitle: [*b,*b,*b,*b,*b,*b,*b,*b]`;
    expect(parseIssue(issueWith(bomb)).findings.map(({ problem }) => problem)).toContain('The value of "title" is not plain text');
  });

  test.each(['constructor', '__proto__', 'toString'])('the key %s is merely unknown', (key) => {
    expect(parseIssue(issueWith(`${good}\nnumber: 1\n${key}: x`)).findings).toMatchObject([{ problem: `Unknown key "${key}"` }]);
  });
});

describe('running text', () => {
  test.each([
    'at 10:30, 3:1 and ISKP:attacks',
    '{about} and {{first_name}} and {% if %}',
    'a<b, <3 and x > y',
    'see a_b_c and file_name_here',
    'a `code` and ``more``',
    '100% of $5 & €6 ~~each~~ | table |',
  ])('%s comes out as typed', (typed) => {
    expect(paragraph(`${typed}\n`)).toEqual([text(typed)]);
  });

  test.each([
    ['    indented like a Word paste', 'indented like a Word paste'],
    ['Words over\ntwo lines', 'Words over two lines'],
    ['Words\n===', 'Words ==='],
    ['```\ncode\n```', '``` code ```'],
    ['[a]: https://a.example', '[a]: https://a.example'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['\\::toc', '::toc'],
    ['it costs 5\u00a0000\u200b kr\u0085 and\u009f more\u0007\ufeff', 'it costs 5 000 kr and more'],
    ['cafe\u0301 and caf&#101;&#x301;', 'caf\u00e9 and caf\u00e9'],
    ['می‌شود', 'می\u200cشود'],
    ['ک\u200d \ufffc \u202eend', 'ک\u200d  end'],
    ['tabs\tand\u2028separators', 'tabs\tand separators'],
  ])('%j is the paragraph %j', (typed, printed) => {
    expect(paragraph(typed)).toEqual([text(printed)]);
  });

  test('Windows and old Mac line ends end lines', () => {
    expect(treeOf(issueOf('One\n\nTwo\n').replaceAll('\n', '\r\n')).lead).toEqual(blocksIn('One\n\nTwo\n'));
    expect(treeOf(issueOf('One\n\nTwo\n').replaceAll('\n', '\r')).lead).toEqual(blocksIn('One\n\nTwo\n'));
  });

  test('marks nest and a backslash breaks the line', () => {
    expect(paragraph('a *b **c*** [*d*](https://a.example/?x=1&y=2 "t")\\\ne')).toEqual([
      text('a '),
      { t: 'em', c: [text('b '), { t: 'strong', c: [text('c')] }] },
      text(' '),
      { t: 'link', href: 'https://a.example/?x=1&y=2', c: [{ t: 'em', c: [text('d')] }] },
      { t: 'br' },
      text('e'),
    ]);
  });

  test.each([
    ['http://a.example', 'http://a.example'],
    ['HTTPS://a.example/x', 'HTTPS://a.example/x'],
    ['mailto:desk@a.example', 'mailto:desk@a.example'],
    ['tel:+1-555-0100', 'tel:+1-555-0100'],
    ['<https://a.example/a b>', 'https://a.example/a%20b'],
    ['https://a.example/%22"', 'https://a.example/%22%22'],
    ['https://a.example/دفتر', 'https://a.example/دفتر'],
  ])('the address %s is allowed', (typed, href) => {
    expect(paragraph(`[x](${typed})`)).toEqual([{ t: 'link', href, c: [text('x')] }]);
  });

  test('an address in angle brackets is a link, a bare one is words', () => {
    expect(paragraph('<https://a.example> https://b.example')).toEqual([
      { t: 'link', href: 'https://a.example', c: [text('https://a.example')] },
      text(' https://b.example'),
    ]);
  });

  test('a refused address never reaches the tree', () => {
    const { tree } = parseBody('[x](javascript:alert(1)) [y](data:text/html,x)\n');
    expect(tree?.lead).toEqual([
      { t: 'para', c: [{ t: 'link', href: '#', c: [text('x')] }, text(' '), { t: 'link', href: '#', c: [text('y')] }] },
    ]);
  });
});

describe('blocks', () => {
  test('lists, quotes, rules and the blocks of one line', () => {
    expect(blocksIn('::toc\n\n::download[Get *it*]\n\n::more\n\n3. a\n4. b\n   - c\n\n> q\n\n---\n')).toEqual([
      { t: 'toc' },
      { t: 'download', c: [text('Get '), { t: 'em', c: [text('it')] }] },
      { t: 'more' },
      {
        t: 'list',
        ordered: true,
        start: 3,
        items: [
          [{ t: 'para', c: [text('a')] }],
          [
            { t: 'para', c: [text('b')] },
            { t: 'list', ordered: false, start: 1, items: [[{ t: 'para', c: [text('c')] }]] },
          ],
        ],
      },
      { t: 'quote', c: [{ t: 'para', c: [text('q')] }] },
      { t: 'rule' },
    ]);
  });

  test('a rule right below a paragraph does not make it a heading', () => {
    expect(blocksIn('Words\n---\n').map(({ t }) => t)).toEqual(['para', 'rule']);
  });

  test('a chart carries what its lines say, with or without empty lines between, and asks for its file', () => {
    const loose =
      ':::chart{#c data="data/x.csv" preset="heat-map"}\nA *fine* caption\n\nSource: S, 2026\n\nNote: N\n\nAlt: What it: shows\n:::\n';
    const { tree, needs, findings } = parseBody(loose);
    expect(findings).toEqual([]);
    expect(tree?.lead).toEqual([
      {
        t: 'chart',
        id: 'c',
        preset: 'heat-map',
        data: { columns: [], rows: [] },
        caption: [text('A '), { t: 'em', c: [text('fine')] }, text(' caption')],
        source: 'S, 2026',
        note: 'N',
        alt: 'What it: shows',
      },
    ]);
    expect(needs).toEqual([{ kind: 'chart', path: 'data/x.csv', place: { line: 8, column: 1 }, block: tree?.lead[0] }]);
    expect(parseBody(loose.replaceAll('\n\n', '\n')).tree?.lead).toEqual(tree?.lead);
  });

  test('a label goes on over the next line, in any letter case', () => {
    const { tree } = parseBody(':::figure{src="a.png"}\nSOURCE: one\ntwo\nalt: three\n:::\n');
    expect(tree?.lead).toMatchObject([{ t: 'figure', id: 'a', source: 'one two', alt: 'three', caption: [] }]);
  });

  test('a block below a list item stands outside of the list', () => {
    expect(blocksIn('- a\n  ::toc\n').map(({ t }) => t)).toEqual(['list', 'toc']);
  });
});

describe('headings', () => {
  const tree = () =>
    treeOf(
      issueOf(
        'Lead.\n\n## News\n\nA lead.\n\n### One *fine* item\n\nText.\n\n#### Deeper\n\nText.\n\n### Two {#second} ##\n\nText.\n\n## Essay {#essay}\n\nText.\n',
      ),
    );

  test('## opens a section, ### an item, #### stays a heading within', () => {
    const { lead, sections } = tree();
    expect(lead.map(({ t }) => t)).toEqual(['para']);
    expect(sections.map(({ id, title }) => [id, plain(title)])).toEqual([
      ['news', 'News'],
      ['essay', 'Essay'],
    ]);
    expect(sections[0]?.lead.map(({ t }) => t)).toEqual(['para']);
    expect(sections[0]?.items.map(({ id, headline }) => [id, plain(headline)])).toEqual([
      ['one-fine-item', 'One fine item'],
      ['second', 'Two'],
    ]);
    expect(sections[0]?.items[0]?.blocks[1]).toEqual({ t: 'heading', id: 'deeper', c: [text('Deeper')] });
  });

  test.each([
    ['Escalating Violence in A & B (KP)', 'escalating-violence-in-a-b-kp'],
    ["Boys' Café — naïve?", 'boys-cafe-naive'],
    ['په خبرونو کې', 'په-خبرونو-کې'],
    ['آب و هوا', 'آب-و-هوا'],
    ['می‌شود', 'می-شود'],
    ['新闻 2026', '新闻-2026'],
    ['***!', 'part'],
    ['word '.repeat(40).trim(), 'word-'.repeat(16).slice(0, -1)],
  ])('the heading "%s" is called %s', (words, id) => {
    expect(treeOf(issueOf(`## ${words}\n\nText.\n`)).sections[0]?.id).toBe(id);
  });

  test('an id made from words gives way to one written further down, and to its own like', () => {
    const { sections } = treeOf(issueOf('## News\n\nA.\n\n## News\n\nB.\n\n## Other {#news}\n\nC.\n\n## News-2\n\nD.\n'));
    expect(sections.map(({ id }) => id)).toEqual(['news-2', 'news-3', 'news', 'news-2-2']);
  });

  test('a link may point to a heading or a figure of the issue, in any script', () => {
    const { lead } = treeOf(issueOf('[a](#news) [b](#%D8%AE%D8%A8%D8%B1)\n\n## News\n\nA.\n\n## خبر\n\nB.\n'));
    expect(lead).toMatchObject([{ c: [{ href: '#news' }, { t: 'text' }, { href: '#خبر' }] }]);
  });
});
