/** What an import did, in numbers and in words. */
import type { Verdict } from '../store/merge.ts';
import type { Holds } from './merge.ts';

/**
 * `rows` = added + subscribed + unchanged + departed + suppressed + duplicate + rejected, always. `added`: new readers. `subscribed`: known readers
 * who had nothing to do with this publication. `unchanged`: had it already, in any state but left. `departed`: have left, and stay so.
 * `suppressed`: must not be mailed. `duplicate`: the address stood further up in the file. `rejected`: in `FILE.rejected.csv` with the reason.
 */
export interface ImportCounts extends Record<Verdict, number> {
  duplicate: number;
  rejected: number;
}

export interface ImportReport extends ImportCounts {
  /** Undefined for a dry run, which leaves no trace. */
  importId: number | undefined;
  file: string;
  dryRun: boolean;
  /** `cut-short`, from `resumeImports` only: the staging file vanished, what was merged before stands. `taken-back`: no reader was touched. */
  state: 'done' | 'taken-back' | 'cut-short';
  rows: number;
  /** Path of the rows that were not taken, where there are any. */
  rejectedFile: string | undefined;
  /** Cells that were left out of a row that was taken. */
  leftOut: { name: number; language: number };
  /** A dry run names the first addresses of each kind; `rejected` as `line 7: has no @`. */
  examples: Partial<Record<keyof ImportCounts, string[]>>;
  holds: Holds;
}

/** A line per kind, in the order they are told: what is said after the number, for a real run and for a dry one. */
const kinds: readonly { kind: keyof ImportCounts; done: string; would: string }[] = [
  { kind: 'added', done: 'added: new here', would: 'would be added: new here' },
  { kind: 'subscribed', done: 'subscribed: known from another publication', would: 'would be subscribed: known from another publication' },
  { kind: 'unchanged', done: 'unchanged: on the list already', would: 'would stay unchanged: on the list already' },
  { kind: 'departed', done: 'departed: left before, not brought back', would: 'departed: left before, would not be brought back' },
  { kind: 'suppressed', done: 'suppressed: must not be mailed, not added', would: 'suppressed: must not be mailed, would not be added' },
  { kind: 'duplicate', done: 'duplicate: address further up in the file', would: 'duplicate: address further up in the file' },
  { kind: 'rejected', done: 'rejected', would: 'would be rejected' },
];

export function sumRows(counts: ImportCounts): number {
  return kinds.reduce((sum, { kind }) => sum + counts[kind], 0);
}

/** The report for people: one line per kind that occurred. */
export function describeImport(report: ImportReport): string {
  if (report.state === 'taken-back')
    return `${report.file} was cut short before it touched a reader and has been taken back: import it again`;
  const lines = [
    `${report.dryRun ? 'Dry run: nothing was changed. ' : ''}${report.file}: ${report.rows} ${report.rows === 1 ? 'row' : 'rows'}`,
  ];
  const width = String(report.rows).length + 2;
  for (const { kind, done, would } of kinds) {
    const number = report[kind];
    if (number === 0) continue;
    const where = kind === 'rejected' && report.rejectedFile !== undefined ? `: see ${report.rejectedFile}` : '';
    lines.push(`${String(number).padStart(width)} ${report.dryRun ? would : done}${where}`);
    const examples = report.examples[kind] ?? [];
    lines.push(...examples.map((example) => `${' '.repeat(width + 3)}${example}`));
    if (examples.length > 0 && examples.length < number) lines.push(`${' '.repeat(width + 3)}and ${number - examples.length} more`);
  }
  const { name, language } = report.leftOut;
  if (name > 0) lines.push(`${String(name).padStart(width)} taken without the name: too long for one`);
  if (language > 0) lines.push(`${String(language).padStart(width)} taken without the language: not a tag such as en, ur or pt-BR`);
  if (report.state === 'cut-short')
    lines.push('The import was cut short and its staging file is gone: import the file again for the rest.');
  return lines.join('\n');
}
