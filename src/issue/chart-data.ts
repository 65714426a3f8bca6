/** The numbers of a chart: CSV text → header and rows, checked against what the preset draws. */

import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { cleanLine, cleanText } from '../model/clean.ts';
import { type ChartData, type ChartPreset, chartColumns, chartNumber, mostChartRows } from '../model/issue.ts';
import { quoted } from './findings.ts';

/** One mistake in the file: its line there, counted from 1. */
export interface DataProblem {
  line: number;
  problem: string;
  remedy: string;
}

const records = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/** A row of the file, and the line it ends on. */
interface Row {
  cells: string[];
  line: number;
}

/**
 * Reads CSV with a header row, separated by commas, semicolons or tabs (whichever the header holds most of); lines at the top that begin
 * with `#` are notes. Cells come as typed, without spaces at their ends. When anything is wrong, the problems, and no data.
 */
export function readChartData(csv: string, preset: ChartPreset): { data: ChartData } | { problems: DataProblem[] } {
  const columns = chartColumns[preset];
  const shape = `Write a header and rows of ${columns.length === 2 ? 'two' : 'three'} columns: ${columns.join(', ')}.`;
  const one = (line: number, problem: string, remedy: string) => ({ problems: [{ line, problem, remedy }] });

  const split = splitRows(cleanText(csv));
  if ('problem' in split) return { problems: [split] };
  const [header, ...rows] = split.rows;
  if (!header) return one(1, 'the file is empty', shape);
  if (header.cells.length !== columns.length)
    return one(
      header.line,
      `the header has ${header.cells.length} columns, ${preset} takes ${columns.length === 2 ? 'two' : 'three'}`,
      shape,
    );
  if (rows.length === 0) return one(header.line, 'there is no row below the header', shape);
  const tooMany = rows[mostChartRows];
  if (tooMany)
    return one(tooMany.line, `there are ${rows.length} rows; the limit is ${mostChartRows}`, 'Add rows up, or make two charts of them.');

  const problems: DataProblem[] = [];
  const firstWith = new Map<string, number>();
  for (const { cells, line } of rows) {
    const wrong = (problem: string, remedy: string) => problems.push({ line, problem, remedy });
    const names = cells.slice(0, -1);
    const value = cells.at(-1) ?? '';
    if (cells.length !== columns.length) {
      const all = columns.length === 2 ? 'two' : 'three';
      wrong(
        `the row has ${cells.length} cells, the header ${all}`,
        `Give every row ${all}; put a cell that holds a separator in "quotes".`,
      );
      continue;
    }
    for (const [index, name] of names.entries())
      if (name === '') wrong(`the column "${header.cells[index]}" is empty`, `Write the ${columns[index]}.`);
    if (preset === 'stacked-bars' && /^[-−]/.test(value))
      wrong(
        `the column "${header.cells.at(-1)}" holds ${quoted(value)}: parts of a stack cannot be less than nothing`,
        'Take preset="grouped-bars".',
      );
    if (!chartNumber.test(value)) {
      const what = value === '' ? 'is empty' : `holds ${quoted(value)}, which is not a number`;
      wrong(`the column "${header.cells.at(-1)}" ${what}`, 'Write digits, like 1600, 1,600 or 2.5, and leave out a row that has none.');
    }
    const key = JSON.stringify(names);
    const first = firstWith.get(key);
    if (first === undefined) firstWith.set(key, line);
    else {
      const which = names.map((name) => `"${name}"`).join(' and ');
      wrong(`${which} ${names.length === 1 ? 'has' : 'have'} a number on line ${first} already`, 'Add the two up, or take one out.');
    }
  }
  if (problems.length > 0) return { problems };
  return { data: { columns: header.cells, rows: rows.map(({ cells }) => cells) } };
}

/** Splits the text after its notes into rows; rows of empty cells, which spreadsheets leave at the end, are passed over. */
function splitRows(text: string): { rows: Row[] } | DataProblem {
  const lines = text.split('\n');
  const notes = lines.findIndex((line) => !line.startsWith('#') && line.trim() !== '');
  if (notes < 0) return { rows: [] };
  const first = (lines[notes] ?? '').replace(/"[^"]*"/g, ''); // a separator in quotes separates nothing
  const count = (delimiter: string) => first.split(delimiter).length;
  const delimiter = [',', ';', '\t'].reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
  try {
    const parsed: unknown = parse(lines.slice(notes).join('\n'), {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      info: true,
      max_record_size: 10_000,
    });
    return { rows: records.parse(parsed).map(({ record, info }) => ({ cells: record.map(cleanLine), line: info.lines + notes })) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const reason = error.code.replace(/^CSV_/, '').toLowerCase().replaceAll('_', ' ');
    const remedy = 'Put a cell that holds quotes or separators in "quotes", and double the quotes within.';
    return { line: Number(error['lines'] ?? 1) + notes, problem: `the text cannot be split into cells (${reason})`, remedy };
  }
}
