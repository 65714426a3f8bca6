/** Who wrote a mail: a server that reports, or somebody else. */
import { failureSubject, reporterName } from './dialects.ts';
import { field } from './fields.ts';
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
