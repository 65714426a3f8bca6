/** A send that stops itself because relay after recipient refuses us, and not the readers. */
import { tellEditors } from './notices.ts';
import type { Db } from './open.ts';
import { getPublicationById } from './publications.ts';
import { steerSend } from './sends.ts';

/** Pauses a send and tells its editors what was said; nothing when it is not under way. Call it in the transaction of the outcome that says so. */
export function haltSend(db: Db, sendId: number, reply: string, now: number): void {
  const { send, changed } = steerSend(db, sendId, 'pause', { actor: 'relay', now });
  if (!changed) return;
  const publication = getPublicationById(db, send.publicationId);
  tellEditors(db, { publication, rehearsal: send.rehearsal, facts: { kind: 'send-halted', send: send.name, reply }, now });
}
