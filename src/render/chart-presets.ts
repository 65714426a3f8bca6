/** The chart presets of the house, as Vega-Lite specifications. Editors choose one by name; a specification never comes from content. */

import type { TopLevelSpec } from 'vega-lite';
import type { ChartPreset } from '../model/issue.ts';
import { blend, deep, mid, pale, readableOn, soft } from './chart-colours.ts';
import type { Grid } from './chart-data.ts';
import { lineChart } from './chart-line.ts';
import { lineHeight, widthOf, wrap } from './chart-measure.ts';
import { nameAxis, size, splitLabel } from './chart-style.ts';

function groupedBars(grid: Grid, width: number, rtl: boolean): TopLevelSpec {
  const most = Math.max(...grid.cells.map((cell) => cell.value), 0);
  const least = Math.min(...grid.cells.map((cell) => cell.value), 0);
  // Room for the widest value beside the longest bar: texts of marks do not count when Vega fits the width.
  const label = Math.max(...grid.cells.map((cell) => widthOf(cell.shown, size, false, rtl))) + 8;
  const spread = (most - least || 1) * (1 + label / (width * 0.6));
  const colours = grid.columns.map((_, i) => blend(mid, deep, grid.columns.length === 1 ? 1 : i / (grid.columns.length - 1)));
  const values = grid.cells.map((cell) => ({ ...cell, row: wrap(cell.row, width * 0.3, size, rtl), away: cell.value < 0 }));
  // A value stands just past the end of its bar, whichever way that points.
  const texts = (away: boolean) => ({
    transform: [{ filter: { field: 'away', equal: away } }],
    mark: { type: 'text', align: away === rtl ? 'left' : 'right', dx: away === rtl ? 5 : -5 } as const,
    encoding: { text: { field: 'shown', type: 'nominal' } } as const,
  });
  return {
    width,
    height: { step: 18 },
    autosize: { type: 'fit-x', contains: 'padding' },
    data: { values },
    encoding: {
      y: { field: 'row', type: 'nominal', sort: null, axis: nameAxis(grid, rtl), scale: { paddingInner: 0.25, paddingOuter: 0.15 } },
      yOffset: { field: 'column', type: 'nominal', sort: null },
      x: {
        field: 'value',
        type: 'quantitative',
        axis: { title: grid.valueTitle, tickCount: 5, labelColor: soft, labelFlush: false },
        scale: { domain: [least < 0 ? most - spread : 0, least < 0 && most <= 0 ? 0 : least + spread], nice: false, reverse: rtl },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: { band: 0.94 } },
        encoding: {
          color: {
            field: 'column',
            type: 'nominal',
            sort: null,
            scale: { range: colours },
            ...(grid.columns.length === 1 ? { legend: null } : {}),
          },
        },
      },
      texts(false),
      ...(least < 0 ? [texts(true)] : []),
    ],
  };
}

function stackedBars(grid: Grid, width: number, rtl: boolean): TopLevelSpec {
  const totals = new Map(
    grid.rows.map((row) => [row, grid.cells.filter((cell) => cell.row === row).reduce((sum, { value }) => sum + value, 0)]),
  );
  const most = Math.max(...totals.values(), 0) || 1;
  const shownTotal = (row: string): string => new Intl.NumberFormat('en').format(totals.get(row) ?? 0);
  const label = Math.max(...grid.rows.map((row) => widthOf(shownTotal(row), size, true, rtl))) + 10;
  const spread = most * (1 + label / (width * 0.6));
  const colours = grid.columns.map((_, i) => blend('#cfe3e3', deep, grid.columns.length === 1 ? 1 : i / (grid.columns.length - 1)));
  const plot = width * 0.62; // what names and the total leave at least
  const before = new Map<string, number>();
  const values = grid.columns.flatMap((column, at) =>
    grid.cells
      .filter((cell) => cell.column === column)
      .map((cell) => {
        const from = before.get(cell.row) ?? 0;
        before.set(cell.row, from + cell.value);
        const fits = widthOf(cell.shown, size, false, rtl) + 6 <= (cell.value / spread) * plot;
        const fill = colours[at] ?? deep;
        // A part too narrow for its number shows none: the number is in the data table.
        return {
          ...cell,
          row: wrap(cell.row, width * 0.3, size, rtl),
          from,
          to: from + cell.value,
          middle: from + cell.value / 2,
          shown: fits ? cell.shown : '',
          text: readableOn(fill),
        };
      }),
  );
  const sums = grid.rows.map((row) => ({ row: wrap(row, width * 0.3, size, rtl), to: totals.get(row) ?? 0, total: shownTotal(row) }));
  return {
    width,
    height: { step: 30 },
    autosize: { type: 'fit-x', contains: 'padding' },
    encoding: {
      y: { field: 'row', type: 'nominal', sort: null, axis: nameAxis(grid, rtl), scale: { paddingInner: 0.25, paddingOuter: 0.15 } },
    },
    layer: [
      {
        data: { values },
        mark: { type: 'bar', stroke: '#ffffff', strokeWidth: 1 },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            axis: { title: grid.valueTitle, tickCount: 5, labelColor: soft, labelFlush: false },
            scale: { domain: [0, spread], nice: false, reverse: rtl },
          },
          x2: { field: 'to' },
          color: { field: 'column', type: 'nominal', sort: null, scale: { domain: grid.columns, range: colours } },
        },
      },
      {
        data: { values },
        mark: { type: 'text' },
        encoding: {
          x: { field: 'middle', type: 'quantitative' },
          text: { field: 'shown', type: 'nominal' },
          fill: { field: 'text', type: 'nominal', scale: null },
        },
      },
      {
        data: { values: sums },
        mark: { type: 'text', align: rtl ? 'right' : 'left', dx: rtl ? -5 : 5, fontWeight: 600 },
        encoding: { x: { field: 'to', type: 'quantitative' }, text: { field: 'total', type: 'nominal' } },
      },
    ],
  };
}

function heatMap(grid: Grid, width: number, rtl: boolean): TopLevelSpec {
  const most = Math.max(...grid.cells.map((cell) => cell.value), 1);
  const names = Math.min(Math.max(...grid.rows.map((row) => widthOf(row, size, true, rtl))), width * 0.3);
  const columnWidth = (width - names - 16) / grid.columns.length;
  const longest = Math.max(...grid.columns.flatMap((column) => column.split(/\s+/).map((word) => widthOf(word, size, true, rtl))));
  const headSize = Math.max(Math.min(size, (size * (columnWidth - 4)) / longest), 9);
  const heads = new Map(grid.columns.map((column) => [column, wrap(column, columnWidth - 4, headSize, rtl)]));
  const lines = Math.max(...[...heads.values()].map((head) => head.split('\n').length));
  const values = grid.cells.map((cell) => {
    // Bent, so that small counts still differ from none.
    const fill = blend(pale, deep, (Math.max(cell.value, 0) / most) ** 0.7);
    return {
      ...cell,
      row: wrap(cell.row, width * 0.3, size, rtl),
      column: heads.get(cell.column) ?? cell.column,
      fill,
      text: readableOn(fill),
    };
  });
  return {
    width,
    height: { step: 32 },
    autosize: { type: 'fit-x', contains: 'padding' },
    data: { values },
    encoding: {
      y: { field: 'row', type: 'nominal', sort: null, axis: nameAxis(grid, rtl) },
      x: {
        field: 'column',
        type: 'nominal',
        sort: null,
        scale: { reverse: rtl },
        axis: {
          title: `${grid.valueTitle} · ${grid.columnTitle}`,
          orient: 'top',
          titleAnchor: 'start',
          titleAlign: rtl ? 'right' : 'left',
          labelAngle: 0,
          labelFontWeight: 600,
          labelFontSize: headSize,
          labelExpr: splitLabel,
          labelPadding: 6,
          labelBaseline: 'alphabetic',
          titlePadding: 8 + (lines - 1) * lineHeight, // heads grow upwards, see `tidy`
        },
      },
    },
    layer: [
      { mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 2 }, encoding: { color: { field: 'fill', type: 'nominal', scale: null } } },
      {
        mark: { type: 'text' },
        encoding: { text: { field: 'shown', type: 'nominal' }, color: { field: 'text', type: 'nominal', scale: null } },
      },
    ],
  };
}

/** What to draw for each preset, given the width in pixels of the whole picture. */
export const presets: Record<ChartPreset, (grid: Grid, width: number, rtl: boolean) => TopLevelSpec> = {
  bars: groupedBars, // one group, so no legend
  'grouped-bars': groupedBars,
  'stacked-bars': stackedBars,
  line: lineChart,
  'heat-map': heatMap,
};
