/** A store of a test's own with the real migrations, and the few rows most tests need. */
import { createSecretKey } from 'node:crypto';
import type { ReaderDeps } from '../../src/audience/audience.ts';
import type { Format } from '../../src/model/edition.ts';
import { leaveTokenPlaceholder } from '../../src/model/edition.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import type { TokenKeys } from '../../src/model/token.ts';
import { languages } from '../../src/model/words/words.ts';
import { saveEdition } from '../../src/store/editions.ts';
import { nextEpoch } from '../../src/store/engine.ts';
import { saveRevision } from '../../src/store/issues.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import { addPublication, type Publication } from '../../src/store/publications.ts';
import { readers, subscriptions } from '../../src/store/schema.ts';
import { addSend, type Send } from '../../src/store/sends.ts';
import { setFormat } from '../../src/store/subscriptions.ts';

export const t0 = Date.UTC(2026, 10, 22, 9);

export function samplePublication(db: Db, slug = 'tidewater'): Publication {
  return addPublication(db, {
    slug,
    name: 'The Tidewater Review',
    fromAddress: 'news@tidewater.example',
    replyTo: null,
    language: 'en',
    zone: 'UTC',
    postalAddress: '4 Harbour Row',
    slot: null,
    createdAt: t0,
  });
}

export const sampleTree: IssueTree = {
  tree: 2,
  publication: 'The Tidewater Review',
  number: '2026-11',
  title: 'November 2026',
  summary: 'Tides, ferries and lamps.',
  language: 'en',
  direction: 'ltr',
  lead: [{ t: 'para', c: [{ t: 'text', v: 'Welcome.' }] }],
  sections: [],
};

/** What the rules of consent need beside a store: keys of the test's own, the languages as they are reviewed, DATA_DIR a folder that is not written unless somebody is erased. */
export function readerDeps(db: Db, changes: Partial<ReaderDeps> = {}): ReaderDeps {
  return {
    db,
    tokenKeys: testRing,
    suppressionKey: new Uint8Array(32).fill(7),
    languages,
    rehearsal: false,
    dataDir: '/nowhere',
    ...changes,
  };
}

export const testRing: TokenKeys = { current: 1, keys: new Map([[1, createSecretKey(Buffer.alloc(32, 7))]]) };

/** Adds `count` readers `r1@example.com` … with an active subscription, consented a minute before `t0`. */
export function sampleReaders(db: Db, publicationId: number, count: number, from = 1): void {
  db.transaction((tx) => {
    for (let i = from; i < from + count; i += 1) {
      const email = `r${i}@example.com`;
      const row = tx.insert(readers).values({ email, emailKey: email, createdAt: t0 }).returning({ id: readers.id }).get();
      tx.insert(subscriptions)
        .values({ publicationId, readerId: row.id, state: 'active', changedAt: t0 - 60_000 })
        .run();
    }
  });
}

/** Lets readers choose what they get: reader 1 the first, reader 2 the second, and so on. */
export function chooseFormats(db: Db, publicationId: number, formats: readonly Format[]): void {
  for (const [index, format] of formats.entries()) setFormat(db, publicationId, index + 1, format);
}

/** A scheduled send of a sample edition to whoever is subscribed. */
export function sampleSend(db: Db, publication: Publication, { rehearsal = false } = {}): Send {
  const revision = saveRevision(db, { publicationId: publication.id, tree: sampleTree, source: 'x', stops: [], hash: 'h', now: t0 });
  const link = `http://localhost:3000/u/${leaveTokenPlaceholder}`;
  const same = {
    issueId: revision.issueId,
    revision: revision.revision,
    language: 'en',
    subject: 'The Tidewater Review: November 2026',
    plainText: `Welcome.\n\nUnsubscribe: ${link}\n`,
    createdAt: t0,
    masthead: 'm',
  };
  const edition = saveEdition(db, {
    ...same,
    format: 'full',
    hash: 'e',
    email: `<p>Welcome. <a href="${link}">Unsubscribe</a></p>`,
    page: '<!doctype html><title>Welcome</title>',
    pdf: Buffer.from('%PDF-1.7'),
  });
  const lightly = `<p>Welcome, lightly. <a href="${link}">Unsubscribe</a></p>`;
  saveEdition(db, { ...same, format: 'light', hash: 'l', email: lightly, page: '<!doctype html><title>Lightly</title>', pdf: Buffer.of() });
  const issue = `${publication.slug}/${sampleTree.number}`;
  return addSend(db, {
    issue,
    publicationId: publication.id,
    issueId: revision.issueId,
    editionId: edition.id,
    rehearsal,
    waived: {},
    scheduledFor: t0,
    now: t0,
  });
}

/** A store with one publication, readers and a scheduled send, in the first epoch. */
export function sampleStore(readerCount: number): { db: Db; publication: Publication; send: Send } {
  const db = openStore(':memory:');
  const publication = samplePublication(db);
  sampleReaders(db, publication.id, readerCount);
  nextEpoch(db, { runId: 'run', bootId: 'boot' }, t0);
  return { db, publication, send: sampleSend(db, publication) };
}
