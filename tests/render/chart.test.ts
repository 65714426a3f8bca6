/** Rules of the chart presets. */
import { describe, expect, test } from 'vitest';
import { type Chart, chartPresets } from '../../src/model/issue.ts';
import { chartPng, chartSvg } from '../../src/render/chart.ts';
import { gridOf } from '../../src/render/chart-data.ts';
import { bars, furtherCharts, map } from './trees.ts';

const svgOf = (chart: Chart, direction: 'ltr' | 'rtl' = 'ltr', width = 520) => chartSvg(chart, direction, width, 'c');
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
/** Where on the picture a text stands from the left, by its last translation. */
const rowsAt = (rows: string[][]): Chart => ({ ...bars, data: { columns: ['pier', 'month', 'lamps'], rows } });

/** Names and values that a picture does not write out: they would not fit, and stand in the data table. */
const unwritten: Partial<Record<Chart['preset'], readonly string[]>> = { 'stacked-bars': ['1'], line: ['70', '90', '42'] };

describe.each([bars, map, ...furtherCharts])('$preset', (chart) => {
  test('drawn twice it gives the same bytes, as SVG and as PNG', async () => {
    const [one, two] = [await svgOf(chart), await svgOf(chart)];
    expect(two).toBe(one);
    expect(Buffer.from((await chartPng(two)).bytes).equals(Buffer.from((await chartPng(one)).bytes))).toBe(true);
  });

  test('its PNG is 1200 pixels wide and at most 25 KB', async () => {
    const { bytes, width } = await chartPng(await svgOf(chart));
    expect(width).toBe(1200);
    expect(bytes.length).toBeLessThanOrEqual(25_000);
  });

  test('every value and every name is written out, and the axes are named', async () => {
    const all = texts(await svgOf(chart)).join(' ');
    for (const row of chart.data.rows)
      for (const cell of row) if (!unwritten[chart.preset]?.includes(cell)) for (const word of cell.split(' ')) expect(all).toContain(word);
    expect(all).toContain(chart.data.columns[0]?.slice(1));
    expect(all).toContain(chart.data.columns.at(-1)?.slice(1));
  });

  test('caption, source and note stay out of the picture', async () => {
    const all = texts(await svgOf(chart)).join(' ');
    for (const word of [chart.source, chart.note ?? '', 'Lamps lit by pier']) expect(all).not.toContain(word);
  });

  test('it refers to nothing outside and carries neither script nor style', async () => {
    expect(await svgOf(chart)).not.toMatch(/href|<image|<script|<style|style=|@import|url\((?!#c-)/i);
  });

  test('the picture is as wide as asked', async () => {
    for (const width of [360, 520, 620]) expect(await svgOf(chart, 'ltr', width)).toContain(`viewBox="0 0 ${width} `);
  });
});

test('a stack says what it comes to, and takes nothing less than 0', async () => {
  const stack = furtherCharts.find(({ preset }) => preset === 'stacked-bars') as Chart;
  const all = texts(await svgOf(stack));
  expect(all).toContain('120');
  expect(all).toContain('43');
  const less = { ...stack, data: { ...stack.data, rows: [['North pier', 'Oil', '-1']] } };
  await expect(svgOf(less)).rejects.toThrow('"-1" cannot be part of a stack');
});

test('a sign that no face has is named with its character, never drawn as an empty box; vowel marks and joiners are no such sign', async () => {
  const named = (name: string): Chart => ({ ...bars, data: { ...bars.data, columns: [name, 'month', 'lamps'] } });
  await expect(svgOf(named('pier ⎱ 中'))).rejects.toThrow(
    'Chart "lamps-by-pier": No typeface here can print ⎱ (U+23B1), 中 (U+4E2D). Write it in words or in Latin, Cyrillic, Greek or Arabic letters',
  );
  await expect(svgOf(named('Çédille Ελ Жук گھاٹ می\u200cروند مَدرسہ'))).resolves.toContain('</svg>');
});

test('lines differ by their dashes as well as by their colours, and each says its newest value', async () => {
  const line = furtherCharts.find(({ preset }) => preset === 'line') as Chart;
  const svg = await svgOf(line);
  const strokes = [...svg.matchAll(/stroke="(#[0-9a-f]{6})" stroke-width="2.5"(?: stroke-dasharray="([^"]*)")?/g)].map(
    ([, colour, dash]) => `${colour} ${dash}`,
  );
  expect(new Set(strokes).size).toBeGreaterThanOrEqual(2);
  expect(new Set([...svg.matchAll(/stroke-dasharray="([^"]*)"/g)].map(([, dash]) => dash)).size).toBeGreaterThanOrEqual(2);
  expect(texts(svg)).toEqual(expect.arrayContaining(['1,050', '-3']));
});

test('the names of a hundred times are thinned out, the newest stays', async () => {
  const line = furtherCharts.find(({ preset }) => preset === 'line') as Chart;
  const rows = Array.from({ length: 100 }, (_, index) => [`Week ${index + 1}`, 'North pier', String(index)]);
  const all = texts(await svgOf({ ...line, data: { ...line.data, rows } })).join(' ');
  expect(all).toMatch(/Week\s+100/);
  expect(all.match(/Week/g)?.length).toBeLessThan(15);
});

test('rows and columns keep the order of the data', async () => {
  const all = texts(
    await svgOf(
      rowsAt([
        ['Winter', 'May', '1'],
        ['Autumn', 'May', '9'],
        ['Spring', 'May', '5'],
      ]),
    ),
  );
  expect(all.filter((text) => ['Winter', 'Autumn', 'Spring'].includes(text ?? ''))).toEqual(['Winter', 'Autumn', 'Spring']);
});

test('in a right-to-left issue bars grow from the right', async () => {
  const anchors = (svg: string) => /<text text-anchor="(\w+)"[^>]*>North pier</.exec(svg)?.[1];
  expect(anchors(await svgOf(bars, 'ltr'))).toBe('end');
  expect(anchors(await svgOf(bars, 'rtl'))).toBe('start');
});

test('a long name takes several lines and is not cut', async () => {
  const name = 'The very long pier beyond the old customs house';
  const svg = await svgOf(
    rowsAt([
      [name, 'May', '1'],
      ['B', 'May', '2'],
    ]),
  );
  expect(svg).not.toContain('…');
  expect(texts(svg).join(' ')).toContain(name);
});

test('names that look like expressions are names', async () => {
  const names = ["datum['x']", '"]; alert(1)', 'constructor.constructor("return 1")()'];
  expect(texts(await svgOf(rowsAt(names.map((name, i) => [name, 'May', String(i)])))).join(' ')).toContain(
    names[2]?.replaceAll('"', '&quot;').split(' ')[0]?.slice(0, 20),
  );
});

test.each([
  ['1,600', 1600],
  ['۱۶۰۰', 1600],
  ['١٬٦٠٠', 1600],
  ['-3.5', -3.5],
  ['0', 0],
])('%s is read as %d and shown as typed', (typed, value) => {
  expect(gridOf(rowsAt([['a', 'b', typed]])).cells[0]).toMatchObject({ value, shown: typed });
});

test.each(['', 'many', '1,60', '12%', '1e3', 'NaN'])('%j is no number: the chart, its row and the column are named', (typed) => {
  expect(() =>
    gridOf(
      rowsAt([
        ['a', 'b', '1'],
        ['a', 'c', typed],
      ]),
    ),
  ).toThrow(/Chart "lamps-by-pier", row 2: .* "lamps"/);
});

test('a table with fewer or more than three columns is refused', () => {
  expect(() => gridOf({ ...bars, data: { columns: ['a', 'b'], rows: [['x', '1']] } })).toThrow(/2 columns/);
});

test('no rows are refused', () => {
  expect(() => gridOf(rowsAt([]))).toThrow(/no rows/);
});

describe.each(['ltr', 'rtl'] as const)('a crowded chart, %s', (direction) => {
  const rows = (first: number, second: number) =>
    Array.from({ length: first }, (_, i) =>
      Array.from({ length: second }, (__, j) => [`Harbour number ${i + 1}`, `Part number ${j + 1}`, String(100 + i * 77 + j * j * 91)]),
    ).flat();
  const crowds: Record<Chart['preset'], string[][]> = {
    bars: rows(20, 1).map(([name = '', , value = '']) => [name, value]),
    'grouped-bars': rows(8, 3),
    'stacked-bars': rows(8, 5),
    line: rows(12, 5),
    'heat-map': rows(10, 8),
  };
  test.each(chartPresets)('%s is at most 25 KB as PNG, and still as wide as the mail shows it', async (preset) => {
    const columns = preset === 'bars' ? ['harbour', 'lamps'] : ['harbour', 'part', 'lamps'];
    const { bytes, width } = await chartPng(await svgOf({ ...bars, preset, data: { columns, rows: crowds[preset] } }, direction));
    expect(bytes.length).toBeLessThanOrEqual(25_000);
    expect(width).toBeGreaterThanOrEqual(552);
  });
});
