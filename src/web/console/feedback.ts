/** What came back: counts of the last 30 days in words, outages, every event newest first, and the mails themselves. */

import type { KeyObject } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { answerTray, type Glimpse, glimpse, trayAnswers } from '../../feedback/feedback.ts';
import type { Log } from '../../log.ts';
import { hideAddresses } from '../../model/address.ts';
import { domainGroup } from '../../model/breaker.ts';
import { effects } from '../../model/event.ts';
import { feedbackReasons } from '../../model/feedback.ts';
import { mayAs } from '../../model/person.ts';
import { parseWhen } from '../../model/zone.ts';
import { countReasons, type EventFilter, type EventPlace, listEvents } from '../../store/feedback-list.ts';
import { countTray, findInbound, inboundRaw, listTray } from '../../store/inbound.ts';
import type { Db } from '../../store/open.ts';
import { listOutages } from '../../store/outages.ts';
import { commonZone } from '../../store/publications.ts';
import { filePolicy, printPolicy } from '../policies.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import { type Asked, eventPages, feedbackBody } from './feedback-page.ts';
import { keptMailBody, trayBody } from './tray-page.ts';

export interface FeedbackDeps {
  db: Db;
  suppressionKey: KeyObject;
  /** Whether what is passed on to the editors goes into the built-in catcher. */
  rehearsal: boolean;
  bounceDomain: string | undefined;
  log: Log;
  now: () => number;
}

const day = 24 * 3_600_000;
const countedDays = 30;
const perPage = 50;
const inTray = 25;
const outagesShown = 10;

/** Serves `/console/feedback`, its tray, and the mails that came back. */
export function feedbackRoutes(desk: Desk, deps: FeedbackDeps): void {
  const { db, now } = deps;

  desk.get('/console/feedback', 'viewer', (request, response) => {
    const zone = commonZone(db);
    const { asked, filter, problem } = readFilter(request.query as Record<string, string>, zone);
    const after = readPlace(request.query['after']);
    const found = problem === undefined ? listEvents(db, filter, after, perPage + 1) : [];
    const body = feedbackBody({
      ...{ asked, problem, zone, now: now(), days: countedDays },
      counts: countReasons(db, now() - countedDays * day),
      outages: listOutages(db, outagesShown),
      tray: countTray(db),
      events: found.slice(0, perPage),
      pages: eventPages({ path: '/console/feedback', asked, found, perPage, isFirst: after === undefined }),
    });
    desk.show(response, { title: 'What came back', here: { place: 'feedback', exact: true }, body });
  });

  desk.get('/console/feedback/tray', 'viewer', async (request, response) => {
    const before = Number(/^\d{1,15}$/.exec(String(request.query['before']))?.[0] ?? Number.MAX_SAFE_INTEGER);
    const found = listTray(db, inTray + 1, before);
    const mails = [];
    const mayAnswer = mayAs(personOf(response).role, 'editor');
    for (const mail of found.slice(0, inTray)) mails.push(shownTo(mayAnswer, { ...mail, glimpse: await glimpse(deps, mail.id) }));
    const body = trayBody({ mails, mayAnswer, count: countTray(db), older: found.length > inTray, zone: commonZone(db) });
    desk.show(response, { title: 'The tray', here: { place: 'feedback', exact: false }, body });
  });

  desk.get('/console/feedback/mails/:id', 'viewer', async (request, response) => {
    const mail = keptMail(db, request.params.id);
    const mayAnswer = mayAs(personOf(response).role, 'editor');
    const shown = shownTo(mayAnswer, { ...mail, glimpse: await glimpse(deps, mail.id) });
    const body = keptMailBody({ mail: shown, glimpse: shown.glimpse, raw: inboundRaw(db, mail.id), zone: commonZone(db), mayAnswer });
    desk.show(response, { title: 'A mail that came back', here: { place: 'feedback', exact: false }, body });
  });

  desk.get('/console/feedback/mails/:id/raw', 'editor', (request, response) => {
    const { id } = keptMail(db, request.params.id);
    const raw = inboundRaw(db, id);
    if (raw === undefined) throw noSuchMail();
    response.set('Content-Security-Policy', printPolicy(filePolicy));
    response.attachment(`mail-${id}.eml`).type('message/rfc822').send(raw);
  });

  desk.post('/console/feedback/mails/:id/:answer', 'editor', (request, response) => {
    const { id } = keptMail(db, request.params.id);
    const answer = trayAnswers.find((each) => each === request.params.answer);
    if (answer === undefined) throw noSuchMail();
    answerTray(deps, id, answer, actorOf(response));
    response.redirect(303, '/console/feedback/tray');
  });
}

interface Told {
  sender: string;
  note: string | null;
  glimpse: Glimpse | undefined;
  recipients?: readonly string[];
}

/** A mail as a person may see it: viewers see no address whole, and this one is somebody's. */
function shownTo<T extends Told>(mayAnswer: boolean, mail: T): T {
  if (mayAnswer) return mail;
  const { sender, note, glimpse: seen, recipients } = mail;
  return {
    ...mail,
    ...{ sender: hideAddresses(sender), note: note && hideAddresses(note) },
    ...(recipients && { recipients: recipients.map(hideAddresses) }),
    glimpse: seen && { from: hideAddresses(seen.from), subject: hideAddresses(seen.subject), words: hideAddresses(seen.words) },
  };
}

function keptMail(db: Db, id: string) {
  const mail = /^\d{1,15}$/.test(id) ? findInbound(db, Number(id)) : undefined;
  if (mail === undefined) throw noSuchMail();
  return mail;
}

const noSuchMail = () =>
  new AppError('console.no_mail', 'There is no such mail here. Mails that came back are kept for 90 days.', { status: 404 });

/** What the form of the page asks for: as it was typed, and as the store takes it. A day that is none is said, anything else unknown is left out. */
function readFilter(query: Record<string, string>, zone: string): { asked: Asked; filter: EventFilter; problem?: string } {
  const typed = (name: string): string =>
    String(query[name] ?? '')
      .trim()
      .slice(0, 200);
  const domain = typed('domain').replace(/^.*@/, '').toLowerCase();
  const reason = feedbackReasons.find((each) => each === typed('reason'));
  const effect = ([...effects, 'undone'] as const).find((each) => each === typed('effect'));
  const asked: Asked = { domain, reason: reason ?? '', effect: effect ?? '', day: typed('day') };
  const filter: EventFilter = { domains: domain === '' ? undefined : domainGroup(`@${domain}`), reason, effect };
  if (asked.day === '') return { asked, filter };
  const from = /^\d{4}-\d{2}-\d{2}$/.test(asked.day) ? parseWhen(asked.day, zone) : { problem: '' };
  if ('problem' in from) return { asked, filter, problem: `“${asked.day}” is no day: write it as 2026-11-22` };
  const next = parseWhen(new Date(Date.parse(asked.day) + day).toISOString().slice(0, 10), zone);
  return { asked, filter: { ...filter, from: from.instant, to: 'problem' in next ? from.instant + day : next.instant } };
}

/** `AT-ID` as the pages' links carry it. */
export function readPlace(after: unknown): EventPlace | undefined {
  const [, at, id] = /^(\d{1,15})-(\d{1,15})$/.exec(String(after)) ?? [];
  return at === undefined || id === undefined ? undefined : { at: Number(at), id: Number(id) };
}
