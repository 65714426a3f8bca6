/** What about an address that is one makes us ask again: a slip in the name of a well-known provider, a mailbox that belongs to no single person. */
import type { Address } from './address.ts';
import { nearest } from './nearest.ts';

export type AddressHint = { kind: 'typo'; suggestion: string } | { kind: 'role' };

/** Large providers of mailboxes: slips in these are common. */
const providers = [
  ...['gmail.com', 'googlemail.com', 'yahoo.com', 'hotmail.com', 'outlook.com', 'live.com', 'icloud.com', 'aol.com'],
  ...['protonmail.com', 'proton.me', 'yandex.ru', 'yandex.com', 'rediffmail.com', 'yahoo.co.uk', 'yahoo.co.in', 'hotmail.co.uk'],
];
/** Providers whose own names are near those above. */
const lookAlikes = [
  'mail.com',
  'email.com',
  'gmx.com',
  'ymail.com',
  'fmail.com',
  'hmail.com',
  'ail.com',
  'yahoo.ca',
  'yahoo.de',
  'yahoo.fr',
  'yahoo.it',
  'yahoo.es',
  'yahoo.in',
  'yandex.kz',
  'yandex.by',
  'live.ca',
  'live.de',
  'live.nl',
  'me.com',
  'mac.com',
  'att.com',
  'line.com',
];
const known = new Set([...providers, ...lookAlikes]);

/** Mailboxes by function (RFC 2142, and the common ones beside it). */
const roles = new Set([
  ...[
    'abuse',
    'admin',
    'administrator',
    'billing',
    'contact',
    'editor',
    'enquiries',
    'help',
    'hello',
    'hostmaster',
    'info',
    'jobs',
    'mail',
  ],
  ...[
    'marketing',
    'news',
    'noc',
    'noreply',
    'no-reply',
    'office',
    'postmaster',
    'press',
    'root',
    'sales',
    'security',
    'support',
    'team',
    'webmaster',
  ],
]);

/** A hint about an address, or undefined: most have none. */
export function hintOf({ address, domain }: Address): AddressHint | undefined {
  const local = address.slice(0, address.lastIndexOf('@'));
  if (!known.has(domain)) {
    const meant = nearest(domain, providers);
    if (meant !== undefined) return { kind: 'typo', suggestion: `${local}@${meant}` };
  }
  return roles.has(local.toLowerCase().replace(/\+.*$/, '')) ? { kind: 'role' } : undefined;
}
