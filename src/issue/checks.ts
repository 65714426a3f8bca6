/** Checks of what was drawn, before it is sent. What the source alone can tell is found while it is read. */

import { type Fold, mailSizeLimits } from '../model/edition.ts';
import type { Finding } from '../model/issue.ts';
import { quoted, top } from './findings.ts';

const kilobyte = 1024;

/** Checks whose findings stop a send until somebody answers for it: those that `--waive NAME=REASON` takes. */
export const stoppingChecks = ['links', 'pdf', 'size', 'unfinished'] as const;

/**
 * Findings about the size of a mail's HTML part: its bytes of UTF-8 as decoded by the reader's program, with the reader's own links in it
 * or placeholders as long as these. Letters are no measure: Arabic script takes two bytes each.
 */
export function checkSize(emailHtml: string): Finding[] {
  const bytes = Buffer.byteLength(emailHtml);
  if (bytes <= mailSizeLimits.warning) return [];
  const severity = bytes > mailSizeLimits.stop ? 'stop' : 'warning';
  const problem = `The HTML of the mail is ${(bytes / kilobyte).toFixed(1)} KB; Gmail hides what comes after 102 KB`;
  const remedy = `Shorten the issue to stay under ${mailSizeLimits.warning / kilobyte} KB; a send over ${mailSizeLimits.stop / kilobyte} KB is stopped.`;
  return [{ check: 'size', severity, ...top, problem, remedy }];
}

/** An issue that cannot be drawn: what the drawing said of it. */
export function checkDrawn({ message }: { message: string }): Finding {
  return { check: 'drawing', severity: 'error', ...top, problem: 'The issue cannot be drawn', remedy: `${message}.` };
}

const shownAs: Record<Fold['to'], string> = {
  mark: 'up to its ::more',
  opening: 'with its first paragraph and implications',
  headline: 'by its headline alone',
};

/** What the mail shows less of to stay within its budget, each item once, in the order of folding; readers of the mail go on reading on the web page. */
export function checkFolds(folds: readonly Fold[]): Finding[] {
  const last = folds.filter(({ id }, index) => !folds.slice(index + 1).some((later) => later.id === id));
  return last.map(({ words, to }, index) => ({
    check: 'fold',
    severity: 'info',
    ...top,
    problem: `The mail would be over ${mailSizeLimits.warning / kilobyte} KB, so fold ${index + 1} of ${last.length} shows ${quoted(words)} ${shownAs[to]}, with a link to the rest`,
    remedy: 'Set ::more where an item may be cut, or shorten the issue.',
  }));
}
