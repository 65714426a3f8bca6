/** The people of the desk: invited, given another role, taken off it. Whatever changes what somebody may do ends where they are signed in. */
import { AppError } from '../errors.ts';
import type { Role } from '../model/person.ts';
import { noteAudit } from '../store/audit.ts';
import { addEditor, changeEditorRole, countOwners, type Editor, findEditor, findEditorByKey, removeEditor } from '../store/editors.ts';
import { removePasskey, removePasskeys } from '../store/passkeys.ts';
import { forgetProofsOf } from '../store/proofs.ts';
import { endSession, endSessions } from '../store/sessions.ts';
import { inTransaction } from '../store/statement.ts';
import { type LinkDeps, mailInvitation } from './links.ts';
import { readNewcomer } from './newcomer.ts';
import type { TeamDeps } from './sessions.ts';
import { newHandle } from './set-up.ts';

/** Who acts: their name for the mail, and how the audit names them. */
export interface Acting {
  actor: string;
  name: string;
}

/** Invites somebody. Returns the token of their link. Error: they are there already. */
export function invite(
  deps: LinkDeps,
  { name: typedName, email, role }: { name: string; email: string; role: Role },
  by: Acting,
): { id: number; token: string } {
  const { db, now } = deps;
  const { name, address } = readNewcomer({ name: typedName, email });
  return inTransaction(db, () => {
    const entry = { email: address.address, emailKey: address.key, name, role, handle: newHandle(), createdAt: now(), joinedAt: null };
    const editor = addEditor(db, entry);
    if (editor === undefined) {
      const there = findEditorByKey(db, address.key);
      throw new AppError(
        'team.there',
        `${address.address} is here already, as ${there?.name}: change the role below, or invite them again there.`,
        { status: 409 },
      );
    }
    noteAudit(db, { at: now(), actor: by.actor, action: 'team invite', subject: `person ${editor.id}`, detail: role });
    return { id: editor.id, token: mailInvitation(deps, editor, by.name) };
  });
}

/** Sends an invitation again; the link before it stops working. Error: they have joined. */
export function inviteAgain(deps: LinkDeps, id: number, by: Acting): string {
  const { db, now } = deps;
  return inTransaction(db, () => {
    const editor = theEditor(deps, id);
    if (editor.joinedAt !== null) throw new AppError('team.joined', `${editor.name} has joined already.`, { status: 409 });
    forgetProofsOf(db, id, now());
    noteAudit(db, { at: now(), actor: by.actor, action: 'team invite', subject: `person ${id}`, detail: editor.role });
    return mailInvitation(deps, editor, by.name);
  });
}

/** Gives somebody another role and ends their sessions. Twice changes nothing. Error: the last owner would be gone. */
export function changeRole(deps: TeamDeps, id: number, role: Role, actor: string): void {
  const { db, now } = deps;
  inTransaction(db, () => {
    const editor = theEditor(deps, id);
    if (role !== 'owner') keepAnOwner(deps, editor);
    if (!changeEditorRole(db, id, role)) return;
    endSessions(db, id);
    if (editor.joinedAt !== null) forgetProofsOf(db, id, now());
    noteAudit(db, { at: now(), actor, action: 'team role', subject: `person ${id}`, detail: `${editor.role} to ${role}` });
  });
}

/** Takes somebody off the desk, with sessions, passkeys and links; what they did stays in the audit under their number. Error: the last owner. */
export function remove(deps: TeamDeps, id: number, actor: string): void {
  const { db, now } = deps;
  inTransaction(db, () => {
    keepAnOwner(deps, theEditor(deps, id));
    endSessions(db, id);
    forgetProofsOf(db, id, now());
    removePasskeys(db, id);
    removeEditor(db, id, now());
    noteAudit(db, { at: now(), actor, action: 'team remove', subject: `person ${id}` });
  });
}

/** Ends a session of a person, or every one but `but`. */
export function endSessionsOf({ db, now }: TeamDeps, id: number, which: { session: number } | { but: number }, actor: string): void {
  inTransaction(db, () => {
    const ended = 'session' in which ? endSession(db, which.session, id) : endSessions(db, id, which.but) > 0;
    if (ended) noteAudit(db, { at: now(), actor, action: 'session end', subject: `person ${id}` });
  });
}

/** Forgets a passkey of a person. */
export function forgetPasskey({ db, now }: TeamDeps, id: number, passkey: string, actor: string): void {
  inTransaction(db, () => {
    if (removePasskey(db, passkey, id)) noteAudit(db, { at: now(), actor, action: 'passkey remove', subject: `person ${id}` });
  });
}

function theEditor({ db }: TeamDeps, id: number): Editor {
  const editor = findEditor(db, id);
  if (editor === undefined) throw new AppError('team.gone', 'There is nobody with this number on the desk (any more).', { status: 404 });
  return editor;
}

function keepAnOwner({ db }: TeamDeps, { role, joinedAt, name }: Editor): void {
  if (role === 'owner' && joinedAt !== null && countOwners(db) === 1)
    throw new AppError('team.last_owner', `${name} is the only owner. Make somebody else an owner first.`, { status: 409 });
}
