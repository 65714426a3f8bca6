/** Which of our mails a mail that came back is about: by tokens only we can make, the surest place first; else by an address, which never acts. */
import { readOwnAddress } from '../message/message.ts';
import type { FoundBy } from '../model/event.ts';
import type { FeedbackReport } from '../model/feedback.ts';
import { readToken, type TokenKeys, type TokenKind, type TokenSubject } from '../model/token.ts';

/** A true token: what it is for and where it stood. */
export interface Attribution {
  kind: TokenKind;
  subject: TokenSubject;
  foundBy: Extract<FoundBy, 'envelope' | 'mail'>;
}

/**
 * Finds the token: in the envelope, then where the reader of mails found one (a header of the mailbox, Original-Envelope-Id, Message-ID, returned header), then
 * in the Message-ID. Undefined when nothing in it is ours: forged ones are nothing.
 */
export function attribute(keys: TokenKeys, recipients: readonly string[], report: FeedbackReport): Attribution | undefined {
  for (const recipient of recipients) {
    const found = verifyAddress(keys, recipient);
    if (found !== undefined) return { ...found, foundBy: 'envelope' };
  }
  const inMessageId = report.messageId?.slice(0, report.messageId.lastIndexOf('@'));
  for (const token of [report.token, inMessageId]) {
    const found = token === undefined ? undefined : verify(keys, token, ['delivery', 'notice', 'leave']);
    if (found !== undefined) return { ...found, foundBy: 'mail' };
  }
  return undefined;
}

function verify(keys: TokenKeys, token: string, kinds: readonly TokenKind[]): { kind: TokenKind; subject: TokenSubject } | undefined {
  for (const kind of kinds) {
    const subject = readToken(keys, kind, token);
    if (subject !== undefined) return { kind, subject };
  }
  return undefined;
}

/** What an address of ours with a true token names; undefined for every other address. */
export function verifyAddress(keys: TokenKeys, address: string): { kind: TokenKind; subject: TokenSubject } | undefined {
  const own = readOwnAddress(address);
  if (own === undefined || !('token' in own)) return undefined;
  return verify(keys, own.token, own.kind === 'leave' ? ['leave'] : ['delivery', 'notice']);
}
