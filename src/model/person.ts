/** People of the desk: who acts, what each role may do, and how long what they sign in with holds. Policy as tables. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** From least to most: each may do what those before it may. */
export const roles = ['viewer', 'editor', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What each role is for, as the desk says it. */
export const roleWords: Readonly<Record<Role, { label: string; may: string }>> = {
  viewer: { label: 'Viewer', may: 'reads, comments and approves' },
  editor: { label: 'Editor', may: 'writes, tests, schedules and sends' },
  owner: { label: 'Owner', may: 'does all of that, and keeps the team and the settings' },
};

/** Whether a role may do what needs another. */
export function mayAs(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Who acts on the desk. */
export interface Person {
  id: number;
  name: string;
  email: string;
  role: Role;
}

/** How somebody signed in: with a passkey, by a link in a mail, by one from the command line, by an invitation, with the code of the first start. */
export type SignInWay = 'passkey' | 'mail' | 'command' | 'invitation' | 'set-up';

/** A session that nobody used for so long is over. */
export const idleMs = 14 * day;

/** What asks for a fresh proof takes one of this age. */
export const freshMs = 10 * minute;

/** How long what is shown once waits: a link in a mail, one from the command line, an invitation, the challenge of a passkey. */
export const proofMs = { mail: 10 * minute, command: 10 * minute, invitation: 7 * day, passkey: 5 * minute } as const;

/** How often something may be tried from one network within an hour. */
export const tryLimits = {
  mail: { most: 20, why: 'an office behind one address, not a script' },
  'set-up': { most: 20, why: 'a code of 60 bits is not guessed in twenty tries an hour' },
  passkey: { most: 120, why: 'each costs a signature check; people press twice' },
  within: hour,
} as const;
export type TryKind = Exclude<keyof typeof tryLimits, 'within'>;

/** Links one person is sent within an hour, whoever asks for them. */
export const linksPerHour = 5;
