/** A send as its page shows it while it goes out: by mailbox provider, by time, and what happened to it. Nothing here reads its deliveries. */
import type { AuditEntry } from './audit.ts';
import { paceSpanMs } from './counters.ts';
import type { Db } from './open.ts';
import { statement } from './statement.ts';

/** What became of the mails to one provider. */
export interface Tally {
  /** Its number (`model/breaker.ts`); 0 is everybody else. */
  provider: number;
  prepared: number;
  accepted: number;
  deferred: number;
  refused: number;
  unknown: number;
  cancelled: number;
}

/** The tallies of a send, the largest provider first; none for a send prepared by an older Galley. */
export function talliesOf(db: Db, sendId: number): Tally[] {
  const text = `SELECT provider, prepared, accepted, deferred, refused, unknown, cancelled FROM tallies WHERE send_id = ? AND prepared > 0 ORDER BY prepared DESC, provider`;
  return statement(db, text).all(sendId) as Tally[];
}

/** What became of mails in one span of time. */
export interface PaceSpan {
  /** Its beginning, ms UTC. */
  at: number;
  accepted: number;
  deferred: number;
  refused: number;
}

/** The pace of a send in spans of `span` milliseconds (a multiple of ten seconds) since an instant, the oldest first; spans in which nothing happened are left out. */
export function paceOf(db: Db, sendId: number, span: number, since = 0): PaceSpan[] {
  const text = `SELECT CAST(at - at % @span AS INTEGER) AS at, sum(accepted) AS accepted, sum(deferred) AS deferred, sum(refused) AS refused FROM pace WHERE send_id = @sendId AND at >= @since GROUP BY 1 ORDER BY 1`;
  return statement(db, text).all({ span, sendId, since }) as PaceSpan[];
}

/** From when until when a send's pace is known; undefined while nothing has happened. */
export function paceReach(db: Db, sendId: number): { from: number; to: number } | undefined {
  const text = 'SELECT min(at) AS "from", max(at) AS "to" FROM pace WHERE send_id = ?';
  const { from, to } = statement(db, text).get(sendId) as { from: number | null; to: number | null };
  return from === null || to === null ? undefined : { from, to: to + paceSpanMs };
}

/** When each provider first put mails off or refused them, and how many in all. */
export interface ProviderTrouble {
  provider: number;
  at: number;
  deferred: number;
}

/** Providers that asked mails of a send to wait, with the span in which it began. */
export function deferralsOf(db: Db, sendId: number): ProviderTrouble[] {
  const text =
    'SELECT provider, min(at) AS at, sum(deferred) AS deferred FROM pace WHERE send_id = ? AND deferred > 0 GROUP BY provider ORDER BY at';
  return statement(db, text).all(sendId) as ProviderTrouble[];
}

/** The newest entries of the audit about a send, the newest first. */
export function auditAbout(db: Db, send: string, limit: number): AuditEntry[] {
  return statement(db, 'SELECT * FROM audit WHERE subject = ? ORDER BY id DESC LIMIT ?').all(send, limit) as AuditEntry[];
}

/** How many delivery workers serve knows of. */
export function countWorkers(db: Db): number {
  return statement(db, 'SELECT count(*) FROM workers WHERE gone_at_batch IS NULL').pluck().get() as number;
}
