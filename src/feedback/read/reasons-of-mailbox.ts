/** What words mean that hide another reason, or that speak of the mailbox: asked first. */
import type { ReasonRow } from './reason-row.ts';
import { askedAhead, filteredWords, mailboxFullWords, movedWords, unknownUser } from './words-recipient.ts';
import { programWords } from './words-remote.ts';
import { aboutUs, senderFirst } from './words-sender.ts';

export const reasonsOfMailbox: readonly ReasonRow[] = [
  // — nobody lives there, or a filter that answers so —
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      text: /<[^<>\s]+@[^<>\s]+>: User unknown/,
      provider: /\b(?:ezweb\.ne\.jp|au\.com|uqmobile)/i,
    },
    ...{ why: 'KDDI names an address that does not exist, at whatever step', seen: '550 <a@ezweb.ne.jp>: User unknown' },
  },
  {
    ...{
      reason: 'filtered',
      scope: 'recipient',
      text: /(?:^|\d{3}:?)\s*: User unknown/,
      provider: /\b(?:ezweb\.ne\.jp|au\.com|uqmobile)/i,
    },
    ...{ why: 'KDDI names nobody when the domain filter of the reader refuses', seen: '550 : User unknown' },
  },
  {
    ...{ reason: 'filtered', scope: 'recipient', text: /\bunknown user\b/i, provider: /docomo\.ne\.jp|\bmfsmax\b/i },
    ...{
      why: 'DoCoMo answers so, after DATA, when the reader takes mail from chosen senders only',
      seen: '550 Unknown user a@docomo.ne.jp',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: /\bThis user (?:doesn'?t|does not) have an? \S+ account\b/i },
    ...{ why: 'Yahoo looks up after DATA', seen: "554 delivery error: dd This user doesn't have a yahoo.com account" },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: /\b(?:OFR|LPN)\d{3}_416\b|Adresse destinataire invalide/i },
    ...{
      why: 'Orange and La Poste number their answers; 416 is an address that does not exist',
      seen: '550 5.5.0 Adresse destinataire invalide. Invalid recipient. LPN007_416',
    },
  },
  {
    ...{ reason: 'filtered', scope: 'recipient', step: 'message', status: /^(?!5\.1\.)|^$/, text: unknownUser },
    ...{
      why: 'RFC 5321 3.3: who is unknown is refused at RCPT; after DATA a filter speaks, or a server behind that nobody can ask',
      seen: '550 : User unknown (in reply to end of DATA command)',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', class: 'soft', text: /\[User unknown\]/ },
    ...{ why: 'gateways of mobile carriers put every refusal under this heading, filters too', seen: 'a@example.co.jp [User unknown]' },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: unknownUser, provider: /\b(?:vtext|vzwpix)\.com\b/i },
    ...{
      why: 'Verizon writes the report itself, of numbers it does not have',
      seen: '550 - Requested action not taken: no such user here',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: unknownUser, provider: /\bmessagelabs\b/i },
    ...{ why: 'MessageLabs checks addresses by a list of its customer', seen: '550 a@example.org... No such user' },
  },
  {
    ...{
      reason: 'remote-down',
      scope: 'remote',
      text: programWords,
    },
    ...{ why: 'a program of theirs failed, whatever it says about users', seen: 'procmail: Couldn’t create "/var/spool/mail/a"' },
  },
  {
    ...{ reason: 'filtered', scope: 'recipient', text: filteredWords },
    ...{ why: 'the reader, or a rule of the reader, does not want it', seen: '550 5.1.1 RCP-P1 Refused due to recipient preferences' },
  },
  // — our own address, of which the same is said —
  {
    ...{ reason: 'policy', scope: 'sender', status: /^[45]\.1\.[78]$/, text: /\b(?:invalid|unknown|not|rejected|denied|bad|verif\w+)\b/i },
    ...{
      why: 'RFC 3463: x.1.7 and x.1.8 are about the address of the sender',
      seen: '553 5.1.8 Domain of sender address a@example.org does not exist',
    },
  },
  {
    ...{ reason: 'policy', scope: 'sender', nameless: aboutUs },
    ...{ why: 'what is not there is our own domain or address', seen: '550 Rejected: example.org has no MX record' },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', text: askedAhead },
    ...{
      why: 'Postfix asked the server behind it and quotes the answer',
      seen: '550 5.1.1 <a@example.net>: Recipient address rejected: undeliverable address: host mx.example.net[192.0.2.1] said: 550 unknown user',
    },
  },
  {
    ...{ reason: 'policy', scope: 'sender', text: senderFirst },
    ...{ why: 'a reply that begins with the sender is about the sender', seen: '550 Sender address rejected: user unknown' },
  },
  {
    ...{
      reason: 'user-unknown',
      scope: 'recipient',
      status: /^5\.1\.1$/,
      text: /\brejected recipients?\b|\brecipients? (?:was |were )?rejected\b/i,
    },
    ...{ why: 'the code for it, in words that say no more', seen: '550 5.1.1 destination server rejected recipients' },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', status: /^5\.1\.(?:0|1|3|10)$/, text: unknownUser },
    ...{ why: 'RFC 3463 x.1.1 in code and words, whatever else is said', seen: '550 5.1.1 Message rejected: no such user' },
  },
  // — the domain takes no mail —
  {
    ...{
      reason: 'null-mx',
      scope: 'domain',
      text: /\bnull ?MX\b|\bmail receiving disabled\b|does not accept (?:any )?(?:e-?)?mail(?! from)|domain (?:does not|doesn't) accept|\bDNS server returned answer with no data\b|MX (?:record )?(?:of |points to )?(?:'?"?\.'?"?|root)(?:\s|$)/i,
    },
    ...{ why: 'RFC 7505: the domain says that it never takes mail', seen: 'Domain example.jp does not accept mail (nullMX)' },
  },
  {
    reason: 'null-mx',
    scope: 'domain',
    code: /^5(?:21|56)$/,
    text: /does not accept|not accept(?:ing)? mail/i,
    why: 'RFC 7504 and 7505',
    seen: '556 Host does not accept mail',
  },
  {
    ...{
      reason: 'rate',
      scope: 'sender',
      text: /\b(?:sender|sending|you|relay)\b[^.;\n]{0,40}\bexceed\w*\b[^.;\n]{0,30}\b(?:quota|limit)|\bquota for sending|\b(?:sending|relay) (?:quota|limit)/i,
    },
    ...{
      why: 'our allowance, not the mailbox of the reader',
      seen: 'Gmail has detected this sender exceeded the quota for sending messages that have the same Message-ID',
    },
  },
  // — full —
  {
    ...{ reason: 'mailbox-full', scope: 'recipient' },
    text: mailboxFullWords,
    ...{ why: 'the reader may make room', seen: '552 5.2.2 Over quota; Gmail: out of storage space' },
  },
  // — moved —
  {
    ...{ reason: 'moved', scope: 'recipient' },
    text: movedWords,
    ...{
      why: 'RFC 5321 3.4: the address is no longer the one to use',
      seen: '551 5.1.6 <a@example.net>... User has moved; please try <b@example.net>',
    },
  },
];
