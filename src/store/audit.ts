/** The audit: who did what, by number and never by address. */
import type { Db } from './open.ts';
import { audit } from './schema.ts';

/** Notes that `actor` (`operator` for the command line) did `action` to `subject`. */
export function noteAudit(db: Db, entry: { at: number; actor: string; action: string; subject: string; detail?: string }): void {
  db.insert(audit).values(entry).run();
}
