/** Fanout: ready rows become batches, batches become jobs, and only a bounded window of them is in Redis at a time (DELIVERY protocol, section 3). */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { composeTemplate } from '../message/message.ts';
import { noSend } from '../model/notice.ts';
import { mintToken, type TokenKeys } from '../model/token.ts';
import type { Redis } from '../queue/connect.ts';
import { keepTemplate, publishFence } from '../queue/engine.ts';
import type { BatchJob, DeliverQueue } from '../queue/jobs.ts';
import { batchRows, claimBatch } from '../store/deliveries.ts';
import { findBatch, type OpenBatch, presentWorkers, readEngine } from '../store/engine.ts';
import type { Db } from '../store/open.ts';
import { findTemplateHash, getSend, getTemplateJson, keepSendTemplate, rowsOut, runningSends, sendMaterial } from '../store/sends.ts';

import { publishNotice } from './notices.ts';

export interface FanoutDeps {
  db: Db;
  redis: Redis;
  queue: DeliverQueue;
  tokenKeys: TokenKeys;
  baseUrl: string;
  bounceDomain: string | undefined;
  /** Messages per second for all workers together; absent means as fast as it goes. */
  rate?: number | undefined;
  /** Whether these workers send into the catcher. */
  rehearsal: boolean;
  now: () => number;
}

/** Without a rate: rows a worker has in hand for well under two seconds, so that stopping and losing Redis stay cheap. */
const batchRowsUnlimited = 200;

/**
 * How many rows go into a batch and how many may be out at once. With a rate, a batch is about two seconds of a worker's share of it, and the window
 * two to three seconds of all of it; what a loss of Redis with a silent worker turns unknown is this window.
 */
export function windowFor(workers: number, rate: number | undefined): { batch: number; window: number } {
  if (rate === undefined) return { batch: batchRowsUnlimited, window: batchRowsUnlimited * 3 * workers };
  const batch = Math.max(1, Math.min(1000, Math.ceil((2 * rate) / workers)));
  return { batch, window: Math.max(batch * workers, Math.ceil(3 * rate)) };
}

/** Claims and publishes batches until the window is full or nothing is ready; returns how many. A send whose message cannot be composed is passed over. */
export async function topUp(deps: FanoutDeps & { log: Log }): Promise<number> {
  const { db, rehearsal, now } = deps;
  const { batch: size, window } = windowFor(Math.max(1, presentWorkers(db).length), deps.rate);
  let published = 0;
  let out = rowsOut(db);
  for (const send of runningSends(db, rehearsal)) {
    if (!canCompose(deps, send.id)) continue;
    while (out < window) {
      const { batch, rows } = claimBatch(db, send.id, size, now());
      if (rows === 0) break;
      const open = batch === undefined ? undefined : findBatch(db, batch);
      if (open !== undefined) {
        out += await publish(deps, open); // after the commit: a job must never be ahead of its rows
        published += 1;
      } else await setImmediate(); // all of them had left: the next ones, after whoever else waits
    }
  }
  return published;
}

const reported = new WeakMap<Db, Set<number>>();

/** Composes before anything is claimed: rows must not be out for a message that cannot be made. */
function canCompose(deps: FanoutDeps & { log: Log }, sendId: number): boolean {
  try {
    composed(deps, sendId);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const known = reported.get(deps.db) ?? new Set();
    reported.set(deps.db, known);
    if (!known.has(sendId)) deps.log.error('send.message', { send: getSend(deps.db, sendId).name, error });
    known.add(sendId);
    return false;
  }
}

/** Sets a batch's fence and adds its job; safe to repeat. Returns how many rows it carries. */
export async function publish(deps: FanoutDeps, batch: OpenBatch): Promise<number> {
  if (batch.sendId === noSend) return publishNotice(deps, batch);
  const { db, redis, queue, tokenKeys, rate } = deps;
  const { id, sendId, epoch } = batch;
  const hash = composed(deps, sendId);
  await keepTemplate(redis, hash, () => getTemplateJson(db, sendId));
  await publishFence(redis, readEngine(db), id);
  const publication = getSend(db, sendId).publicationId;
  const rows: BatchJob['rows'] = batchRows(db, id).map(({ reader, address }) => {
    const subject = { publication, reader, send: sendId };
    return { reader, address, delivery: mintToken(tokenKeys, 'delivery', subject), leave: mintToken(tokenKeys, 'leave', subject) };
  });
  await queue.add({ batch: id, send: sendId, epoch, template: hash, rows, ...(rate !== undefined && { rate }) });
  return rows.length;
}

/** The last part of Feedback-ID: 5 to 15 characters, the same for all mail of a sender (Gmail's feedback loop). */
function senderId(domain: string): string {
  return `g${createHash('sha256').update(domain.toLowerCase()).digest('hex').slice(0, 11)}`;
}

/** Composes the send's message once and keeps it with the send, the same bytes for ever; returns its hash. */
function composed({ db, baseUrl, bounceDomain }: FanoutDeps, sendId: number): string {
  const kept = findTemplateHash(db, sendId);
  if (kept !== undefined) return kept;
  const { send, edition, publication } = sendMaterial(db, sendId);
  const fromDomain = publication.fromAddress.slice(publication.fromAddress.lastIndexOf('@') + 1);
  const json = JSON.stringify(
    composeTemplate({
      from: { name: publication.name, address: publication.fromAddress },
      ...(publication.replyTo !== null && { replyTo: publication.replyTo }),
      listName: publication.name,
      listId: `${publication.slug}.lists.${fromDomain}`,
      subject: edition.subject,
      email: edition.email,
      text: edition.plainText,
      date: send.asOf ?? send.scheduledFor,
      baseUrl,
      bounceDomain: bounceDomain ?? fromDomain,
      feedbackId: `${send.id}:${publication.slug}:issue:${senderId(fromDomain)}`,
    }),
  );
  const hash = createHash('sha256').update(json).digest('hex');
  keepSendTemplate(db, sendId, { hash, json });
  return hash;
}
