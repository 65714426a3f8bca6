/** Checks of what was drawn, before it is sent. What the source alone can tell is found while it is read. */

import { type Drawing, type DrawnFormat, type Fold, leaveTokenPlaceholder, mailSizeLimits } from '../model/edition.ts';
import type { Finding } from '../model/issue.ts';
import { quoted, top } from './findings.ts';

const kilobyte = 1024;

/** Checks whose findings stop a send until somebody answers for it: those that `--waive NAME=REASON` takes. */
export const stoppingChecks = ['links', 'pdf', 'size', 'text', 'unfinished', 'unsubscribe'] as const;

/**
 * Findings about the size of a mail's HTML part: its bytes of UTF-8 as decoded by the reader's program, with the reader's own links in it
 * or placeholders as long as these. Letters are no measure: Arabic script takes two bytes each.
 */
export function checkSize(emailHtml: string, format: DrawnFormat = 'full'): Finding[] {
  const bytes = Buffer.byteLength(emailHtml);
  const { warning, stop } = mailSizeLimits[format];
  if (bytes <= warning) return [];
  const severity = bytes > stop ? 'stop' : 'warning';
  const why = { full: 'Gmail hides what comes after 102 KB', light: 'its readers chose it because their line is slow or dear' }[format];
  const problem = `The HTML of ${mailNames[format]} is ${(bytes / kilobyte).toFixed(1)} KB; ${why}`;
  const remedy = `Shorten the issue to stay under ${warning / kilobyte} KB; a send over ${stop / kilobyte} KB is stopped.`;
  return [{ check: 'size', severity, ...top, problem, remedy }];
}

const mailNames = { full: 'the mail', light: 'the light mail' } as const satisfies Record<DrawnFormat, string>;

/**
 * What every mail must have: the way out in both its parts, a text part, and the sender's postal address, which
 * the law of many places asks for. Undefined `postalAddress`: the publication is not known.
 */
export function checkParts({ email, text }: Pick<Drawing, 'email' | 'text'>, postalAddress: string | undefined): Finding[] {
  const findings: Finding[] = [];
  const find = (check: string, severity: Finding['severity'], problem: string, remedy: string) =>
    findings.push({ check, severity, ...top, problem, remedy });
  if (text.trim() === '') find('text', 'stop', 'The mail has no text part', 'Please report this: every issue has one.');
  for (const [part, drawn] of [
    ['HTML', email],
    ['text', text],
  ] as const)
    if (!drawn.includes(leaveTokenPlaceholder))
      find('unsubscribe', 'stop', `The ${part} of the mail has no link to unsubscribe`, 'Please report this: every mail has one.');
  if (postalAddress === '')
    find(
      'address',
      'warning',
      'The mail names no postal address of its sender, as the law of many places asks',
      'Give it to the publication: in its settings, or by galley publication set SLUG --address "…".',
    );
  return findings;
}

/** An issue that cannot be drawn: what the drawing said of it. */
export function checkDrawn({ message }: { message: string }): Finding {
  return { check: 'drawing', severity: 'error', ...top, problem: 'The issue cannot be drawn', remedy: `${message}.` };
}

const shownAs: Record<Fold['to'], string> = {
  words: 'in words instead of numbers',
  mark: 'up to its ::more',
  opening: 'with its first paragraph and implications',
  headline: 'by its headline alone',
  title: 'by its title alone',
};

/** What the mail shows less of to stay within its budget, each item once, in the order of folding; readers of the mail go on reading on the web page. */
export function checkFolds(folds: readonly Fold[], format: DrawnFormat = 'full'): Finding[] {
  const last = folds.filter(({ id }, index) => !folds.slice(index + 1).some((later) => later.id === id));
  return last.map(({ words, to }, index) => ({
    check: 'fold',
    severity: 'info',
    ...top,
    problem: `${format === 'full' ? 'The mail' : 'The light mail'} would be over ${mailSizeLimits[format].warning / kilobyte} KB, so fold ${index + 1} of ${last.length} shows ${quoted(words)} ${shownAs[to]}, with a link to the rest`,
    remedy: 'Set ::more where an item may be cut, or shorten the issue.',
  }));
}
