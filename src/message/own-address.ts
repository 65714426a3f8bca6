/** The addresses of ours that mail comes back to: envelope senders, addresses to leave by mail, and the two that every mail domain must have. */
import { tokenLength } from '../model/token.ts';

/** `bounce`: an envelope sender of ours, `b+TOKEN`. `leave`: `u+TOKEN` of List-Unsubscribe. The others are RFC 5321 section 4.5.1 and RFC 2142. */
export type OwnAddress = { kind: 'bounce' | 'leave'; token: string; domain: string } | { kind: 'postmaster' | 'abuse'; domain: string };

/**
 * Letter and token wherever they stand in the local part: a relay may have wrapped them (BATV `prvs=1234abcdef=b+TOKEN`, SRS `SRS0=hash=day=domain=b+TOKEN`),
 * and some servers turn the `+` into another sign. Nothing but a true token passes the check that follows.
 */
const tokenAddress = new RegExp(`(?:^|[^a-z0-9])([bu])[+=_.-]([a-z2-7]{${tokenLength}})(?![a-z0-9])`, 'i');

/** What an address is to us; undefined for one that is not ours. The token is not verified here. */
export function readOwnAddress(address: string): OwnAddress | undefined {
  const at = address.lastIndexOf('@');
  const local = (at < 0 ? address : address.slice(0, at)).toLowerCase();
  const domain = at < 0 ? '' : address.slice(at + 1).toLowerCase();
  const [, letter, token] = tokenAddress.exec(local) ?? [];
  if (token !== undefined) return { kind: letter === 'u' ? 'leave' : 'bounce', token, domain };
  return local === 'postmaster' || local === 'abuse' ? { kind: local, domain } : undefined;
}
