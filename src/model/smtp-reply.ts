/** What a relay's answer means, as one table: by the stage it came in, its code, its enhanced code and, last, its words. */
import type { Outcome, OutcomeKind } from './outcome.ts';

/** What was answered. `dot` is the answer to the whole message, after the final dot; `data` the one to the DATA command. */
export const smtpStages = ['greeting', 'tls', 'auth', 'mail', 'rcpt', 'data', 'dot'] as const;
export type SmtpStage = (typeof smtpStages)[number];

export interface SmtpReply {
  code: number;
  /** RFC 3463 code such as `5.7.515`, when the reply carries one. */
  enhanced?: string;
  /** The words of all lines, codes cut off. */
  text: string;
}

export interface Verdict {
  kind: OutcomeKind;
  /** The trouble is the relay's or ours: nobody is charged, sending waits. */
  relay?: true;
  /** A refusal that speaks about the sender or the message and not about the reader: three in a row must stop the send. */
  senderScope?: true;
  /** The provider asks us to slow down: the pace of its domains is halved. */
  slow?: true;
  /** The relay said 5xx: trying the same again changes nothing until somebody mends it. */
  permanent?: true;
}

interface Row extends Omit<Verdict, 'permanent'> {
  stages?: readonly SmtpStage[];
  code?: RegExp;
  /** Matched against subject and detail, `7.515` of `5.7.515`: the class is the code's affair. */
  detail?: RegExp;
  text?: RegExp;
  why: string;
}

const beforeRecipient = ['greeting', 'tls', 'auth', 'mail'] as const;

/**
 * The first row that fits decides. RFC 5321 section 4.2.1: the code decides, words only narrow a 5xx down.
 * What is a relay's mood (connection, TLS, AUTH, MAIL, 421) charges nobody, or one expired password would refuse a whole list.
 */
export const replyTable: readonly Row[] = [
  { stages: ['dot'], code: /^2/, kind: 'accepted', why: 'RFC 5321 4.2.5: the relay has taken responsibility' },
  {
    code: /^421/,
    text: /\btoo many (?:errors|connections|concurrent)|\b(?:shutting|going) down\b|\btime-?out\b/i,
    kind: 'not-sent',
    relay: true,
    why: 'Postfix "421 4.7.0 Error: too many errors": the code says policy, the words are about our line to the relay',
  },
  {
    stages: ['rcpt', 'data', 'dot'],
    code: /^421/,
    detail: /^7\./,
    kind: 'not-sent',
    slow: true,
    why: 'Gmail 421 4.7.28, Yahoo 421 4.7.0 [TSS04], passed on by the relay: this provider wants less, the others do not mind',
  },
  { code: /^421/, kind: 'not-sent', relay: true, why: 'RFC 5321 4.2: the relay is closing the line, whatever it was asked' },
  { stages: beforeRecipient, kind: 'not-sent', relay: true, why: 'no recipient has been named yet, so the answer cannot be about one' },
  { code: /^53[0458]/, kind: 'not-sent', relay: true, why: 'RFC 4954 6: authentication is missing or refused; true for every reader' },
  { code: /^454/, kind: 'not-sent', relay: true, why: 'RFC 4954 6 and RFC 3207 4: the relay cannot check a login or start TLS just now' },
  { code: /^503/, kind: 'not-sent', relay: true, why: 'bad sequence of commands: relay and we disagree about where we are' },
  { code: /^4/, text: /\bgr[ea]y-?list/i, kind: 'deferred', why: 'RFC 6647: who is new comes again later, not slower' },
  {
    code: /^4/,
    detail: /^7\./,
    kind: 'deferred',
    slow: true,
    why: 'Gmail 450 4.7.28, Microsoft 451 4.7.650: a provider that wants less of us',
  },
  { code: /^4/, kind: 'deferred', why: 'greylisting, full mailbox, slow down: this reader is tried again by the schedule' },
  {
    code: /^5/,
    text: /\brelay(?:ing)?\b[^.]{0,40}\b(?:denied|prohibited|not (?:permitted|allowed))|\b(?:unable|not (?:permitted|allowed|authorized)) to relay\b|\bno relaying\b/i,
    kind: 'refused',
    senderScope: true,
    why: 'Postfix "Relay access denied", Exim "relay not permitted": the relay does not know us',
  },
  {
    code: /^5/,
    text: /\bsender(?: address)?\b[^.]{0,20}\brejected|\brejected sender\b|\bunroutable sender\b|\bdomain of sender\b|\b(?:invalid|unverified|unauthenticated) senders?\b|\bsender is unauthenticated\b/i,
    kind: 'refused',
    senderScope: true,
    why: 'Postfix checks the sender only at RCPT (smtpd_delay_reject): "Sender address rejected"',
  },
  {
    code: /^5/,
    text: /\b(?:sending|relay|relay sending|outbound|daily|hourly|monthly|message rate)\s+(?:quota|limit)s?\b[^.]{0,20}\b(?:exceeded|reached)|\bexceeded\b[^.]{0,30}\b(?:sending|daily|hourly|outbound)\s+(?:quota|limit)/i,
    kind: 'refused',
    senderScope: true,
    why: 'Gmail "550 5.4.5 Daily user sending limit exceeded": our allowance, not the mailbox of the reader',
  },
  {
    code: /^5/,
    detail: /^1\.[78]$/,
    kind: 'refused',
    senderScope: true,
    why: 'RFC 3463: 5.1.7 and 5.1.8 are about the address of the sender',
  },
  { code: /^5/, detail: /^[12]\./, kind: 'refused', why: 'RFC 3463: address (x.1.x) or mailbox (x.2.x) of this reader' },
  {
    code: /^5/,
    detail: /^7\.1[37]$/,
    kind: 'refused',
    why: 'RFC 6710 and IANA: 5.7.13 account disabled, 5.7.17 mailbox has another owner',
  },
  {
    code: /^5/,
    detail: /^7\./,
    kind: 'refused',
    senderScope: true,
    why: 'policy, reputation, SPF, DKIM, DMARC: about us until a person has looked',
  },
  {
    code: /^5/,
    detail: /^(?:3\.4|6\.\d+)$/,
    kind: 'refused',
    senderScope: true,
    why: 'size or form of the message, which is the same for all readers',
  },
  { code: /^5/, detail: /^4\.5$/, kind: 'refused', senderScope: true, why: 'Gmail uses 5.4.5 for "Daily SMTP relay limit exceeded"' },
  { code: /^(?:50[024]|555)/, kind: 'refused', senderScope: true, why: 'RFC 5321 4.2.4: a command or parameter of ours is not understood' },
  { code: /^5/, kind: 'refused', why: 'RFC 5321 4.2.1: final for this recipient or message' },
  { stages: ['dot'], kind: 'unknown', why: 'an answer to the message that is neither yes nor no' },
  { kind: 'not-sent', relay: true, why: 'an answer out of place; the message never went over' },
];

/** Reads a reply of one or more lines; undefined when it does not begin with a code (RFC 5321 section 4.2). */
export function parseReply(raw: string): SmtpReply | undefined {
  const lines = raw.split(/\r?\n/).filter((line) => line.trim() !== '');
  const first = /^([2-5]\d\d)(?:[ -]|$)/.exec(lines[0] ?? '');
  if (!first) return undefined;
  const bare = lines.map((line) => line.replace(/^\d{3}(?:[ -]|$)/, '').trim());
  // subject and detail have up to three digits (RFC 3463 section 2): 5.1.351 and 5.7.515 exist
  const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(bare[0] ?? '')?.[1];
  const text = bare.map((line) => (enhanced && line.startsWith(enhanced) ? line.slice(enhanced.length).trim() : line)).join(' ');
  return { code: Number(first[1]), ...(enhanced && { enhanced }), text: text.trim() };
}

/** What a reply in a stage comes to, and the row of the table that says so. */
export function judgeReply(stage: SmtpStage, reply: SmtpReply): Verdict & { why: string } {
  const code = String(reply.code);
  const detail = reply.enhanced?.slice(2) ?? '';
  const row = replyTable.find(
    ({ stages, ...need }) =>
      (stages?.includes(stage) ?? true) &&
      (need.code?.test(code) ?? true) &&
      (need.detail?.test(detail) ?? true) &&
      (need.text?.test(reply.text) ?? true),
  );
  if (!row) throw new Error('the last row of the reply table fits everything');
  const { kind, relay, senderScope, slow, why } = row;
  const scope = { ...(relay && { relay }), ...(senderScope && { senderScope }), ...(slow && { slow }) };
  return { kind, ...scope, ...(code.startsWith('5') && { permanent: true }), why };
}

/** The outcome a relay's raw answer makes in a stage. An answer without a code counts as none: unknown after the dot, not sent before. */
export function outcomeOfReply(stage: SmtpStage, raw: string): Outcome {
  const reply = parseReply(raw);
  if (!reply) return stage === 'dot' ? { kind: 'unknown', reply: oneLine(raw) } : { kind: 'not-sent', reply: oneLine(raw), relay: true };
  const { kind, relay, senderScope, slow } = judgeReply(stage, reply);
  return { kind, reply: oneLine(raw), ...(relay && { relay }), ...(senderScope && { senderScope }), ...(slow && { slow }) };
}

/** Words of a relay fit to be stored and shown: one line, no controls, at most 200 characters. */
export function oneLine(raw: string): string {
  const line = raw.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const letters = [...line];
  return letters.length > 200 ? `${letters.slice(0, 199).join('')}…` : line;
}
