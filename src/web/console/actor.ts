/** Who did something, in words: the audit names people by number, pages by name. */
import type { AuditEntry } from '../../store/audit.ts';
import { editorNames } from '../../store/editors.ts';
import type { Db } from '../../store/open.ts';

/** What the audit calls those who are no person of the desk. */
const others: Readonly<Record<string, string>> = { operator: 'the command line', console: 'this machine, before anybody had joined' };

/** A function that names who the audit knows by number, those too who have left the desk. */
export function namesOf(db: Db): (actor: string) => string {
  const names = new Map([...editorNames(db)].map(([id, name]) => [`person ${id}`, name]));
  return (actor) => names.get(actor) ?? others[actor] ?? actor;
}

/** Entries with their actors' names. */
export function withNames(db: Db, entries: readonly AuditEntry[]): AuditEntry[] {
  const named = namesOf(db);
  return entries.map((entry) => ({ ...entry, actor: named(entry.actor) }));
}
