/** One's own page: name, passkeys, and where one is signed in. */
import { AppError } from '../../errors.ts';
import type { Editor } from '../../store/editors.ts';
import { findEditor, renameEditor } from '../../store/editors.ts';
import { listPasskeys } from '../../store/passkeys.ts';
import { commonZone } from '../../store/publications.ts';
import { listSessions } from '../../store/sessions.ts';
import { askToMake, endSessionsOf, forgetPasskey, keepMade, readName } from '../../team/team.ts';
import { readForm, readJson } from '../reader/body.ts';
import { giveCookie, readCookie } from './cookies.ts';
import type { Desk } from './desk.ts';
import { actorOf, passkeySite, personOf, signedIn, whereOf } from './entry.ts';
import type { SignInDeps } from './sign-in.ts';
import { youBody } from './you-page.ts';

const path = '/console/settings/you';

/** Serves `/console/settings/you` and what is changed there. */
export function youRoutes(desk: Desk, { baseUrl, ...team }: SignInDeps): void {
  const { db, now } = team;
  const self = (id: number): Editor => {
    const editor = findEditor(db, id);
    if (editor === undefined) throw new AppError('you.nobody', 'Nobody is signed in: this desk belongs to nobody yet.', { status: 409 });
    return editor;
  };

  desk.get(path, 'viewer', (request, response) => {
    const { id } = personOf(response);
    if (id === 0) return response.redirect(303, '/console/setup');
    const body = youBody({
      ...{ you: self(id), zone: commonZone(db), here: signedIn(response)?.session ?? 0, site: passkeySite(request, baseUrl) },
      ...{ passkeys: listPasskeys(db, id), sessions: listSessions(db, id, now()) },
    });
    desk.show(response, { title: 'You', here: { place: 'you', exact: true }, body, scripts: ['passkey.js'] });
  });

  desk.post(`${path}/name`, 'viewer', async (request, response) => {
    const name = readName((await readForm(request)).get('name') ?? '');
    if (name !== '') renameEditor(db, self(personOf(response).id).id, name);
    response.redirect(303, path);
  });

  const ask = async (request: Parameters<typeof passkeySite>[0], id: number) => {
    const site = passkeySite(request, baseUrl);
    if (site === undefined) throw new AppError('passkey.place', 'Passkeys need https, or the name localhost.', { status: 409 });
    return { site, editor: self(id) };
  };

  desk.post(
    `${path}/passkey`,
    'viewer',
    async (request, response) => {
      const { site, editor } = await ask(request, personOf(response).id);
      const { options, secret } = await askToMake(team, site, editor);
      giveCookie(response, baseUrl, 'passkey', secret);
      response.json({ options });
    },
    { stepUp: true },
  );

  desk.post(`${path}/passkey/answer`, 'viewer', async (request, response) => {
    const { site } = await ask(request, personOf(response).id);
    const secret = readCookie(request, baseUrl, 'passkey');
    await keepMade(team, site, { secret, answer: await readJson(request), agent: whereOf(request).agent });
    giveCookie(response, baseUrl, 'passkey', '');
    response.json({ ok: true });
  });

  desk.post(
    `${path}/passkeys/:passkey/remove`,
    'viewer',
    (request, response) => {
      forgetPasskey(team, personOf(response).id, request.params.passkey, actorOf(response));
      response.redirect(303, path);
    },
    { stepUp: true },
  );

  desk.post(`${path}/sessions/:session/end`, 'viewer', (request, response) => {
    endSessionsOf(team, personOf(response).id, { session: Number(request.params.session) }, actorOf(response));
    response.redirect(303, path);
  });

  desk.post(`${path}/sessions/end`, 'viewer', (_request, response) => {
    endSessionsOf(team, personOf(response).id, { but: signedIn(response)?.session ?? 0 }, actorOf(response));
    response.redirect(303, path);
  });
}
