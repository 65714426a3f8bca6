import { eq } from 'drizzle-orm/sql';
import { expect, test } from 'vitest';
import { getEdition, saveEdition } from '../../src/store/editions.ts';
import { findPublishedEdition } from '../../src/store/published.ts';
import { sends } from '../../src/store/schema.ts';
import { addSend, startSend } from '../../src/store/sends.ts';
import { sampleStore, t0 } from '../support/store.ts';

test('an issue is public once a send of it has started, and a later rehearsal of another revision does not take its place', () => {
  const { db, publication, send } = sampleStore(1);
  const shown = () => findPublishedEdition(db, 'tidewater', '2026-11', true)?.subject;
  expect(shown()).toBeUndefined();
  startSend(db, send.id, t0);
  const { id: _, ...sent } = getEdition(db, send.editionId);
  expect(shown()).toBe(sent.subject);
  const draft = saveEdition(db, { ...sent, revision: 2, subject: 'Not approved yet' });
  const { publicationId, issueId } = db.select().from(sends).where(eq(sends.id, send.id)).get() ?? send;
  const order = {
    issue: `${publication.slug}/2026-11`,
    publicationId,
    issueId,
    editionId: draft.id,
    waived: {},
    scheduledFor: t0,
    now: t0,
  };
  startSend(db, addSend(db, { ...order, rehearsal: true }).id, t0);
  expect(shown()).toBe(sent.subject);
  startSend(db, addSend(db, { ...order, rehearsal: false }).id, t0);
  expect(shown()).toBe('Not approved yet');
});
