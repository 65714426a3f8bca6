/** Taking back what bounces did: suspensions with their suppressions, strikes, and later suspensions that rested on them. In the caller's transaction. */
import type { KeyObject } from 'node:crypto';
import { parseAddress } from '../model/address.ts';
import type { Effect } from '../model/event.ts';
import type { FeedbackScope } from '../model/feedback.ts';
import { type Charge, suspends } from '../model/judgement.ts';
import { eventsOf, strikesOf, successesOf } from './feedback.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';
import { moveReader } from './subscriptions.ts';
import { allPublications, dropSuppression, suppressionHash } from './suppressions.ts';

interface Acting {
  id: number;
  at: number;
  reader: number;
  sendId: number;
  issue: number;
  charge: Charge;
  scope: FeedbackScope;
  effect: Effect;
  email: string;
}

export interface TakeBack {
  /** What becomes of the event: `undone` counts for nothing and stays as it was; `parked` waits for one more try. */
  as: 'undone' | 'parked';
  suppressionKey: KeyObject;
  now: number;
  why: string;
}

const acting = `SELECT f.id, f.at, f.reader_id AS reader, f.send_id AS sendId, s.issue_id AS issue, f.charge, f.scope, f.effect, r.email
  FROM feedback f JOIN sends s ON s.id = f.send_id JOIN readers r ON r.id = f.reader_id`;

/** What taking bounces back changed for readers: subscriptions put back, suppressions lifted. */
export interface TakenBack {
  subscriptions: number;
  suppressions: number;
}

/** Takes a bounce back: the reader is as if it had not come. Undefined when it did nothing, or is taken back already. */
export function takeBack(db: Db, id: number, { as, suppressionKey, now, why }: TakeBack): TakenBack | undefined {
  const from = as === 'parked' ? `'held', 'suspended'` : `'held', 'suspended', 'parked'`;
  const event = statement(db, `${acting} WHERE f.id = ? AND f.undone_at IS NULL AND f.effect IN (${from})`).get(id) as Acting | undefined;
  if (event === undefined) return undefined;
  const taken: TakenBack = { subscriptions: 0, suppressions: 0 };
  if (event.effect === 'suspended') reinstate(db, event, suppressionKey, now, taken);
  const set = as === 'parked' ? `effect = 'parked', why = @why` : 'undone_at = @now, why = @why';
  statement(db, `UPDATE feedback SET ${set} WHERE id = @id`).run({ ...(as === 'undone' && { now }), why, id });
  for (const later of suspensionsOf(db, event.reader)) if (!stillSuspends(db, later)) soften(db, later, suppressionKey, now, taken);
  return taken;
}

function suspensionsOf(db: Db, reader: number): Acting[] {
  return statement(db, `${acting} WHERE f.reader_id = ? AND f.effect = 'suspended' AND f.undone_at IS NULL`).all(reader) as Acting[];
}

/** Whether a suspension would be made today, on the strikes that are left. */
function stillSuspends(db: Db, event: Acting): boolean {
  const { proven, cleanSince } = successesOf(db, event.reader, event.sendId, event.at);
  const retried = eventsOf(db, event.sendId, event.reader).some(({ effect }) => effect === 'retried');
  const earlier = strikesOf(db, event.reader, cleanSince, event.sendId).filter(({ at }) => at <= event.at);
  return suspends(event, earlier, { proven, retried, scope: event.scope }) !== undefined;
}

function soften(db: Db, event: Acting, suppressionKey: KeyObject, now: number, taken: TakenBack): void {
  reinstate(db, event, suppressionKey, now, taken);
  statement(db, `UPDATE feedback SET effect = 'held', why = 'what it rested on was taken back' WHERE id = ?`).run(event.id);
}

/** Puts the subscriptions back that this very event suspended, and lifts the suppression it made; both are counted in `taken`. */
function reinstate(db: Db, { id, at, reader, email }: Acting, suppressionKey: KeyObject, now: number, taken: TakenBack): void {
  const text = `SELECT s.publication_id FROM subscriptions s WHERE s.reader_id = @reader AND s.state = 'suspended' AND @id =
    (SELECT c.feedback_id FROM consents c WHERE c.reader_id = s.reader_id AND c.publication_id = s.publication_id AND c.event = 'suspend' ORDER BY c.id DESC LIMIT 1)`;
  for (const publicationId of statement(db, text).pluck().all({ reader, id }) as number[])
    taken.subscriptions += moveReader(db, { move: 'reinstate', readerId: reader, publicationId, way: 'bounce', feedbackId: id, at: now });
  const parsed = parseAddress(email);
  if ('problem' in parsed) return;
  const made = { hash: suppressionHash(suppressionKey, parsed.key), publicationId: allPublications, reason: 'hard-bounce', at } as const;
  if (dropSuppression(db, made)) taken.suppressions += 1;
}

/** Bounces of a time, for an undo: those of one reader stand together, the oldest first. `domains`: the group; `text`: words of the diagnostic, in any case. */
export function bouncesBetween(
  db: Db,
  { from, to, domains, text }: { from: number; to: number; domains?: string | undefined; text?: string | undefined },
): { id: number; reader: number }[] {
  const sql = `SELECT id, reader_id AS reader FROM feedback WHERE at BETWEEN @from AND @to AND kind = 'bounce' AND effect IN ('held', 'suspended', 'parked') AND undone_at IS NULL
    AND (@domains IS NULL OR domains = @domains) AND (@text IS NULL OR instr(lower(coalesce(diagnostic, '')), lower(@text)) > 0) ORDER BY reader_id, id`;
  return statement(db, sql).all({ from, to, domains: domains ?? null, text: text ?? null }) as ReturnType<typeof bouncesBetween>;
}
