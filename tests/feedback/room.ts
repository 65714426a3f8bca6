/** The room of feedback on a real store: readers who were sent issues, a judge, and a clock moved by hand. */
import { createSecretKey } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { openJudge } from '../../src/feedback/judge.ts';
import { hearRefusals } from '../../src/feedback/refusals.ts';
import { openLog } from '../../src/log.ts';
import type { FeedbackKind, FeedbackRecipient } from '../../src/model/feedback.ts';
import type { ReportedOutcome } from '../../src/model/outcome.ts';
import { outcomeOfReply } from '../../src/model/smtp-reply.ts';
import { applyOutcomes, batchRows, claimBatch, closeBatch } from '../../src/store/deliveries.ts';
import { nextEpoch } from '../../src/store/engine.ts';
import { saveRevision } from '../../src/store/issues.ts';
import { openKeyRing } from '../../src/store/keys.ts';
import { type Db, openStore } from '../../src/store/open.ts';
import type { Publication } from '../../src/store/publications.ts';
import { deliveries, feedback, readers, subscriptions, suppressions } from '../../src/store/schema.ts';
import { addSend, finishSend, freezeChunk, getSend, type Send, startSend } from '../../src/store/sends.ts';
import { inTransaction } from '../../src/store/statement.ts';
import { samplePublication, sampleReaders, sampleSend, sampleTree, t0 } from '../support/store.ts';

export const hour = 3_600_000;
export const day = 24 * hour;

export const gone: FeedbackRecipient = {
  address: '',
  status: '5.1.1',
  code: '550',
  reason: 'user-unknown',
  scope: 'recipient',
  class: 'hard',
  diagnostic: '550 5.1.1 no such user',
};
export const full: FeedbackRecipient = {
  address: '',
  status: '5.2.2',
  code: '552',
  reason: 'mailbox-full',
  scope: 'recipient',
  class: 'soft',
  diagnostic: '552 5.2.2 full',
};
export const spam: FeedbackRecipient = { address: '', reason: 'abuse', scope: 'recipient', class: 'none' };

export interface Room {
  db: Db;
  publication: Publication;
  clock: { now: number };
  log: string[];
  /** Sends an issue to all who are subscribed now; `answer` is the relay's to each address, a 250 unless it says otherwise. */
  send(answer?: (address: string) => string): Send;
  /** A bounce or complaint about the mail of a send to a reader, as its mail says it. */
  hear(send: Send, reader: number, recipient?: FeedbackRecipient, kind?: FeedbackKind): string;
  /** Judges what the relay refused, to the end. */
  hearRefusals(): number;
  /** Goes on with outages and retries, to the end. */
  step(): void;
  /** Sends what is ready of a send again. */
  goOn(send: Send, answer?: (address: string) => string): void;
  states(): Record<string, number>;
  suppressed(): string[];
  events(): (typeof feedback.$inferSelect)[];
  judge: ReturnType<typeof openJudge>;
  deps: { db: Db; suppressionKey: ReturnType<typeof createSecretKey>; log: ReturnType<typeof openLog>; now: () => number };
  ring: ReturnType<typeof openKeyRing>;
}

export function openRoom(count: number, { domain = 'example.com', file = ':memory:' } = {}): Room {
  const db = openStore(file);
  const publication = samplePublication(db);
  sampleReaders(db, publication.id, count);
  if (domain !== 'example.com')
    db.update(readers)
      .set({ email: sql`replace(email, 'example.com', ${domain})`, emailKey: sql`replace(email_key, 'example.com', ${domain})` })
      .run();
  nextEpoch(db, { runId: 'run', bootId: 'boot' }, t0);
  const ring = openKeyRing(db, 'secret of the test', t0);
  const clock = { now: t0 };
  const lines: string[] = [];
  const deps = {
    db,
    suppressionKey: createSecretKey(ring.suppression),
    log: openLog({ level: 'info', write: (line) => lines.push(line) }),
    now: () => clock.now,
  };
  const judge = openJudge(deps);
  let sent = 0;

  function goOn(send: Send, answer: (address: string) => string = () => '250 2.0.0 taken'): void {
    for (let left = getSend(db, send.id).ready; left > 0; ) {
      const { batch, rows } = claimBatch(db, send.id, Math.min(500, left), clock.now);
      if (rows === 0) break;
      left -= rows; // what the relay gives back is not tried again here
      if (batch === undefined) continue;
      const outcomes: ReportedOutcome[] = batchRows(db, batch).map(({ reader, address }) => ({
        batch,
        send: send.id,
        reader,
        ...outcomeOfReply('dot', answer(address)),
      }));
      applyOutcomes(db, outcomes, clock.now);
      closeBatch(db, batch, new Set(), clock.now);
    }
    finishSend(db, send.id, clock.now);
  }

  return {
    db,
    publication,
    clock,
    log: lines,
    judge,
    deps,
    ring,
    send(answer) {
      const first = sent === 0;
      sent += 1;
      const send = first ? sampleSend(db, publication) : nextSend(db, publication, sent, clock.now);
      startSend(db, send.id, clock.now);
      while (freezeChunk(db, send.id, 1000, clock.now));
      goOn(send, answer);
      return getSend(db, send.id);
    },
    goOn,
    hear(send, reader, recipient = gone, kind = recipient === spam ? 'complaint' : 'bounce') {
      const heard = { source: 'listener', kind, recipient, foundBy: 'envelope', at: clock.now } as const;
      return inTransaction(db, () => judge.hear(heard, { publication: publication.id, reader, send: send.id }));
    },
    hearRefusals() {
      let all = 0;
      for (let some = -1; some !== 0; all += some) some = hearRefusals({ db, judge, now: deps.now });
      return all;
    },
    step() {
      while (judge.breaker.step());
    },
    states() {
      const rows = db
        .select({ state: subscriptions.state, rows: sql<number>`count(*)` })
        .from(subscriptions)
        .groupBy(subscriptions.state)
        .all();
      return Object.fromEntries(rows.map(({ state, rows: number }) => [state, number]));
    },
    suppressed: () =>
      db
        .select()
        .from(suppressions)
        .all()
        .map(({ reason }) => reason),
    events: () => db.select().from(feedback).all(),
  };
}

/** A later issue, with the edition of the first: what stands in it is all the same here. */
function nextSend(db: Db, publication: Publication, number: number, now: number): Send {
  const tree = { ...sampleTree, number: `n${number}` };
  const { issueId } = saveRevision(db, { publicationId: publication.id, tree, source: 'x', stops: [], hash: `h${number}`, now });
  const { editionId } = getSend(db, 1);
  const issue = `${publication.slug}/${tree.number}`;
  return addSend(db, { issue, publicationId: publication.id, issueId, editionId, rehearsal: false, waived: {}, scheduledFor: now, now });
}

export const deliveryOf = (db: Db, send: Send, reader: number) =>
  db
    .select()
    .from(deliveries)
    .where(sql`${eq(deliveries.sendId, send.id)} AND ${eq(deliveries.readerId, reader)}`)
    .get();
