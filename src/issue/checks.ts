/** Checks of what was drawn, before it is sent. What the source alone can tell is found while it is read. */

import type { Finding } from '../model/issue.ts';
import { top } from './findings.ts';

const kilobyte = 1024;
/** Gmail shows the first 102 KB of a mail's HTML and hides the rest, the unsubscribe link included; what a relay adds comes on top of ours. */
export const sizeLimits = { warning: 80 * kilobyte, stop: 95 * kilobyte } as const;

/**
 * Findings about the size of a mail's HTML part: its bytes of UTF-8 as decoded by the reader's program, with the reader's own links in it
 * or placeholders as long as these. Letters are no measure: Arabic script takes two bytes each.
 */
export function checkSize(emailHtml: string): Finding[] {
  const bytes = Buffer.byteLength(emailHtml);
  if (bytes <= sizeLimits.warning) return [];
  const severity = bytes > sizeLimits.stop ? 'stop' : 'warning';
  const problem = `The HTML of the mail is ${(bytes / kilobyte).toFixed(1)} KB; Gmail hides what comes after 102 KB`;
  const remedy = `Shorten the issue to stay under ${sizeLimits.warning / kilobyte} KB; a send over ${sizeLimits.stop / kilobyte} KB is stopped.`;
  return [{ check: 'size', severity, ...top, problem, remedy }];
}
