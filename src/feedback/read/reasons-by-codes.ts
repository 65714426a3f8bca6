/** What codes say where words say nothing, and the words that say least. */
import type { ReasonRow } from './reason-row.ts';
import { expiredWords, networkWords, temporaryWords } from './words-remote.ts';

export const reasonsByCodes: readonly ReasonRow[] = [
  {
    reason: 'user-unknown',
    scope: 'recipient',
    status: /^[45]\.1\.(?:0|1|3|4|10|351)$/,
    why: 'RFC 3463: bad, unknown or ambiguous destination mailbox; Exchange 5.1.10 and 5.1.351',
    seen: '550 5.1.1',
  },
  {
    reason: 'domain-unknown',
    scope: 'domain',
    status: /^[45]\.1\.2$|^5\.4\.4$/,
    why: 'RFC 3463: bad destination system; unable to route',
    seen: '5.1.2',
  },
  { reason: 'moved', scope: 'recipient', status: /^[45]\.1\.6$/, why: 'RFC 3463', seen: '5.1.6' },
  { reason: 'policy', scope: 'sender', status: /^[45]\.1\.[789]$/, why: 'RFC 3463: the address of the sender', seen: '553 5.1.8' },
  { reason: 'mailbox-disabled', scope: 'recipient', status: /^[45]\.(?:2\.1|7\.1[37])$/, why: 'RFC 3463, RFC 7505', seen: '525 5.7.13' },
  { reason: 'mailbox-full', scope: 'recipient', status: /^[45]\.2\.2$/, why: 'RFC 3463', seen: '552 5.2.2' },
  { reason: 'too-large', scope: 'message', status: /^[45]\.(?:2\.3|3\.4)$/, why: 'RFC 3463', seen: '552 5.3.4' },
  { reason: 'filtered', scope: 'recipient', status: /^[45]\.2\.\d+$/, why: 'RFC 3463: mailbox status, no more said', seen: '550 5.2.0' },
  { reason: 'loop', scope: 'remote', status: /^[45]\.4\.6$/, why: 'RFC 3463', seen: '554 5.4.6' },
  { reason: 'expired', scope: 'remote', status: /^[45]\.4\.7$/, why: 'RFC 3463: delivery time expired', seen: '4.4.7' },
  {
    ...{ reason: 'network', scope: 'remote' },
    text: networkWords,
    ...{ why: 'nobody answered', seen: 'connect to mx.example.net[192.0.2.1]: Connection timed out' },
  },
  {
    ...{ reason: 'expired', scope: 'remote' },
    text: expiredWords,
    ...{ why: 'tried for days without an answer', seen: 'retry timeout exceeded' },
  },
  {
    ...{ reason: 'remote-down', scope: 'remote' },
    text: temporaryWords,
    ...{ why: 'a fault on their side', seen: '451 4.3.0 Temporary local problem' },
  },
  { reason: 'remote-down', scope: 'remote', status: /^[45]\.3\.\d+$/, why: 'RFC 3463: mail system status', seen: '4.3.2' },
  { reason: 'network', scope: 'remote', status: /^[45]\.4\.\d+$/, why: 'RFC 3463: network and routing', seen: '4.4.1' },
  { reason: 'protocol', scope: 'message', status: /^[45]\.5\.\d+$/, why: 'RFC 3463: protocol', seen: '5.5.0' },
  { reason: 'content', scope: 'message', status: /^[45]\.6\.\d+$/, why: 'RFC 3463: message content', seen: '5.6.1' },
  {
    reason: 'policy',
    scope: 'sender',
    status: /^[45]\.7\.\d+$/,
    why: 'RFC 3463: security or policy; ours until a person has looked',
    seen: '5.7.1',
  },
  { reason: 'moved', scope: 'recipient', code: /^551$/, why: 'RFC 5321 3.4', seen: '551' },
  { reason: 'mailbox-full', scope: 'recipient', code: /^552$/, why: 'RFC 5321 4.2.3: exceeded storage allocation', seen: '552' },
  { reason: 'protocol', scope: 'message', code: /^50[0-5]$|^555$/, why: 'RFC 5321 4.2.4', seen: '501' },
  { reason: 'remote-down', scope: 'remote', code: /^4/, why: 'RFC 5321 4.2.1: a transient failure', seen: '451' },
  {
    reason: 'policy',
    scope: 'unknown',
    text: /\b(?:denied|rejected|refused|prohibited|not (?:allowed|permitted|accepted))\b/i,
    why: 'refused, without a reason',
    seen: '550 Rejected',
  },
  { reason: 'unknown', scope: 'unknown', why: 'nothing that anybody could act on', seen: '554 Transaction failed' },
];
