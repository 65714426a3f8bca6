/** Who did something, in words: the audit names people by number, pages by name. */
import type { AuditEntry } from '../../store/audit.ts';
import { editorNames } from '../../store/editors.ts';
import type { Db } from '../../store/open.ts';

/** What the audit calls those who are no person of the desk. */
const others: Readonly<Record<string, string>> = { operator: 'the command line', console: 'this machine, before anybody had joined' };

/** Entries with their actors' names, those of people who have left the desk too. */
export function withNames(db: Db, entries: readonly AuditEntry[]): AuditEntry[] {
  const names = new Map([...editorNames(db)].map(([id, name]) => [`person ${id}`, name]));
  return entries.map((entry) => ({ ...entry, actor: names.get(entry.actor) ?? others[entry.actor] ?? entry.actor }));
}
