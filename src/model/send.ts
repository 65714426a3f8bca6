/** A send: its states and what its row tells. */
import type { Counts } from './delivery.ts';

export const sendStates = ['scheduled', 'sending', 'paused', 'sent', 'cancelled'] as const;
export type SendState = (typeof sendStates)[number];

/** What a person may do with a send under way. */
export type SteerAction = 'pause' | 'resume' | 'cancel';

/** From which states a person may move a send, and in which the action finds its work done. A resumed send that had not started is `scheduled` again. */
export const movesOfSend = {
  pause: { from: ['scheduled', 'sending'], done: ['paused'] },
  resume: { from: ['paused'], done: ['scheduled', 'sending'] },
  cancel: { from: ['scheduled', 'sending', 'paused'], done: ['cancelled'] },
} as const satisfies Record<SteerAction, { from: readonly SendState[]; done: readonly SendState[] }>;

/**
 * What is really going on: a person's word counts at once for what was not handed out, and workers give the rest back within a second. Until they have,
 * a send is `pausing` or `stopping`, with so many messages out.
 */
export type SendPhase = 'scheduled' | 'waiting' | 'sending' | 'pausing' | 'paused' | 'stopping' | 'stopped' | 'sent';

/** The phase of a send by its row. `waiting`: it was held, or paused, before it began. */
export function phaseOf({
  state,
  asOf,
  queued,
  ready,
  deferred,
  finishedAt,
}: { state: SendState; asOf: number | null; finishedAt: number | null } & Pick<Counts, 'queued' | 'ready' | 'deferred'>): SendPhase {
  switch (state) {
    case 'paused':
      if (asOf === null) return 'waiting';
      return queued > 0 ? 'pausing' : 'paused';
    case 'cancelled':
      return finishedAt === null && queued + ready + deferred > 0 ? 'stopping' : 'stopped';
    default:
      return state;
  }
}

/** What `status --json` prints and every page shows. */
export interface SendStatus {
  send: string;
  state: SendState;
  rehearsal: boolean;
  prepared: number;
  accepted: number;
  refused: number;
  deferred: number;
  unknown: number;
  cancelled: number;
  waiting: number;
  bounced: number;
  complained: number;
}

/** The status of a send from its row: `waiting` is ready and queued together. */
export function statusOf(
  send: { name: string; state: SendState; rehearsal: boolean; prepared: number; bounced: number; complained: number } & Counts,
): SendStatus {
  const { name, state, rehearsal, prepared, accepted, refused, deferred, unknown, cancelled, ready, queued, bounced, complained } = send;
  const waiting = ready + queued;
  return { send: name, state, rehearsal, prepared, accepted, refused, deferred, unknown, cancelled, waiting, bounced, complained };
}
