/** Tokens: short names for (publication, reader, send) that we alone can make. They stand in links, in envelope senders and in Message-IDs, and work when the rows are gone. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** What a token allows. The number is part of the token and never reused. */
export const tokenKinds = { delivery: 1, leave: 2, notice: 3, preferences: 4, request: 5, own: 6, form: 7, pdf: 8 } as const;
export type TokenKind = keyof typeof tokenKinds;

/** `send` is 0 where a token belongs to no send; of kind `notice`, `reader` is the notice's number, of `request` and `own` the request's, of `form` an instant in seconds. */
export interface TokenSubject {
  publication: number;
  reader: number;
  send: number;
}

/** Keys by their number; `current` signs, every one verifies for ever. A key is 32 random bytes (as a KeyObject: five times as quick), its number 1 to 255. */
export interface TokenKeys {
  current: number;
  keys: ReadonlyMap<number, KeyObject>;
}

/** 8 bits key, 4 bits kind, 36 bits reader, 16 bits publication, 24 bits send, 80 bits MAC. */
const payloadBytes = 11;
const macBytes = 10;
/** Letters of a token: lower-case base32 (RFC 4648 section 6, no padding), because mail servers lower-case local parts. */
export const tokenLength = Math.ceil(((payloadBytes + macBytes) * 8) / 5);

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const pattern = new RegExp(`^[a-z2-7]{${tokenLength}}$`);

/** Makes the token for a subject, always the same for the same key. Throws a RangeError when a number is too large for its field. */
export function mintToken(ring: TokenKeys, kind: TokenKind, subject: TokenSubject): string {
  const key = ring.keys.get(ring.current);
  if (key === undefined) throw new RangeError(`no token key ${ring.current}`);
  const payload = pack(ring.current, kind, subject);
  return encode(Buffer.concat([payload, mac(key, payload)]));
}

/** Reads a token of the given kind in any letter case; undefined for anything we did not make, a token of another kind included. */
export function readToken(ring: TokenKeys, kind: TokenKind, token: string): TokenSubject | undefined {
  const lower = token.toLowerCase();
  if (!pattern.test(lower)) return undefined;
  const bytes = decode(lower);
  if (encode(bytes) !== lower) return undefined; // the two spare bits must be zero: one spelling per token
  const payload = bytes.subarray(0, payloadBytes);
  const key = ring.keys.get(payload.readUInt8(0));
  if (key === undefined || !timingSafeEqual(mac(key, payload), bytes.subarray(payloadBytes))) return undefined;
  const high = payload.readUInt8(1);
  if (high >> 4 !== tokenKinds[kind]) return undefined;
  return { reader: (high & 15) * 2 ** 32 + payload.readUInt32BE(2), publication: payload.readUInt16BE(6), send: payload.readUIntBE(8, 3) };
}

function pack(keyId: number, kind: TokenKind, { publication, reader, send }: TokenSubject): Buffer {
  const bytes = Buffer.alloc(payloadBytes);
  if (reader >= 2 ** 36) throw new RangeError(`reader ${reader} does not fit a token`);
  bytes.writeUInt8(keyId, 0);
  bytes.writeUInt8((tokenKinds[kind] << 4) | Math.floor(reader / 2 ** 32), 1);
  bytes.writeUInt32BE(reader % 2 ** 32, 2);
  bytes.writeUInt16BE(publication, 6);
  bytes.writeUIntBE(send, 8, 3);
  return bytes;
}

function mac(key: KeyObject, payload: Uint8Array): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, macBytes);
}

function encode(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet.charAt((held >> (bits - 5)) & 31);
  }
  return bits > 0 ? text + alphabet.charAt((held << (5 - bits)) & 31) : text;
}

function decode(text: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    held = ((held << 5) | alphabet.indexOf(letter)) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  return bytes;
}

/** The reader of links that belong to nobody: those of a test. */
export const nobody = 0;
