/** The team: who belongs to the desk, what each may do, invitations, and where everybody is signed in. For owners. */
import type { Response } from 'express';
import { isRole, type Role } from '../../model/person.ts';
import { findEditor, listEditors } from '../../store/editors.ts';
import { invitationEnd } from '../../store/proofs.ts';
import { commonZone, listPublications } from '../../store/publications.ts';
import { listSessions } from '../../store/sessions.ts';
import { changeRole, endSessionsOf, invite, inviteAgain, remove } from '../../team/team.ts';
import { readForm } from '../reader/body.ts';
import type { Desk } from './desk.ts';
import { actorOf, personOf } from './entry.ts';
import { expected, type SignInDeps } from './sign-in.ts';
import { type InviteForm, teamBody } from './team-page.ts';

const path = '/console/settings/team';

/** Serves `/console/settings/team` and what is changed there. */
export function teamRoutes(desk: Desk, { baseUrl, ...team }: SignInDeps): void {
  const { db, now } = team;
  const by = (response: Response) => ({ actor: actorOf(response), name: personOf(response).name });
  /** Whether an invitation goes out by mail; else its link is shown once, to be handed over. */
  const mails = (): boolean => !team.rehearsal && listPublications(db).length > 0;
  const stepUp = { stepUp: true };

  desk.get(path, 'owner', (_request, response) => show(response, {}));

  desk.post(
    `${path}/invite`,
    'owner',
    async (request, response) => {
      const form = await readForm(request);
      const text = (name: string): string => (form.get(name) ?? '').trim().slice(0, 300);
      const typed = { name: text('name'), email: text('email'), role: roleIn(form) };
      attempt(response, { typed }, () => handOver(response, invite(team, typed, by(response)).token, typed.email));
    },
    stepUp,
  );

  desk.post(
    `${path}/:id/invite`,
    'owner',
    (request, response) => {
      const id = Number(request.params.id);
      attempt(response, {}, () => handOver(response, inviteAgain(team, id, by(response)), findEditor(db, id)?.email ?? ''));
    },
    stepUp,
  );

  desk.post(
    `${path}/:id/role`,
    'owner',
    async (request, response) => {
      const role = roleIn(await readForm(request));
      attempt(response, {}, () => {
        changeRole(team, Number(request.params.id), role, actorOf(response));
        response.redirect(303, path);
      });
    },
    stepUp,
  );

  desk.post(
    `${path}/:id/remove`,
    'owner',
    (request, response) =>
      attempt(response, {}, () => {
        remove(team, Number(request.params.id), actorOf(response));
        response.redirect(303, path);
      }),
    stepUp,
  );

  desk.post(`${path}/:id/sessions/end`, 'owner', (request, response) => {
    endSessionsOf(team, Number(request.params.id), { but: 0 }, actorOf(response));
    response.redirect(303, path);
  });

  function attempt(response: Response, kept: { typed?: InviteForm }, work: () => void): void {
    try {
      work();
    } catch (error) {
      const { message: problem, status } = expected(error);
      response.status(status);
      show(response, { ...kept, problem });
    }
  }

  function handOver(response: Response, token: string, email: string): void {
    if (mails()) response.redirect(303, path);
    else show(response, { link: { address: `${baseUrl}/console/link/${token}`, email } });
  }

  function show(response: Response, more: { problem?: string; typed?: InviteForm; link?: { address: string; email: string } }): void {
    const people = listEditors(db).map((editor) => ({
      editor,
      sessions: listSessions(db, editor.id, now()),
      invitedUntil: invitationEnd(db, editor.id),
    }));
    const body = teamBody({ people, you: personOf(response).id, zone: commonZone(db), mails: mails(), now: now(), ...more });
    desk.show(response, { title: 'Team', here: { place: 'team', exact: true }, body });
  }
}

/** The least of the roles when the form names none. */
function roleIn(form: URLSearchParams): Role {
  const role = form.get('role');
  return isRole(role) ? role : 'viewer';
}
