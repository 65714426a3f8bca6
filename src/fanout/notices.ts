/** Notices on their way: each is a batch of its own, published on a queue that no send delays, and otherwise goes through the same protocol as a delivery. */
import { findBatch } from '../store/engine.ts';
import { claimNotice, noticesOut } from '../store/notices.ts';
import { type FanoutDeps, publish } from './publish.ts';

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
    published += await publish(deps, open); // after the commit: a job must never be ahead of its row
  }
  return published;
}
