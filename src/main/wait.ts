/** Waiting for a send: what `send --wait` and the demo show, and when it is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type SendStatus, statusOf } from '../model/send.ts';
import { addressesIn } from '../store/deliveries.ts';
import { readEngine } from '../store/engine.ts';
import type { Db } from '../store/open.ts';
import { getSend } from '../store/sends.ts';
import { openProgress, type Screen } from './progress.ts';

/**
 * Waits until nothing of the send is ready, queued or in flight, or until `stopping`. Reads the rows only, so it does not matter which process sends.
 * A send not yet due is waited for too.
 */
export async function waitForSend(db: Db, id: number, screen: Screen, stopping: AbortSignal): Promise<SendStatus> {
  const progress = openProgress(screen);
  for (;;) {
    const send = getSend(db, id);
    const status = statusOf(send);
    progress.show(status, readEngine(db).relayTrouble);
    const over = send.finishedAt !== null || (send.state !== 'cancelled' && send.frozen && status.waiting === 0);
    if (over || stopping.aborted) {
      progress.end();
      return status;
    }
    await sleep(100, undefined, { signal: stopping }).catch(() => {});
  }
}

/** The sentence that closes a send, and under it the readers whose mail needs a look. */
export function describeEnd(db: Db, id: number, status: SendStatus): string {
  const lines = [
    `${status.send}: ${status.accepted} of ${status.prepared} accepted${status.rehearsal ? ' by the built-in catcher (a rehearsal: nothing left this machine)' : ''}`,
  ];
  for (const state of ['refused', 'deferred', 'unknown'] as const) {
    if (status[state] === 0) continue;
    const shown = addressesIn(db, id, state, 10);
    lines.push(`${status[state]} ${state === 'deferred' ? 'deferred, tried again later' : state}:`);
    for (const { address, reply } of shown) lines.push(`  ${address}  ${reply ?? ''}`.trimEnd());
    if (status[state] > shown.length) lines.push(`  and ${status[state] - shown.length} more`);
  }
  if (status.waiting > 0) lines.push(`${status.waiting} still waiting: a running galley serve goes on with it, or the same command again`);
  return lines.join('\n');
}
