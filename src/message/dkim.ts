/** DKIM signatures (RFC 6376) over the headers that matter, each named once more than it occurs, so that nobody can add a second one. */
import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { AppError } from '../errors.ts';

export interface Dkim {
  /** d= of the signature: the domain of the From address, or one above it. */
  domain: string;
  selector: string;
  key: KeyObject;
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

/** Reads a signing key from PEM text. Throws AppError `dkim.key` or `dkim.name` that says what was wrong and what would be right. */
export function readDkim({ domain, selector, pem }: { domain: string; selector: string; pem: string }): Dkim {
  const label = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
  if (!label.test(domain)) throw new AppError('dkim.name', `The DKIM domain ${JSON.stringify(domain)} is not a domain such as example.org`);
  if (!label.test(selector))
    throw new AppError('dkim.name', `The DKIM selector ${JSON.stringify(selector)} is not a DNS label such as news1`);
  return { domain, selector, key: readKey(pem) };
}

function readKey(pem: string): KeyObject {
  const wanted = `it takes an RSA private key of ${leastBits} bits or more in PEM form, not encrypted`;
  if (/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) throw new AppError('dkim.key', `The DKIM key is a public key; ${wanted}`);
  if (/ENCRYPTED/.test(pem)) throw new AppError('dkim.key', `The DKIM key is protected by a passphrase; ${wanted}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new AppError('dkim.key', `The DKIM key cannot be read; ${wanted}`, { cause });
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa') throw new AppError('dkim.key', `The DKIM key is of type ${key.asymmetricKeyType}; ${wanted}`);
  if (bits < leastBits) throw new AppError('dkim.key', `The DKIM key has ${bits} bits; ${wanted}`);
  return key;
}

/** The message with a DKIM-Signature on top. `bytes` has CRLF line ends; `now` is in milliseconds. */
export function signMessage(bytes: Buffer, { domain, selector, key }: Dkim, now: number): Buffer {
  const end = bytes.indexOf('\r\n\r\n');
  const headers = bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
  const body = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const { names, lines } = signedHeaders(headers);
  const unsigned = [
    `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector};`,
    `t=${Math.floor(now / 1000)}; bh=${createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64')};`,
    `h=${wrapped(names)};`,
    'b=',
  ].join('\r\n ');
  const data = Buffer.from(`${lines}dkim-signature:${relaxed(unsigned)}`, 'latin1');
  const signature = sign('sha256', data, key)
    .toString('base64')
    .replace(/.{72}(?=.)/g, '$&\r\n ');
  return Buffer.concat([Buffer.from(`DKIM-Signature: ${unsigned}${signature}\r\n`, 'latin1'), bytes]);
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

/** RFC 6376 section 3.4.2. */
function relaxed(value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

/** RFC 6376 section 3.4.4: runs of spaces and tabs become one space, none at a line's end, no empty lines at the end. One letter a byte. */
function relaxedBody(body: Buffer): string {
  const lines = body
    .toString('latin1')
    .replace(/[ \t]{2,}|\t/g, ' ')
    .replace(/ (?=\r\n|$)/g, '');
  let end = lines.length;
  while (lines.endsWith('\r\n', end)) end -= 2;
  return end === 0 ? '' : `${lines.slice(0, end)}\r\n`;
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
