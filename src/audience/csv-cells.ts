/** CSV as we write it, safe to open in a spreadsheet: what looks like a formula there is disarmed, and as before when we read it back. */

/** What a spreadsheet takes for the start of a formula, behind any apostrophes that stand there already. */
const formula = /^'*[=+\-@\t\r]/;

/** One row with its line end (RFC 4180). A cell that would be a formula gets an apostrophe in front. */
export function csvRow(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => csvCell(String(cell ?? ''))).join(',')}\r\n`;
}

function csvCell(cell: string): string {
  const safe = formula.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A cell as it was before `csvRow` disarmed it. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
