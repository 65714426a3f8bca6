/** A CSV file as it comes from people: any of three delimiters, with or without BOM, quoted line breaks; read as a stream. */
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { parse as parseAll } from 'csv-parse/sync';
import { AppError } from '../errors.ts';

export interface CsvFile {
  /** The cells of the first line. */
  titles: string[];
  /** The next few rows, as far as the start of the file holds them. */
  firstRows: string[][];
  /** Octets in the file. */
  size: number;
  delimiter: string;
  /**
   * Calls `onRow` for every row under the first that is not blank, with the line it begins in; `onRead` now and then with the octets read.
   * What `onRow` throws stops the reading. Errors: a quotation mark that is never closed.
   */
  rows(onRow: (cells: string[], line: number) => void, onRead: (octets: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** How much of a file is looked at before it is believed to be CSV. The heading has to fit in. */
const startSize = 64 * 1024;
/** A row longer than this has swallowed others: its quotation mark was never closed. */
const longestRow = 1_000_000;
const delimiters = [',', ';', '\t'] as const;

/** How both the heading and the rows are cut. Rows may have too few or too many cells: that is for the caller to judge. */
const reading = {
  bom: true,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  max_record_size: longestRow,
};

/** Opens a file and reads its heading. Errors: not found, not readable, empty, not CSV. */
export async function openCsv(file: string): Promise<CsvFile> {
  const handle = await openFile(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startSize), 0, startSize, 0);
    const start = buffer.subarray(0, bytesRead);
    refuseOthers(file, start);
    const delimiter = findDelimiter(start.toString('utf8'));
    const [titles = []] = cutHeading(file, start, delimiter);
    if (titles.every((title) => title.trim() === ''))
      throw new AppError('import.empty', `${file} is empty: its first line must name the columns, such as email,name,language`);
    return {
      titles,
      firstRows: cutFirstRows(start, delimiter),
      size,
      delimiter,
      rows: (onRow, onRead) => readRows(handle, file, delimiter, onRow, onRead),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(file: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (code === 'ENOENT') throw new AppError('import.file', `There is no file ${file}`, { cause });
    throw new AppError('import.file', `Cannot read ${file}: check its owner and mode`, { cause });
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new AppError('import.file', `${file} is not a file: name one CSV file`);
}

/** Refuses by its first octets what is not text in UTF-8. */
function refuseOthers(file: string, start: Buffer): void {
  const begins = (...octets: number[]) => octets.every((octet, index) => start[index] === octet);
  const refuse = (what: string) => new AppError('import.not_csv', `${file} ${what}: save it as "CSV UTF-8" and import that`);
  if (start.length === 0)
    throw new AppError('import.empty', `${file} is empty: its first line must name the columns, such as email,name,language`);
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) throw refuse('is text in UTF-16');
  if (begins(0x50, 0x4b, 3, 4) || begins(0xd0, 0xcf, 0x11, 0xe0)) throw refuse('is a spreadsheet or archive, not CSV');
  if (start[1] === 0 || start[0] === 0) throw refuse('looks like text in UTF-16');
  if (start.includes(0)) throw refuse('is not text');
}

/** The delimiter that stands most often in the first line, outside quotation marks. A file of one column has none, and any will do. */
function findDelimiter(start: string): string {
  const line = /^\ufeff?\s*((?:"(?:[^"]|"")*"|[^"\r\n])*)/.exec(start)?.[1] ?? '';
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function cutHeading(file: string, start: Buffer, delimiter: string): string[][] {
  try {
    return parseAll(start, { ...reading, delimiter, to: 1 });
  } catch (error) {
    throw readingError(file, error, 0);
  }
}

/** Three rows to show; none where the start of the file ends within them, or they are no CSV, which the reading will say. */
function cutFirstRows(start: Buffer, delimiter: string): string[][] {
  try {
    return (parseAll(start, { ...reading, delimiter, to: 4 }) as string[][]).slice(1);
  } catch {
    return [];
  }
}

async function readRows(
  handle: FileHandle,
  file: string,
  delimiter: string,
  onRow: (cells: string[], line: number) => void,
  onRead: (octets: number) => void,
): Promise<void> {
  let heading = true;
  let line = 1;
  let overcounted = 0;
  const parser = parse({
    ...reading,
    delimiter,
    // Rows are taken here rather than from the stream's own queue: a million of them then make no million promises.
    on_record: (cells: string[], { lines }) => {
      // The parser counts a CRLF inside quotation marks as two lines.
      const breaks = lineBreaks(cells);
      line = lines - overcounted - breaks.characters;
      overcounted += breaks.characters - breaks.lines;
      if (heading) heading = false;
      else if (cells.some((cell) => cell.trim() !== '')) onRow(cells, line);
      return null;
    },
  });
  const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 256 * 1024 });
  source.on('data', () => onRead(source.bytesRead));
  try {
    parser.resume();
    await pipeline(source, parser);
  } catch (error) {
    throw readingError(file, error, line);
  }
}

const noBreaks = { lines: 0, characters: 0 };

/** Line breaks inside a row's quotation marks, and the characters they are made of. */
function lineBreaks(cells: readonly string[]): { lines: number; characters: number } {
  if (!cells.some((cell) => cell.includes('\n') || cell.includes('\r'))) return noBreaks;
  const found = cells.flatMap((cell) => cell.match(/\r\n|\n|\r/g) ?? []);
  return { lines: found.length, characters: found.join('').length };
}

/** What the parser's own errors mean for the person who wrote the file. `line` is where the last whole row began. */
function readingError(file: string, error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const problem = 'a quotation mark (") opens a cell and is never closed: close it, or double it where it is meant';
  return new AppError('import.not_csv', `${file}: after line ${line}, ${problem}`, { cause: error });
}
