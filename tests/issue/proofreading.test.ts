/** Rules of the proofreader: each slip is named in its place, and honest text passes. */
import { describe, expect, test } from 'vitest';
import { describeFindings, parseIssue } from '../../src/issue/issue.ts';
import { proofread } from '../../src/issue/proofreading.ts';
import { issueOf, issueWith } from './sources.ts';

const found = (source: string) =>
  parseIssue(source).findings.map((finding) => `${finding.severity} ${finding.check} ${describeFindings('f', [finding])}`);
const wordsOf = (text: string) =>
  found(issueOf(`${text}\n`)).map((line) =>
    line.replace(/^(\w+ \w+) f:\d+:(\d+).*?(?:"(.*?)" (?:says|is the same|hides).*|: The words promise.*)$/, '$1 $2 $3').trim(),
  );

describe('unfinished words stop a send', () => {
  test.each([
    ['The toll was TK on Monday.', ['stop unfinished 14 TK']],
    ['TODO: ask the board. Then FIXME.', ['stop unfinished 1 TODO', 'stop unfinished 27 FIXME']],
    ['See TKTK and Lorem ipsum dolor.', ['stop unfinished 5 TKTK', 'stop unfinished 14 Lorem ipsum']],
    ['**TK**', ['stop unfinished 3 TK']],
  ])('%s', (text, expected) => expect(wordsOf(text)).toEqual(expected));

  test.each(['The tk domain of Tokelau.', 'STOCKS and ATK rifles', 'todo el mundo', 'TTP and TKP', 'A to-do list'])('%s passes', (text) =>
    expect(wordsOf(text)).toEqual([]),
  );

  test('in the title too', () => {
    const source = issueWith('publication: A\ntitle: TK\nperiod: 2026-11\npreheader: Forty letters or more of what this issue holds.');
    expect(found(source)).toEqual(['stop unfinished f:3:1: "TK" says that something is still to come. Write it, or take the mark out.']);
  });
});

describe('a word typed twice is a warning', () => {
  test.each([
    ['They crossed the the border.', ['warning doubled 14 the the']],
    ['The The border', []],
    ['Over the\nthe line', ['warning doubled 6 the the']],
    ['De la la Torre', ['warning doubled 4 la la']],
  ])('%j', (text, expected) => expect(wordsOf(text)).toEqual(expected));

  test.each([
    'He said that that was all they had had.',
    'Tora Bora Bora Bora',
    'no, no',
    'the there',
    'bit-by-bit by hand',
    'وہ آہستہ آہستہ آئے',
    'ورو ورو',
    '5 5 of them',
  ])('%s passes', (text) => expect(wordsOf(text)).toEqual([]));
});

describe('a promised file is a warning', () => {
  test.each(['Please see the attached file.', 'The report is attached.', 'The attached document says so.', 'Find enclosed our list.'])(
    '%s',
    (text) => expect(found(issueOf(`${text}\n`)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['warning attachment']),
  );
  test.each(['Troops attached to the brigade left.', 'It is attached to the ministry.', 'Enclosed valleys.'])('%s passes', (text) =>
    expect(found(issueOf(`${text}\n`))).toEqual([]),
  );
});

describe('a title of another month', () => {
  const titled = (title: string, period = '2026-11', more = '') =>
    found(
      issueWith(`publication: A\ntitle: "${title}"\nperiod: ${period}\npreheader: Forty letters or more of what this issue holds.${more}`),
    ).map((line) => line.split(' ').slice(0, 2).join(' '));
  test.each(['October 2026', 'November 2025', 'The march to March'])('%s is a warning in the issue of November 2026', (title) =>
    expect(titled(title)).toEqual(['warning period']),
  );
  test.each(['November 2026', 'October and November 2026', 'What the talks may be worth', 'A winter of talks', 'Nr. 12'])(
    '%s passes',
    (title) => expect(titled(title)).toEqual([]),
  );
  test('in the issue’s own language', () => {
    expect(titled('اکتوبر 2026', '2026-11', '\nlang: ur')).toEqual(['warning period']);
    expect(titled('نومبر 2026', '2026-11', '\nlang: ur')).toEqual([]);
  });
  test('a number that is no month says nothing', () => expect(titled('October', '12')).toEqual([]));
});

test.each([
  ['| a | b |\n|---|---|\n| 1 | 2 |', ['warning structure']],
  ['a | b\n--- | ---\n1 | 2', ['warning structure']],
  ['```\ncode\n```', ['warning structure']],
  ['a | b', []],
  ['5 --- 6', []],
])('a table or code, which is printed as typed, is a warning: %j', (text, expected) => {
  expect(found(issueOf(`${text}\n`)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(expected);
});

test('a period of no month is an error', () => {
  const source = (period: string) =>
    issueWith(`publication: A\ntitle: B\nperiod: ${period}\npreheader: Forty letters or more of what this issue holds.`);
  expect(found(source('2026-13'))).toEqual([
    'error front-matter f:4:1: "period" is no month. Write period: and the month, for example 2026-11.',
  ]);
  expect(found(source('2026-12'))).toEqual([]);
});

test('embeddings and overrides of direction are taken out, joiners and marks stay', () => {
  const { tree } = parseIssue(issueOf('a\u202eb\u2066c\u2069 \u200cd\u200fe\n'));
  expect(JSON.stringify(tree?.lead)).toContain('abc \u200cd\u200fe');
});

test('a link shortener is a warning, the pages it stands for pass', () => {
  expect(wordsOf('See [this](https://bit.ly/3xyz).')).toEqual(['warning shorteners 5 https://bit.ly/3xyz']);
  expect(wordsOf('See [this](https://www.t.co/a) and [that](https://habit.ly/3xyz).')).toEqual(['warning shorteners 5 https://www.t.co/a']);
});

test('a subject that phones and desks cut is told', () => {
  const long = 'A very long title indeed that goes on and on about everything there is to say of it';
  const source = issueWith(`publication: A\ntitle: ${long}\nperiod: 2026-11\npreheader: Forty letters or more of what this issue holds.`);
  expect(found(source).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['info subject']);
});

test.each([
  ['the '.repeat(20_000), 10_000],
  ['TK'.repeat(20_000), 1],
  ['a\t'.repeat(20_000), 0],
  [`${'x'.repeat(40_000)} `.repeat(4), 2],
])('long runs of what it looks for are read to their end (%#)', (text, expected) => {
  let count = 0;
  proofread(
    () => {
      count += 1;
    },
    text,
    () => ({ line: 1, column: 1 }),
  );
  expect(count).toBe(expected);
});

describe('the reader’s name', () => {
  const names = (text: string) => found(issueOf(`${text}\n`)).filter((line) => line.includes(' name '));

  test.each(['Dear {{name|reader}},', 'Dear **{{ Name | dear reader }}**,', '- {{name|reader}}', '> {{name|قارئ}}'])(
    'may stand in text: %j',
    (text) => expect(names(text)).toEqual([]),
  );
  test.each(['Dear {{name}},', 'Dear {{name|}},', 'Dear {{name|reader,', 'Dear {{name| }},', `Dear {{name|${'x'.repeat(101)}}},`])(
    'needs a fallback: %j',
    (text) =>
      expect(names(text)).toEqual([expect.stringMatching(/^error name f:\d+:6: .* does not say what readers without a name are called/)]),
  );
  test('is the only thing of theirs', () => {
    expect(names('Dear {{first_name}},')).toEqual([expect.stringContaining('warning name')]);
    expect(names('{about} and {{}} and { {name|x} }')).toEqual([]);
  });
  test.each([
    '## For {{name|reader}}',
    '### For {{name|reader}}',
    '::download[For {{name|reader}}]',
    ':::papers\n- [For {{name|reader}}](https://a.example/)\n:::',
    ':::papers\n- [A paper](https://a.example/), {{name|reader}}\n:::',
    ':::figure{src="a.png"}\nFor {{name|reader}}\nSource: B\nAlt: C\n:::',
  ])('may not stand where all read the same: %j', (text) => {
    expect(names(text)).toEqual([expect.stringContaining('stands where all readers get the same words')]);
  });
  test('nor in the front matter', () => {
    const source = issueWith(
      'publication: A\ntitle: For {{name|reader}}\nperiod: 2026-11\npreheader: Forty letters or more of what this issue holds.',
    );
    expect(found(source).filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining('error name f:3:1')]);
  });
});
