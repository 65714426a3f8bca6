/** Taking bounces of a time back: what a person does when a provider, or our own DNS, was out of order and the breaker did not see it. */
import { setImmediate as breathe } from 'node:timers/promises';
import { domainGroup } from '../model/breaker.ts';
import { noteAudit } from '../store/audit.ts';
import { inTransaction, tryOut } from '../store/statement.ts';
import { bouncesBetween, type TakenBack, takeBack } from '../store/undo.ts';
import type { JudgeDeps } from './judge.ts';

export interface UndoSpan {
  /** Both ends count; ms UTC. */
  from: number;
  to: number;
  /** Only bounces of this domain, or of the provider it belongs to. */
  domain?: string | undefined;
  /** Only those whose words hold this, in any letter case. */
  text?: string | undefined;
}

export type UndoDeps = Pick<JudgeDeps, 'db' | 'suppressionKey' | 'now'>;

/** What an undo takes back, or would. */
export interface UndoCounts extends TakenBack {
  bounces: number;
}

/** Bounces to a transaction: under 20 ms on a small machine. */
const eventsAtOnce = 50;

/** Takes back what bounces of a time did, newer strikes and suspensions that rested on them included; complaints stay. A second call finds none. */
export async function undoBounces(deps: UndoDeps, span: UndoSpan, actor: string): Promise<UndoCounts> {
  const undone = await inSlices(deps, span, `undone by ${actor}`, inTransaction);
  if (undone.bounces > 0)
    noteAudit(deps.db, { at: deps.now(), actor, action: 'feedback undo', subject: 'feedback', detail: detailOf(span, undone) });
  return undone;
}

/** Says exactly what `undoBounces` would take back now, by doing it and letting nothing of it stay. */
export function previewUndo(deps: UndoDeps, span: UndoSpan): Promise<UndoCounts> {
  return inSlices(deps, span, 'tried out', tryOut);
}

/** Between two slices whatever else goes on has its turn. A reader's bounces are never parted: what one did depends on the others, and on nobody else's. */
async function inSlices(
  { db, suppressionKey, now }: UndoDeps,
  { from, to, domain, text }: UndoSpan,
  why: string,
  run: typeof inTransaction,
): Promise<UndoCounts> {
  const events = bouncesBetween(db, { from, to, text, domains: domain === undefined ? undefined : domainGroup(`@${domain}`) });
  const counts: UndoCounts = { bounces: 0, subscriptions: 0, suppressions: 0 };
  for (let first = 0; first < events.length; ) {
    let end = Math.min(first + eventsAtOnce, events.length);
    while (end < events.length && events[end]?.reader === events[end - 1]?.reader) end += 1;
    const slice = events.slice(first, end);
    for (const taken of run(db, () => slice.map(({ id }) => takeBack(db, id, { as: 'undone', suppressionKey, now: now(), why })))) {
      if (taken === undefined) continue;
      counts.bounces += 1;
      counts.subscriptions += taken.subscriptions;
      counts.suppressions += taken.suppressions;
    }
    first = end;
    await breathe();
  }
  return counts;
}

function detailOf({ from, to, domain, text }: UndoSpan, { bounces, subscriptions, suppressions }: UndoCounts): string {
  const which = `${domain === undefined ? '' : ` of ${domain}`}${text === undefined ? '' : ` that say "${text.replace(/\S+@\S+/g, 'an address')}"`}`; // the audit names nobody
  return `${bounces} bounces from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}${which}; ${subscriptions} subscriptions back, ${suppressions} suppressions lifted`;
}
