/** What an editor does to one reader: add, rename, suspend, put back, take off. Each with its event of consent and an entry of the audit, by number. */
import type { Address } from '../model/address.ts';
import { moveSubscription, type SubscriptionState, stateAt } from '../model/consent.ts';
import { noteAudit } from '../store/audit.ts';
import { addReader, changeReader, findReader, findReaderByKey } from '../store/readers.ts';
import { inTransaction } from '../store/statement.ts';
import { addSubscription, findSubscription, moveReader, noteConsent } from '../store/subscriptions.ts';
import { isBarred } from './answer.ts';
import { keepWords } from './ask.ts';
import type { ReaderDeps } from './deps.ts';
import { languageTag, parsePersonName } from './row.ts';

type Deps = Pick<ReaderDeps, 'db' | 'suppressionKey'>;

export interface ByHand {
  actor: string;
  now: number;
}

export interface NewReader {
  publication: { id: number; language: string };
  address: Address;
  name: string;
  language: string;
  /** What the reader agreed to, where and when, as the editor states: kept word for word. */
  words: string;
}

/**
 * What became of a reader who was to be added. `there`: had it already, in the state named. `barred`: the address must not be mailed. Who has left stays
 * left, whatever an editor says: only the reader's own yes brings them back.
 */
export type AddAnswer = { outcome: 'added' | 'there'; reader: number; state: SubscriptionState } | { outcome: 'barred' };

/** Whether words say what somebody agreed to: two words at least, as for an import. */
export const saysConsent = (words: string): boolean => /\p{L}.*\s.*\p{L}/su.test(words.trim());

/** Adds a reader to a publication on an editor's word. A second time changes nothing. */
export function addByHand(deps: Deps, { publication, address, name, language, words }: NewReader, { actor, now }: ByHand): AddAnswer {
  const { db } = deps;
  return inTransaction(db, () => {
    if (isBarred(deps, address.key, publication.id)) return { outcome: 'barred' };
    const known = findReaderByKey(db, address.key);
    const found = known && findSubscription(db, publication.id, known.id);
    if (known !== undefined && found !== undefined)
      return { outcome: 'there', reader: known.id, state: stateAt(found.state, found.pausedUntil, now) };
    const values = {
      email: address.address,
      emailKey: address.key,
      name: parsePersonName(name) ?? null,
      language: languageTag(language) ?? null,
    };
    const reader = known ?? addReader(db, { ...values, createdAt: now });
    addSubscription(db, { publicationId: publication.id, readerId: reader.id, state: 'active', changedAt: now });
    const textHash = keepWords(db, publication.language, words.trim());
    noteConsent(db, { publicationId: publication.id, readerId: reader.id, event: 'subscribe', way: 'person', textHash, at: now });
    noteAudit(db, { at: now, actor, action: 'reader add', subject: `reader ${reader.id}` });
    return { outcome: 'added', reader: reader.id, state: 'active' };
  });
}

/**
 * Changes name and language. The address is not an editor's to change: what was agreed to was agreed to for it, and the reader changes it on their own page,
 * where the new address must say yes. False when there is nothing to change. Errors: none; a language that is no tag is left as it was.
 */
export function editReader(
  { db }: Deps,
  id: number,
  { name, language }: { name: string; language: string },
  { actor, now }: ByHand,
): boolean {
  return inTransaction(db, () => {
    const reader = findReader(db, id);
    if (reader === undefined || reader.email === '') return false;
    const next = {
      name: parsePersonName(name) ?? null,
      language: language.trim() === '' ? null : (languageTag(language) ?? reader.language),
    };
    if (next.name === reader.name && next.language === reader.language) return false;
    changeReader(db, id, next);
    noteAudit(db, { at: now, actor, action: 'reader edit', subject: `reader ${id}` });
    return true;
  });
}

/** What an editor may do to one subscription. */
export const handMoves = ['suspend', 'reinstate', 'leave'] as const;
export type HandMove = (typeof handMoves)[number];

/** Whether an editor may do this to a subscription in that state. */
export function mayMoveByHand(move: HandMove, state: SubscriptionState): boolean {
  return moveSubscription(move, state, undefined) !== undefined;
}

/** Moves one subscription; the reason goes into the audit. False when it is so already, as after a double press. */
export function moveByHand(
  { db }: Deps,
  { reader, publicationId, move, reason }: { reader: number; publicationId: number; move: HandMove; reason: string },
  { actor, now }: ByHand,
): boolean {
  return inTransaction(db, () => {
    if (moveReader(db, { move, readerId: reader, publicationId, way: 'person', at: now }) === 0) return false;
    noteAudit(db, { at: now, actor, action: `reader ${move}`, subject: `reader ${reader}`, ...(reason !== '' && { detail: reason }) });
    return true;
  });
}
