/** Going out: the page of one send, live for all who look at it, and what a person may do to it. Everything works by plain forms; the script only saves reloading. */
import type { Response } from 'express';
import { AppError } from '../../errors.ts';
import type { SteerAction } from '../../model/send.ts';
import { dismissUnknowns, resendUnknowns, steer } from '../../schedule/schedule.ts';
import type { Db } from '../../store/open.ts';
import { findSendById, type Send } from '../../store/sends.ts';
import { readForm } from '../reader/body.ts';
import type { Desk } from './desk.ts';
import { actorOf, mayStay, signedIn } from './entry.ts';
import { type Live, openLive } from './live.ts';
import { titleOf } from './send-title.ts';
import { sendingBody, sendingParts, sendingPath } from './sending-page.ts';
import { sendingView } from './sending-view.ts';

export interface SendingDeps {
  db: Db;
  now: () => number;
}

/** Seconds after which the page asks for itself again where there is no script. */
const renewSeconds = 3;

/** Marks the subject of a stream that is for people who may press the buttons. */
const steering = ' steering';

/** What each button does. */
const actions: Record<string, SteerAction> = { pause: 'pause', resume: 'resume', stop: 'cancel' };

/** Serves `/console/sends/N`, its stream, and the buttons. `live` is for who must close the lines. */
export function sendingRoutes(desk: Desk, { db, now }: SendingDeps): Live {
  const live = openLive({
    mark: (subject) => markOf(db, Number.parseInt(subject, 10), now()),
    draw: (subject) => {
      const send = findSendById(db, Number.parseInt(subject, 10));
      return send && String(sendingParts(sendingView(db, send, now()), { steer: subject.endsWith(steering) }));
    },
  });

  desk.get('/console/sends/:id', 'viewer', (request, response) => show(response, sendAt(db, request.params.id)));

  desk.get('/console/sends/:id/events', 'viewer', (request, response) => {
    const { id } = sendAt(db, request.params.id);
    live.stream(response, `${id}${mayOf(response).steer ? steering : ''}`, () => mayStay(response));
  });

  desk.post('/console/sends/:id/unknowns', 'editor', async (request, response) => {
    const send = sendAt(db, request.params.id);
    const form = await readForm(request);
    const [, answer, all] = /^(resend|dismiss)(-all)?$/.exec(form.get('answer') ?? '') ?? [];
    if (answer === undefined) throw new AppError('console.answer', 'That button is none of this page’s. Go back and press one of its own.');
    const chosen =
      all === undefined
        ? {
            readers: form
              .getAll('reader')
              .filter((each) => /^\d{1,15}$/.test(each))
              .map(Number),
          }
        : 'all';
    if (chosen !== 'all' && chosen.readers.length === 0) {
      response.status(422);
      show(response, send, 'Tick the mails it is about first, or press a button that is about all of them.');
      return;
    }
    if (answer === 'resend') resendUnknowns({ db, now }, send, chosen, actorOf(response));
    else dismissUnknowns({ db, now }, send, chosen, actorOf(response));
    response.redirect(303, `${sendingPath(send.id)}#live-unknowns`);
  });

  // A send that was found late has not begun: to go on with it is to send now.
  desk.post('/console/sends/:id/begin', 'editor', (request, response) => act(response, sendAt(db, request.params.id), 'resume'), {
    stepUp: true,
  });

  desk.post('/console/sends/:id/:action', 'editor', (request, response) => {
    const send = sendAt(db, request.params.id);
    const action = actions[request.params.action];
    if (action === undefined) throw noSuchSend(request.params.id);
    const begins = action === 'resume' && send.state === 'paused' && send.asOf === null && send.scheduledFor <= now();
    if (begins) return response.redirect(307, `${sendingPath(send.id)}/begin`);
    act(response, send, action);
  });

  function act(response: Response, send: Send, action: SteerAction): void {
    try {
      steer({ db, now }, send.id, action, actorOf(response));
    } catch (error) {
      if (!(error instanceof AppError && error.status === 409)) throw error;
      response.status(409);
      show(response, sendAt(db, String(send.id)), `${error.message}. Nothing was changed.`);
      return;
    }
    response.redirect(303, sendingPath(send.id));
  }

  function show(response: Response, send: Send, problem?: string): void {
    const view = sendingView(db, send, now());
    const going = view.phase !== 'sent' && view.phase !== 'stopped';
    const title = `${titleOf(send, view.publication)}${send.rehearsal ? ', rehearsal' : ''}`;
    const renew = going ? renewSeconds : undefined;
    desk.show(response, {
      title,
      here: { place: 'sends', exact: false },
      body: sendingBody(view, mayOf(response), problem),
      scripts: ['live.js'],
      renew,
    });
  }

  return live;
}

/** What whoever asks may do to a send: viewers look. */
export const mayOf = (response: Response): { steer: boolean } => ({ steer: signedIn(response)?.person.role !== 'viewer' });

/** What the page's drawing hangs on. A span's end changes it too, while something is going on: the pace falls when nothing happens. */
function markOf(db: Db, id: number, now: number): string {
  const send = findSendById(db, id);
  if (send === undefined) return 'gone';
  const clock = send.state === 'sending' ? Math.floor(now / 10_000) : 0;
  return JSON.stringify([send, clock]);
}

/** The send with that number. Error 404 when there is none. */
export function sendAt(db: Db, id: string): Send {
  const send = /^\d{1,15}$/.test(id) ? findSendById(db, Number(id)) : undefined;
  if (send === undefined) throw noSuchSend(id);
  return send;
}

const noSuchSend = (id: string) => new AppError('console.no_send', `There is no send ${id.slice(0, 20)} here.`, { status: 404 });
