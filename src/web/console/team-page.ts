/** Drawings of the team's page. */
import { attrs, type Html, html } from '../../html.ts';
import { type Role, roles, roleWords } from '../../model/person.ts';
import type { Editor } from '../../store/editors.ts';
import type { Session } from '../../store/sessions.ts';
import { counted, moment } from './page.ts';

export interface InviteForm {
  name: string;
  email: string;
  role: Role;
}

export interface TeamView {
  people: readonly { editor: Editor; sessions: readonly Session[]; invitedUntil: number | undefined }[];
  you: number;
  zone: string;
  now: number;
  /** Whether invitations go out by mail. */
  mails: boolean;
  problem?: string;
  typed?: InviteForm;
  /** A link to be handed over, shown once. */
  link?: { address: string; email: string };
}

const path = '/console/settings/team';

export function teamBody({ people, you, zone, now, mails, problem, typed, link }: TeamView): Html {
  return html`<div class="head"><h1>Team</h1><p class="muted">Who works at this desk, and what each may do.</p></div>
${problem !== undefined && html`<p class="err" role="alert">${problem}</p>`}
${
  link !== undefined &&
  html`<section class="preview note" aria-label="Invitation"><p class="lede">Hand this link to <bdi dir="ltr">${link.email}</bdi> yourself: it is shown only now, works once, and for seven days.</p><p class="said" dir="ltr">${link.address}</p></section>`
}
<ul class="team">${people.map((each) => personItem(each, you, zone, now))}</ul>
<section class="part" aria-labelledby="invite"><h2 id="invite">Invite somebody</h2>
<form class="stack" method="post" action="${path}/invite"><div class="two"><label>Name<input class="input" name="name" value="${typed?.name ?? ''}" required maxlength="100" autocomplete="off" dir="auto"></label>
<label>Email<input class="input" type="email" name="email" value="${typed?.email ?? ''}" required autocomplete="off" dir="ltr"></label></div>
<fieldset class="choices"><legend>Role</legend>${roles.map((role) => choice(role, typed?.role ?? 'editor'))}</fieldset>
<div><button class="btn go">Invite</button></div>
<p class="muted small">${mails ? 'They get a link by mail that works once, for seven days.' : 'Mail does not leave this machine yet: you are shown a link to hand over.'}</p></form></section>`;
}

const choice = (role: Role, chosen: Role): Html =>
  html`<label><input type="radio" name="role" value="${role}"${attrs({ checked: role === chosen })}><span><b>${roleWords[role].label}</b> ${roleWords[role].may}</span></label>`;

function personItem({ editor, sessions, invitedUntil }: TeamView['people'][number], you: number, zone: string, now: number): Html {
  const { id, name, email, role, joinedAt } = editor;
  const last = sessions[0];
  const state =
    joinedAt !== null
      ? last === undefined
        ? 'Not signed in'
        : html`Signed in at ${counted(sessions.length, 'place')}, last seen ${moment(last.seenAt, zone)}`
      : invitedUntil !== undefined && invitedUntil > now
        ? html`Invited; the link works until ${moment(invitedUntil, zone)}`
        : 'Invited; the link is too old';
  return html`<li><div class="grow"><h2><bdi>${name}</bdi>${id === you && html` <mark>you</mark>`}</h2><p class="muted"><bdi dir="ltr">${email}</bdi></p><p class="muted small">${state}</p></div>
<p class="tag ${joinedAt === null ? 'half' : 'on'}">${roleWords[role].label}</p>
<details class="change"><summary>Change<span class="unseen"> ${name}</span></summary><div class="stack">
<form class="row" method="post" action="${path}/${id}/role"><label>Role <select class="input" name="role">${roles.map((each) => html`<option value="${each}"${attrs({ selected: each === role })}>${roleWords[each].label}</option>`)}</select></label><button class="btn">Save</button></form>
<p class="muted small">Another role signs them out everywhere.</p>
<div class="row">${joinedAt === null && press(`${id}/invite`, 'Invite again', name)}${sessions.length > 0 && press(`${id}/sessions/end`, 'Sign out everywhere', name)}${press(`${id}/remove`, 'Take off the desk', name)}</div>
</div></details></li>`;
}

const press = (to: string, label: string, name: string): Html =>
  html`<form method="post" action="${path}/${to}"><button class="btn">${label}<span class="unseen">: ${name}</span></button></form>`;
