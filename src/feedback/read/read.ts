/** Reads a mail that came back: what kind it is, whom it is about and what it says about each. Pure; looks nothing up and trusts nobody. */
import type { FeedbackReport } from '../../model/feedback.ts';
import { readComplaint } from './arf.ts';
import { readAutomatic, readLeaving, writerOf } from './automatic.ts';
import { reporterName } from './dialects.ts';
import { readDeliveryStatus } from './dsn.ts';
import { field } from './fields.ts';
import { type Mail, openMail } from './mail.ts';
import { dateOf, originalMessageId, reporterOf, tokenIn } from './origin.ts';
import { readPlainReport } from './plain.ts';
import { readProviderNotice } from './sns.ts';
import { judgeStatus } from './status.ts';

export { classify, type Judgement, type Refusal } from './classify.ts';
export { readFacts } from './diagnostic.ts';
export { bytesRead } from './mail.ts';

/**
 * Reads one mail, headers and all, in any line ends. Never throws, and takes the same few milliseconds for a mail of any size: what stands behind the
 * first 192 KB is not looked at. What nothing here recognises is of kind `other`.
 */
export async function readFeedback(bytes: Uint8Array): Promise<FeedbackReport> {
  const mail = await openMail(bytes);
  return read(mail, 0);
}

async function read(mail: Mail, depth: number): Promise<FeedbackReport> {
  const complaint = readComplaint(mail);
  if (complaint) {
    const { kind, reason, addresses, report } = complaint;
    const recipients = addresses.map((address) => ({ address, reason, scope: 'recipient', class: 'none' }) as const);
    return {
      kind,
      recipients,
      ...about(
        mail,
        [field(report, 'arrival-date'), field(report, 'received-date')],
        field(report, 'original-envelope-id'),
        field(report, 'reporting-mta'),
      ),
    };
  }
  const notice = readProviderNotice(mail);
  if (notice) {
    const { recipients, reporter, messageId } = notice;
    const facts = { ...about(mail, [recipients[0]?.date ?? ''], '', reporter), ...(messageId && { messageId }) };
    if (notice.kind === 'bounce') return { ...judgeStatus(mail, { message: [['reporting-mta', reporter]], recipients }), ...facts };
    const complaints = recipients.map(({ address }) => ({ address, reason: 'abuse', scope: 'recipient', class: 'none' }) as const);
    return { kind: 'complaint', recipients: complaints, ...facts };
  }
  const status = readDeliveryStatus(mail);
  if (status) {
    const { message, recipients } = status;
    const dates = [...recipients.map(({ date }) => date), ''].slice(0, 1);
    return { ...judgeStatus(mail, status), ...about(mail, dates, field(message, 'original-envelope-id'), field(message, 'reporting-mta')) };
  }
  const plain = readPlainReport(mail);
  if (plain) return (await readInner(mail, plain.recipients, depth)) ?? { ...plain, ...about(mail, [], '') };
  const automatic = readAutomatic(mail);
  const writer = { address: writerOf(mail), scope: 'recipient', class: 'none' } as const;
  if (automatic)
    return {
      kind: automatic === 'read-receipt' ? 'other' : 'auto-reply',
      recipients: [{ ...writer, reason: automatic }],
      ...about(mail, [], ''),
    };
  const leaving = readLeaving(mail);
  if (leaving !== undefined)
    return {
      kind: 'unsubscribe',
      recipients: [{ ...writer, reason: 'opt-out' }],
      ...about(mail, [], ''),
      ...(leaving !== '' && { token: leaving }),
    };
  return { kind: 'other', recipients: [], ...about(mail, [], '') };
}

/** Gateways wrap the report of the server behind them and name nobody themselves. */
async function readInner(mail: Mail, named: FeedbackReport['recipients'], depth: number): Promise<FeedbackReport | undefined> {
  const isReport =
    /report-type="?delivery-status/i.test(field(mail.returned, 'content-type')) || reporterName.test(field(mail.returned, 'from'));
  const known = named.some(({ address }) => address !== '' && mail.notice.includes(address));
  if (known || !isReport || depth > 1) return undefined;
  const inner = await read(await openMail(Buffer.from(mail.returnedText)), depth + 1);
  if (inner.kind !== 'bounce' && inner.kind !== 'delay') return undefined;
  const token = tokenIn(mail, '', inner.messageId) ?? inner.token;
  return { ...inner, ...(token && { token }) };
}

/** The facts that every report has, each only when it is there. */
function about(mail: Mail, dates: readonly string[], envelopeId: string, reportingMta = ''): Omit<FeedbackReport, 'kind' | 'recipients'> {
  const messageId = originalMessageId(mail);
  const token = tokenIn(mail, envelopeId, messageId);
  const reporter = reporterOf(mail, reportingMta);
  const date = dateOf(mail, dates);
  return { ...(messageId && { messageId }), ...(token && { token }), ...(reporter && { reporter }), ...(date !== undefined && { date }) };
}
