/** What a server's words mean, in the order in which they are asked: what hides another reason first, what says least last. */
import type { ReasonRow } from './reason-row.ts';
import {
  domainUnknownWords,
  filteredWords,
  mailboxFullWords,
  movedWords,
  shutMailbox,
  surelyUnknown,
  unknownUser,
} from './words-recipient.ts';
import { loopWords, programWords, unansweredWords } from './words-remote.ts';
import {
  authWords,
  blockedWords,
  contentWords,
  policyWords,
  rateOfSender,
  relayingWords,
  senderFirst,
  tooLargeWords,
} from './words-sender.ts';

export const reasonsByWords: readonly ReasonRow[] = [
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
  // — we, or our servers, are not what they want to see —
  {
    ...{ reason: 'auth', scope: 'auth' },
    text: authWords,
    ...{
      why: 'about the authentication of our domain, the same for every reader',
      seen: '550-5.7.26 Unauthenticated email from example.net is not accepted due to domain’s DMARC policy',
    },
  },
  {
    reason: 'auth',
    scope: 'auth',
    status: /^[45]\.7\.(?:2[0-4679]|3[0-2]|40|509|515)$/,
    why: 'RFC 7372, and Gmail 4.7.27 to 4.7.32, Microsoft 5.7.509 and 5.7.515',
    seen: '550 5.7.515 Access denied, sending domain doesn’t meet the required authentication level',
  },
  {
    ...{ reason: 'relaying', scope: 'relay' },
    text: relayingWords,
    ...{
      why: 'the server that refused does not answer for this domain, or does not know us',
      seen: '554 5.7.1 <a@example.net>: Relay access denied',
    },
  },
  {
    ...{ reason: 'greylisted', scope: 'remote' },
    text: /\bgr[ea]y-?list/i,
    ...{ why: 'RFC 6647: come again later', seen: '450 4.7.1 Greylisted, please try again' },
  },
  {
    ...{ reason: 'loop', scope: 'remote' },
    text: loopWords,
    ...{ why: 'two servers that send the mail to each other', seen: '554 5.4.6 Too many hops' },
  },
  {
    ...{ reason: 'virus', scope: 'message' },
    text: /\bvirus\b(?! ?scan\w* (?:by|clean))|\bmalware\b|\binfected\b|\btrojan\b|\bdangerous (?:content|attachment)|\bworm\b|вирус/i,
    ...{ why: 'about what is in the mail', seen: '554 5.7.0 Message contains a virus' },
  },
  {
    ...{
      reason: 'expired',
      scope: 'remote',
      text: /\bqueued? (?:for )?too long|\btoo long in (?:the )?queue|\bretry time(?:out)? (?:not reached|exceeded)|\bretry timeout\b/i,
    },
    ...{ why: 'tried for days without an answer', seen: 'qmail: this message has been in the queue too long' },
  },
  {
    ...{ reason: 'too-large', scope: 'message' },
    text: tooLargeWords,
    ...{ why: 'about the mail, the same for all', seen: '552 5.3.4 Message size exceeds fixed limit' },
  },
  {
    ...{ reason: 'rate', scope: 'recipient' },
    text: /\b(?:receiving|receives?)\b[^.;\n]{0,40}\b(?:too (?:quickly|fast|many)|at a rate)|\brecipient\b[^.;\n]{0,50}\b(?:rate|hourly|limit)\b[^.;\n]{0,20}\bexceed/i,
    ...{
      why: 'the reader gets much mail just now; Gmail uses the code of disabled mailboxes for it',
      seen: '450 4.2.1 The user you are trying to contact is receiving email too quickly',
    },
  },
  {
    ...{ reason: 'rate', scope: 'sender' },
    text: rateOfSender,
    ...{ why: 'about how much we send', seen: '421 4.7.0 Too many connections from your host' },
  },
  // — mailbox shut —
  {
    ...{ reason: 'mailbox-disabled', scope: 'recipient', text: shutMailbox },
    ...{ why: 'the mailbox is there, and shut', seen: '550 5.2.1 The email account that you tried to reach is disabled' },
  },
  // — sender —
  {
    ...{ reason: 'policy', scope: 'sender' },
    text: policyWords,
    ...{ why: 'about our address or domain', seen: '550 5.1.8 Sender address rejected: Domain not found' },
  },
  {
    ...{ reason: 'blocked', scope: 'sender' },
    text: blockedWords,
    ...{
      why: 'about our servers and their standing',
      seen: '550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org',
    },
  },
  {
    ...{ reason: 'user-unknown', scope: 'recipient', step: 'recipient', code: /^5/, text: surelyUnknown },
    ...{
      why: 'said of the mailbox as plainly as can be, beside a general word about the mail',
      seen: '550 Message was not accepted -- invalid mailbox. Local mailbox a@example.ru is unavailable: user not found',
    },
  },
  {
    ...{ reason: 'content', scope: 'message' },
    text: contentWords,
    ...{ why: 'about what is in the mail', seen: '554 5.7.1 The message was rejected because it was identified as spam' },
  },
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
      status: /^5\.(?!1\.)/,
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
