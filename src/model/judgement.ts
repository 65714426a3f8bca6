/** What a report may do to a reader: a table of what counts, and the rule for when it is enough. Pure; the store applies it. */
import type { FeedbackClass, FeedbackKind, FeedbackReason, FeedbackRecipient, FeedbackScope } from './feedback.ts';

/** What an event counts for. `heavy` is two strikes; `hard` is a bounce that says the address is dead, and two strikes too. */
export const charges = ['none', 'strike', 'heavy', 'hard', 'leave', 'complaint'] as const;
export type Charge = (typeof charges)[number];

interface Row {
  kind: FeedbackKind;
  reasons?: readonly FeedbackReason[];
  classes?: readonly FeedbackClass[];
  scopes?: readonly FeedbackScope[];
  /** Only of mail that another address got. */
  arrived?: true;
  charge: Charge;
  why: string;
}

/** The first row that fits decides. Only scope `recipient` and `domain` may count against a reader: 62 % of permanent errors are about somebody else. */
export const judgementTable: readonly Row[] = [
  {
    kind: 'complaint',
    reasons: ['not-spam', 'auth-report'],
    charge: 'none',
    why: 'RFC 5965 7.3: the opposite of a complaint, or a report about our own authentication',
  },
  { kind: 'complaint', reasons: ['opt-out'], charge: 'leave', why: 'RFC 5965: the reader asked the provider to be taken off' },
  { kind: 'complaint', charge: 'complaint', why: 'the reader called it spam: nothing more is sent, and no import brings them back' },
  { kind: 'unsubscribe', charge: 'none', why: 'a mail that asks to leave counts only at the address that carries the leave token' },
  { kind: 'bounce', arrived: true, charge: 'none', why: 'the reader has it forwarded to several addresses, and another got it' },
  { kind: 'bounce', scopes: ['recipient'], classes: ['hard'], charge: 'hard', why: 'the server says that the mailbox is not there' },
  { kind: 'bounce', scopes: ['domain'], classes: ['hard'], charge: 'hard', why: 'the domain is not there or takes no mail' },
  {
    kind: 'bounce',
    scopes: ['recipient'],
    reasons: ['mailbox-disabled'],
    charge: 'heavy',
    why: 'a disabled mailbox may be opened again, but seldom is',
  },
  {
    kind: 'bounce',
    scopes: ['recipient'],
    reasons: ['rate', 'greylisted', 'filtered', 'policy', 'blocked', 'content', 'virus', 'too-large'],
    charge: 'none',
    why: 'the mailbox is there and did not want this mail, now or at all: no sign that it is dead',
  },
  {
    kind: 'bounce',
    scopes: ['recipient', 'domain'],
    classes: ['soft'],
    charge: 'strike',
    why: 'full, away or silent: dead only if it stays so',
  },
  {
    kind: 'bounce',
    charge: 'none',
    why: 'it speaks about us, the message, a server on the way, or nobody can tell: never about the reader',
  },
  { kind: 'delay', charge: 'none', why: 'RFC 3464 2.3.3: the reporting server still tries' },
  { kind: 'auto-reply', charge: 'none', why: 'RFC 3834: the mail arrived' },
  { kind: 'other', charge: 'none', why: 'nothing we know' },
];

/** What one report counts for, and the rule that says so. */
export function judge(
  kind: FeedbackKind,
  { reason, scope, class: grade, arrived }: Pick<FeedbackRecipient, 'reason' | 'scope' | 'class' | 'arrived'>,
) {
  const row = judgementTable.find(
    (each) =>
      each.kind === kind &&
      (each.arrived ?? arrived) === arrived &&
      (each.reasons?.includes(reason) ?? true) &&
      (each.classes?.includes(grade) ?? true) &&
      (each.scopes?.includes(scope) ?? true),
  );
  if (row === undefined) throw new Error(`no rule for feedback of kind ${kind}`);
  return { charge: row.charge, why: row.why };
}

const hour = 3_600_000;
const day = 24 * hour;

/** Two hard bounces so far apart are believed: outages of providers that said "no such user" lasted hours. */
export const hardApartMs = 72 * hour;
/** Mail that did not come back for so long has arrived: a relay gives up after five days. */
export const successAfterMs = 7 * day;
/** A bounce so long after its mail is not believed. */
export const bounceWithinMs = 30 * day;
/** Strikes that suspend, and the least time they must span. */
export const strikesToSuspend = 5;
export const strikesSpanMs = 30 * day;
/** Bounces believed of one delivery; what comes above that is kept and not read. */
export const mailsPerDelivery = 3;

/** A charge that still counts: neither undone, nor parked, nor wiped out by a success after it. `issue` is the issue it was about. */
export interface Strike {
  at: number;
  issue: number;
  charge: Charge;
}

const points: Record<Charge, number> = { none: 0, strike: 1, heavy: 2, hard: 2, leave: 0, complaint: 0 };

/** What is known of an address besides its strikes. */
export interface Standing {
  /** Some mail to it was accepted and did not come back. */
  proven: boolean;
  /** The present bounce is of a mail tried once more after an outage: its first strike is never its last. */
  retried: boolean;
  scope: FeedbackScope;
}

/**
 * Whether `latest` is enough to suspend, after the `earlier` strikes: a hard bounce at least 72 h after another, the first when no mail ever arrived,
 * or five strikes over 30 days, counted by issue and at most one a day. Returns the rule in words, or undefined.
 */
export function suspends(latest: Strike, earlier: readonly Strike[], { proven, retried, scope }: Standing): string | undefined {
  if (latest.charge === 'hard') {
    if (earlier.some(({ charge, at }) => charge === 'hard' && latest.at - at >= hardApartMs))
      return 'two hard bounces at least 72 hours apart';
    if (scope === 'recipient' && !proven && !retried) return 'a hard bounce of an address that never took a mail';
  }
  const counted = countedStrikes([...earlier, latest]);
  const total = counted.reduce((sum, { charge }) => sum + points[charge], 0);
  const span = latest.at - (counted[0]?.at ?? latest.at);
  if (points[latest.charge] > 0 && total >= strikesToSuspend && span >= strikesSpanMs)
    return `${total} strikes over ${Math.floor(span / day)} days`;
  return undefined;
}

/** The heaviest strike of each issue, and of those that fall within a day the first. */
function countedStrikes(strikes: readonly Strike[]): Strike[] {
  const byIssue = new Map<number, Strike>();
  for (const strike of strikes) {
    const known = byIssue.get(strike.issue);
    if (points[strike.charge] > points[known?.charge ?? 'none']) byIssue.set(strike.issue, strike);
  }
  const counted: Strike[] = [];
  for (const strike of [...byIssue.values()].sort((a, b) => a.at - b.at)) {
    const last = counted.at(-1);
    if (last === undefined || strike.at - last.at >= day) counted.push(strike);
  }
  return counted;
}
