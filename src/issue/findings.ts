/** How findings are collected while an issue is read, and how they are printed. */

import type { Finding, Severity } from '../model/issue.ts';
import { nearest } from '../model/nearest.ts';

/** A spot in the issue's source; line and column count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Where a finding about the issue as a whole stands. */
export const top: Place = { line: 1, column: 1 };

/** Notes one finding. `problem` is a clause without a full stop, `remedy` a sentence. */
export type Report = (severity: Severity, check: string, place: Place, problem: string, remedy: string) => void;

/** A list of findings and the function that adds to it. */
export function collectFindings(): { findings: Finding[]; report: Report } {
  const findings: Finding[] = [];
  const report: Report = (severity, check, { line, column }, problem, remedy) => {
    findings.push({ check, severity, line, column, problem, remedy });
  };
  return { findings, report };
}

/** The findings in the order of the source. */
export function inSourceOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** One line per finding, `FILE:LINE:COLUMN: problem. remedy`, in the order of the source, without a line end after the last; empty when there is none. */
export function describeFindings(file: string, findings: readonly Finding[]): string {
  return inSourceOrder(findings)
    .map(({ line, column, problem, remedy }) => `${file}:${line}:${column}: ${problem}. ${remedy}`)
    .join('\n');
}

/** Typed text as it is quoted in a finding: one line, cut at 60 letters. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > 60 ? `${line.slice(0, 59).toWellFormed()}…` : line}"`;
}

/** A remedy that opens with "Did you mean …?" when one of the known words is near to what was typed. */
export function didYouMean(typed: string, known: Iterable<string>, otherwise: string): string {
  const word = nearest(typed, known);
  return word === undefined ? otherwise : `Did you mean "${word}"? ${otherwise}`;
}
