/** Reminders: so many days before a slot the people who are named for it hear what is still missing. */
import type { Log } from '../log.ts';
import { iso } from '../model/zone.ts';
import { listAwaiting } from '../store/approvals.ts';
import { customsOf, noteReminder } from '../store/customs.ts';
import { listIssues, standingOf } from '../store/issue-list.ts';
import { addNotice } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import type { Publication } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { nextSlot } from './order.ts';
import { publicationSlots } from './slots.ts';

const day = 24 * 3_600_000;

/** What an issue still lacks before a slot: everything, a text without faults, a second look, a time. */
export type Missing = 'issue' | 'text' | 'approval' | 'slot' | 'nothing';

/** The issue that a slot would take, or the one that is being written for it, and what it lacks. */
export function missingFor(
  db: Db,
  { id, slug }: Pick<Publication, 'id' | 'slug'>,
  now: number,
): { missing: Missing; issue?: string; issueId?: number } {
  const [first] = listAwaiting(db, id, now);
  if (first !== undefined) return { missing: 'nothing', issue: `${slug}/${first.number}`, issueId: first.approval.issueId };
  const open = listIssues(db, 20, id).find((issue) => issue.send === null || issue.send.rehearsal);
  if (open === undefined) return { missing: 'issue' };
  const standing = standingOf({ ...open, send: null });
  const missing = standing === 'approved' ? 'slot' : standing === 'stopped' || open.errors === null ? 'text' : 'approval';
  return { missing, issue: `${slug}/${open.number}`, issueId: open.id };
}

/** Writes the reminders that are due, each once. Several at a time (the setting is new, nothing ran for days) become one. */
export function remindOfSlots({ db, log, now }: { db: Db; log: Log; now: () => number }): void {
  for (const { publication } of publicationSlots(db)) {
    const { reminderDays, reminderTo } = customsOf(db, publication.id);
    if (reminderDays.length === 0 || reminderTo.length === 0) continue;
    const { period, at } = nextSlot(db, publication, now());
    const due = reminderDays.filter((days) => at - days * day <= now());
    if (due.length === 0) continue;
    inTransaction(db, () => {
      const fresh = due.filter((days) => noteReminder(db, { publicationId: publication.id, period, days, at: now() }));
      if (!fresh.includes(Math.min(...due))) return;
      const { missing, issue } = missingFor(db, publication, now());
      const { zone } = publication;
      const facts = {
        kind: 'slot-near',
        at: iso(at, zone),
        zone,
        days: Math.ceil((at - now()) / day),
        missing,
        ...(issue !== undefined && { issue }),
      } as const;
      for (const address of reminderTo) addNotice(db, { publicationId: publication.id, address, rehearsal: false, facts, now: now() });
      log.info('slot.reminded', { publication: publication.slug, period, people: reminderTo.length });
    });
  }
}
