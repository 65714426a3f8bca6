/** Fanout: ready rows become batches, batches become jobs, and only a bounded window of them is in Redis at a time (DELIVERY protocol, section 3). */
import { createHash } from 'node:crypto';
import { composeTemplate } from '../message/message.ts';
import { mintToken, type TokenKeys } from '../model/token.ts';
import type { Redis } from '../queue/connect.ts';
import { keepTemplate, publishFence } from '../queue/engine.ts';
import type { BatchJob, DeliverQueue } from '../queue/jobs.ts';
import { batchRows, claimBatch } from '../store/deliveries.ts';
import { findBatch, type OpenBatch, presentWorkers, readEngine } from '../store/engine.ts';
import type { Db } from '../store/open.ts';
import { getSend, runningSends, sendMaterial, sendsInState } from '../store/sends.ts';

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

/** Claims and publishes batches until the window is full or nothing is ready; returns how many. */
export async function topUp(deps: FanoutDeps): Promise<number> {
  const { db, rehearsal, now } = deps;
  const { batch, window } = windowFor(Math.max(1, presentWorkers(db).length), deps.rate);
  let published = 0;
  let out = sendsInState(db, 'sending', 'paused').reduce((sum, send) => sum + send.queued, 0);
  for (const send of runningSends(db, rehearsal)) {
    while (out < window) {
      const claimed = claimBatch(db, send.id, batch, now());
      if (claimed === undefined) break;
      const open = findBatch(db, claimed);
      if (open === undefined) break;
      out += await publish(deps, open); // after the commit: a job must never be ahead of its rows
      published += 1;
    }
  }
  return published;
}

/** Sets a batch's fence and adds its job; safe to repeat. Returns how many rows it carries. */
export async function publish(deps: FanoutDeps, { id, sendId, epoch }: OpenBatch): Promise<number> {
  const { db, redis, queue, tokenKeys, rate } = deps;
  const { hash, json } = templateOf(deps, sendId);
  await keepTemplate(redis, hash, () => json);
  await publishFence(redis, readEngine(db), id);
  const publication = getSend(db, sendId).publicationId;
  const rows: BatchJob['rows'] = batchRows(db, id).map(({ reader, address }) => {
    const subject = { publication, reader, send: sendId };
    return { reader, address, delivery: mintToken(tokenKeys, 'delivery', subject), leave: mintToken(tokenKeys, 'leave', subject) };
  });
  await queue.add({ batch: id, send: sendId, epoch, template: hash, rows, ...(rate !== undefined && { rate }) });
  return rows.length;
}

/** How many sends' templates are kept at hand. */
const templatesKept = 8;
const templates = new WeakMap<Db, Map<number, { hash: string; json: string }>>();

/** The send's message template, composed once per process; the same bytes for the same send, whoever composes it. */
function templateOf({ db, baseUrl, bounceDomain }: FanoutDeps, sendId: number) {
  const known = templates.get(db) ?? new Map<number, { hash: string; json: string }>();
  templates.set(db, known);
  let template = known.get(sendId);
  if (template === undefined) {
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
        feedbackId: `${send.id}:${publication.id}:issue:${publication.slug}`,
      }),
    );
    template = { json, hash: createHash('sha256').update(json).digest('hex') };
    known.set(sendId, template);
    for (const [id] of known) if (known.size > templatesKept && id !== sendId) known.delete(id);
  }
  return template;
}
