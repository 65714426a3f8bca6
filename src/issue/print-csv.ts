/** The numbers of a chart → CSV that is read as the same numbers. */

import type { ChartData } from '../model/issue.ts';

/** A header and rows, separated by commas; a cell that holds a separator, a quote or the sign of a note stands in quotes (RFC 4180). */
export function printCsv({ columns, rows }: ChartData): string {
  const cell = (text: string) => (/[",;#]|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...rows].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}
