/** Who wrote a mail: a server that reports, or somebody else. */
import { addressesIn } from './addresses.ts';
import { failureSubject, reporterName } from './dialects.ts';
import { every, field } from './fields.ts';
import type { Mail } from './mail.ts';

/** True where header fields say that a server wrote it: its name, a null return path (RFC 5321 section 4.5.5), Auto-Submitted (RFC 3834). */
export function isByServer({ fields }: Mail): boolean {
  return (
    reporterName.test(field(fields, 'from')) ||
    hasNullPath(fields) ||
    /mailer-daemon/i.test(field(fields, 'return-path')) ||
    /^auto-(?:replied|generated)/i.test(field(fields, 'auto-submitted'))
  );
}

/** True for `Return-Path: <>`. */
export function hasNullPath(fields: Mail['fields']): boolean {
  return field(fields, 'return-path').replace(/\s/g, '') === '<>';
}

/** True for the subject of a report that nobody answers or forwards. */
export function hasReportSubject({ subject }: Mail): boolean {
  return failureSubject.test(subject) && !/^\s*(?:re|fwd?|aw|wg|sv|tr|rv|enc)\s*:/i.test(subject);
}

/** The names that filtering gateways leave in the header of their reports: their own field, their mailer, the boundary they write. */
export function gatewayOf({ fields }: Mail): string {
  return ['x-nai-header', 'x-mailer', 'content-type'].map((name) => field(fields, name).slice(0, 300)).join(' ');
}

/** Our own addresses, as far as the report shows them: to whom it was written, and from whom the mail was. None of the domain of `recipient`. */
export function oursIn({ fields, returned }: Mail, recipient: string): string[] {
  const domain = recipient.replace(/^.*@/, '').toLowerCase();
  const found = [...every(fields, 'to'), field(returned, 'from'), field(returned, 'return-path')].flatMap((value) =>
    addressesIn(value.slice(0, 400)),
  );
  return [...new Set(found)].filter((address) => address.replace(/^.*@/, '').toLowerCase() !== domain);
}
