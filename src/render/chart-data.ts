/** A chart's cells read as numbers and places, the same for every preset. */

import { AppError } from '../errors.ts';
import type { Chart } from '../model/issue.ts';

/** One number of a chart. `row` runs down, `column` across (heat map) or side by side or one after the other within a row (bars), or is a series (line). */
export interface Cell {
  row: string;
  column: string;
  value: number;
  /** The number as typed. */
  shown: string;
}

export interface Grid {
  rowTitle: string;
  columnTitle: string;
  valueTitle: string;
  /** Names in the order of the data: it may be a time or a rank, and only the editor knows. */
  rows: string[];
  columns: string[];
  cells: Cell[];
}

/**
 * Reads [row, column, value] triples, of preset `bars` [row, value] pairs. Throws `render.chart` naming the cell when there are other columns, no rows, or a value is
 * no number, in a stack less than nothing.
 */
export function gridOf(chart: Chart): Grid {
  const pairs = chart.preset === 'bars';
  if (chart.data.columns.length !== (pairs ? 2 : 3)) {
    const takes = pairs ? 'two: what, how many' : 'three: what, which, how many';
    throw new AppError(
      'render.chart',
      `Chart "${chart.id}" has ${chart.data.columns.length} columns; a ${chart.preset} chart takes ${takes}`,
    );
  }
  const [rowTitle = '', columnTitle = '', valueTitle = ''] = pairs ? chart.data.columns.toSpliced(1, 0, '') : chart.data.columns;
  if (chart.data.rows.length === 0) throw new AppError('render.chart', `Chart "${chart.id}" has no rows of data`);
  const cells = chart.data.rows.map((typed, i) => {
    const [row = '', column = '', shown = ''] = pairs ? typed.toSpliced(1, 0, '') : typed;
    const value = numberOf(shown);
    if (value === undefined) {
      throw new AppError(
        'render.chart',
        `Chart "${chart.id}", row ${i + 1}: "${shown}" is not a number; the column "${valueTitle}" takes numbers only`,
      );
    }
    if (value < 0 && chart.preset === 'stacked-bars')
      throw new AppError(
        'render.chart',
        `Chart "${chart.id}", row ${i + 1}: "${shown}" cannot be part of a stack, which holds nothing less than 0`,
      );
    return { row, column, value, shown: shown.trim() };
  });
  return {
    rowTitle: capital(rowTitle),
    columnTitle: capital(columnTitle),
    valueTitle: capital(valueTitle),
    rows: [...new Set(cells.map((cell) => cell.row))],
    columns: [...new Set(cells.map((cell) => cell.column))],
    cells,
  };
}

/** Numbers as people type them: 1,600 and ۱۶۰۰ and ١٬٦٠٠ are all 1600. */
function numberOf(typed: string): number | undefined {
  const bare = typed
    .trim()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/٫/g, '.')
    .replace(/(\d)[,٬](?=\d{3}(?!\d))/g, '$1')
    .replace(/^−/, '-');
  return /^[-+]?\d+(\.\d+)?$/.test(bare) ? Number(bare) : undefined;
}

function capital(name: string): string {
  const trimmed = name.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
