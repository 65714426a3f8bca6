/** Notices on their way: each is a batch of its own, published on a queue that no send delays, and otherwise goes through the same protocol as a delivery. */
import { createHash } from 'node:crypto';
import { composeNotice } from '../message/message.ts';
import { noSend } from '../model/notice.ts';
import { mintToken } from '../model/token.ts';
import { keepTemplate, publishFence } from '../queue/engine.ts';
import { findBatch, type OpenBatch, readEngine } from '../store/engine.ts';
import { claimNotice, findNoticeOut, keepNoticeTemplate, noticesOut } from '../store/notices.ts';
import type { FanoutDeps } from './fanout.ts';

/** Notices handed out at a time: what a loss of Redis with a silent worker would turn unknown. */
const noticeWindow = 20;

/** Hands out notices that are drawn and due until the window is full; returns how many. */
export async function topUpNotices(deps: FanoutDeps): Promise<number> {
  const { db, rehearsal, now } = deps;
  let published = 0;
  for (let out = noticesOut(db); out < noticeWindow; out += 1) {
    const batch = claimNotice(db, rehearsal, now());
    const open = batch === undefined ? undefined : findBatch(db, batch);
    if (open === undefined) break;
    published += await publishNotice(deps, open); // after the commit: a job must never be ahead of its row
  }
  return published;
}

/** Sets the fence of a notice's batch and adds its job; safe to repeat, and nothing happens when its outcome has come. Composes the message once, for ever. Returns how many rows it carries. */
export async function publishNotice(deps: FanoutDeps, { id: batch, epoch }: OpenBatch): Promise<number> {
  const { db, redis, queue, tokenKeys, bounceDomain, rate } = deps;
  const out = findNoticeOut(db, batch);
  if (out === undefined) return 0;
  const { notice, publication } = out;
  const json = notice.template ?? keepNoticeTemplate(db, notice.id, composed(out, bounceDomain));
  const template = createHash('sha256').update(json).digest('hex');
  await keepTemplate(redis, template, () => json);
  await publishFence(redis, readEngine(db), batch);
  const delivery = mintToken(tokenKeys, 'notice', { publication: publication.id, reader: notice.id, send: noSend });
  const rows = [{ reader: notice.id, address: notice.address, delivery }];
  await queue.add({ batch, send: noSend, epoch, template, rows, ...(rate !== undefined && { rate }) });
  return 1;
}

function composed({ notice, publication }: NonNullable<ReturnType<typeof findNoticeOut>>, bounceDomain: string | undefined): string {
  if (notice.drawing === null) throw new Error(`notice ${notice.id} was claimed before it was drawn`);
  const { fromAddress, replyTo, name } = publication;
  const template = composeNotice({
    from: { name, address: fromAddress },
    ...(replyTo !== null && { replyTo }),
    ...notice.drawing,
    date: notice.createdAt,
    bounceDomain: bounceDomain ?? fromAddress.slice(fromAddress.lastIndexOf('@') + 1),
  });
  return JSON.stringify(template);
}
