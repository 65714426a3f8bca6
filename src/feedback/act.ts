/** What a mail that was read comes to: it is ended, and its event written with what it does, in the caller's one transaction. */
import { parseAddress } from '../model/address.ts';
import type { InboundState } from '../model/event.ts';
import type { FeedbackRecipient, FeedbackReport } from '../model/feedback.ts';
import { judge as chargeOf, mailsPerDelivery } from '../model/judgement.ts';
import { noSend } from '../model/notice.ts';
import type { TokenKeys, TokenSubject } from '../model/token.ts';
import { addEvent, eventsOfInbound, findSent, forgetEvent, kindsHeard, recentReader } from '../store/feedback.ts';
import { changeEnding, endReading, putOff, type WaitingInbound } from '../store/inbound.ts';
import { moveReader } from '../store/subscriptions.ts';
import { takeBack } from '../store/undo.ts';
import { type Attribution, attribute, verifyAddress } from './attribute.ts';
import { forward } from './forward.ts';
import { evidence, type Heard, type Judge, type JudgeDeps } from './judge.ts';

export interface ActDeps extends JudgeDeps {
  judge: Judge;
  tokenKeys: TokenKeys;
  /** Whether this serve sends into the built-in catcher: what is passed on goes there too. */
  rehearsal: boolean;
  bounceDomain: string | undefined;
}

/** How a mail ended; `later`: its delivery is still on the way. */
export type Ending = Exclude<InboundState, 'waiting'> | 'later';

type Ended = { state: Exclude<InboundState, 'waiting'>; note?: string };

const second = 1000;
/** A bounce can be here before the 250 of its mail is settled; a delivery whose batch never ends is not waited for. */
const waitMs = 10 * second;
const mostTries = 60;

/** Acts on a mail, once: whoever ended it first has acted. Call it in a transaction. */
export function act(deps: ActDeps, mail: WaitingInbound, report: FeedbackReport): Ending {
  const { db, now } = deps;
  const about = attribute(deps.tokenKeys, mail.recipients, report);
  if (about?.kind === 'delivery' && mail.tries < mostTries && findSent(db, about.subject.send, about.subject.reader)?.state === 'queued') {
    putOff(db, mail.id, now() + waitMs);
    return 'later';
  }
  if (!endReading(db, mail.id, { state: 'read', kind: report.kind }, now())) return 'read';
  const ended = decide(deps, mail, report, about);
  changeEnding(db, mail.id, ended);
  return ended.state;
}

function decide(deps: ActDeps, mail: WaitingInbound, report: FeedbackReport, about: Attribution | undefined): Ended {
  if (mail.sender !== '' && verifyAddress(deps.tokenKeys, mail.sender) !== undefined)
    return { state: 'excess', note: 'a loop: it came from an address of ours' };
  if (about === undefined) return unattributed(deps, mail, report);
  if (asksToLeave(mail, report, about)) return leave(deps, mail, report, about.subject);
  if (report.kind === 'unsubscribe' && about.kind === 'leave') return { state: 'read', note: 'a program wrote it: nobody asked to leave' };
  if (isPersonal(report)) return answered(deps, mail, about.subject);
  if (about.kind === 'notice' || about.subject.send === noSend) return noticed(deps, mail, report, about);
  return heard(deps, mail, report, about);
}

/**
 * A person's mail to the address of List-Unsubscribe leaves, whatever it says; to an envelope sender, when it asks to. Programs ask for nothing. A mail that came
 * without an envelope, through a pipe that does not tell it, leaves when its own header names that address.
 */
function asksToLeave({ sender, way, recipients }: WaitingInbound, report: FeedbackReport, { kind: token, foundBy }: Attribution): boolean {
  if (way === 'pipe' && recipients.length === 0) return report.kind === 'unsubscribe' && token === 'leave';
  if (sender === '' || foundBy !== 'envelope') return false;
  return report.kind === 'unsubscribe' || (token === 'leave' && isPersonal(report));
}

/** No program wrote it, as far as anybody can tell, and it is no report. */
const isPersonal = ({ kind, recipients }: FeedbackReport): boolean => kind === 'other' && recipients.length === 0;

function leave({ db, now }: ActDeps, mail: WaitingInbound, report: FeedbackReport, subject: TokenSubject): Ended {
  if (eventsOfInbound(db, mail.id).some(({ effect }) => effect === 'left')) return { state: 'read', note: 'left before' };
  const { publication: publicationId, reader: readerId, send } = subject;
  const recipient: FeedbackRecipient = { address: '', reason: 'opt-out', scope: 'recipient', class: 'none' };
  const facts = evidence(
    {
      source: mail.way,
      kind: 'unsubscribe',
      recipient,
      reporter: report.reporter,
      foundBy: 'envelope',
      inbound: mail.id,
      at: mail.receivedAt,
    },
    subject,
  );
  const feedbackId = addEvent(db, { ...facts, charge: 'leave', effect: 'left', why: 'a mail to the address that carries the leave token' });
  const moved = moveReader(db, {
    move: 'leave',
    readerId,
    publicationId,
    way: 'mail',
    feedbackId,
    at: now(),
    sendId: send === noSend ? undefined : send,
  });
  return { state: 'read', note: moved === 0 ? 'had left before' : 'left' };
}

/** A person's answer goes to the editors; what no program and no person is known to have written so, with no sender to answer to, waits for a person here. */
function answered(deps: ActDeps, mail: WaitingInbound, { publication }: TokenSubject): Ended {
  if (mail.sender === '') return { state: 'tray', note: 'it has no sender, and nobody understood it' };
  return forward(deps, mail, publication);
}

/** What comes back for a mail Galley wrote itself is noted; there is no reader to judge. */
function noticed({ db, log }: ActDeps, mail: WaitingInbound, report: FeedbackReport, { subject, foundBy }: Attribution): Ended {
  for (const event of eventsOfInbound(db, mail.id)) forgetEvent(db, event.id);
  const facts = evidence(heardIn(mail, report, foundBy, report.recipients[0]), subject);
  addEvent(db, { ...facts, readerId: null, sendId: null, charge: 'none', effect: 'none', why: 'about a notice to the editors' });
  if (report.kind === 'bounce') log.warn('notice.bounced', { notice: subject.reader, diagnostic: report.recipients[0]?.diagnostic ?? '' });
  return { state: 'read', note: `about notice ${subject.reader}` };
}

function heard(deps: ActDeps, mail: WaitingInbound, report: FeedbackReport, { subject, foundBy }: Attribution): Ended {
  const { db, judge, suppressionKey, now } = deps;
  const sent = findSent(db, subject.send, subject.reader);
  const recipient = recipientFor(report, sent?.email);
  const { charge } = chargeOf(report.kind, recipient);
  for (const before of eventsOfInbound(db, mail.id)) {
    if (['none', 'repeat', 'late', 'case'].includes(before.effect)) forgetEvent(db, before.id);
    else if (before.charge === charge || before.undoneAt !== null) return { state: 'read', note: 'it says what it said before' };
    else takeBack(db, before.id, { as: 'undone', suppressionKey, now: now(), why: 'its mail was read anew and says something else' });
  }
  if (kindsHeard(db, subject.send, subject.reader, report.kind) >= mailsPerDelivery)
    return { state: 'excess', note: `more than ${mailsPerDelivery} of its kind for one delivery` };
  const effect = judge.hear(heardIn(mail, report, foundBy, recipient), subject);
  return { state: 'read', note: effect };
}

const heardIn = (
  mail: WaitingInbound,
  { kind, reporter, recipients }: FeedbackReport,
  foundBy: Heard['foundBy'],
  recipient: FeedbackRecipient = recipients[0] ?? nobody,
): Heard => ({ source: mail.way, kind, recipient, reporter, foundBy, inbound: mail.id, at: mail.receivedAt });

const nobody: FeedbackRecipient = { address: '', reason: 'unknown', scope: 'unknown', class: 'none' };

/**
 * Which of the recipients of a report speaks for the reader: the one with the reader's address, and of several that it was forwarded to, one that may still
 * take mail; else the only one, where the mail was forwarded to. Of several others (an alias, a list of somebody's) none does.
 */
function recipientFor({ kind, recipients }: FeedbackReport, email: string | undefined): FeedbackRecipient {
  const [first = nobody] = recipients;
  const key = keyOf(email ?? '');
  const all = recipients.filter(({ address, original }) => key !== undefined && (keyOf(original ?? '') === key || keyOf(address) === key));
  const own = all.find(({ class: grade }) => grade !== 'hard') ?? all[0];
  if (own !== undefined || kind !== 'bounce') return own ?? first;
  return recipients.length > 1 ? { ...first, scope: 'unknown' } : first;
}

function keyOf(address: string): string | undefined {
  const parsed = parseAddress(address);
  return 'problem' in parsed ? undefined : parsed.key;
}

/** Without a token nothing acts. A bounce of an address we mailed lately is a case for a person; a person's mail goes to the editors; the rest waits in the tray. */
function unattributed(deps: ActDeps, mail: WaitingInbound, report: FeedbackReport): Ended {
  const { db } = deps;
  for (const event of eventsOfInbound(db, mail.id)) forgetEvent(db, event.id);
  if (isPersonal(report) || report.kind === 'unsubscribe')
    return mail.sender === '' ? { state: 'tray', note: 'it has no sender, and nobody understood it' } : forward(deps, mail, undefined);
  if (report.kind === 'auto-reply' || report.kind === 'delay' || report.kind === 'other')
    return { state: 'read', note: 'about no mail of ours that we can tell' };
  const [recipient] = report.recipients;
  const reader = recentReader(db, keyOf(recipient?.original ?? recipient?.address ?? '') ?? '', mail.receivedAt);
  if (reader === undefined) return { state: 'tray', note: `a ${report.kind} of no mail that we can tell` };
  const facts = evidence(heardIn(mail, report, 'address'), { reader, publication: 0, send: 0 });
  addEvent(db, {
    ...facts,
    publicationId: null,
    sendId: null,
    charge: 'none',
    effect: 'case',
    why: 'the address is a reader’s, but nothing proves that it is about our mail',
  });
  return { state: 'tray', note: `a ${report.kind} that names a reader, without proof` };
}
