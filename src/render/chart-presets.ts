/** The chart presets of the house, as Vega-Lite specifications. Editors choose one by name; a specification never comes from content. */

import type { TopLevelSpec } from 'vega-lite';
import type { ChartPreset } from '../model/issue.ts';
import type { Grid } from './chart-data.ts';
import { lineHeight, widthOf, wrap } from './chart-measure.ts';
import { chartFontFamily } from './fonts.ts';

const ink = '#14242c';
const soft = '#4b5d65';
const pale = '#e9f1f1';
const mid = '#8fbcbe';
const deep = '#0a656c';
const size = 13.5;
/** Names are data with line breaks in them; this is the only expression in any preset. */
const splitLabel = "split(datum.label, '\\n')";

/** The house style of every chart. */
export const config = (rtl: boolean) => ({
  aria: false,
  font: rtl ? chartFontFamily.arabic : chartFontFamily.latin,
  background: '#ffffff',
  padding: { left: 6, right: 6, top: 6, bottom: 6 },
  view: { stroke: null },
  axis: {
    labelFontSize: size,
    titleFontSize: 12.5,
    titleFontWeight: 'normal',
    labelColor: ink,
    titleColor: soft,
    domain: false,
    ticks: false,
    gridColor: '#dfe6e7',
    labelLimit: 400,
    titlePadding: 8,
    labelLineHeight: lineHeight,
  },
  legend: {
    labelFontSize: size,
    labelColor: ink,
    labelLimit: 300,
    symbolType: 'square',
    symbolSize: 150,
    title: null,
    orient: 'top',
    offset: 10,
    layout: { top: { anchor: rtl ? 'end' : 'start' } },
  },
  text: { fontSize: size, color: ink },
});

/** Axis of the names that run down the side, its title above them. */
function nameAxis(grid: Grid, rtl: boolean) {
  return {
    title: grid.rowTitle,
    titleAngle: 0,
    titleAnchor: 'start',
    titleBaseline: 'bottom',
    titleY: -8,
    titleAlign: rtl ? 'left' : 'right',
    titleX: rtl ? 8 : -8,
    labelPadding: 8,
    labelFontWeight: 600,
    labelExpr: splitLabel,
    orient: rtl ? 'right' : 'left',
  } as const;
}

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
  'grouped-bars': groupedBars,
  'heat-map': heatMap,
};

function channels(colour: string): [number, number, number] {
  const at = (i: number) => Number.parseInt(colour.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
}

/** The colour `share` of the way from one to the other. */
function blend(from: string, to: string, share: number): string {
  const end = channels(to);
  return `#${channels(from)
    .map((value, i) =>
      Math.round(value + ((end[i] ?? 0) - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Black or white, whichever stands out more on a colour: at least 4.5 to 1 on any (WCAG 2.2, 1.4.3). Ink would reach 4 only. */
function readableOn(colour: string): string {
  const parts = channels(colour).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}
