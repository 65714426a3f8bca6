/** The preset `line`: series over time, told apart by colour and dashes. */

import type { TopLevelSpec } from 'vega-lite';
import { lines, soft } from './chart-colours.ts';
import type { Grid } from './chart-data.ts';
import { lineHeight, widthOf, wrap } from './chart-measure.ts';
import { size, splitLabel } from './chart-style.ts';

/** A line for each series, the times in the order of the data, `width` pixels wide in all. */
export function lineChart(grid: Grid, width: number, rtl: boolean): TopLevelSpec {
  const all = grid.cells.map(({ value }) => value);
  const [least, most] = [Math.min(...all, 0), Math.max(...all, 0)];
  const heads = new Map(grid.rows.map((row) => [row, wrap(row, Math.max(40, (width * 0.85) / grid.rows.length - 6), size, rtl)]));
  // Names that would run into each other are left out from the middle: the first and the last stay.
  const room = Math.max(...[...heads.values()].flatMap((head) => head.split('\n').map((line) => widthOf(line, size, false, rtl)))) + 10;
  const every = Math.max(1, Math.ceil((room * grid.rows.length) / (width * 0.85)));
  const named = [...heads.values()].filter((_, i) => (grid.rows.length - 1 - i) % every === 0);
  const more = (Math.max(...[...heads.values()].map((head) => head.split('\n').length)) - 1) * lineHeight;
  const values = grid.cells.map((cell) => ({ ...cell, row: heads.get(cell.row) ?? cell.row }));
  // The newest value of each line is written out; the others are in the data table.
  const last = grid.columns.flatMap((column) => values.filter((value) => value.column === column).slice(-1));
  const beside = Math.max(...last.map(({ shown }) => widthOf(shown, size, true, rtl))) + 4;
  const style = grid.columns.map((_, i) => lines[i % lines.length] ?? lines[0]);
  const legend = grid.columns.length === 1 ? { legend: null } : { legend: { symbolType: 'stroke', symbolSize: 400, offset: 28 } };
  return {
    width,
    height: Math.round(width * 0.42),
    autosize: { type: 'fit-x', contains: 'padding' },
    data: { values },
    encoding: {
      x: {
        field: 'row',
        type: 'ordinal',
        sort: null,
        scale: { type: 'point', padding: Math.max(0.4, beside / ((width * 0.85) / grid.rows.length)), reverse: rtl },
        axis: {
          title: grid.rowTitle,
          labelAngle: 0,
          labelExpr: splitLabel,
          labelPadding: 8 + more, // names grow upwards, see `tidy`
          titlePadding: 8 - more,
          values: named,
          labelOverlap: false,
        },
      },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domain: [least, most + (most - least || 1) * 0.08], nice: true },
        axis: {
          title: grid.valueTitle,
          titleAngle: 0,
          titleAnchor: 'end',
          titleBaseline: 'bottom',
          titleAlign: rtl ? 'right' : 'left',
          titleY: -8,
          titleX: 0,
          tickCount: 5,
          labelColor: soft,
          orient: rtl ? 'right' : 'left',
        },
      },
    },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 2.5 },
        encoding: {
          color: {
            field: 'column',
            type: 'nominal',
            sort: null,
            scale: { domain: grid.columns, range: style.map(({ colour }) => colour) },
            ...legend,
          },
          strokeDash: {
            field: 'column',
            type: 'nominal',
            sort: null,
            scale: { domain: grid.columns, range: style.map(({ dash }) => [...dash]) },
            ...legend,
          },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 34, opacity: 1 },
        encoding: { color: { field: 'column', type: 'nominal', sort: null } },
      },
      {
        data: { values: last },
        mark: { type: 'text', align: rtl ? 'right' : 'left', dx: rtl ? -7 : 7, fontWeight: 600 },
        encoding: { text: { field: 'shown', type: 'nominal' } },
      },
    ],
  } as TopLevelSpec;
}
