/** Issues with their files: data and pictures beside the source, and nothing from elsewhere. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeFindings, readIssue, type StorePicture } from '../../src/issue/issue.ts';
import { issueOf } from './sources.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'galley-test-'));
  await mkdir(join(folder, 'issue/data'), { recursive: true });
  await writeFile(join(folder, 'secret.csv'), 'a,b,c\nx,y,1\n');
  await symlink(join(folder, 'secret.csv'), join(folder, 'issue/data/escape.csv'));
  await symlink('loop.csv', join(folder, 'issue/data/loop.csv'));
  await writeFile(join(folder, 'issue/data/good.csv'), '# a note\n# another\nactor,month,events\nA,May,1\n"B, C",May,"1,600"\n');
  await symlink('good.csv', join(folder, 'issue/data/inside.csv'));
  await writeFile(join(folder, 'issue/picture.png'), 'bytes');
});
afterAll(() => rm(folder, { recursive: true }));

const store: StorePicture = async (bytes, name) => ({ name: `${Buffer.from(bytes)}-${name}`, width: 3, height: 2 });

async function read(body: string, storePicture = store) {
  const { tree, findings } = await readIssue(issueOf(body), join(folder, 'issue/issue.md'), storePicture);
  return { tree, said: describeFindings('f', findings) };
}
const chart = (path: string, preset = 'heat-map') =>
  `:::chart{#c data="${path}" preset="${preset}"}\nCaption\n\nSource: S\n\nAlt: A\n:::\n`;
const figure = (path: string) => `:::figure{src="${path}"}\nSource: S\n\nAlt: A\n:::\n`;

test('data and pictures fill the tree, cells as typed', async () => {
  const { tree, said } = await read(chart('data/good.csv') + figure('picture.png'));
  expect(said).toBe('');
  expect(tree?.lead).toMatchObject([
    {
      t: 'chart',
      data: {
        columns: ['actor', 'month', 'events'],
        rows: [
          ['A', 'May', '1'],
          ['B, C', 'May', '1,600'],
        ],
      },
    },
    { t: 'figure', asset: 'bytes-picture.png', width: 3, height: 2 },
  ]);
});

test('a picture shown twice is stored once', async () => {
  const stored: string[] = [];
  await read(`${figure('picture.png')}\n${figure('picture.png')}`, (bytes, name) => {
    stored.push(name);
    return store(bytes, name);
  });
  expect(stored).toEqual(['picture.png']);
});

test('what is wrong with a picture is said at the figure that shows it, and keeps the tree back', async () => {
  const answer = await read(figure('picture.png'), async () => ({ problem: 'this is not a picture', remedy: 'save it as PNG or JPEG' }));
  expect(answer).toEqual({ tree: undefined, said: 'f:8:1: picture.png: this is not a picture. Save it as PNG or JPEG.' });
});

test('a stop lets the tree through, an error of the source does not', async () => {
  expect((await read('[a](#)\n')).tree).toBeDefined();
  expect((await read('[a](ftp://a.example)\n')).tree).toBeUndefined();
});

test('mistakes of the source and of its files are told together, in order', async () => {
  const { said } = await read(`[a](b)\n\n${chart('data/none.csv')}\n::toc{a}\n`);
  expect(said.split('\n').map((line) => line.split(':')[1])).toEqual(['8', '10', '18']);
});

describe('paths', () => {
  const inside = 'Put the file into the folder of the issue and write its path from there, such as data/file.csv.';
  test.each([
    ['data/godo.csv', 'There is no file "data/godo.csv" beside the issue. Did you mean "data/good.csv"?'],
    ['data/GOOD.csv', 'There is no file "data/GOOD.csv" beside the issue. Did you mean "data/good.csv"?'],
    ['elsewhere/x.csv', `There is no file "elsewhere/x.csv" beside the issue. ${inside}`],
    [`${'x'.repeat(300)}.csv`, `There is no file "${'x'.repeat(59)}…" beside the issue. ${inside}`],
    ['picture.png/x.csv', `There is no file "picture.png/x.csv" beside the issue. ${inside}`],
    ['../secret.csv', `The path "../secret.csv" leaves the folder of the issue. ${inside}`],
    ['data/../../secret.csv', `The path "data/../../secret.csv" leaves the folder of the issue. ${inside}`],
    ['data/escape.csv', `"data/escape.csv" is a link that leaves the folder of the issue. ${inside}`],
    ['data/loop.csv', `"data/loop.csv" is a link that leads to itself. ${inside}`],
    ['/etc/passwd', `The path "/etc/passwd" is absolute. ${inside}`],
    ['C:/data.csv', `The path "C:/data.csv" is absolute. ${inside}`],
    ['data\\good.csv', 'The path "data\\good.csv" holds "\\". Write "/" between folders.'],
    ['https://a.example/x.csv', `"https://a.example/x.csv" is an address, not a file. ${inside}`],
    ['//a.example/x.csv', `"//a.example/x.csv" is an address, not a file. ${inside}`],
    ['data', `"data" is not a file. ${inside}`],
  ])('%s is refused', async (path, message) => {
    expect(await read(chart(path))).toEqual({ tree: undefined, said: `f:8:1: ${message}` });
    expect((await read(figure(path))).said).toBe(`f:8:1: ${message}`);
  });

  test('a link within the folder is followed', async () => {
    expect((await read(chart('data/inside.csv'))).said).toBe('');
  });
});

describe('data', () => {
  const cell = 'Write digits, like 1600, 1,600 or 2.5, and leave out a row that has none.';
  const quotes = 'Put a cell that holds quotes or separators in "quotes", and double the quotes within.';
  const shape = 'Write a header and rows of three columns: category, group, number.';
  test.each([
    ['an empty file', '', [`line 1: the file is empty. ${shape}`]],
    ['nothing but notes', '# a\n# b\n', [`line 1: the file is empty. ${shape}`]],
    ['no rows', 'a,b,c\n', [`line 1: there is no row below the header. ${shape}`]],
    ['two columns', 'a,b\nx,1\n', [`line 1: the header has 2 columns, grouped-bars takes three. ${shape}`]],
    [
      'a ragged row',
      '# n\na,b,c\nx,y,1\nz,2\n',
      ['line 4: the row has 2 cells, the header three. Give every row three; put a cell that holds a separator in "quotes".'],
    ],
    ['words for a number', 'a,b,c\nx,y,many\n', [`line 2: the column "c" holds "many", which is not a number. ${cell}`]],
    ['a decimal comma', 'a;b;c\nx;y;1,5\n', [`line 2: the column "c" holds "1,5", which is not a number. ${cell}`]],
    ['an empty number', 'a,b,c\nx,y,\n', [`line 2: the column "c" is empty. ${cell}`]],
    ['an empty name', 'a,b,c\n,y,1\n', ['line 2: the column "a" is empty. Write the category.']],
    [
      'the same row twice',
      'a,b,c\nx,y,1\nx,z,1\nx,y,2\n',
      ['line 4: "x" and "y" have a number on line 2 already. Add the two up, or take one out.'],
    ],
    ['a quote that never closes', 'a,b,c\n"x,y,1\n', [`line 2: the text cannot be split into cells (quote not closed). ${quotes}`]],
    [
      'too many rows',
      `a,b,c\n${Array.from({ length: 201 }, (_, i) => `x,${i},1\n`).join('')}`,
      ['line 202: there are 201 rows; the limit is 200. Add rows up, or make two charts of them.'],
    ],
    [
      'two mistakes',
      'a,b,c\nx,y,p\nx,z,q\n',
      [
        `line 2: the column "c" holds "p", which is not a number. ${cell}`,
        `line 3: the column "c" holds "q", which is not a number. ${cell}`,
      ],
    ],
  ])('%s is a finding that names file and line', async (_, csv, messages) => {
    await writeFile(join(folder, 'issue/data/bad.csv'), csv);
    expect(await read(chart('data/bad.csv', 'grouped-bars'))).toEqual({
      tree: undefined,
      said: messages.map((message) => `f:8:1: data/bad.csv, ${message}`).join('\n'),
    });
  });

  test.each([
    ['semicolons', 'a;b;c\nx, and;y;1.5\n', [['x, and', 'y', '1.5']]],
    ['tabs, a byte-order mark and Windows line ends', '\ufeffa\tb\tc\r\nx\ty\t-1\r\n', [['x', 'y', '-1']]],
    ['empty rows at the end', 'a,b,c\nx,y,1\n,,\n\n', [['x', 'y', '1']]],
    [
      'digits of Arabic script',
      'a,b,c\nx,y,۱۶۰۰\nx,z,"١٬٦٠٠"\n',
      [
        ['x', 'y', '۱۶۰۰'],
        ['x', 'z', '١٬٦٠٠'],
      ],
    ],
    ['a cell that begins with #', 'a,b,c\n#1,y,1\n', [['#1', 'y', '1']]],
  ])('%s are read', async (_, csv, rows) => {
    await writeFile(join(folder, 'issue/data/odd.csv'), csv);
    const { tree, said } = await read(chart('data/odd.csv'));
    expect(said).toBe('');
    expect(tree?.lead).toMatchObject([{ data: { rows } }]);
  });

  test('text of another encoding is named', async () => {
    await writeFile(join(folder, 'issue/data/latin.csv'), Buffer.from('a,b,c\ncaf\u00e9,y,1\n', 'latin1'));
    expect((await read(chart('data/latin.csv'))).said).toBe('f:8:1: data/latin.csv is not UTF-8 text. Save it as "CSV UTF-8".');
  });

  test('a file over the limit is not read', async () => {
    await writeFile(join(folder, 'issue/data/large.csv'), 'a'.repeat(1024 * 1024 + 1));
    expect((await read(chart('data/large.csv'))).said).toBe('f:8:1: "data/large.csv" is larger than 1 MB. Make it smaller.');
  });
});
