/** What words mean that say that a domain or an address is not there: asked when nothing else has been said. */
import type { ReasonRow } from './reason-row.ts';
import { domainUnknownWords, unknownUser } from './words-recipient.ts';
import { unansweredWords } from './words-remote.ts';

export const reasonsOfAbsence: readonly ReasonRow[] = [
  {
    ...{ reason: 'network', scope: 'remote' },
    text: unansweredWords,
    ...{
      why: 'only an answer of DNS says that a name does not exist',
      seen: 'Name service error for name=example.net: Host not found, try again',
    },
  },
  {
    ...{ reason: 'domain-unknown', scope: 'domain' },
    text: domainUnknownWords,
    ...{
      why: 'nobody can deliver there; only DNS can say that it stays so',
      seen: '550 Host unknown (Name server: example.invalid: host not found)',
    },
  },
  // — the address is not there —
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      status: /^[45]\.4\.1$/,
      text: /Recipient address rejected: Access denied/i,
    },
    ...{
      why: 'Exchange Online (directory based edge blocking) says so of addresses it does not know',
      seen: '550 5.4.1 Recipient address rejected: Access denied. [x.protection.outlook.com]',
    },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      step: 'recipient',
      text: /Recipient address rejected: (?:Access denied|Undeliverable)/i,
    },
    ...{
      why: 'Postfix check_recipient_access without words of its own: this address is shut out by name',
      seen: '554 5.7.1 <a@example.net>: Recipient address rejected: Access denied',
    },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      text: /action not taken: mailbox unavailable|\bmail\.local: unknown user|\bunknown user: "/i,
    },
    ...{
      why: 'Hotmail has these words for RCPT only; local mailers know their users',
      seen: 'mail.local: unknown user: a; 550 Requested action not taken: mailbox unavailable',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', code: /^542$/, text: /\brejected\b/i },
    ...{ why: 'MessageLabs checks addresses by a list of its customer', seen: '542 a@example.com Rejected' },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', class: 'soft', hearsay: true, status: /^\d\.0\.0$|^$/, text: unknownUser },
    ...{ why: 'no code, and no word of who says so', seen: 'Diagnostic-Code: The email account that you tried to reach does not exist.' },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      class: 'soft',
      step: 'unsaid',
      code: /^5/,
      status: /^5\.(?!1\.|0\.[1-9])/,
      text: unknownUser,
    },
    ...{
      why: 'a code for something else, at a step that nobody names: filters answer so after DATA, and one false farewell costs more than a further try',
      seen: '550 5.2.1 <a@example.jp>... User Unknown',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', class: 'soft', step: 'unsaid', status: /^(?!5\.1\.)/, text: unknownUser },
    provider: /\bMcAfee\b|\bm-FILTER\b|Active!Hunter|\bvtext\b/i,
    ...{
      why: 'a gateway that took the mail to look into it: the server behind it may refuse what it finds with the same words',
      seen: 'Diagnostic-Code: smtp; 550 Unknown user a@example.jp',
    },
  },
  {
    reason: 'user-unknown',
    scope: 'recipient',
    text: unknownUser,
    why: 'RFC 3463 x.1.1 in words',
    seen: '550 <a@example.org>: Recipient address rejected: User unknown in local recipient table',
  },
];
