/** Delivery status notifications: RFC 3464, RFC 6533 for addresses beyond ASCII, and what servers make of them, whatever part they put it in. */
import { recipientOf } from './addresses.ts';
import { type Fields, field, readFields } from './fields.ts';
import type { Mail } from './mail.ts';
import { hasReportSubject, isByServer } from './writer.ts';

export interface StatusRecipient {
  address: string;
  /** Original-Recipient, when it is another one: the subscriber, where the address is whom the mail was forwarded to. */
  original?: string;
  /** failed, delayed, delivered, relayed, expanded; '' when the report does not say. */
  action: string;
  /** As the field has it, without comments; '' when missing. */
  status: string;
  /** Without its type; '' when missing. */
  diagnostic: string;
  /** It came without a type. */
  hearsay?: boolean;
  remote: string;
  date: string;
}

export interface DeliveryStatus {
  message: Fields;
  recipients: StatusRecipient[];
}

const startsRecipient = ['final-recipient', 'original-recipient', 'x-actual-recipient'];
const ofRecipient = [
  ...startsRecipient,
  'action',
  'status',
  'remote-mta',
  'diagnostic-code',
  'last-attempt-date',
  'will-retry-until',
  'final-log-id',
];
const ofMessage = ['reporting-mta', 'original-envelope-id', 'arrival-date', 'received-from-mta', 'dsn-gateway'];

/**
 * The delivery status in a mail: from its part, else from text that looks like one (wrong or missing types, boundaries that do not match). Undefined when
 * there is none that names a recipient with a status or an action.
 */
export function readDeliveryStatus(mail: Mail): DeliveryStatus | undefined {
  const parts = mail.reports.filter(({ kind }) => kind === 'delivery-status');
  for (const { text } of parts) {
    const status = readStatus(text);
    if (status) return status;
  }
  // people quote reports too
  if (!mail.headless && !/\breport\b/.test(mail.contentType) && !isByServer(mail) && !hasReportSubject(mail)) return undefined;
  const loose = looseStatus(mail.notice) ?? looseStatus(beforeReturned(mail.raw));
  return loose === undefined ? undefined : readStatus(loose);
}

/** A mail that was sent back may itself be a report: only what stands before it is ours. */
function beforeReturned(raw: string): string {
  const end = raw.search(/\nContent-Type:\s*(?:message\/(?:global|rfc822)|text\/rfc822)/i);
  return end === -1 ? raw : raw.slice(0, end);
}

function looseStatus(text: string): string | undefined {
  const start = text.search(/^(?:Final-Recipient|Original-Recipient)\s*:\s*\S/im);
  if (start === -1) return undefined;
  const from = text.lastIndexOf('\n\n', Math.max(0, start - 1));
  const reporting = text.slice(0, start).search(/^Reporting-MTA\s*:/im);
  const begin = reporting !== -1 ? reporting : from === -1 ? start : Math.max(from, 0);
  const rest = text.slice(begin);
  const end = rest.search(/\n--\S/);
  const block = end === -1 ? rest : rest.slice(0, end);
  return /^(?:Action|Status|Diagnostic-Code)\s*:/im.test(block) ? block.slice(0, 16_384) : undefined;
}

function readStatus(text: string): DeliveryStatus | undefined {
  const message: [string, string][] = [];
  const groups: [string, string][][] = [];
  let current: [string, string][] | undefined;
  for (const [name, value] of readFields(text.slice(0, 65_536), { pastBlanks: true })) {
    if (ofMessage.includes(name)) message.push([name, value]);
    else if (ofRecipient.includes(name) || name.startsWith('x-')) {
      const has = (known: string): boolean => current?.some(([other]) => other === known) ?? false;
      // Postfix writes Original-Recipient behind Final-Recipient, Sendmail before it
      const begins = startsRecipient.includes(name) && (has(name) || (name === 'original-recipient' && (has('action') || has('status'))));
      if (current === undefined || begins) {
        current = [];
        if (groups.length >= 100) break;
        groups.push(current);
      }
      current.push([name, value]);
    }
  }
  const recipients = groups
    .map(readRecipient)
    .filter(({ address, action, status, diagnostic }) => address !== '' || ((action !== '' || diagnostic !== '') && status !== ''));
  return recipients.length > 0 ? { message, recipients } : undefined;
}

function readRecipient(group: Fields): StatusRecipient {
  const final = recipientOf(field(group, 'final-recipient'));
  const first = recipientOf(field(group, 'original-recipient'));
  const actual = recipientOf(field(group, 'x-actual-recipient'));
  const proper = (found: string): boolean => /@.+\./.test(found);
  // a name that means something to the reporting host only is worth less than the one that the mail was written to
  const address = [final, first, actual].find(proper) ?? [final, first, actual].find((found) => found !== '') ?? '';
  return {
    address,
    ...(first.includes('@') && first.toLowerCase() !== address.toLowerCase() && { original: first }),
    action: /^[\s"]*([a-z]+)/i.exec(field(group, 'action'))?.[1]?.toLowerCase() ?? '',
    status: /\d\.\d{1,3}\.\d{1,3}/.exec(field(group, 'status'))?.[0] ?? '',
    diagnostic: withoutType(field(group, 'diagnostic-code')),
    hearsay:
      field(group, 'diagnostic-code') !== '' && withoutType(field(group, 'diagnostic-code')) === field(group, 'diagnostic-code').trim(),
    remote: field(group, 'remote-mta').replace(/^\s*[\w-]+\s*;\s*/, ''),
    date: field(group, 'last-attempt-date'),
  };
}

function withoutType(diagnostic: string): string {
  return diagnostic.replace(/^\s*(?:smtp|x-[\w-]+|unknown|x\.?400|dns|local|esmtp|lmtp|UTF-8|rfc-?822)\s*;\s*/i, '').trim();
}
