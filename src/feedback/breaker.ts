/** The breaker: a provider out of order suspends nobody, and a send that comes back stops itself and says so. */
import type { KeyObject } from 'node:crypto';
import type { Log } from '../log.ts';
import {
  alarmOf,
  breakerWindows,
  domainGroup,
  domainsOf,
  looksLikeOutage,
  outageLastsMs,
  retryParkedAfterMs,
  retryParkedWithinMs,
  suspectedBeforeMs,
  tellOutageAgainAfterMs,
} from '../model/breaker.ts';
import { type Answered, answeredSince, hardBouncesOf, hardBouncesOfSend } from '../store/feedback.ts';
import { sendOnceMore } from '../store/marks.ts';
import { tellEditors } from '../store/notices.ts';
import type { Db } from '../store/open.ts';
import {
  beginOutage,
  chargedSince,
  endParking,
  openOutages,
  parkedBefore,
  prolongOutage,
  publicationsHit,
  wasOut,
} from '../store/outages.ts';
import { getPublicationById } from '../store/publications.ts';
import { getSend, raiseAlarm, steerSend } from '../store/sends.ts';
import { inTransaction } from '../store/statement.ts';
import { takeBack } from '../store/undo.ts';

export interface BreakerDeps {
  db: Db;
  suppressionKey: KeyObject;
  log: Log;
  now: () => number;
}

export interface Breaker {
  /** Whether a group of domains is out of order; asking because of a bounce keeps it so. */
  isOpen(domains: string): boolean;
  /** Looks at what a send drew, and at a group when one more hard bounce came from it. Call it in the transaction of the event. */
  look(at: { send: number; domains?: string }): void;
  /** Goes on with what an outage takes back, and tries once more what was parked long enough; a few dozen rows. False when there is nothing left to do now. */
  step(): boolean;
}

/** Rows to a transaction: under 20 ms on a small machine. */
const rowsAtOnce = 50;
/** A sample of what the relay answered is used for so long. */
const sampleForMs = 20_000;

export function openBreaker(deps: BreakerDeps): Breaker {
  const { db, now } = deps;
  const groupDue = everyTwentieth();
  const sendDue = everyTwentieth();
  let sample: { at: number; rows: Answered[] } | undefined;

  const answered = (domains: string, since: number): number => {
    if (!isFresh(sample)) sample = { at: now(), rows: answeredSince(db, now() - longestWindow) };
    const rows = sample.rows.filter(({ at, address }) => at >= since && domainGroup(address) === domains);
    return rows.reduce((sum, { weight }) => sum + weight, 0);
  };

  /** What was read whole is read again each time: it costs nothing, and is exact. */
  const isFresh = (known: typeof sample): known is NonNullable<typeof sample> =>
    known !== undefined && now() - known.at < sampleForMs && known.rows.some(({ weight }) => weight > 1);

  function lookAtGroup(domains: string): void {
    let hard = 0;
    for (const window of breakerWindows) {
      const since = now() - window;
      const bounces = hardBouncesOf(db, domains, since);
      hard = Math.max(hard, bounces.hard);
      if (!looksLikeOutage({ ...bounces, attempts: 0 }) || !looksLikeOutage({ ...bounces, attempts: answered(domains, since) })) continue;
      if (!wasOut(db, domains, now() - tellOutageAgainAfterMs)) tellOutage(deps, domains, bounces.hard);
      beginOutage(db, domains, now(), now() + outageLastsMs);
      deps.log.warn('feedback.outage', { domains, hard: bounces.hard });
      parkCharged(deps, domains, now());
      return;
    }
    groupDue.looked(domains, hard);
  }

  const isSettled = (domains: string, beganAt: number): boolean => chargedSince(db, domains, beganAt - longestWindow, 1).length === 0;

  return {
    isOpen: (domains) => prolongOutage(db, domains, now(), now() + outageLastsMs),
    look({ send, domains }) {
      if (domains !== undefined && groupDue.isDue(domains)) lookAtGroup(domains);
      if (sendDue.isDue(send)) sendDue.looked(send, lookAtSend(deps, send));
    },
    step() {
      const parked = openOutages(db, now()).map(({ domains, beganAt }) =>
        isSettled(domains, beganAt) ? 0 : inTransaction(db, () => parkCharged(deps, domains, beganAt)),
      );
      return Math.max(0, ...parked, retryParked(deps)) === rowsAtOnce;
    },
  };
}

const longestWindow = Math.max(...breakerWindows);

/** Says when a growing number is worth counting again: at each of the first twenty, then when it has grown by a twentieth. */
function everyTwentieth<Key>() {
  const waits = new Map<Key, number>();
  return {
    isDue(key: Key): boolean {
      const left = (waits.get(key) ?? 1) - 1;
      waits.set(key, left);
      return left <= 0;
    },
    looked: (key: Key, count: number) => void waits.set(key, Math.max(1, Math.floor(count / 20))),
  };
}

/** Tells the editors of each publication whose readers a group turns away what is done about it, and how more is taken back. */
function tellOutage({ db, now }: BreakerDeps, domains: string, hard: number): void {
  const since = now() - longestWindow;
  const minute = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16)}Z`;
  const earlier = { from: minute(since - suspectedBeforeMs), to: minute(since) };
  const facts = { kind: 'outage', domains: domainsOf(domains), hard, days: longestWindow / 86_400_000, earlier } as const;
  for (const id of publicationsHit(db, domains, since))
    tellEditors(db, { publication: getPublicationById(db, id), rehearsal: false, facts, now: now() });
}

/** Parks what a group's hard bounces did in the day before its outage began; returns how many, at most a few dozen. */
function parkCharged({ db, suppressionKey, now }: BreakerDeps, domains: string, beganAt: number): number {
  const events = chargedSince(db, domains, beganAt - longestWindow, rowsAtOnce);
  const why = 'its provider said this of too many: tried once more before it counts';
  for (const id of events) takeBack(db, id, { as: 'parked', suppressionKey, now: now(), why });
  return events.length;
}

/** Sends once more what was parked a day ago and whose provider answers again. */
function retryParked({ db, log, now }: BreakerDeps): number {
  const due = parkedBefore(db, now() - retryParkedAfterMs, now(), rowsAtOnce);
  if (due.length === 0) return 0;
  const again = inTransaction(db, () =>
    due.filter(({ id, at, sendId, reader }) => {
      const ready = now() - at <= retryParkedWithinMs && sendOnceMore(db, sendId, reader, now());
      endParking(db, id, ready);
      return ready;
    }),
  );
  log.info('feedback.tried_again', { mails: again.length });
  return due.length;
}

/** Stops a send that comes back, once ever, and tells the editors; returns how much it drew. */
function lookAtSend({ db, log, now }: BreakerDeps, sendId: number): number {
  const send = getSend(db, sendId);
  const hard = hardBouncesOfSend(db, sendId);
  const { complained: complaints, accepted, refused } = send;
  const attempts = accepted + refused;
  const cause = send.alarmedAt === null ? alarmOf({ hard, complaints, attempts }) : undefined;
  if (cause !== undefined && raiseAlarm(db, sendId, now())) {
    const paused = steerSend(db, sendId, 'pause', { actor: 'feedback', now: now() }).changed;
    const facts = { kind: 'send-alarm', send: send.name, cause, hard, complaints, attempts, paused } as const;
    tellEditors(db, { publication: getPublicationById(db, send.publicationId), rehearsal: false, facts, now: now() });
    log.warn('feedback.alarm', { send: send.name, cause, hard, complaints, attempts, paused });
  }
  return hard + complaints;
}
