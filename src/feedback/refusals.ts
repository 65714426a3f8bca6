/** What the relay refused in our own dialogue is feedback too: judged by the same table as a bounce mail, once. */
import type { FeedbackRecipient } from '../model/feedback.ts';
import { judgeReply, oneLine, parseReply } from '../model/smtp-reply.ts';
import { hearRefusal, unheardRefusals } from '../store/marks.ts';
import type { Db } from '../store/open.ts';
import { inTransaction } from '../store/statement.ts';
import type { Judge } from './judge.ts';
import { classify, readFacts } from './read/read.ts';

/** Refusals to a transaction: under 20 ms on a small machine. */
const refusalsAtOnce = 25;

/** Judges refusals that nobody has judged yet, a few in one transaction; returns how many. */
export function hearRefusals({ db, judge, now }: { db: Db; judge: Judge; now: () => number }): number {
  if (unheardRefusals(db, 1).length === 0) return 0;
  return inTransaction(db, () => {
    const refusals = unheardRefusals(db, refusalsAtOnce);
    for (const { sendId, reader, publication, email, reply } of refusals) {
      if (!hearRefusal(db, { sendId, reader }, now())) continue;
      const heard = { source: 'answer', kind: 'bounce', recipient: readRefusal(reply, email), foundBy: 'row', at: now() } as const;
      judge.hear(heard, { publication, reader, send: sendId });
    }
    return refusals.length;
  });
}

/**
 * Reads the reply that refused a delivery. Where the table of replies says that it speaks about us (`model/smtp-reply.ts`), it is never about the reader. A reply
 * that is none, such as our own words for an address that cannot be mailed, is about nobody we could name.
 */
export function readRefusal(reply: string, email: string): FeedbackRecipient {
  const parsed = parseReply(reply);
  const about = { address: '', diagnostic: oneLine(reply) };
  if (parsed === undefined) return { ...about, reason: 'unknown', scope: 'unknown', class: 'soft' };
  const code = String(parsed.code);
  const status = parsed.enhanced;
  const provider = email.slice(email.lastIndexOf('@') + 1);
  const { reason, scope, class: grade } = classify({ ...readFacts(reply), code, ...(status !== undefined && { status }), provider });
  const ours = judgeReply('rcpt', parsed).senderScope === true && (scope === 'recipient' || scope === 'domain');
  const codes = { code, ...(status !== undefined && { status }) };
  return ours
    ? { ...about, ...codes, reason: 'policy', scope: 'sender', class: 'soft' }
    : { ...about, ...codes, reason, scope, class: grade };
}
