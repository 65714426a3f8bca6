/** Somebody who is signed in, for tests of what comes after. */
import { randomBytes } from 'node:crypto';
import type { Role } from '../../src/model/person.ts';
import { addEditor } from '../../src/store/editors.ts';
import { openSession } from '../../src/team/team.ts';
import type { Site } from './site.ts';

let people = 0;

/** Adds a person with that role and signs them in. The cookie is that of a site reached by http. */
export function signInAs(
  { db, now }: Pick<Site, 'db' | 'now'>,
  role: Role,
  name = 'Noor Haddad',
): { id: number; email: string; cookie: string } {
  people += 1;
  const email = `${role}${people}@desk.example`;
  const times = { createdAt: now(), joinedAt: now() };
  const added = addEditor(db, { email, emailKey: email, name, role, handle: randomBytes(16), ...times });
  if (added === undefined) throw new Error(`${email} is taken`);
  const token = openSession({ db, now }, added.id, 'passkey', { agent: 'Firefox/1 Linux', network: 'unknown' });
  return { id: added.id, email, cookie: `galley=${token}` };
}
