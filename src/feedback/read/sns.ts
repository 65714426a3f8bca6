/** Amazon SES by way of an SNS topic that mails: JSON in JSON in running text, often broken by line folding. Read field by field, so that a cut one still tells. */
import type { StatusRecipient } from './dsn.ts';
import type { Mail } from './mail.ts';

export interface ProviderNotice {
  kind: 'bounce' | 'complaint';
  recipients: StatusRecipient[];
  messageId: string;
  reporter: string;
}

/** Reads the notice; undefined when the mail holds none, or one of another kind (a delivery, a confirmation of the topic). */
export function readProviderNotice(mail: Mail): ProviderNotice | undefined {
  if (!/bouncedRecipients|complainedRecipients/.test(mail.notice)) return undefined;
  // "!" and a line break is how a mailer folds a line that is too long
  const text = mail.notice
    .replace(/!\n\s?/g, '')
    .replace(/\n\s*/g, ' ')
    .replace(/\\+"/g, '"');
  const list = /"(bounced|complained)Recipients"\s*:\s*\[(.*?)\]/s.exec(text);
  if (!list) return undefined;
  const soft = /"bounceType"\s*:\s*"Transient"/.test(text);
  const recipients = [...(list[2] ?? '').matchAll(/\{([^{}]{1,4000})\}/g)].slice(0, 500).map(([, one = '']) => ({
    address: value(one, 'emailAddress'),
    action: value(one, 'action') || 'failed',
    status: /\d\.\d{1,3}\.\d{1,3}/.exec(value(one, 'status'))?.[0] ?? (soft ? '4.0.0' : ''),
    diagnostic: value(one, 'diagnosticCode').replace(/^\s*[\w-]+\s*;\s*/, ''),
    remote: '',
    date: value(text, 'timestamp'),
  }));
  const kind = list[1] === 'bounced' ? 'bounce' : 'complaint';
  return {
    kind,
    recipients,
    messageId: /"name"\s*:\s*"Message-ID"\s*,\s*"value"\s*:\s*"<([^"<>]{1,300})>"/i.exec(text)?.[1] ?? '',
    reporter: value(text, 'reportingMTA'),
  };
}

function value(text: string, name: string): string {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]{0,2000})"`).exec(text)?.[1] ?? '';
}
