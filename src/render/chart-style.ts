/** The house style of charts: letters, axes, legends. */

import { ink, soft } from './chart-colours.ts';
import type { Grid } from './chart-data.ts';
import { lineHeight } from './chart-measure.ts';
import { chartFontFamily } from './fonts.ts';

/** Of all letters in a chart, in the units of its width. */
export const size = 13.5;
/** Names are data with line breaks in them; this is the only expression in any preset. */
export const splitLabel = "split(datum.label, '\\n')";

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
export function nameAxis(grid: Grid, rtl: boolean) {
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
