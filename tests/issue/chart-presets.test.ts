/** Rules of chart data by preset, and of the alternative text proposed from it. */
import { expect, test } from 'vitest';
import { proposeAlt } from '../../src/issue/chart-alt.ts';
import { readChartData } from '../../src/issue/chart-data.ts';

const problemsOf = (csv: string, preset: Parameters<typeof readChartData>[1]) => {
  const result = readChartData(csv, preset);
  return 'problems' in result ? result.problems.map(({ line, problem, remedy }) => `${line}: ${problem}. ${remedy}`) : [];
};

test('bars take two columns, the other presets three', () => {
  expect(problemsOf('pier,lamps\nNorth,3\nSouth,4\n', 'bars')).toEqual([]);
  expect(problemsOf('pier,month,lamps\nNorth,May,3\n', 'bars')).toEqual([
    '1: the header has 3 columns, bars takes two. Write a header and rows of two columns: category, number.',
  ]);
  expect(problemsOf('month,lamps\nMay,3\n', 'line')).toEqual([
    '1: the header has 2 columns, line takes three. Write a header and rows of three columns: time, series, number.',
  ]);
  expect(problemsOf('pier,lamps\nNorth,3\nNorth,4\n,5\nEast,many\n', 'bars')).toEqual([
    '3: "North" has a number on line 2 already. Add the two up, or take one out.',
    '4: the column "pier" is empty. Write the category.',
    '5: the column "lamps" holds "many", which is not a number. Write digits, like 1600, 1,600 or 2.5, and leave out a row that has none.',
  ]);
});

test('a stack takes nothing less than 0', () => {
  expect(problemsOf('pier,kind,lamps\nNorth,Oil,-3\n', 'stacked-bars')).toEqual([
    '2: the column "lamps" holds "-3": parts of a stack cannot be less than nothing. Take preset="grouped-bars".',
  ]);
  expect(problemsOf('pier,kind,lamps\nNorth,Oil,-3\n', 'grouped-bars')).toEqual([]);
});

test.each([
  [
    'bars',
    ['pier', 'lamps'],
    [
      ['North', '1,050'],
      ['South', '42'],
    ],
    'Bars: lamps by pier; most for North (1,050), least for South (42).',
  ],
  [
    'line',
    ['month', 'pier', 'lamps'],
    [
      ['May', 'North', '۷۰'],
      ['June', 'North', '-3'],
    ],
    'Lines: lamps by month and pier; most for May, North (۷۰), least for June, North (-3).',
  ],
  [
    'heat-map',
    ['hour', 'roof', 'gulls'],
    [
      ['Dawn', 'Hall', '5'],
      ['Dusk', 'Hall', '5'],
    ],
    'Heat map: gulls by hour and roof; 5 everywhere.',
  ],
] as const)('the text proposed for %s says what is drawn and where most and least is', (preset, columns, rows, text) => {
  expect(proposeAlt(preset, { columns: [...columns], rows: rows.map((row) => [...row]) })).toBe(text);
});
