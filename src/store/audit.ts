/** The audit: who did what, by number and never by address. */
import type { Db } from './open.ts';
import { audit } from './schema.ts';
import { statement } from './statement.ts';

/** Notes that `actor` (`operator` for the command line) did `action` to `subject`. */
export function noteAudit(db: Db, entry: { at: number; actor: string; action: string; subject: string; detail?: string }): void {
  db.insert(audit).values(entry).run();
}

export type AuditEntry = typeof audit.$inferSelect;

/** The newest entries of an action, about one subject when it is named. */
export function auditOf(db: Db, action: string, limit: number, subject?: string): AuditEntry[] {
  const about = subject === undefined ? '' : 'AND subject = @subject';
  const text = `SELECT * FROM audit WHERE action = @action ${about} ORDER BY id DESC LIMIT @limit`;
  return statement(db, text).all({ action, limit, ...(subject !== undefined && { subject }) }) as AuditEntry[];
}
