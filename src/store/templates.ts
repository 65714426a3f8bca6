/** The messages of a send, one for each format, as they were first composed: settings may change while it goes out, the mail may not. */
import { and, eq } from 'drizzle-orm/sql';
import type { Format } from '../model/edition.ts';
import type { Db } from './open.ts';
import { templates } from './schema.ts';
import { inTransaction, statement } from './statement.ts';

export interface ComposedTemplate {
  /** SHA-256 in hex of `json`. */
  hash: string;
  json: string;
}

/** The hashes of a send's messages, of those that were composed. */
export function templateHashes(db: Db, sendId: number): Partial<Record<Format, string>> {
  const kept = db.select({ format: templates.format, hash: templates.hash }).from(templates).where(eq(templates.sendId, sendId)).all();
  return Object.fromEntries(kept.map(({ format, hash }) => [format, hash]));
}

/** The message itself, as JSON. */
export function getTemplateJson(db: Db, sendId: number, format: Format): string {
  const one = and(eq(templates.sendId, sendId), eq(templates.format, format));
  const found = db.select({ json: templates.json }).from(templates).where(one).get();
  if (found === undefined) throw new Error(`the ${format} message of send ${sendId} is missing from the store`);
  return found.json;
}

/**
 * Whether a message of the send has a place for a token of this kind; which of its formats plays no part. Asked in SQLite: a message is long, and a batch goes
 * out every second.
 */
export function messageHasSlot(db: Db, sendId: number, slot: 'pdf'): boolean {
  const text = 'SELECT EXISTS (SELECT 1 FROM templates WHERE send_id = ? AND instr(json, ?) > 0)';
  return statement(db, text).pluck().get(sendId, `"${slot}"`) === 1;
}

/** Keeps messages of a send, all or none of them; of each format the first one stands. */
export function keepTemplates(db: Db, sendId: number, composed: Partial<Record<Format, ComposedTemplate>>): void {
  inTransaction(db, () => {
    for (const [format, template] of Object.entries(composed) as [Format, ComposedTemplate][])
      db.insert(templates)
        .values({ sendId, format, ...template })
        .onConflictDoNothing()
        .run();
  });
}
