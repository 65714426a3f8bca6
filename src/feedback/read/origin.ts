/** What a report is about: Message-ID and delivery token of the mail that was sent, who reports, and when. */
import { tokenLength } from '../../model/token.ts';
import { addressesIn } from './addresses.ts';
import { every, type Fields, field } from './fields.ts';
import type { Mail } from './mail.ts';

const messageIdIn = /<([^<>\s]{1,300}@[^<>\s]{1,300})>/;
// a letter or digit on either side would make it part of something longer
const bareToken = `(?<![a-z0-9])[a-z2-7]{${tokenLength}}(?![a-z0-9])`;
const asTag = new RegExp(`(?<![a-z0-9])[bu][+=_-](${bareToken.replace('(?<![a-z0-9])', '')})(?=@|=|$)`, 'i');
const asLocalPart = new RegExp(`(${bareToken})@`, 'i');
const alone = new RegExp(`(${bareToken})`, 'i');

/** Message-ID of the mail that was sent: from its returned header, else from the words of the report. Without angle brackets. */
export function originalMessageId(mail: Mail): string | undefined {
  const returned = messageIdIn.exec(field(mail.returned, 'message-id')) ?? messageIdIn.exec(returnedLine(mail));
  if (returned) return returned[1];
  const own = messageIdIn.exec(field(mail.fields, 'message-id'))?.[1];
  const quoted = /\b(?:message-id|message id|msgid|x-original-message-id)\s*[:=]?\s*<([^<>\s]{1,300}@[^<>\s]{1,300})>/i.exec(
    mail.notice,
  )?.[1];
  if (quoted !== undefined && quoted !== own) return quoted;
  for (const name of ['in-reply-to', 'references', 'x-original-message-id']) {
    const found = messageIdIn.exec(every(mail.fields, name).join(' ').slice(-700))?.[1];
    if (found !== undefined && found !== own) return found;
  }
  return undefined;
}

function returnedLine({ returnedText }: Mail): string {
  return /^[ \t>]*message-id\s*:\s*(<[^\n]{1,400})/im.exec(returnedText)?.[1] ?? '';
}

/**
 * The token as it stands in the mail, in lower case and unverified, from where only we can have put it (in order of trust): the address the report was
 * delivered to (BATV and SRS may wrap it), Original-Envelope-Id, the original Message-ID, the returned header.
 */
export function tokenIn(mail: Mail, envelopeId: string, messageId: string | undefined): string | undefined {
  const delivered = ['x-original-to', 'delivered-to', 'x-envelope-to', 'envelope-to', 'x-apparently-to', 'x-rcpt-to', 'to', 'cc'].flatMap(
    (name) => every(mail.fields, name),
  );
  const received = every(mail.fields, 'received').map((line) => /\bfor\s+<?([^\s<>;]{1,320})/.exec(line)?.[1] ?? '');
  const places: (readonly [string, RegExp])[] = [
    ...[...delivered, ...received].map((value) => [value, asTag] as const),
    [envelopeId, alone],
    [messageId ?? '', asLocalPart],
    ...['return-path', 'x-envelope-from', 'envelope-from', 'sender'].map((name) => [field(mail.returned, name), asTag] as const),
    [field(mail.returned, 'list-unsubscribe'), alone],
    [mail.returnedText.slice(0, 16_384), asTag],
  ];
  for (const [text, pattern] of places) {
    const found = pattern.exec(text.slice(0, 16_384))?.[1];
    if (found !== undefined) return found.toLowerCase();
  }
  return undefined;
}

/** Host that reports: Reporting-MTA, else the domain that the report comes from. In lower case. */
export function reporterOf(mail: Mail, reportingMta: string): string | undefined {
  const host = reportingMta.replace(/^\s*[\w-]+\s*;\s*/, '').replace(/[\s(].*$/s, '');
  const from = addressesIn(field(mail.fields, 'from'))[0]?.replace(/^.*@/, '');
  const found = (host || from || '').toLowerCase().replace(/[.>]+$/, '');
  return found === '' || found.length > 255 ? undefined : found;
}

/** The first of the dates that can be read, ms UTC. */
export function dateOf(mail: Mail, report: readonly string[]): number | undefined {
  for (const value of [...report, field(mail.fields, 'date')]) {
    const instant = Date.parse(
      value
        .replace(/\([^)]{0,80}\)/g, ' ')
        .trim()
        .slice(0, 80),
    );
    if (Number.isFinite(instant) && instant > 0 && instant < 4e12) return instant;
  }
  return undefined;
}

/** Whom the mail that came back was for, by its header. */
export function returnedRecipients(returned: Fields, text: string): string[] {
  for (const name of ['x-original-to', 'delivered-to', 'to', 'x-envelope-to']) {
    const found = addressesIn(every(returned, name).join(', '));
    if (found.length > 0) return [...new Set(found)].slice(0, 20);
  }
  const to = /^[ \t>]*to\s*:\s*([^\n]{1,400})/im.exec(text)?.[1];
  return addressesIn(to ?? '');
}
