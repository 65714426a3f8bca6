/** What one attempt to hand a message to the relay came to. */

/**
 * accepted: the relay read the message and said 250. deferred: it said 4xx to this recipient or message.
 * refused: it said 5xx to this recipient or message. not-sent: nothing went over, nobody is charged.
 * unknown: the final dot was written and no answer came back (RFC 5321 section 4.5.3.2.6).
 */
export const outcomeKinds = ['accepted', 'deferred', 'refused', 'not-sent', 'unknown'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export interface Outcome {
  kind: OutcomeKind;
  /** The relay's last reply line or our own words when it gave none; at most 200 characters, no controls. */
  reply: string;
  /** True when the trouble is the relay's or ours and would hit any recipient: sending should wait. */
  relay?: boolean;
  /** True beside `refused` when the words speak about us and not about the reader; a few in a row stop the send. */
  senderScope?: boolean;
  /** True beside `not-sent` when so many readers in a row were refused because of us that the send must stop. */
  halt?: boolean;
  /** True when the provider of this reader asks us to slow down. */
  slow?: boolean;
  /** Beside `not-sent`: milliseconds until the row may be handed out again. */
  wait?: number;
}

/** One outcome as a worker reported it: which row, which attempt, what came of it. Where `send` is none, `reader` is the number of a notice. */
export interface ReportedOutcome extends Outcome {
  batch: number;
  send: number;
  reader: number;
}
