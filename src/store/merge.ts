/** Merging a staging file into the store: what becomes of each person is judged, and readers, subscriptions and consents are written, in SQL by the hundred. */
import { createSecretKey } from 'node:crypto';
import Database from 'better-sqlite3';
import type { Db } from './open.ts';
import { suppressionHash } from './suppressions.ts';

/** What becomes of a person in a staging file. The first two change something; the others stay as they are. */
export const verdicts = ['added', 'subscribed', 'unchanged', 'departed', 'suppressed'] as const;
export type Verdict = (typeof verdicts)[number];
export type VerdictCounts = Record<Verdict, number>;

export const noVerdicts = (): VerdictCounts => ({ added: 0, subscribed: 0, unchanged: 0, departed: 0, suppressed: 0 });

/** What a merge or its rehearsal needs to know. */
export interface MergeOptions {
  publicationId: number;
  suppressionKey: Uint8Array;
  now: number;
}

export interface Merge {
  /** People in the staging file. */
  readonly people: number;
  /**
   * Merges the next people in one transaction that stops taking more after `milliseconds` of work: reader, consent and event of each together,
   * and the progress of the import with them. Returns the last person merged.
   */
  mergeFor(importId: number, milliseconds: number): number;
  /** What would become of the people after `after`, at most `limit` of them. Changes nothing. `sample` holds up to `samples` addresses of each kind. */
  preview(after: number, limit: number, samples: number): { last: number; counts: VerdictCounts; sample: Record<Verdict, string[]> };
  /** Addresses that stand in the file more than once. */
  duplicates(limit: number): string[];
  /** Moves what was written from the log into the store, now and then. Between two transactions, where it keeps nobody from writing. */
  tidy(): void;
  close(): void;
}

/** People per step of a merge: small enough that the clock is looked at every millisecond or so. */
const sliceSize = 100;
/** Transactions between two checkpoints of the log. SQLite's own come within a commit, and would count as time the store is held. */
const tidyEvery = 8;

/** Opens a staging file for merging it into the store, on a connection of its own. */
export function openMerge(db: Db, stagingFile: string, options: MergeOptions): Merge {
  const client = new Database(db.$client.name, { timeout: 5000 });
  try {
    return prepareMerge(client, stagingFile, options);
  } catch (error) {
    client.close();
    throw error;
  }
}

function prepareMerge(client: Database.Database, stagingFile: string, { publicationId, suppressionKey, now }: MergeOptions): Merge {
  // Not FULL, as the store is everywhere else: a power cut may then take back the last transactions of a merge, but readers, consents and the
  // progress of the import together, and the import goes on from there. In return nobody who waits to write waits for a sync of the disk.
  // `endImport` commits with FULL, and with it all that came before.
  client.pragma('synchronous = NORMAL');
  client.pragma('foreign_keys = ON');
  client.pragma('secure_delete = ON');
  client.pragma('temp_store = MEMORY');
  client.pragma('wal_autocheckpoint = 0');
  client.prepare('ATTACH ? AS staging').run(stagingFile);
  const key = createSecretKey(suppressionKey);
  client.function('suppression_hash', { deterministic: true }, (emailKey: unknown) => suppressionHash(key, String(emailKey)));
  let untidied = 0;
  client.exec('CREATE TEMP TABLE judged (id INTEGER PRIMARY KEY, reader_id INTEGER, verdict TEXT NOT NULL)');
  const people = client.prepare('SELECT coalesce(max(id), 0) FROM staging.people').pluck().get() as number;

  // `@hashing` spares the hash while nobody is suppressed at all.
  const judge = client.prepare(`INSERT INTO temp.judged
    SELECT p.id, r.id, CASE
      WHEN @hashing AND EXISTS (SELECT 1 FROM main.suppressions WHERE hash = suppression_hash(p.email_key) AND publication_id IN (0, @publicationId)) THEN 'suppressed'
      WHEN r.id IS NULL THEN 'added'
      WHEN s.state IS NULL THEN 'subscribed'
      WHEN s.state = 'left' THEN 'departed'
      ELSE 'unchanged' END
    FROM staging.people p
    LEFT JOIN main.readers r ON r.email_key = p.email_key
    LEFT JOIN main.subscriptions s ON s.publication_id = @publicationId AND s.reader_id = r.id
    WHERE p.id > @after AND p.id <= @after + @limit`);
  const anySuppressed = client.prepare('SELECT EXISTS (SELECT 1 FROM main.suppressions)').pluck();
  const clear = client.prepare('DELETE FROM temp.judged');
  const count = client.prepare('SELECT verdict, count(*) AS number FROM temp.judged GROUP BY verdict');

  const lastReader = client.prepare(`SELECT coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'readers'), 0)`).pluck();
  const addReaders = client.prepare(`INSERT INTO main.readers (email, email_key, name, language, attributes, import_id, created_at)
    SELECT p.email, p.email_key, p.name, p.language, p.attributes, @importId, @now
    FROM temp.judged j JOIN staging.people p ON p.id = j.id WHERE j.verdict = 'added' ORDER BY j.id`);
  // Readers after @lastReader are those of this step: numbers only grow, and the transaction keeps everybody else out.
  const joining = `SELECT id AS reader_id FROM main.readers WHERE id > @lastReader UNION ALL SELECT reader_id FROM temp.judged WHERE verdict = 'subscribed'`;
  const subscribe = client.prepare(`INSERT INTO main.subscriptions (publication_id, reader_id, state, changed_at)
    SELECT @publicationId, reader_id, 'active', @now FROM (${joining})`);
  const noteConsent = client.prepare(`INSERT INTO main.consents (publication_id, reader_id, event, way, import_id, at)
    SELECT @publicationId, reader_id, 'import', 'import', @importId, @now FROM (${joining})`);
  const advance = client.prepare(`UPDATE main.imports SET progress = @last, added = added + @added, subscribed = subscribed + @subscribed,
    unchanged = unchanged + @unchanged, departed = departed + @departed, suppressed = suppressed + @suppressed WHERE id = @importId`);
  const progress = client.prepare('SELECT progress FROM main.imports WHERE id = ?').pluck();

  const judgeNext = (after: number, limit: number): VerdictCounts => {
    clear.run();
    judge.run({ publicationId, after, limit, hashing: anySuppressed.get() });
    const rows = count.all() as { verdict: Verdict; number: number }[];
    return { ...noVerdicts(), ...Object.fromEntries(rows.map((row) => [row.verdict, row.number])) };
  };
  const mergeSlice = (importId: number, after: number, limit: number): void => {
    const counts = judgeNext(after, limit);
    if (counts.added + counts.subscribed > 0) {
      const before = lastReader.get() as number;
      if (counts.added > 0) addReaders.run({ importId, now });
      subscribe.run({ publicationId, lastReader: before, now });
      noteConsent.run({ publicationId, lastReader: before, importId, now });
    }
    advance.run({ importId, last: after + limit, ...counts });
  };

  return {
    people,
    mergeFor: (importId, milliseconds) =>
      client
        .transaction(() => {
          const until = performance.now() + milliseconds;
          let last = progress.get(importId) as number; // the row is the truth, whoever wrote it
          do {
            const limit = Math.min(sliceSize, people - last);
            if (limit <= 0) break;
            mergeSlice(importId, last, limit);
            last += limit;
          } while (performance.now() < until);
          return last;
        })
        .immediate(),
    preview: (after, limit, samples) => {
      const counts = judgeNext(after, limit);
      const pick = client
        .prepare('SELECT p.email FROM temp.judged j JOIN staging.people p ON p.id = j.id WHERE j.verdict = ? ORDER BY j.id LIMIT ?')
        .pluck();
      const sample = Object.fromEntries(verdicts.map((verdict) => [verdict, pick.all(verdict, samples)])) as Record<Verdict, string[]>;
      return { last: Math.min(after + limit, people), counts, sample };
    },
    duplicates: (limit) =>
      client.prepare('SELECT email FROM staging.people WHERE copies > 1 ORDER BY id LIMIT ?').pluck().all(limit) as string[],
    tidy: () => {
      untidied = (untidied + 1) % tidyEvery;
      if (untidied === 0) client.pragma('wal_checkpoint(PASSIVE)');
    },
    close: () => {
      client.close();
    },
  };
}
