/** The facts in a server's words: reply code, enhanced code, and at which step of the SMTP dialogue it refused. */

/** The step that was answered. `recipient`: RCPT; `message`: DATA or the end of it; `start`: anything before a recipient was named. */
export type DialogueStep = 'start' | 'recipient' | 'message';

export interface Facts {
  /** SMTP reply code. */
  code?: string;
  /** RFC 3463 code. */
  status?: string;
  step?: DialogueStep;
  /** Nobody knows whose words these are: a diagnostic without a type (RFC 3464 section 2.3.6) and without a code. */
  hearsay?: boolean;
  text: string;
}

// Subject and detail have up to three digits (RFC 3463 section 2). Neither a version nor an address of four numbers is one.
const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]\d|\d)/;
const enhancedAll = new RegExp(enhanced, 'g');
const codeThenStatus = /(?<![\d.])([245]\d\d)[ -]+(?:#|\(|')?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)/g;
/** A reply code where servers write one: first, after a colon, a semicolon, `said`, `with` and the like. */
const replyCode =
  /(?:^|[:;,('"<[]\s*|\b(?:said|says|error|errors?:|response|responded|reply|replied|code|with|was|returned|reason|status|smtp|fail(?:ed|ure)|message)[: ]+|\n\s*|<<< |\.\.\. )(?:smtp;?\s*)?([245]\d\d)(?=$|[\s,:;"'()#<-])(?!\s*(?:bytes|octets|kb|mb|times|hours|days|minutes|seconds)\b)/gi;

const steps: readonly { step: DialogueStep; text: RegExp; why: string }[] = [
  { step: 'message', text: /in reply to (?:end of )?DATA\b/i, why: 'Postfix' },
  { step: 'recipient', text: /SMTP module\(domain [^)]{1,255}\) reports:/i, why: 'CommuniGate gives the answer about each recipient' },
  { step: 'recipient', text: /\(state 1[34]\)/, why: 'Gmail numbers the states of its dialogue: 13 and 14 are RCPT' },
  { step: 'message', text: /\(state 1[78]\)/, why: 'Gmail: 17 and 18 are DATA and its end' },
  { step: 'recipient', text: /in reply to RCPT\b/i, why: 'Postfix' },
  {
    step: 'start',
    text: /in reply to (?:MAIL|EHLO|HELO|STARTTLS|AUTH|initial)\b|while (?:performing|receiving) the (?:EHLO|HELO|initial)|refused to talk to me/i,
    why: 'Postfix',
  },
  {
    step: 'recipient',
    text: /after (?:the )?RCPT\b|RCPT[ _]TO\b(?!:\s*[^<\s])|following RCPT|SMTP:RCPT/i,
    why: 'Exim; and every transcript that quotes the command',
  },
  {
    step: 'message',
    text: /after (?:end of data|DATA|pipelined DATA)\b|\bSMTP command:?\s{1,4}DATA\b|(?:to|in|at|with|by) (?:end of )?DATA\b|after (?:I|we) sent the message|>>> DATA|end of data|<CRLF>\.<CRLF>/i,
    why: 'Exim, qmail, Sendmail',
  },
  {
    step: 'start',
    text: /after (?:initial connection|MAIL FROM|EHLO|HELO|STARTTLS)\b|>>> (?:MAIL|EHLO|HELO)|connected to \S+ but (?:sender was rejected|greeting failed|my name was rejected)/i,
    why: 'Exim, Sendmail, qmail',
  },
  {
    step: 'recipient',
    text: /does not like recipient|did not like our RCPT|rejected recipient|recipient rejected/i,
    why: 'qmail, DragonFly',
  },
];

/** Reads the facts out of a text. Of several pairs of reply code and enhanced code the first that says anything counts: what follows it is its consequence. */
export function readFacts(text: string): Facts {
  const pair = [...text.matchAll(codeThenStatus)];
  const definite = pair.find(([, , status = '']) => !vague(status)) ?? pair[0];
  const step = stepOf(text.replace(/[^\S\n]*\n[^\S\n]+/g, ' '));
  const status = definite?.[2] ?? definiteStatus(text);
  const code = definite?.[1] ?? codeIn(text, status);
  return { text, ...(code && { code }), ...(status && { status }), ...(step && { step }) };
}

/** What a server elsewhere said, where a report quotes it: from the first code on. '' when there is none. */
export function replyIn(text: string): string {
  const code = replyCode.exec(text);
  replyCode.lastIndex = 0;
  const status = enhanced.exec(text);
  const at = Math.min(code ? code.index + code[0].length - 3 : Number.POSITIVE_INFINITY, status ? status.index : Number.POSITIVE_INFINITY);
  if (at === Number.POSITIVE_INFINITY) return '';
  const reply = text.slice(at, at + 800);
  const end = reply.slice(16).search(/\n[ \t]*\n/);
  return end === -1 ? reply : reply.slice(0, end + 16);
}

/** `5.0.0` says no more than that it failed, and so does `5.0.350` (RFC 3463 section 3.1: other or undefined). */
export function vague(status: string): boolean {
  return /^\d\.0\.\d+$/.test(status) || status === '';
}

function definiteStatus(text: string): string | undefined {
  // subjects run from 0 to 7 (RFC 3463 section 3)
  const all = [...text.matchAll(enhancedAll)].map(([found]) => found).filter((found) => Number(found.split('.')[1]) <= 7);
  return all.find((found) => !vague(found)) ?? all[0];
}

function codeIn(text: string, status: string | undefined): string | undefined {
  const codes = [...text.matchAll(replyCode)].map(([, code = '']) => code).filter((code) => !code.startsWith('2'));
  return codes.find((code) => status === undefined || code[0] === status[0]) ?? codes[0];
}

function stepOf(text: string): DialogueStep | undefined {
  return steps.find((row) => row.text.test(text))?.step;
}
