/** An event of feedback: how it reached us, how its delivery was found, and what it did. */

/** How a mail came: over the listener, or through `galley feedback take`. */
export const inboundWays = ['listener', 'pipe'] as const;
export type InboundWay = (typeof inboundWays)[number];

/**
 * waiting: to be read. read: understood, its events are written. tray: nobody understood it, or it is about nothing we know; a person may look.
 * excess: more than the three mails a delivery may bring, or a loop: kept and counted, not acted on.
 */
export const inboundStates = ['waiting', 'read', 'tray', 'excess'] as const;
export type InboundState = (typeof inboundStates)[number];

/**
 * How the delivery was found, the surest first: it is our own SMTP dialogue about this row; a token in the envelope; a token in the mail (X-Original-To,
 * Original-Envelope-Id, Message-ID, the returned header); only an address, which never acts.
 */
export const foundBys = ['row', 'envelope', 'mail', 'address'] as const;
export type FoundBy = (typeof foundBys)[number];

/**
 * none: nothing changes. held: kept as a strike. suspended, left: the reader's subscription changed. repeat: the same bounce of the same mail again.
 * parked: its provider seems to be out of order, so it counts for nothing and the mail is tried once more; retried: that has been done.
 * late: too long after the mail. case: about an address we mailed, but without proof, so a person decides.
 */
export const effects = ['none', 'held', 'suspended', 'left', 'repeat', 'parked', 'retried', 'late', 'case'] as const;
export type Effect = (typeof effects)[number];
