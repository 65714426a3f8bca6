/** An alternative text proposed from a chart's numbers: what is drawn, over what, and where most and least is. The editor writes a better one. */

import type { ChartData, ChartPreset } from '../model/issue.ts';

const kinds: Record<ChartPreset, string> = {
  bars: 'Bars',
  'grouped-bars': 'Grouped bars',
  'stacked-bars': 'Stacked bars',
  line: 'Lines',
  'heat-map': 'Heat map',
};

/** One sentence; the data must have been read without problems. */
export function proposeAlt(preset: ChartPreset, { columns, rows }: ChartData): string {
  const [first = '', second = ''] = columns;
  const value = columns.at(-1) ?? '';
  const by = columns.length === 2 ? first : `${first} and ${second}`;
  const ranked = rows.map((cells) => ({
    name: cells.slice(0, -1).join(', '),
    shown: cells.at(-1) ?? '',
    value: numberIn(cells.at(-1) ?? ''),
  }));
  const most = ranked.reduce((best, each) => (each.value > best.value ? each : best));
  const least = ranked.reduce((best, each) => (each.value < best.value ? each : best));
  const ends =
    most.value === least.value
      ? `${most.shown} everywhere`
      : `most for ${most.name} (${most.shown}), least for ${least.name} (${least.shown})`;
  return `${kinds[preset]}: ${value} by ${by}; ${ends}.`;
}

/** Digits of Arabic script counted as ours, grouping left out. */
function numberIn(typed: string): number {
  const digits = typed.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15)).replace(/[,٬]/g, '');
  return Number(digits.replace('٫', '.').replace('−', '-'));
}
