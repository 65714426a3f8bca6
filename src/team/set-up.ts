/** The first person: whoever can read the log (or the disk) has the code that makes them the owner, while nobody has joined. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import { noteAudit } from '../store/audit.ts';
import { addEditor, anyEditor } from '../store/editors.ts';
import { noteTry } from '../store/proofs.ts';
import { inTransaction } from '../store/statement.ts';
import { readNewcomer } from './newcomer.ts';
import type { TeamDeps } from './sessions.ts';

/** Crockford's base32: no letter that looks like another. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The code of a store: 60 bits, `XXXX-XXXX-XXXX`; the same at every start, so that it can be looked up again. `key` is the ring's key for sessions. */
export function setUpCode(key: Uint8Array): string {
  const bytes = createHmac('sha256', key).update('set-up code').digest();
  const code = Array.from(bytes.subarray(0, 12), (byte) => letters[byte & 31]).join('');
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** As it may be typed: small letters, without dashes, O for 0, I and L for 1. */
const plain = (typed: string): string =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');

const digest = (text: string): Buffer => createHash('sha256').update(plain(text)).digest();

/** Checks a code as it was typed. Errors: it is wrong, it was tried too often, somebody has joined. */
export function checkSetUpCode({ db, now }: TeamDeps, key: Uint8Array, typed: string, network: string): void {
  if (anyEditor(db)) throw isSetUp();
  if (!noteTry(db, 'set-up', network, now()))
    throw new AppError('set_up.busy', 'Too many codes were tried from here. Try again in an hour.', { status: 429 });
  if (!timingSafeEqual(digest(typed), digest(setUpCode(key))))
    throw new AppError(
      'set_up.code',
      'This is not the code. It stands in the log of galley serve, as XXXX-XXXX-XXXX; galley login shows it too.',
      {
        status: 403,
      },
    );
}

/** Makes the first owner, once. Call it in the transaction that keeps their passkey, if there is one. Error: somebody has joined. */
export function makeOwner({ db, now }: TeamDeps, typed: { name: string; email: string }, handle: Buffer = newHandle()): number {
  const { name, address } = readNewcomer(typed);
  return inTransaction(db, () => {
    if (anyEditor(db)) throw isSetUp();
    const times = { createdAt: now(), joinedAt: now() };
    const owner = addEditor(db, { email: address.address, emailKey: address.key, name, role: 'owner', handle, ...times });
    if (owner === undefined) throw isSetUp();
    noteAudit(db, { at: now(), actor: `person ${owner.id}`, action: 'team set-up', subject: `person ${owner.id}` });
    return owner.id;
  });
}

/** What passkeys know a person by: random, so that it says nothing (WebAuthn 14.6.1). */
export const newHandle = (): Buffer => randomBytes(16);

const isSetUp = () => new AppError('set_up.done', 'This desk has its owner already: sign in, or ask them to invite you.', { status: 409 });
