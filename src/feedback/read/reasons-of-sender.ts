/** What words mean that speak of us, of our mail or of the way: asked before anybody is held to be unknown, because the same nouns stand in them. */
import type { ReasonRow } from './reason-row.ts';
import { shutMailbox, surelyUnknown } from './words-recipient.ts';
import { loopWords } from './words-remote.ts';
import { authWords, blockedWords, contentWords, policyWords, rateOfSender, relayingWords, tooLargeWords } from './words-sender.ts';

export const reasonsOfSender: readonly ReasonRow[] = [
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
];
