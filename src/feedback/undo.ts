/** Taking bounces of a time back: what a person does when a provider, or our own DNS, was out of order and the breaker did not see it. */
import { domainGroup } from '../model/breaker.ts';
import { noteAudit } from '../store/audit.ts';
import { inTransaction } from '../store/statement.ts';
import { bouncesBetween, takeBack } from '../store/undo.ts';
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

const eventsAtOnce = 200;

/** Takes back what bounces of a time did, newer strikes and suspensions that rested on them included; complaints stay. Returns how many. A second call finds none. */
export function undoBounces(
  { db, suppressionKey, now }: Pick<JudgeDeps, 'db' | 'suppressionKey' | 'now'>,
  { from, to, domain, text }: UndoSpan,
  actor: string,
): number {
  const span = { from, to, text, domains: domain === undefined ? undefined : domainGroup(`@${domain}`) };
  const why = `undone by ${actor}`;
  let undone = 0;
  for (let after = 0; ; ) {
    const events = bouncesBetween(db, span, after, eventsAtOnce);
    undone += inTransaction(db, () => events.filter((id) => takeBack(db, id, { as: 'undone', suppressionKey, now: now(), why })).length);
    if (events.length < eventsAtOnce) break;
    after = events.at(-1) ?? after;
  }
  if (undone > 0) {
    const detail = `${undone} bounces from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}${domain === undefined ? '' : ` of ${domain}`}`;
    noteAudit(db, { at: now(), actor, action: 'feedback undo', subject: 'feedback', detail });
  }
  return undone;
}
