/** A publication's monthly slot: at its instant the approved issue goes out, once; without one nothing does, and the editors are told. */
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { parseSlot, type Slot, slotAfter, slotBefore } from '../model/slot.ts';
import { iso } from '../model/zone.ts';
import { type Awaiting, listAwaiting } from '../store/approvals.ts';
import { noteAudit } from '../store/audit.ts';
import { customsOf } from '../store/customs.ts';
import type { Edition } from '../store/editions.ts';
import { tellEditors } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { listPublications, type Publication } from '../store/publications.ts';
import { addSend } from '../store/sends.ts';
import { findTakenSlot, saveTakenSlot } from '../store/slots.ts';
import { inTransaction } from '../store/statement.ts';
import { type EditionDeps, freezeEdition, proofHash } from './approve.ts';
import { undoApproval } from './undo-approval.ts';

/** A send or a slot found this long after its time is late: nobody expects it any more. */
export const lateMs = 6 * 3_600_000;

export interface PublicationSlot {
  publication: Publication;
  slot: Slot;
}

/** The publications that have a slot. One that cannot be read (stores of before 0004 were not checked) is left out; `wrong` hears of it. */
export function publicationSlots(db: Db, wrong: (slug: string, error: AppError) => void = () => {}): PublicationSlot[] {
  return listPublications(db).flatMap((publication) => {
    if (publication.slot === null) return [];
    try {
      return [{ publication, slot: parseSlot(publication.slot) }];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      wrong(publication.slug, error);
      return [];
    }
  });
}

/**
 * Looks at each publication's latest slot and takes it when nobody has: the issue approved first, by the slot's instant, is scheduled for that instant; `startDueSends`
 * starts it, or holds it when that is long ago. May be called at any time and any number of times: one slot makes one send, ever. An edition that can not be
 * drawn (its publication was renamed, or BASE_URL changed since the approval) leaves the slot for the next call.
 */
export async function takeSlots(deps: EditionDeps & { log: Log }): Promise<void> {
  const { db, log, now } = deps;
  const wrong = (publication: string, error: AppError) => log.warn('slot.unreadable', { publication, error });
  for (const { publication, slot } of publicationSlots(db, wrong)) {
    const { period, at } = slotBefore(slot, publication.zone, now());
    if (at < publication.createdAt || findTakenSlot(db, publication.id, period) !== undefined) continue;
    try {
      const next = slotAfter(slot, publication.zone, at).at;
      const [first] = listAwaiting(db, publication.id, at);
      if (first !== undefined && now() - at > lateMs && customsOf(db, publication.id).missedSlot === 'skip') {
        skipSlot(deps, { publication, period, at, next });
        continue;
      }
      const edition = first && (await freezeEdition(deps, publication, first.revision));
      if (first && edition && voidChanged(deps, publication, first, edition)) continue;
      takeSlot(deps, { publication, period, at, next, ...(first && edition && { approved: { ...first, edition } }) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.error('slot.not_taken', { publication: publication.slug, period, error });
    }
  }
}

/**
 * Begins a slot that was set or moved with its next instant: the latest one before `now` counts as used up, lest an issue that waits go out at once for a
 * time that is over. Call it in the transaction that changed the slot or its zone. Returns that next instant (ms UTC), in a month that has no slot yet.
 */
export function beginSlot(db: Db, { id, slot, zone }: Publication & { slot: string }, now: number): number {
  const parsed = parseSlot(slot);
  const { period, at } = slotBefore(parsed, zone, now);
  if (findTakenSlot(db, id, period) === undefined) saveTakenSlot(db, { publicationId: id, period, dueAt: at, sendId: null, takenAt: now });
  let next = slotAfter(parsed, zone, now);
  while (findTakenSlot(db, id, next.period) !== undefined) next = slotAfter(parsed, zone, next.at);
  return next.at;
}

interface DueSlot {
  publication: Publication;
  period: string;
  at: number;
  /** The instant of the slot after it. */
  next: number;
  approved?: Awaiting & { edition: Edition };
}

/** Uses up a slot that was missed by hours, for nothing: what was approved for it waits for the next. The editors are told. */
function skipSlot({ db, log, now }: { db: Db; log: Log; now: () => number }, { publication, period, at, next }: DueSlot): void {
  const { id: publicationId, zone } = publication;
  inTransaction(db, () => {
    if (findTakenSlot(db, publicationId, period) !== undefined) return;
    saveTakenSlot(db, { publicationId, period, dueAt: at, sendId: null, takenAt: now() });
    const hours = Math.floor((now() - at) / 3_600_000);
    const facts = { kind: 'slot-skipped', at: iso(at, zone), zone, hours, next: iso(next, zone) } as const;
    tellEditors(db, { publication, rehearsal: false, facts, now: now() });
    log.warn('slot.skipped', { publication: publication.slug, period, hours });
  });
}

/**
 * What goes out is what was approved: an issue that is drawn otherwise now (its publication got another name, address or look) is approved no longer. True when
 * that was so; the slot is looked at anew.
 */
function voidChanged(
  { db, log, now }: { db: Db; log: Log; now: () => number },
  publication: Publication,
  { approval, number }: Awaiting,
  edition: Edition,
): boolean {
  const issue = `${publication.slug}/${number}`;
  const proof = proofHash(edition, publication);
  if (approval.edition === null || approval.edition === proof) return false;
  inTransaction(db, () => {
    const note = { at: now(), actor: 'schedule', action: 'void', detail: `proof ${proof} is not the approved ${approval.edition}` };
    undoApproval(db, { issueId: approval.issueId, subject: issue }, note);
    tellEditors(db, { publication, rehearsal: false, facts: { kind: 'approval-void', issue }, now: now() });
  });
  log.warn('approval.void', { issue });
  return true;
}

/** Uses a slot up, unless somebody was first or the approval changed while its edition was drawn. */
function takeSlot({ db, log, now }: { db: Db; log: Log; now: () => number }, { publication, period, at, next, approved }: DueSlot): void {
  const { id: publicationId, slug, zone } = publication;
  inTransaction(db, () => {
    if (findTakenSlot(db, publicationId, period) !== undefined) return;
    const [first] = listAwaiting(db, publicationId, at);
    if (first?.revision.id !== approved?.revision.id) return;
    if (approved === undefined) {
      saveTakenSlot(db, { publicationId, period, dueAt: at, sendId: null, takenAt: now() });
      tellEditors(db, {
        publication,
        rehearsal: false,
        facts: { kind: 'slot-empty', at: iso(at, zone), zone, next: iso(next, zone) },
        now: now(),
      });
      log.warn('slot.empty', { publication: slug, period });
      return;
    }
    const { approval, number, edition } = approved;
    const send = addSend(db, {
      issue: `${slug}/${number}`,
      publicationId,
      issueId: approval.issueId,
      editionId: edition.id,
      rehearsal: false,
      waived: approval.waived,
      scheduledFor: at,
      now: now(),
    });
    saveTakenSlot(db, { publicationId, period, dueAt: at, sendId: send.id, takenAt: now() });
    noteAudit(db, { at: now(), actor: 'schedule', action: 'send', subject: send.name, detail: `slot ${period}` });
    log.info('slot.taken', { send: send.name, period });
  });
}

/** A publication's next slot after an instant, and the issue that will go out in it: undefined while none is approved. */
export function comingSlot(db: Db, { publication, slot }: PublicationSlot, instant: number): { at: number; issue: string | undefined } {
  const [first] = listAwaiting(db, publication.id, instant);
  return { at: slotAfter(slot, publication.zone, instant).at, issue: first && `${publication.slug}/${first.number}` };
}
