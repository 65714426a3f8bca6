/** Unknowns: mails of which nobody knows whether they arrived. A person, or the policy `retry`, sends them again or lets them be. */
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { parseAddress } from '../model/address.ts';
import { resendAfterMs } from '../model/delivery.ts';
import { retryNotices } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import { getSend, type Send, sendsInState } from '../store/sends.ts';
import {
  dismissRows,
  findUnknown,
  findUnknownOf,
  latestUnknown,
  listUnknown,
  resendRows,
  type UnknownDelivery,
  unknownReaders,
} from '../store/unknowns.ts';

export interface UnknownDeps {
  db: Db;
  now: () => number;
}

/** Which unknowns of a send: all of them, those to these addresses, or those to these readers; a reader who is none of them any more is left out. */
export type Chosen = 'all' | readonly string[] | { readers: readonly number[] };

/** Rows per transaction: under 20 ms on a small machine. */
const rowsAtOnce = 500;

/** Every unknown delivery of a send, by reader. */
export function* unknownsOf(db: Db, sendId: number): Generator<UnknownDelivery> {
  for (let after = 0; ; ) {
    const page = listUnknown(db, sendId, after, rowsAtOnce);
    yield* page;
    if (page.length < rowsAtOnce) return;
    after = page.at(-1)?.reader ?? after;
  }
}

/**
 * Makes the chosen unknowns of a send ready again: the same message under the same Message-ID. Those unknown for less than 15 minutes stay, because late
 * word of them may still come; `early` counts them, and `possibleAt` says when the last of them may be sent again (ms UTC).
 * Errors: an address that is none of the send's unknowns (then nothing is changed), a cancelled send.
 */
export function resendUnknowns(
  { db, now }: UnknownDeps,
  send: Send,
  chosen: Chosen,
  actor: string,
): { resent: number; early: number; possibleAt?: number } {
  if (send.state === 'cancelled')
    throw new AppError('unknown.cancelled', `${send.name} was cancelled: nothing of it goes out any more. Dismiss its unknowns instead`);
  const until = now() - resendAfterMs;
  let resent = 0;
  const again = (readers: readonly number[]): boolean => {
    const moved = resendRows(db, send.id, readers, { actor, now: now() });
    resent += moved;
    return moved > 0;
  };
  if (chosen !== 'all') {
    const rows = chosenRows(db, send, chosen);
    const early = rows.filter(({ since }) => since > until);
    again(rows.filter(({ since }) => since <= until).map(({ reader }) => reader));
    return { resent, ...tooEarly(early.length, Math.max(...early.map(({ since }) => since))) };
  }
  while (again(unknownReaders(db, send.id, { until }, rowsAtOnce)));
  return { resent, ...tooEarly(getSend(db, send.id).unknown, latestUnknown(db, send.id) ?? until) };
}

const tooEarly = (early: number, latest: number) => ({ early, ...(early > 0 && { possibleAt: latest + resendAfterMs }) });

/**
 * Lets the chosen unknowns of a send be: nothing more goes to these readers, whether the mail arrived or not. Late word that it did still makes it accepted.
 * Returns how many. Error: an address that is none of the send's unknowns; then nothing is changed.
 */
export function dismissUnknowns({ db, now }: UnknownDeps, send: Send, chosen: Chosen, actor: string): number {
  const dismiss = (readers: readonly number[]) => dismissRows(db, send.id, readers, { actor, now: now() });
  if (chosen !== 'all') return dismiss(chosenRows(db, send, chosen).map(({ reader }) => reader));
  let dismissed = 0;
  for (let moved = -1; moved !== 0; dismissed += moved) moved = dismiss(unknownReaders(db, send.id, { until: now() }, rowsAtOnce));
  return dismissed;
}

function chosenRows(db: Db, send: Send, chosen: Exclude<Chosen, 'all'>): UnknownDelivery[] {
  if (!('readers' in chosen)) return named(db, send, chosen);
  return [...new Set(chosen.readers)].flatMap((reader) => findUnknownOf(db, send.id, reader) ?? []);
}

/** The unknown rows that go to these addresses, each once. */
function named(db: Db, send: Send, addresses: readonly string[]): UnknownDelivery[] {
  const found = new Map<number, UnknownDelivery>();
  const wrong: string[] = [];
  for (const address of addresses) {
    const parsed = parseAddress(address);
    const row = 'problem' in parsed ? undefined : findUnknown(db, send.id, parsed.key);
    if (row === undefined) wrong.push(address);
    else found.set(row.reader, row);
  }
  if (wrong.length > 0) {
    throw new AppError(
      'unknown.not_found',
      `${send.name} has no unknown delivery to ${wrong.join(', ')}: galley unknown ${send.name} list shows those it has`,
      { status: 404 },
    );
  }
  return [...found.values()];
}

/** The policy `retry` sends an unknown again after half an hour; one older than two days is left to a person, as is one that became unknown twice. */
const retryAfterMs = 30 * 60_000;
const retryWithinMs = 48 * 3600_000;

/** The policy `retry`, a few hundred rows at a time: each unknown notice, and each of a send that is not paused or cancelled, goes out once more. Returns how many. */
export function retryUnknowns({ db, rehearsal, log, now }: UnknownDeps & { rehearsal: boolean; log: Log }): number {
  const span = { after: now() - retryWithinMs, until: now() - retryAfterMs };
  let all = retryNotices(db, rehearsal, span, now());
  for (const send of sendsInState(db, 'sending', 'sent')) {
    if (send.unknown === 0 || send.rehearsal !== rehearsal) continue;
    const readers = unknownReaders(db, send.id, { ...span, resent: 0 }, rowsAtOnce);
    const resent = resendRows(db, send.id, readers, { actor: 'policy', now: now() });
    if (resent > 0) log.info('send.resent', { send: send.name, resent });
    all += resent;
  }
  return all;
}
