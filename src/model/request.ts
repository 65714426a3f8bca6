/** Requests: what may be asked for at an address, how long its owner has to say yes, and how many are written to. Policy as tables. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `subscribe`: to get a publication. `own`: to see and change what is stored about oneself. `address`: to be written to at this address from now on. `pdf`: for a fresh link to a full issue. */
export type RequestKind = 'subscribe' | 'own' | 'address' | 'pdf';

/**
 * waiting: nobody has looked at it yet, or a limit holds it. asked: the address was written to. used: its owner said yes, once. dropped: nothing was written:
 * the address is suppressed, was written to within a day, or the request waited for a day.
 */
export type RequestState = 'waiting' | 'asked' | 'used' | 'dropped';

/** How long the link of a request works. */
export const lifetimeMs: Readonly<Record<RequestKind, number>> = { subscribe: 7 * day, own: 30 * minute, address: 7 * day, pdf: 7 * day };

/** How long what an `own` request opened stays open. */
export const openMs = 30 * minute;

/** Requests older than this are forgotten, with the address in them. */
export const keptMs = 8 * day;

/** A request that a limit has held for so long is dropped: whoever asked has given up. */
export const patienceMs = day;

/** How often one address is written to for a kind of request, whoever asks. */
export const perAddress: Readonly<Record<RequestKind, { most: number; within: number; why: string }>> = {
  subscribe: { most: 1, within: day, why: 'a stranger who types it in a thousand forms fills no mailbox' },
  address: { most: 1, within: day, why: 'as for subscribe' },
  own: { most: 3, within: day, why: 'a link that works for half an hour is missed at times; a forwarded mail must not make a nuisance' },
  pdf: { most: 3, within: day, why: 'as for own: one link opens one issue' },
};

/** Limits on requests, all within an hour. */
export const hourlyLimits = {
  network: { most: 20, why: 'an office behind one address, not a script; answered with 429' },
  domain: { most: 200, why: 'a receiver that gets more from a new sender takes it for an attack on its users; the rest waits' },
  all: { most: 400, why: 'abnormal for a review: the rest waits and the editors are told' },
  within: hour,
} as const;

/** How old the page of a form may be when it is sent: people need two seconds, and leave pages open for a day. */
export const formAgeMs = { least: 2000, most: day } as const;
