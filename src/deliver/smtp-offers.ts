/** What a relay offers in its answer to EHLO, and what must not be tried on one that does not offer it. */
import type { Outcome } from '../model/outcome.ts';
import type { OutgoingMessage } from './smtp-line.ts';

/** Extensions of an EHLO answer with their parameters, `SIZE` → `52428800` (RFC 5321 section 4.1.1.1). */
export function offeredBy(ehlo: string): Map<string, string> {
  const lines = ehlo.split(/\r?\n/).slice(1);
  return new Map(
    lines.map((line) => /^\d{3}[ -](\S+) ?(.*)$/.exec(line.trim())).map((match) => [(match?.[1] ?? '').toUpperCase(), match?.[2] ?? '']),
  );
}

/** What must not even be tried on this line. */
export function unfitFor(offers: Map<string, string>, { envelope: { to }, bytes }: OutgoingMessage): Outcome | undefined {
  // Nodemailer would send the letters raw even where they are not understood (RFC 6531 section 3.2)
  if (!isAscii(to) && !offers.has('SMTPUTF8'))
    return { kind: 'refused', reply: '5.6.7 the relay cannot take an address with letters beyond ASCII (SMTPUTF8)' };
  if (/[\r\n<>]/.test(to)) return { kind: 'refused', reply: '5.1.3 not an address' };
  const limit = Number(offers.get('SIZE')) || 0;
  if (limit === 0 || bytes.length <= limit) return undefined;
  return { kind: 'not-sent', reply: `5.3.4 the message has ${bytes.length} bytes, the relay takes ${limit}`, relay: true };
}

export function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
