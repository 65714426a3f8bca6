/** Complaints: feedback reports (RFC 5965, 6591, 6650) and the forms that providers used before them. */
import type { FeedbackKind, FeedbackReason } from '../../model/feedback.ts';
import { addressesIn, recipientOf } from './addresses.ts';
import { every, type Fields, field, readFields } from './fields.ts';
import type { Mail } from './mail.ts';
import { returnedRecipients } from './origin.ts';

export interface Complaint {
  kind: FeedbackKind;
  reason: FeedbackReason;
  addresses: string[];
  report: Fields;
}

const types: readonly { type: RegExp; kind: FeedbackKind; reason: FeedbackReason; why: string }[] = [
  { type: /^not-spam/i, kind: 'other', reason: 'not-spam', why: 'RFC 5965 7.3: the reader says that it is wanted' },
  { type: /^(?:auth-?failure|dmarc)/i, kind: 'other', reason: 'auth-report', why: 'RFC 6591: a machine about DKIM, SPF or DMARC' },
  { type: /^(?:fraud|phish)/i, kind: 'complaint', reason: 'fraud', why: 'RFC 5965 7.3' },
  { type: /^virus/i, kind: 'complaint', reason: 'virus', why: 'RFC 5965 7.3' },
  { type: /^opt-out/i, kind: 'complaint', reason: 'opt-out', why: 'RFC 5965 draft: "please take me off", by the button for complaints' },
  { type: /^/, kind: 'complaint', reason: 'abuse', why: 'RFC 5965: abuse, other, and types not yet registered' },
];

/** Reads a complaint; undefined when the mail is none. */
export function readComplaint(mail: Mail): Complaint | undefined {
  const part = mail.reports.find(({ kind }) => kind === 'feedback-report');
  const loose = /^Feedback-Type\s*:\s*[\w-]+/im.exec(mail.notice);
  if (!part && !loose) return readOldForm(mail);
  const report = readFields(part?.text.trim() ? part.text : mail.notice.slice(loose?.index ?? 0));
  const type = field(report, 'feedback-type') || 'abuse';
  const row = types.find((candidate) => candidate.type.test(type));
  if (!row) throw new Error('the last row of the feedback types fits everything');
  return { kind: row.kind, reason: row.reason, addresses: complainants(mail, report), report };
}

function complainants(mail: Mail, report: Fields): string[] {
  const named = ['original-rcpt-to', 'removal-recipient', 'x-removal-recipient']
    .flatMap((name) => every(report, name))
    .map(recipientOf)
    .filter((found) => found.includes('@'));
  if (named.length > 0) return [...new Set(named)].slice(0, 500);
  const redelivered = every(mail.returned, 'x-hmxmroriginalrecipient').flatMap(addressesIn);
  return redelivered.length > 0 ? redelivered : returnedRecipients(mail.returned, mail.returnedText);
}

/** The look of a complaint without a feedback report. */
const oldForms: readonly { where: (mail: Mail) => string; what: RegExp; why: string }[] = [
  {
    where: ({ fields }) => field(fields, 'from'),
    what: /\bstaff@hotmail\.com\b|\bjmrp@|\bfeedback ?loop\b|\bfbl@|\bspamcomplaint|\bcomplaints?@|\babuse-report|\bscomp@aol/i,
    why: 'Hotmail JMRP, AOL scomp',
  },
  {
    where: ({ subject }) => subject,
    what: /^complaint about message from|^(?:email )?feedback report for ip|\bspam complaint\b|\babuse report\b|^\[?spam report\b|^feedback loop\b|举报|投诉/iu,
    why: 'JMRP "complaint about message from 192.0.2.1", AOL, 163',
  },
  { where: ({ fields }) => field(fields, 'x-hmxmroriginalrecipient'), what: /@/, why: 'JMRP sends the mail itself with this field' },
];

function readOldForm(mail: Mail): Complaint | undefined {
  if (!oldForms.some(({ where, what }) => what.test(where(mail)))) return undefined;
  const direct = every(mail.fields, 'x-hmxmroriginalrecipient').flatMap(addressesIn);
  return { kind: 'complaint', reason: 'abuse', addresses: direct.length > 0 ? direct : complainants(mail, mail.returned), report: [] };
}
