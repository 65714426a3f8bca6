/** Suppressing an address by hand, and lifting what suppresses one: both change the reader's subscriptions in the same transaction. */
import type { KeyObject } from 'node:crypto';
import { AppError } from '../errors.ts';
import { parseAddress } from '../model/address.ts';
import { noteAudit } from '../store/audit.ts';
import type { Db } from '../store/open.ts';
import { findReaderByKey } from '../store/readers.ts';
import { inTransaction } from '../store/statement.ts';
import { moveReader } from '../store/subscriptions.ts';
import {
  addSuppression,
  allPublications,
  dropSuppression,
  type Suppression,
  suppressionHash,
  suppressionsOf,
} from '../store/suppressions.ts';

export interface SuppressDeps {
  db: Db;
  suppressionKey: KeyObject;
  now: () => number;
}

/** Keeps an address from being mailed by any publication: its subscriptions are suspended, and no import brings it back. False when it was so. Error: no address. */
export function suppress({ db, suppressionKey, now }: SuppressDeps, address: string, actor: string): boolean {
  const key = keyOf(address);
  const hash = suppressionHash(suppressionKey, key);
  return inTransaction(db, () => {
    const added = addSuppression(db, { hash, publicationId: allPublications, reason: 'person', at: now() });
    const reader = findReaderByKey(db, key)?.id;
    const moved = reader === undefined ? 0 : moveReader(db, { move: 'suspend', readerId: reader, way: 'person', at: now() });
    if (added) noteAudit(db, { at: now(), actor, action: 'suppress add', subject: nameOf(hash) });
    return added || moved > 0;
  });
}

/**
 * Lifts all that suppresses an address, and puts its suspended subscriptions back; who left stays left, until the reader subscribes anew. Returns what was lifted.
 * Errors: nothing suppresses it; a complaint or hard bounce without a written reason, which goes into the audit.
 */
export function lift(
  { db, suppressionKey, now }: SuppressDeps,
  address: string,
  reason: string,
  actor: string,
): { lifted: Suppression[]; reinstated: number } {
  const key = keyOf(address);
  const hash = suppressionHash(suppressionKey, key);
  return inTransaction(db, () => {
    const lifted = suppressionsOf(db, hash);
    const reader = findReaderByKey(db, key)?.id;
    const needsReason = lifted.find(({ reason: why }) => why === 'complaint' || why === 'hard-bounce');
    if (needsReason !== undefined && reason.trim() === '') {
      throw new AppError(
        'suppress.reason',
        `${address} is suppressed because of a ${needsReason.reason.replace('-', ' ')}: lift it with --reason TEXT that says why this is right`,
      );
    }
    for (const row of lifted) dropSuppression(db, row as Parameters<typeof dropSuppression>[1]);
    const reinstated = reader === undefined ? 0 : moveReader(db, { move: 'reinstate', readerId: reader, way: 'person', at: now() });
    if (lifted.length === 0 && reinstated === 0)
      throw new AppError('suppress.not_found', `Nothing suppresses ${address}: galley suppress list shows what is suppressed`, {
        status: 404,
      });
    noteAudit(db, {
      at: now(),
      actor,
      action: 'suppress lift',
      subject: nameOf(hash),
      ...(reason.trim() !== '' && { detail: reason.trim() }),
    });
    return { lifted, reinstated };
  });
}

/** A suppressed address as people and the audit see it: the first letters of its hash, because the address itself is not kept. */
const nameOf = (hash: Buffer): string => hash.toString('hex').slice(0, 16);

function keyOf(address: string): string {
  const parsed = parseAddress(address);
  if ('problem' in parsed) throw new AppError('address', `${address} ${parsed.problem}: ${parsed.remedy}`);
  return parsed.key;
}
