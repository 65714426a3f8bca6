/** What the page of a send under way is drawn from: read once for all who look at it. */
import { providerAt } from '../../model/breaker.ts';
import { phaseOf, type SendPhase } from '../../model/send.ts';
import type { AuditEntry } from '../../store/audit.ts';
import { nextDue } from '../../store/deliveries.ts';
import { readEngine } from '../../store/engine.ts';
import {
  auditAbout,
  countWorkers,
  deferralsOf,
  type PaceSpan,
  type ProviderTrouble,
  paceOf,
  paceReach,
  type Tally,
  talliesOf,
} from '../../store/live.ts';
import type { Db } from '../../store/open.ts';
import { findPublicationById, type Publication } from '../../store/publications.ts';
import type { Send } from '../../store/sends.ts';
import { listUnknown, type UnknownDelivery } from '../../store/unknowns.ts';
import { namesOf } from './actor.ts';
import { providerName } from './feedback-words.ts';

export interface SendingView {
  send: Send;
  publication: Publication | undefined;
  phase: SendPhase;
  now: number;
  /** Length of `spans` in milliseconds; those in which nothing happened stand in it as zeros. */
  span: number;
  spans: readonly PaceSpan[];
  /** Messages a minute of late, and the milliseconds that the rest will take at that pace; undefined when nothing moves. */
  rate: { perMinute: number; left: number } | undefined;
  tallies: readonly Tally[];
  deferrals: readonly ProviderTrouble[];
  /** When the next mail that was put off is tried again. */
  nextTry: number | undefined;
  audit: readonly AuditEntry[];
  /** Names whoever the audit knows by number. */
  names: (actor: string) => string;
  unknowns: readonly UnknownDelivery[];
  workers: number;
  relayTrouble: string | null;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Lengths of a span that read well on a clock. */
const spanLengths = [
  10 * second,
  20 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  6 * hour,
];
const spansAtMost = 40;

/** How many unknown mails, and how many entries of the audit, the page shows. */
export const unknownsShown = 25;
const auditShown = 12;

/** Reads a send. Nothing in it grows with the audience. */
export function sendingView(db: Db, send: Send, now: number): SendingView {
  const phase = phaseOf(send);
  const reach = paceReach(db, send.id);
  const span = reach === undefined ? minute : spanFor(reach.to - reach.from);
  const spans = reach === undefined ? [] : filled(paceOf(db, send.id, span), span);
  return {
    ...{ send, phase, now, span, spans },
    publication: findPublicationById(db, send.publicationId),
    rate: phase === 'sending' ? rateOf(db, send, now) : undefined,
    tallies: talliesOf(db, send.id),
    deferrals: deferralsOf(db, send.id),
    nextTry: send.deferred > 0 ? nextDue(db, send.id) : undefined,
    audit: auditAbout(db, send.name, auditShown),
    names: namesOf(db),
    unknowns: send.unknown > 0 ? listUnknown(db, send.id, 0, unknownsShown) : [],
    workers: countWorkers(db),
    relayTrouble: readEngine(db).relayTrouble,
  };
}

function spanFor(length: number): number {
  return spanLengths.find((each) => length / each <= spansAtMost) ?? (spanLengths.at(-1) as number);
}

/** The spans with those in between in which nothing happened; a send that waited for a day shows its last hours only. */
function filled(spans: readonly PaceSpan[], span: number): PaceSpan[] {
  const [from, to] = [spans[0]?.at ?? 0, spans.at(-1)?.at ?? 0];
  const known = new Map(spans.map((each) => [each.at, each]));
  const count = Math.min(spansAtMost + 1, (to - from) / span + 1);
  return Array.from({ length: count }, (_, i) => {
    const at = to - (count - 1 - i) * span;
    return known.get(at) ?? { at, accepted: 0, deferred: 0, refused: 0 };
  });
}

/** The pace of the last minute, or of as much of it as there is. */
function rateOf(db: Db, send: Send, now: number): SendingView['rate'] {
  const began = Math.max(now - minute, send.asOf ?? now);
  const lately = paceOf(db, send.id, 10 * second, began - 10 * second);
  const told = lately.reduce((sum, { accepted, refused }) => sum + accepted + refused, 0);
  const first = Math.max(began, lately[0]?.at ?? now);
  if (told === 0 || now - first < 2 * second) return undefined;
  const perMs = told / (now - first);
  return { perMinute: perMs * minute, left: (send.ready + send.queued) / perMs };
}

/** A provider by the name people know it by; everybody else together. */
export function providerLabel(provider: number): string {
  const group = providerAt(provider);
  return group === undefined ? 'Everyone else' : providerName(group);
}
