/** One refusal → its reason, scope and class. Pure; the mails that come back and the answers of an SMTP dialogue are judged by the same table. */
import type { FeedbackClass, FeedbackReason, FeedbackScope } from '../../model/feedback.ts';
import { type Facts, vague } from './diagnostic.ts';
import type { ReasonRow } from './reason-row.ts';
import { reasonTable } from './reasons.ts';

export interface Refusal extends Facts {
  /** Names of the hosts that refused and reported, and the domain of the address, in any order. */
  provider?: string;
  /** Our own addresses: what the refusal says of them it does not say of the reader. */
  ours?: readonly string[];
}

export interface Judgement {
  reason: FeedbackReason;
  scope: FeedbackScope;
  class: FeedbackClass;
  /** The row of the table that decided, and the words it was given. */
  row: ReasonRow;
  text: string;
}

/** Only these say that mail to the address is for nothing, and only when the refusal is permanent. */
const hardReasons: readonly FeedbackReason[] = ['user-unknown', 'moved', 'domain-unknown', 'null-mx'];

/**
 * Judges a refusal. `hard` needs a permanent one: a reply or enhanced code of class 4 makes it soft, whatever its words, because trying again may help
 * (RFC 5321 section 4.2.1).
 */
export function classify(refusal: Refusal): Judgement {
  const said = refusal.text.replace(/\s+/g, ' ').slice(0, 1200);
  // `mailbox-full@example.org` is a name too
  const text = said.replace(/[\w.!#$%&'*+/=?^`{|}~-]{1,120}(?=@[\w-])/g, 'a');
  const nameless = withoutNames(said, refusal.ours ?? []);
  const { code = '', status = '', provider = '', step } = refusal;
  const row = reasonTable.find(
    (need) =>
      (need.step === undefined || need.step === (step ?? 'unsaid')) &&
      (need.hearsay === undefined || refusal.hearsay === true) &&
      (need.code?.test(code) ?? true) &&
      (need.status?.test(status) ?? true) &&
      (need.provider?.test(provider) ?? true) &&
      (need.text?.test(text) ?? true) &&
      (need.nameless?.test(nameless) ?? true),
  );
  if (!row) throw new Error('the last row of the reason table fits everything');
  const { reason, scope } = row;
  // before RCPT nobody has been named: what is refused there is us
  const permanent = !isTransient({ code, status }) && step !== 'start';
  return { reason, scope, class: row.class ?? (permanent && hardReasons.includes(reason) ? 'hard' : 'soft'), row, text: refusal.text };
}

/** Our addresses and their domains as `⟨us⟩`, so that the table can tell of whom is spoken. */
function withoutNames(text: string, ours: readonly string[]): string {
  let said = text;
  for (const address of ours.slice(0, 4)) {
    const domain = address.replace(/^.*@/, '');
    if (domain.length < 4 || !text.toLowerCase().includes(domain.toLowerCase())) continue;
    const name = domain.replace(/[^\w-]/g, '\\$&');
    said = said.replace(new RegExp(`(?<![\\w.-])(?:[^\\s<>@"']{1,120}@)?${name}(?![\\w-]|\\.\\w)`, 'gi'), '⟨us⟩');
  }
  return said;
}

/**
 * Judges a refusal by the first of several texts in which the table finds words: the reply itself, then what is said around it. Where none has words, by
 * the codes.
 */
export function classifyFirst(refusal: Omit<Refusal, 'text'>, texts: readonly string[]): Judgement {
  const judged = texts.filter((text) => text.trim() !== '').map((text) => classify({ ...refusal, text }));
  const found = judged.filter(({ row, scope }) => (row.text ?? row.nameless) && scope !== 'unknown');
  return found.find(({ reason }) => !faint.includes(reason)) ?? found[0] ?? judged[0] ?? classify({ ...refusal, text: '' });
}

/** Reasons that servers give when they do not want to give one, or that stand beside the true one: "554 Service unavailable". */
const faint: readonly FeedbackReason[] = ['remote-down', 'protocol', 'unknown'];

function isTransient({ code, status }: { code: string; status: string }): boolean {
  if (code.startsWith('5')) return false;
  return code.startsWith('4') || (status.startsWith('4') && (code === '' || !vague(status)));
}
