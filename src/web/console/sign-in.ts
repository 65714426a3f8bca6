/** The ways in: a passkey, a link, the code of the first start; and the way out. */
import type { Request, Response } from 'express';
import { AppError } from '../../errors.ts';
import type { SignInWay } from '../../model/person.ts';
import { noteAudit } from '../../store/audit.ts';
import type { Db } from '../../store/open.ts';
import { endSession } from '../../store/sessions.ts';
import {
  askForLink,
  askToMakeFirst,
  askToShow,
  canMail,
  checkSetUpCode,
  keepMade,
  lookAtLink,
  makeOwner,
  newSecret,
  openSession,
  type PasskeySite,
  readShown,
  renewProof,
  useLink,
} from '../../team/team.ts';
import { readForm, readJson } from '../reader/body.ts';
import { ownPath } from './ask-who.ts';
import { giveCookie, readCookie } from './cookies.ts';
import type { Desk } from './desk.ts';
import { isUnclaimed, passkeySite, signedIn, whereOf } from './entry.ts';
import { linkBody, linkGoneBody, linkSentBody, setUpBody, signInBody } from './sign-in-page.ts';

export interface SignInDeps {
  db: Db;
  baseUrl: string;
  rehearsal: boolean;
  /** The ring's key that makes the code of the first start. */
  sessionsKey: Uint8Array;
  now: () => number;
}

/** Serves `/console/signin`, `/console/link/TOKEN`, `/console/setup` and `/console/signout`. */
export function signInRoutes(desk: Desk, { baseUrl, sessionsKey, ...team }: SignInDeps): void {
  const { db, now } = team;
  const script = { slip: true, scripts: ['passkey.js'] };

  desk.get('/console/signin', 'anyone', (request, response) => {
    const back = ownPath(request.query['back']);
    if (isUnclaimed(response)) return response.redirect(303, '/console/setup');
    if (signedIn(response) !== undefined) return response.redirect(303, back);
    desk.show(response, { title: 'Sign in', body: signInBody({ back, ...waysOf(request) }), ...script });
  });

  desk.post('/console/signin/link', 'anyone', async (request, response) => {
    const form = await readForm(request);
    const [email, back] = [(form.get('email') ?? '').trim().slice(0, 254), ownPath(form.get('back'))];
    try {
      if (!canMail(team))
        throw new AppError(
          'sign_in.no_mail',
          'There is no publication yet whose name a mail could come under: use galley login on the server.',
          { status: 409 },
        );
      const browser = readCookie(request, baseUrl, 'browser') || newSecret();
      if (askForLink(team, { email, browser, back, network: whereOf(request).network }) === 'busy')
        throw new AppError('sign_in.busy', 'Too many links were asked for from here. Try again in an hour, or use a passkey.', {
          status: 429,
        });
      giveCookie(response, baseUrl, 'browser', browser);
      desk.show(response, { title: 'Look into your mail', body: linkSentBody(email), slip: true });
    } catch (error) {
      const { message: problem, status } = expected(error);
      response.status(status);
      desk.show(response, { title: 'Sign in', body: signInBody({ back, ...waysOf(request), typed: email, problem }), ...script });
    }
  });

  desk.get('/console/link/:token', 'anyone', (request, response) => {
    const { token } = request.params;
    const state = lookAtLink(team, token, readCookie(request, baseUrl, 'browser'));
    if (typeof state === 'string') return showGone(response, state);
    desk.show(response, { title: 'Sign in', body: linkBody({ ...state, token }), slip: true });
  });

  desk.post('/console/link/:token', 'anyone', async (request, response) => {
    const name = (await readForm(request)).get('name') ?? '';
    const { token } = request.params;
    const state = useLink(team, { token, browser: readCookie(request, baseUrl, 'browser'), name });
    if (typeof state === 'string') return showGone(response, state);
    signIn(response, state.editor.id, state.way);
    response.redirect(303, state.way === 'invitation' ? '/console/settings/you' : ownPath(state.back));
  });

  desk.post('/console/signin/passkey', 'anyone', async (request, response) => {
    const { options, secret } = await askToShow(
      team,
      siteOf(request),
      whereOf(request).network,
      signedIn(response)?.person.id || undefined,
    );
    giveCookie(response, baseUrl, 'passkey', secret);
    response.json({ options });
  });

  desk.post('/console/signin/passkey/answer', 'anyone', async (request, response) => {
    const secret = readCookie(request, baseUrl, 'passkey');
    signIn(response, await readShown(team, siteOf(request), { secret, answer: await readJson(request) }), 'passkey');
    response.json({ ok: true });
  });

  // Where a script is sent whose request asked for a fresh proof.
  desk.get('/console/prove', 'viewer', (request, response) => response.redirect(303, ownPath(request.query['back'])), { stepUp: true });

  desk.get('/console/setup', 'anyone', (request, response) => {
    if (!isUnclaimed(response)) return response.redirect(303, '/console/signin');
    const typed = { code: String(request.query['code'] ?? '').slice(0, 40), name: '', email: '' };
    desk.show(response, { title: 'Set up', body: setUpBody({ passkey: passkeySite(request, baseUrl) !== undefined, typed }), ...script });
  });

  desk.post('/console/setup', 'anyone', async (request, response) => {
    const form = await readForm(request);
    const typed = typedIn((name) => form.get(name));
    try {
      checkSetUpCode(team, sessionsKey, typed.code, whereOf(request).network);
      signIn(response, makeOwner(team, typed), 'set-up');
      response.redirect(303, '/console');
    } catch (error) {
      const { message: problem, status } = expected(error);
      response.status(status);
      desk.show(response, {
        title: 'Set up',
        body: setUpBody({ passkey: passkeySite(request, baseUrl) !== undefined, typed, problem }),
        ...script,
      });
    }
  });

  desk.post('/console/setup/passkey', 'anyone', async (request, response) => {
    const sent = (await readJson(request)) as Record<string, unknown> | null;
    const typed = typedIn((name) => sent?.[name]);
    checkSetUpCode(team, sessionsKey, typed.code, whereOf(request).network);
    const { options, secret } = await askToMakeFirst(team, siteOf(request), typed);
    giveCookie(response, baseUrl, 'passkey', secret);
    response.json({ options });
  });

  desk.post('/console/setup/passkey/answer', 'anyone', async (request, response) => {
    const secret = readCookie(request, baseUrl, 'passkey');
    const { agent } = whereOf(request);
    signIn(response, await keepMade(team, siteOf(request), { secret, answer: await readJson(request), agent, first: true }), 'set-up');
    response.json({ ok: true });
  });

  desk.post('/console/signout', 'viewer', (_request, response) => {
    const signed = signedIn(response);
    if (signed !== undefined) endSession(db, signed.session, signed.person.id);
    giveCookie(response, baseUrl, 'session', '');
    response.redirect(303, '/console/signin');
  });

  /** Who is signed in already and shows it again keeps their session, under a new token; anybody else gets a new one, and the browser's old one ends. */
  function signIn(response: Response, editorId: number, way: SignInWay): void {
    const signed = signedIn(response);
    giveCookie(response, baseUrl, 'passkey', '');
    if (signed?.person.id === editorId) {
      giveCookie(response, baseUrl, 'session', renewProof(team, signed.session));
      return;
    }
    if (signed !== undefined) endSession(db, signed.session, signed.person.id);
    giveCookie(response, baseUrl, 'session', openSession(team, editorId, way, whereOf(response.req)));
    noteAudit(db, { at: now(), actor: `person ${editorId}`, action: 'sign-in', subject: `person ${editorId}`, detail: way });
  }

  function siteOf(request: Request<unknown>): PasskeySite {
    const site = passkeySite(request, baseUrl);
    if (site === undefined) throw new AppError('passkey.place', 'Passkeys need https, or the name localhost.', { status: 409 });
    return site;
  }

  const waysOf = (request: Request<unknown>) => ({
    passkey: passkeySite(request, baseUrl) !== undefined,
    mail: canMail(team),
    rehearsal: team.rehearsal,
  });

  function showGone(response: Response, state: 'gone' | 'elsewhere'): void {
    response.status(410);
    desk.show(response, { title: 'This link does not work', body: linkGoneBody(state), slip: true });
  }
}

/** What goes back into the form with its words; anything unexpected goes on. */
export function expected(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}

function typedIn(field: (name: string) => unknown): { code: string; name: string; email: string } {
  const read = (name: string): string => String(field(name) ?? '').slice(0, 300);
  return { code: read('code'), name: read('name'), email: read('email') };
}
