/** Judging one event: it is written with its evidence, and what it does to the reader with it, in one transaction. */
import type { KeyObject } from 'node:crypto';
import type { Log } from '../log.ts';
import { parseAddress } from '../model/address.ts';
import { domainGroup } from '../model/breaker.ts';
import type { Effect, FoundBy, InboundWay } from '../model/event.ts';
import type { FeedbackKind, FeedbackRecipient } from '../model/feedback.ts';
import { bounceWithinMs, judge, suspends } from '../model/judgement.ts';
import type { TokenSubject } from '../model/token.ts';
import {
  addEvent,
  eventsOf,
  findSent,
  type NewFeedbackEvent,
  type SentDelivery,
  setEffect,
  strikesOf,
  successesOf,
} from '../store/feedback.ts';
import { markArrived, markDelivery } from '../store/marks.ts';
import type { Db } from '../store/open.ts';
import { moveReader } from '../store/subscriptions.ts';
import { addSuppression, allPublications, suppressionHash } from '../store/suppressions.ts';
import { type Breaker, openBreaker } from './breaker.ts';

export interface JudgeDeps {
  db: Db;
  suppressionKey: KeyObject;
  log: Log;
  now: () => number;
}

/** What was heard of one delivery. */
export interface Heard {
  source: InboundWay | 'answer';
  kind: FeedbackKind;
  recipient: FeedbackRecipient;
  reporter?: string | undefined;
  foundBy: FoundBy;
  inbound?: number | undefined;
  /** When it reached us. */
  at: number;
}

export interface Judge {
  /** Writes what was heard of a delivery and does what it comes to. Call it in a transaction. */
  hear(heard: Heard, subject: TokenSubject): Effect;
  readonly breaker: Breaker;
}

export function openJudge(deps: JudgeDeps): Judge {
  const breaker = openBreaker(deps);
  return { breaker, hear: (heard, subject) => hear(deps, breaker, heard, subject) };
}

/** An event as it is written, and the delivery it is about. */
interface Case {
  heard: Heard;
  subject: TokenSubject;
  sent: SentDelivery;
  event: NewFeedbackEvent;
}

function hear({ db, suppressionKey, log, now }: JudgeDeps, breaker: Breaker, heard: Heard, subject: TokenSubject): Effect {
  const { send, reader } = subject;
  const sent = findSent(db, send, reader);
  const { charge, why } = judge(heard.kind, heard.recipient);
  const event: NewFeedbackEvent = { ...evidence(heard, subject), charge, effect: 'none', why };
  const nothing = (because: string): Effect => end({ effect: 'none', charge: 'none', why: because });
  const end = (result: Pick<NewFeedbackEvent, 'effect' | 'why'> & Partial<NewFeedbackEvent>): Effect => {
    addEvent(db, { ...event, ...result });
    return result.effect;
  };
  if (sent === undefined) return nothing('there is no such delivery');
  if (sent.rehearsal === 1) return nothing('a rehearsal reaches no reader');
  if (!hasGoneOut(sent)) return nothing('nothing has been sent yet');
  event.domains = domainGroup(sent.email);
  const suppress = (reason: 'complaint' | 'hard-bounce', publicationId: number): void => {
    const parsed = parseAddress(sent.email);
    if (!('problem' in parsed))
      addSuppression(db, { hash: suppressionHash(suppressionKey, parsed.key), publicationId, reason, at: heard.at });
  };
  if (heard.source !== 'answer' && markArrived(db, send, reader, now())) log.info('feedback.arrived', { send: sent.send });

  if (charge === 'none') return end({ effect: 'none', why });
  if (charge === 'leave' || charge === 'complaint') {
    if (charge === 'complaint') {
      markDelivery(db, 'complained', send, reader, now());
      suppress('complaint', subject.publication);
    }
    const id = addEvent(db, { ...event, effect: 'left' });
    const by = { readerId: reader, publicationId: subject.publication, sendId: send, feedbackId: id, at: now() };
    const moved = moveReader(db, { move: 'leave', way: charge === 'complaint' ? 'complaint' : 'mail', ...by });
    if (moved === 0) setEffect(db, id, { effect: 'none', why: `${why}; the reader had left` });
    breaker.look({ send });
    return moved === 0 ? 'none' : 'left';
  }
  return bounce({ heard, subject, sent, event });

  function bounce({ heard: { recipient, at, source }, event: strike }: Case): Effect {
    if (source !== 'answer' && at - (sent?.changedAt ?? at) > bounceWithinMs)
      return end({ effect: 'late', charge: 'none', why: 'more than 30 days after the mail' });
    const before = eventsOf(db, send, reader).filter(({ inboundId }) => inboundId === null || inboundId !== heard.inbound); // read anew, its own is taken back
    const retried = before.some(({ effect }) => effect === 'retried');
    markDelivery(db, 'bounced', send, reader, now());
    if (before.some(({ effect }) => effect === 'held' || effect === 'suspended' || effect === 'parked'))
      return end({ effect: 'repeat', charge: 'none', why: 'this mail came back before: it counts once' });
    const { proven, cleanSince } = successesOf(db, reader, send, at);
    strike.proven = proven;
    if (charge === 'hard' && !retried && breaker.isOpen(strike.domains ?? ''))
      return end({ effect: 'parked', why: 'its provider says this of too many: tried once more before it counts' });
    const latest = { at, charge, issue: sent?.issue ?? 0 };
    const enough = suspends(latest, strikesOf(db, reader, cleanSince, send), { proven, retried, scope: recipient.scope });
    const effect = enough === undefined ? 'held' : 'suspended';
    const id = addEvent(db, { ...strike, effect, why: enough ?? why });
    if (enough !== undefined) {
      moveReader(db, { move: 'suspend', readerId: reader, way: 'bounce', sendId: send, feedbackId: id, at: now() });
      if (charge === 'hard') suppress('hard-bounce', allPublications);
    }
    if (charge === 'hard') breaker.look({ send, ...(!retried && { domains: strike.domains ?? '' }) });
    return effect;
  }
}

/** What stands in an event's row whatever comes of it. */
export function evidence({ source, kind, recipient, reporter, foundBy, inbound, at }: Heard, subject: TokenSubject) {
  const { reason, scope, status, code, diagnostic } = recipient;
  const { publication: publicationId, reader: readerId, send: sendId } = subject;
  const words = { status: status ?? null, code: code ?? null, diagnostic: diagnostic ?? null, reporter: reporter ?? null };
  return {
    at,
    source,
    kind,
    reason,
    scope,
    class: recipient.class,
    ...words,
    foundBy,
    inboundId: inbound ?? null,
    publicationId,
    readerId,
    sendId,
    proven: false,
  };
}

/** Whether a mail of this row may exist: it was refused, taken, or nobody knows. One given back unsent, or cancelled before it went out, has had none. */
function hasGoneOut({ state, out, resent, dismissedAt }: SentDelivery): boolean {
  if (state === 'ready') return resent > 0;
  if (state === 'cancelled') return dismissedAt !== null;
  return out === 1;
}
