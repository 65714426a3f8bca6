/** The other end of DKIM: the record that receivers look up, and what they do with a signature, to find our own mistakes before they do. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { relaxed, relaxedBody } from './canonical.ts';
import type { Dkim, DkimKey } from './dkim.ts';

/** What a TXT record's single string may hold (RFC 1035 section 3.3). */
const stringLength = 255;

export interface DkimRecord {
  /** `news1._domainkey.example.org`. */
  name: string;
  /** `v=DKIM1; k=rsa; p=…` (RFC 6376 section 3.6.1, RFC 8463 section 4). */
  value: string;
  /** The value in strings of at most 255 letters, as a zone file takes it. */
  strings: string[];
}

/** The record in the DNS that goes with a key. */
export function dkimRecord(domain: string, { selector, key, algorithm }: DkimKey): DkimRecord {
  const open = createPublicKey(key);
  const p =
    algorithm === 'rsa-sha256'
      ? open.export({ type: 'spki', format: 'der' }).toString('base64')
      : Buffer.from(open.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64'); // the bare 32 bytes
  const value = `v=DKIM1; k=${algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519'}; p=${p}`;
  return { name: `${selector}._domainkey.${domain}`, value, strings: value.match(new RegExp(`.{1,${stringLength}}`, 'g')) ?? [] };
}

/**
 * Why the signatures of a message would not be taken by who knows the keys' records; undefined when each of them is good. It reads the message as a receiver
 * does (RFC 6376 section 6.1), from the bytes alone.
 */
export function dkimTrouble(signed: Buffer, { domain, keys }: Dkim): string | undefined {
  for (const each of keys) {
    const why = oneTrouble(signed, domain, each);
    if (why !== undefined) return `the signature with the key ${each.selector} ${why}`;
  }
  return undefined;
}

function oneTrouble(signed: Buffer, domain: string, { selector, key }: DkimKey): string | undefined {
  const end = signed.indexOf('\r\n\r\n');
  const fields = signed.toString('latin1', 0, Math.max(0, end)).split(/\r\n(?![ \t])/);
  const field = fields.find((each) => /^dkim-signature:/i.test(each) && tagsOf(each)['s'] === selector && tagsOf(each)['d'] === domain);
  if (field === undefined) return 'is missing';
  return signatureTrouble(fields, field, signed.subarray(end + 4), createPublicKey(key));
}

/** Why one signature of a message is not good. `fields` are the message's header fields, its own among them. */
export function signatureTrouble(fields: readonly string[], field: string, body: Buffer, key: KeyObject): string | undefined {
  const tags = tagsOf(field);
  if (createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64') !== tags['bh']) return 'is of another body';
  const left = fields.filter((each) => each !== field);
  const lines = (tags['h'] ?? '').split(':').map((name) => {
    const at = left.findLastIndex((each) => each.slice(0, each.indexOf(':')).trim().toLowerCase() === name.toLowerCase());
    const [found] = at === -1 ? [] : left.splice(at, 1);
    return found === undefined ? '' : `${name.toLowerCase()}:${relaxed(found.slice(found.indexOf(':') + 1))}\r\n`;
  });
  const bare = field.slice(field.indexOf(':') + 1).replace(/([;\s]b\s*=)[^;]*/, '$1');
  const data = Buffer.from(`${lines.join('')}dkim-signature:${relaxed(bare)}`, 'latin1');
  const signature = Buffer.from(tags['b'] ?? '', 'base64');
  const good =
    key.asymmetricKeyType === 'ed25519'
      ? verify(null, createHash('sha256').update(data).digest(), key, signature)
      : verify('sha256', data, key, signature);
  return good ? undefined : 'is not one of this message';
}

/** The tags of a DKIM-Signature, blanks taken out. */
function tagsOf(field: string): Record<string, string> {
  const tags = field
    .slice(field.indexOf(':') + 1)
    .replace(/\s/g, '')
    .split(';');
  return Object.fromEntries(tags.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]));
}
