/** What `issue check` says: every slip an editor makes is named with its line, what is wrong and what would be right. */

import { describe, expect, test } from 'vitest';
import { checkSize, describeFindings, parseIssue } from '../../src/issue/issue.ts';
import { issueOf, issueWith } from './sources.ts';

/** All findings of a source as severity and printed line. */
function findingsOf(source: string): string[] {
  const { findings } = parseIssue(source);
  const lines = source.split('\n');
  for (const { line, column, problem, remedy } of findings) {
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? expect.fail(`line ${line} is none of the source`)).length + 1);
    expect(problem).toMatch(/[^.\s]$/);
    expect(remedy).toMatch(/^[A-Z].*[.?]$/s);
  }
  return findings.map((finding) => `${finding.severity} ${describeFindings('f', [finding])}`);
}

const good = 'publication: A\ntitle: B\nperiod: 2026-11\npreheader: Forty letters or more of what this issue holds.';
const chart = (first: string, rest = 'A caption\n\nSource: S\n\nAlt: What it shows\n:::') => issueOf(`${first}\n${rest}\n`);
const goodChart = ':::chart{#a data="d.csv" preset="heat-map"}';

describe('front matter', () => {
  test.each([
    [
      'there is none',
      'Words.\n',
      [
        'error f:1:1: The issue does not begin with its front matter. Begin with a line "---", then publication, title, period and preheader, each on its line, then a line "---".',
      ],
    ],
    [
      'it is not closed',
      '---\ntitle: B\n\nWords.\n',
      [
        'error f:1:1: The front matter is not closed. Begin with a line "---", then publication, title, period and preheader, each on its line, then a line "---".',
      ],
    ],
    ['a key is misspelt', issueWith(`${good}\nlagn: en`), ['error f:6:1: Unknown key "lagn". Did you mean "lang"?']],
    ['a key has another name here', issueWith(`${good}\nlanguage: en`), ['error f:6:1: Unknown key "language". Did you mean "lang"?']],
    [
      'a key is from nowhere',
      issueWith(`${good}\nweather: wet`),
      ['error f:6:1: Unknown key "weather". The keys are publication, title, number, period, lang, dir, preheader.'],
    ],
    [
      'a key stands twice',
      issueWith(`${good}\ntitle: C`),
      ['error f:6:1: A key stands here a second time. Write one "key: value" to a line, and a value that holds ": " in "quotes".'],
    ],
    [
      'a colon in a value',
      issueWith('publication: A: B'),
      [
        'error f:2:14: The front matter cannot be read: Nested mappings are not allowed in compact mappings. Write one "key: value" to a line, and a value that holds ": " in "quotes".',
      ],
    ],
    [
      'nothing but a publication',
      issueWith('publication: A'),
      [
        'error f:1:1: The front matter lacks "title". Write title: and what this issue is called, for example "November 2026".',
        'error f:1:1: The front matter lacks "preheader". Write preheader: and the sentence mail programs show after the subject, 40 to 130 letters.',
        'error f:1:1: The front matter has neither "number" nor "period". Write one of them: it is the last part of the issue\'s address.',
      ],
    ],
    [
      'a key without a value',
      issueWith(good.replace('title: B', 'title:')),
      ['error f:3:1: "title" is empty. Write title: and what this issue is called, for example "November 2026".'],
    ],
    [
      'a value that is a list',
      issueWith(good.replace('title: B', 'title: [B, C]')),
      ['error f:3:1: The value of "title" is not plain text. Write title: and what this issue is called, for example "November 2026".'],
    ],
    [
      'a number that cannot stand in an address',
      issueWith(`${good}\nnumber: 12/3`),
      [
        'error f:6:1: "number" may hold only letters A to Z, digits, ".", "_" and "-", beginning with a letter or digit. Write number: and the issue\'s number, for example 12.',
      ],
    ],
    [
      'a number that is an address already',
      issueWith(`${good}\nnumber: feed.atom`),
      ['error f:6:1: "number" is an address of its own beside the issues. Write number: and the issue\'s number, for example 12.'],
    ],
    [
      'a language by its name',
      issueWith(`${good}\nlang: english`),
      ['error f:6:1: "lang" is not a language tag of BCP 47. Write a tag such as en, ur, ps, fa-AF or en-GB.'],
    ],
    [
      'a language with an underscore',
      issueWith(`${good}\nlang: en_US`),
      ['error f:6:1: "lang" is not a language tag of BCP 47. Write a tag such as en, ur, ps, fa-AF or en-GB.'],
    ],
    [
      'a direction that would break out of an attribute',
      issueWith(`${good}\ndir: 'rtl" onload="x'`),
      ['error f:6:1: "dir" is neither "ltr" nor "rtl". Write dir: ltr or dir: rtl, or leave it out: the language says it.'],
    ],
    [
      'a short preheader',
      issueWith(good.replace(/preheader.*/, 'preheader: Tides.')),
      ['info f:5:1: The preheader is 6 letters long. Use 40 to 130 letters: mail programs fill a short one with other text.'],
    ],
    [
      'a long preheader',
      issueWith(good.replace(/preheader.*/, `preheader: ${'x'.repeat(131)}`)),
      ['info f:5:1: The preheader is 131 letters long. Use 40 to 130 letters: mail programs cut the rest.'],
    ],
    [
      'more than keys',
      issueWith(`${good}\n# ${'x'.repeat(8000)}`),
      ['error f:1:1: The front matter is longer than 8000 letters. Keep it to the seven keys; close it with a line "---".'],
    ],
  ])('%s', (_, source, expected) => {
    expect(findingsOf(source)).toEqual(expected);
  });
});

describe('blocks', () => {
  test.each([
    [
      'an unknown block with a near name',
      chart(':::chrat{data="d.csv"}', 'Words.\n:::'),
      [
        'error f:8:1: Unknown block "chrat". Did you mean "chart"? The blocks are chart, figure, papers, sources, reading, toc, download, more.',
      ],
    ],
    [
      'an unknown block',
      issueOf('::weather\n\nWords.\n'),
      ['error f:8:1: Unknown block "weather". The blocks are chart, figure, papers, sources, reading, toc, download, more.'],
    ],
    [
      'a block that is not closed before the end',
      chart(goodChart, 'Words.'),
      ['error f:8:1: The block "chart" is not closed before the issue ends. Add a line ":::" after its last line.'],
    ],
    [
      'a block that is not closed before a heading, and its late close',
      chart(goodChart, 'Words.\n\n## News\n\nMore.\n:::'),
      ['error f:8:1: The block "chart" is not closed before the heading on line 11. Add a line ":::" after its last line.'],
    ],
    [
      'a block that is not closed before the next',
      chart(goodChart, 'Words.\n\n:::reading\n- [A](https://a.example)\n:::'),
      ['error f:8:1: The block "chart" is not closed before the next one opens on line 11. Add a line ":::" after its last line.'],
    ],
    [
      'a close without a block',
      issueOf('Words.\n\n:::\n'),
      ['error f:10:1: This line closes a block, but none is open. Take it out, or open the block above, for example :::reading.'],
    ],
    [
      'a close with too few colons',
      chart(`:${goodChart}`, 'A caption\n:::'),
      ['error f:10:1: This line does not close the block "chart" of line 8. Write "::::" alone at the margin.'],
    ],
    [
      'a space after the colons',
      chart('::: chart{data="d.csv"}', 'Words.\n:::'),
      [
        'error f:8:1: This line begins like a block but is not one: "::: chart{data="d.csv"}". Write :::chart{data="data/file.csv" preset="grouped-bars"}, nothing before or after it; for plain text begin with "\\::".',
      ],
    ],
    [
      'words after a block of one line',
      issueOf('::toc of this issue\n'),
      [
        'error f:8:1: This line begins like a block but is not one: "::toc of this issue". Write ::toc, nothing before or after it; for plain text begin with "\\::".',
      ],
    ],
    [
      'brackets that do not pair, below a list',
      issueOf('- a\n::download[Get [it]\n'),
      [
        'error f:9:1: This block cannot be read: "::download[Get [it]". Write its brackets and quotes in pairs, with "\\" before a bracket that is meant as typed.',
      ],
    ],
    [
      'curly quotes in attributes',
      chart(':::chart{#a data=“d.csv” preset="heat-map"}'),
      ['error f:8:18: Curly quotes in the attributes of "chart". Type straight quotes: "…".'],
    ],
    [
      'two colons where three belong',
      chart('::chart{#a data="d.csv" preset="heat-map"}'),
      [
        'error f:8:1: "chart" takes three colons, not 2. Write :::chart{data="data/file.csv" preset="grouped-bars"}, and ":::" after its last line.',
      ],
    ],
    [
      'three colons where two belong',
      issueOf(':::toc\n:::\n\nWords.\n'),
      ['error f:8:1: "toc" takes two colons, not 3. Write ::toc on a line of its own; it needs no closing line.'],
    ],
    [
      'a block in a list',
      issueOf('- ::toc\n'),
      ['error f:8:3: The block "toc" stands inside a list or quote. Begin it at the margin, after an empty line.'],
    ],
    [
      'an attribute of another name',
      chart(':::chart{#a date="d.csv" data="d.csv" preset="heat-map"}'),
      ['error f:8:1: Unknown attribute "date" of "chart". Did you mean "data"? It takes id, data, preset.'],
    ],
    ['an attribute where there is none', issueOf('::toc{depth=2}\n'), ['error f:8:1: Unknown attribute "depth" of "toc". It takes none.']],
    [
      'a download link without words',
      issueOf('::download\n'),
      ['error f:8:1: The download link has no words. Write ::download[Download the full issue].'],
    ],
    [
      'a reading list that is a paragraph',
      issueOf(':::reading\nWords.\n:::\n'),
      [
        'error f:9:1: Only list items may stand in this block. Write "- [Title](address), authors, *outlet*, date, details"; only the link is needed.',
      ],
    ],
    [
      'an empty reading list',
      issueOf(':::reading\n:::\n'),
      ['error f:8:1: The block "reading" is empty. Write a list of references in it: - [Title](address).'],
    ],
    [
      'a reference without a link',
      issueOf(':::papers\n- [A](https://a.example)\n- Words, then [B](https://b.example)\n:::\n'),
      [
        'error f:10:1: A reference begins with its link. Write "- [Title](address), authors, *outlet*, date, details"; only the link is needed.',
      ],
    ],
    [
      'a reference with a second link',
      issueOf(':::papers\n- [A](https://a.example), [B](https://b.example)\n:::\n'),
      ['warning f:9:27: A second link in a reference prints as plain words. Give it a line of its own.'],
    ],
  ])('%s', (_, source, expected) => {
    expect(findingsOf(source)).toEqual(expected);
  });
});

describe('charts and figures', () => {
  const lines = (...labels: string[]) => `A caption\n\n${labels.join('\n\n')}\n:::`;
  test.each([
    [
      'no source',
      chart(goodChart, lines('Alt: A')),
      ['error f:8:1: The chart has no source. Add a line "Source: …" that says whose numbers or picture it is.'],
    ],
    [
      'no alternative text',
      chart(':::figure{#a src="p.png"}', lines('Source: S')),
      ['error f:8:1: The figure has no alternative text. Add a line "Alt: …" that says what the figure shows to those who cannot see it.'],
    ],
    [
      'a misspelt label',
      chart(goodChart, lines('Source: S', 'Atl: A')),
      [
        'error f:8:1: The chart has no alternative text. Add a line "Alt: …" that says what the chart shows to those who cannot see it.',
        'error f:13:1: "Atl:" is not a label. Did you mean "Alt:"?',
      ],
    ],
    [
      'a label twice',
      chart(goodChart, lines('Source: S', 'Alt: A', 'Source: T')),
      ['error f:15:1: A second "Source:" line. Put both in one line.'],
    ],
    [
      'no file',
      chart(':::figure{#a}', lines('Source: S', 'Alt: A')),
      ['error f:8:1: The figure names no file. Add {src="picture.png"} after :::figure.'],
    ],
    [
      'no preset',
      chart(':::chart{#a data="d.csv"}', lines('Source: S', 'Alt: A')),
      ['error f:8:1: The chart does not say how it is drawn. Add preset="bars" (or grouped-bars, stacked-bars, line, heat-map).'],
    ],
    [
      'an unknown preset',
      chart(':::chart{#a data="d.csv" preset="heatmap"}', lines('Source: S', 'Alt: A')),
      [
        'error f:8:1: Unknown preset "heatmap". Did you mean "heat-map"? Write preset="bars" (or grouped-bars, stacked-bars, line, heat-map).',
      ],
    ],
    [
      'no caption',
      chart(goodChart, 'Source: S\n\nAlt: A\n:::'),
      ['warning f:8:1: The chart has no caption. Say what it shows in its first line.'],
    ],
    [
      'a list inside',
      chart(goodChart, lines('Source: S', 'Alt: A', '- one')),
      ['error f:15:1: Only a caption and labelled lines may stand in a chart. Move the rest below its closing ":::".'],
    ],
    [
      'a link in the source',
      chart(goodChart, lines('Source: [S](https://s.example)', 'Alt: A')),
      ['warning f:11:1: A link in a "Source:" line prints as plain words. Put it in the caption or in the text.'],
    ],
  ])('%s', (_, source, expected) => {
    expect(findingsOf(source)).toEqual(expected);
  });
});

describe('links and words', () => {
  const link = (address: string) => issueOf(`See [this](${address}).\n`);
  test.each([
    [
      'a placeholder',
      link('#'),
      ['stop f:8:5: The link "this" has no address yet. Fill in the address; until then it prints as plain text.'],
    ],
    [
      'a placeholder in a reading list',
      issueOf(':::reading\n- [This](#), *Outlet*\n:::\n'),
      ['stop f:9:3: The link "This" has no address yet. Fill in the address; until then it prints as plain text.'],
    ],
    ['no address', link(''), ['error f:8:5: The link "this" has no address. Write [words](https://…), or # while it is not known.']],
    ['no words', issueOf('See [](https://a.example).\n'), ['error f:8:5: A link has no words. Write [words](address).']],
    [
      'a relative address',
      link('archive/12'),
      ['error f:8:5: The address "archive/12" is relative; in a mail it leads nowhere. Write it whole, beginning with https://.'],
    ],
    [
      'an address without its scheme',
      link('www.example.com/a'),
      ['error f:8:5: The address "www.example.com/a" is relative; in a mail it leads nowhere. Did you mean https://www.example.com/a?'],
    ],
    [
      'an address that begins with //',
      link('//example.com'),
      ['error f:8:5: The address "//example.com" is relative; in a mail it leads nowhere. Did you mean https://example.com?'],
    ],
    [
      'a forbidden scheme',
      link('javascript:alert(1)'),
      ['error f:8:5: Links may not begin with "javascript:". Use https:, http:, mailto: or tel:.'],
    ],
    [
      'a forbidden scheme in disguise',
      link('&#74;ava&#x0A;script:x'),
      ['error f:8:5: The address "Java script:x" is relative; in a mail it leads nowhere. Write it whole, beginning with https://.'],
    ],
    [
      'an address without a host',
      link('https:///a'),
      ['error f:8:5: The address "https:///a" is malformed. Write it as https://host/path.'],
    ],
    [
      'a broken mail address',
      link('mailto:nobody'),
      ['error f:8:5: The address "mailto:nobody" is malformed. Write it as mailto:name@host.'],
    ],
    [
      'a telephone number with words',
      link('tel:home'),
      ['error f:8:5: The address "tel:home" is malformed. Write it as tel:+15550100, without spaces.'],
    ],
    [
      'a place in the issue that is not there',
      link('#elsewhere'),
      ['error f:8:5: No heading or figure is called "#elsewhere". Link to the {#name} of one, or give it that name.'],
    ],
    [
      'a link by reference',
      issueOf('See [this][1].\n\n[1]: https://a.example\n'),
      [
        'warning f:8:10: A link by reference is printed as typed. Write the address beside the words: [words](https://…).',
        'warning f:10:1: A link by reference is printed as typed. Write the address beside the words: [words](https://…).',
      ],
    ],
    [
      'a picture in a line',
      issueOf('See ![this](p.png).\n'),
      ['error f:8:5: A picture cannot stand inside a line. Give it a block: :::figure{src="picture.png"} with Source: and Alt: lines.'],
    ],
    [
      'HTML',
      issueOf('Words\nand <b>bold</b> ones.\n'),
      ['info f:9:5: HTML tags are printed as typed. Use *emphasis*, **strong** and the blocks instead.'],
    ],
    ['an HTML comment', issueOf('Words <!-- to do -->\n'), ['warning f:8:7: A comment is printed for everyone to read. Take it out.']],
  ])('%s', (_, source, expected) => {
    expect(findingsOf(source)).toEqual(expected);
  });
});

describe('headings', () => {
  test.each([
    [
      'level 1',
      issueOf('# News\n\nWords.\n'),
      ['error f:8:1: A heading of level 1. Write "##" for a section; the title of the issue stands in the front matter.'],
    ],
    [
      'level 5',
      issueOf('## News\n\n##### Deep\n\nWords.\n'),
      ['warning f:10:1: A heading of level 5 prints like one of level 4. Write "####".'],
    ],
    [
      'an item before the first section',
      issueOf('### Item\n\nWords.\n'),
      ['error f:8:1: An item stands before the first section. Open the section above it with "## …".'],
    ],
    ['a heading in a quote', issueOf('> ## News\n'), ['error f:8:3: A heading stands inside a list or quote. Begin it at the margin.']],
    ['no words', issueOf('## {#a}\n\nWords.\n'), ['error f:8:1: A heading has no words. Write them after the "#" marks.']],
    [
      'an empty section',
      issueOf('## News\n\n## More\n\nWords.\n'),
      ['warning f:8:1: The section "News" is empty. Write its text, or take the heading out.'],
    ],
    [
      'an empty item',
      issueOf('## News\n\n### One\n\n### Two\n\nWords.\n'),
      ['warning f:10:1: The item "One" is empty. Write its text, or take the heading out.'],
    ],
    [
      'an id twice',
      issueOf('## News {#a}\n\nWords.\n\n## More {#a}\n\nWords.\n'),
      ['error f:12:1: The name "a" is taken by line 8. Give each heading and figure a name of its own.'],
    ],
    [
      'an id that is none',
      issueOf('## News {#"a}\n\nWords.\n'),
      [
        'error f:8:1: ""a" cannot be the name of a place. Use up to 100 letters, digits, "-", "_" and ".", beginning with a letter or digit.',
      ],
    ],
    ['no text at all', issueOf(''), ['error f:1:1: The issue has no text. Write it below the front matter; begin sections with "## …".']],
    [
      'implications without any',
      issueOf('Implications:\n\nWords.\n'),
      ['warning f:8:1: Nothing follows "Implications:". Write "first; second; third" after it, or a list below it.'],
    ],
    [
      'implications with a list in the list',
      issueOf('Implications:\n\n- one\n  - two\n'),
      ['error f:10:1: Each implication is one paragraph. Take out inner lists and empty lines.'],
    ],
  ])('%s', (_, source, expected) => {
    expect(findingsOf(source)).toEqual(expected);
  });
});

test('several mistakes are all named in one run, in the order of the source', () => {
  const source = issueOf('[a](#)\n\n:::chrat\n:::\n\n## News\n\n[b](javascript:x)\n\n:::reading\n- none\n');
  expect(parseIssue(source).findings.map(({ line, check }) => `${line} ${check}`)).toEqual([
    '8 links',
    '10 blocks',
    '15 links',
    '17 blocks',
  ]);
});

test('the HTML of a mail is weighed in bytes: advice above 80 KB, a stop above 95 KB', () => {
  const mail = (bytes: number) => 'د'.repeat(bytes / 2);
  expect(checkSize(mail(80 * 1024))).toEqual([]);
  expect(checkSize(mail(80 * 1024 + 2))).toMatchObject([{ check: 'size', severity: 'warning' }]);
  expect(checkSize(mail(95 * 1024))).toMatchObject([{ severity: 'warning' }]);
  expect(checkSize(mail(95 * 1024 + 2))).toMatchObject([{ severity: 'stop', problem: expect.stringContaining('95.0 KB') }]);
});
