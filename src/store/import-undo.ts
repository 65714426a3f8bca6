/** Taking a whole import back, a few hundred readers to a transaction, each step with the place reached so that it may be cut short anywhere. */

import { eq } from 'drizzle-orm/sql';
import type { Db } from './open.ts';
import { blankReader } from './readers.ts';
import { imports } from './schema.ts';
import { inTransaction, statement } from './statement.ts';
import { noteConsent, writeConsentChange } from './subscriptions.ts';

/** How far an undo has come: events of consent seen, of so many. */
export interface UndoProgress {
  through: number;
  last: number;
  undone: number;
  kept: number;
}

/** Events of the import taken back in one step, and events of others passed over: each under 20 ms on a small machine. */
const eventsAtOnce = 200;
const passedOver = 50_000;

/** done, cut-short or undoing → undoing. False when it was taken back already, or is under way. */
export function beginImportUndo(db: Db, id: number): boolean {
  const text = `UPDATE imports SET state = 'undoing', undo_through = coalesce(undo_through, 0) WHERE id = ? AND state IN ('done', 'cut-short')`;
  return statement(db, text).run(id).changes === 1;
}

/**
 * Takes back the next readers of an import. Whoever has done or met with anything since is left alone (`kept`): any later event of consent of that publication
 * says so, and so does feedback. Of the others, who was mailed meanwhile leaves, because the links in the mail in hand must go on working and say so; who was
 * not never gets to know of it: the subscription goes, and with it name and address where the import had brought them and nothing else holds them.
 * Their number and the events stay. Nobody is suppressed: the usual reason to take a list back is to import it again, better.
 * Returns undefined when it is through, and the import then is `undone`.
 */
export function undoImportStep(db: Db, id: number, now: number): UndoProgress | undefined {
  return inTransaction(db, () => {
    const row = db.select().from(imports).where(eq(imports.id, id)).get();
    if (row?.state !== 'undoing') return undefined;
    const last = statement(db, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'consents'), 0)`).pluck().get() as number;
    const from = Math.max(row.undoThrough ?? 0, 0);
    const end = Math.min(from + passedOver, last);
    const began = statement(
      db,
      'SELECT reader_id AS reader, publication_id AS publicationId, id AS event FROM consents WHERE id > ? AND id <= ? AND import_id = ? ORDER BY id LIMIT ?',
    ).all(from, end, id, eventsAtOnce) as Began[];
    const through = began.length === eventsAtOnce ? (began.at(-1)?.event ?? end) : end;
    let undone = 0;
    for (const each of began) if (takeBack(db, each, id, now)) undone += 1;
    const note = statement(
      db,
      "UPDATE imports SET undo_through = ?, undone = undone + ?, kept = kept + ?, state = iif(?, 'undone', state) WHERE id = ?",
    );
    note.run(through, undone, began.length - undone, through >= last ? 1 : 0, id);
    return through >= last ? undefined : { through, last, undone: row.undone + undone, kept: row.kept + began.length - undone };
  });
}

interface Began {
  reader: number;
  publicationId: number;
  event: number;
}

/** False when the reader is left alone. */
function takeBack(db: Db, { reader, publicationId, event }: Began, importId: number, now: number): boolean {
  const since = `SELECT EXISTS (SELECT 1 FROM consents WHERE reader_id = @reader AND publication_id = @publicationId AND id > @event)
    OR EXISTS (SELECT 1 FROM feedback WHERE reader_id = @reader)`;
  if (statement(db, since).pluck().get({ reader, publicationId, event }) === 1) return false;
  const note = { publicationId, readerId: reader, way: 'import-undo', at: now } as const;
  const mailed = statement(
    db,
    'SELECT EXISTS (SELECT 1 FROM sends s JOIN deliveries d ON d.send_id = s.id AND d.reader_id = ? WHERE s.publication_id = ?)',
  );
  if (mailed.pluck().get(reader, publicationId) === 1) {
    writeConsentChange(db, { ...note, event: 'leave', to: 'left' });
    return true;
  }
  noteConsent(db, { ...note, event: 'leave' });
  statement(db, 'DELETE FROM subscriptions WHERE publication_id = ? AND reader_id = ?').run(publicationId, reader);
  const brought = statement(
    db,
    'SELECT import_id = ? AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE reader_id = r.id) FROM readers r WHERE id = ?',
  );
  if (brought.pluck().get(importId, reader) === 1) blankReader(db, reader);
  return true;
}
