/** DKIM signatures (RFC 6376) over the headers that matter, each named once more than it occurs, so that nobody can add a second one. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import { relaxed, relaxedBody } from './canonical.ts';

/** One key of a sender, and the name of its record in the DNS. */
export interface DkimKey {
  selector: string;
  key: KeyObject;
  /** `ed25519-sha256` is RFC 8463; not every receiver knows it. */
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
}

export interface Dkim {
  /** d= of the signature: the domain of the From address, or one above it. */
  domain: string;
  /** Each mail is signed with all of them: the RSA key, an Ed25519 key, or both. */
  keys: readonly DkimKey[];
}

/** A message to be signed, with CRLF line ends. */
export interface Unsigned {
  bytes: Buffer;
  /** SHA-256 in base64 of its body as `relaxedBody` gives it, when that is known without reading it all again. */
  bodyHash?: (() => string) | undefined;
}

/**
 * Signed once more than present ("oversigned", RFC 6376 section 8.15). RFC 8058 section 4 asks for List-Unsubscribe and List-Unsubscribe-Post,
 * Gmail's feedback loop for Feedback-ID.
 */
const oversigned = [
  'from',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'reply-to',
  'mime-version',
  'content-type',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
];
/** Signed when present. */
const signedIfThere = ['content-transfer-encoding', 'auto-submitted', 'cfbl-address', 'cfbl-feedback-id'];

/** RFC 8301 forbids less than 1024 bits and asks for 2048. */
const leastBits = 2048;

/**
 * Reads the keys a sender signs with, each from PEM text: one, or an RSA key and an Ed25519 key. Throws AppError `dkim.key` or `dkim.name` that says what was
 * wrong and what would be right.
 */
export function readDkim({ domain, keys }: { domain: string; keys: readonly { selector: string; pem: string }[] }): Dkim {
  const label = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
  if (!label.test(domain)) throw new AppError('dkim.name', `The DKIM domain ${JSON.stringify(domain)} is not a domain such as example.org`);
  const read = keys.map(({ selector, pem }): DkimKey => {
    if (!label.test(selector))
      throw new AppError('dkim.name', `The DKIM selector ${JSON.stringify(selector)} is not a DNS label such as news1`);
    const key = readKey(pem);
    return { selector, key, algorithm: key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256' };
  });
  if (read.length === 0) throw new AppError('dkim.key', 'No DKIM key was named; it takes one, or an RSA key and an Ed25519 key');
  if (new Set(read.map(({ algorithm }) => algorithm)).size < read.length)
    throw new AppError('dkim.key', 'Two DKIM keys of one kind were named; a second one has to be of the other kind, RSA and Ed25519');
  return { domain, keys: read };
}

function readKey(pem: string): KeyObject {
  const wanted = `it takes an RSA private key of ${leastBits} bits or more, or an Ed25519 one, in PEM form, not encrypted`;
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) throw new AppError('dkim.key', `The DKIM key is a public key; ${wanted}`);
  if (/ENCRYPTED/.test(pem)) throw new AppError('dkim.key', `The DKIM key is protected by a passphrase; ${wanted}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new AppError('dkim.key', `The DKIM key cannot be read; ${wanted}`, { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa') throw new AppError('dkim.key', `The DKIM key is of type ${key.asymmetricKeyType}; ${wanted}`);
  if (bits < leastBits) throw new AppError('dkim.key', `The DKIM key has ${bits} bits; ${wanted}`);
  return key;
}

/** On a thread of Node's pool: an RSA signature takes longer than everything else that is done for a message. */
const signOffLoop = promisify<string | null, Buffer, KeyObject, Buffer>(sign);

/**
 * The message with a DKIM-Signature on top for each key, that of the RSA key first: who cannot read the other one finds one that is good (STANDARDS 4.2).
 * `now` is in milliseconds.
 */
export async function signMessage({ bytes, bodyHash }: Unsigned, { domain, keys }: Dkim, now: number): Promise<Buffer> {
  const end = bytes.indexOf('\r\n\r\n');
  const headers = bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
  const body = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const bh = bodyHash?.() ?? createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64');
  const { names, lines } = signedHeaders(headers);
  const fields = await Promise.all(
    keys.map(async ({ selector, key, algorithm }) => {
      const unsigned = [
        `v=1; a=${algorithm}; c=relaxed/relaxed; d=${domain}; s=${selector};`,
        `t=${Math.floor(now / 1000)}; bh=${bh};`,
        `h=${wrapped(names)};`,
        'b=',
      ].join('\r\n ');
      const data = Buffer.from(`${lines}dkim-signature:${relaxed(unsigned)}`, 'latin1');
      const rsa = algorithm === 'rsa-sha256';
      // RFC 8463 section 3: Ed25519 signs the SHA-256 of what RSA would sign
      const signature = await signOffLoop(rsa ? 'sha256' : null, rsa ? data : createHash('sha256').update(data).digest(), key);
      return { rsa, field: `DKIM-Signature: ${unsigned}${signature.toString('base64').replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n` };
    }),
  );
  const inOrder = fields.toSorted((a, b) => Number(b.rsa) - Number(a.rsa)).map(({ field }) => field);
  return Buffer.concat([Buffer.from(inOrder.join(''), 'latin1'), bytes]);
}

/** Names for h= and the canonical headers they stand for. Of several with one name the lowest comes first (RFC 6376 section 5.4.2). */
function signedHeaders(headers: string): { names: string[]; lines: string } {
  const values = new Map<string, string[]>();
  for (const field of headers.split(/\r\n(?![ \t])/)) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).trimEnd().toLowerCase();
    values.set(name, [relaxed(field.slice(colon + 1)), ...(values.get(name) ?? [])]);
  }
  const names: string[] = [];
  let lines = '';
  for (const name of [...oversigned, ...signedIfThere]) {
    for (const value of values.get(name) ?? []) {
      names.push(name);
      lines += `${name}:${value}\r\n`;
    }
    if (oversigned.includes(name)) names.push(name);
  }
  return { names, lines };
}

/** Names joined by colons in lines of at most 72 letters. */
function wrapped(names: readonly string[]): string {
  let value = '';
  let column = 2;
  names.forEach((name, i) => {
    const part = i === names.length - 1 ? name : `${name}:`;
    if (column + part.length > 72) {
      value += '\r\n ';
      column = 0;
    }
    value += part;
    column += part.length;
  });
  return value;
}
