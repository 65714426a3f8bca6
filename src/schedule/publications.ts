/** Publications begun and changed: the row, its pictures, its audit and the slot that begins with it, in one transaction; the same for the command line and the desk. */
import { checkSender } from '../message/message.ts';
import type { Picture } from '../model/edition.ts';
import { storeAsset } from '../store/assets.ts';
import { noteAudit } from '../store/audit.ts';
import type { Db } from '../store/open.ts';
import { addPublication, changePublication, getPublication, type Publication, type PublicationChanges } from '../store/publications.ts';
import { inTransaction } from '../store/statement.ts';
import { mastheadOf } from './approve.ts';
import { beginSlot } from './slots.ts';
import { voidApprovals } from './undo-approval.ts';

/** Who changes it and when. `logo` is the picture that a new look names, to be kept with it. */
export interface ChangeNote {
  actor: string;
  now: number;
  logo?: Picture | undefined;
}

type Values = Parameters<typeof addPublication>[1];
export type NewPublication = Pick<Values, 'slug' | 'name' | 'fromAddress'> & Partial<Values>;

/** Adds a publication; what is left out is English, UTC, without a slot. Errors: its slug is taken, mail cannot come from its address. */
export function beginPublication(db: Db, given: NewPublication, { actor, now, logo }: ChangeNote): Publication {
  const plain = { replyTo: null, language: 'en', zone: 'UTC', postalAddress: '', slot: null };
  const values = { ...plain, ...given, createdAt: now };
  checkSenderOf(values);
  return inTransaction(db, () => {
    if (logo) storeAsset(db, logo);
    const added = addPublication(db, values);
    noteAudit(db, { at: now, actor, action: 'publication add', subject: added.slug });
    return added;
  });
}

/** What a change did; `next` is the next slot (ms UTC) when it was set or moved, `voided` the issues (`SLUG/NUMBER`) that were approved as they would have gone out before. */
export interface Changed {
  after: Publication;
  next: number | undefined;
  voided: string[];
}

/**
 * Changes a publication: `decide` says what, given how it stands, and what the audit says of it; undefined for nothing. All in one transaction, so that nothing can change between the look
 * and the deed. Issues sent before keep the look they were sent with; one that is approved and waits was approved as it would have gone out before: it has to be
 * looked at again.
 * Errors: no such publication; mail cannot come from the address it would have.
 */
export function revisePublication(
  db: Db,
  slug: string,
  { actor, now, logo }: ChangeNote,
  decide: (before: Publication) => { changes: PublicationChanges; detail: string } | undefined,
): Changed | undefined {
  return inTransaction(db, () => {
    const before = getPublication(db, slug);
    const decided = decide(before);
    if (decided === undefined) return undefined;
    const { detail, changes } = decided;
    const { measure } = changes;
    const said = measure !== undefined && { measureSince: measure === before.measure ? before.measureSince : now }; // said again, it began no later
    const values = { ...changes, ...said };
    checkSenderOf({ ...before, ...values });
    if (logo) storeAsset(db, logo);
    noteAudit(db, { at: now, actor, action: 'publication set', subject: slug, detail });
    const after = changePublication(db, before.id, values);
    const voided =
      mailedBy(before) === mailedBy(after) ? [] : voidApprovals(db, after, { at: now, actor, why: `publication set: ${detail}` });
    return { after, next: nextOf(db, before, after, now), voided };
  });
}

/** What of a publication stands in its mails. */
const mailedBy = (publication: Publication): string =>
  JSON.stringify([mastheadOf(publication, ''), publication.fromAddress, publication.replyTo]);

function checkSenderOf({ name, fromAddress, replyTo }: Pick<Publication, 'name' | 'fromAddress' | 'replyTo'>): void {
  checkSender({ name, address: fromAddress, replyTo: replyTo ?? undefined });
}

/** Begins the slot when it was set or moved. */
function nextOf(db: Db, before: Publication, { slot, ...after }: Publication, now: number): number | undefined {
  if (slot === null || (slot === before.slot && after.zone === before.zone)) return undefined;
  return beginSlot(db, { ...after, slot }, now);
}
