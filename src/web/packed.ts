/**
 * Answers made small on the wire. What stays the same is compressed once and kept; what is made for each request is compressed only where nothing in it is
 * secret. Pages behind a token, answers that repeat what was typed, the console and the API go out as they are: beside a secret, the length of a compressed
 * answer tells what of it an attacker has guessed (BREACH).
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, gzip, constants as zlib } from 'node:zlib';
import type { Request, Response } from 'express';

/** An answer ready to be sent in each coding (RFC 9110 section 8.4.1). */
export interface Packed {
  /** Names the bytes; each coding has a strong ETag made of it. */
  hash: string;
  /** Media type. */
  type: string;
  plain: Buffer;
  br: Buffer;
  gzip: Buffer;
}

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);
const quality = (level: number, size: number) => ({
  params: { [zlib.BROTLI_PARAM_QUALITY]: level, [zlib.BROTLI_PARAM_SIZE_HINT]: size, [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_TEXT },
});

/** Compresses as well as can be, on another thread: 60 ms for the page of a long issue, once. Without `hash` it is that of the text. */
export async function pack(text: string | Buffer, type: string, hash?: string): Promise<Packed> {
  const plain = Buffer.from(text);
  const [br, gzipped] = await Promise.all([brotli(plain, quality(11, plain.length)), deflate(plain, { level: 9 })]);
  return { hash: hash ?? createHash('sha256').update(plain).digest('hex').slice(0, 32), type, plain, br, gzip: gzipped };
}

/** Sends it in the smallest coding that is taken, or 304 when it is there already. Other headers must be set before. */
export function sendPacked(request: Request, response: Response, { hash, type, ...coded }: Packed): void {
  const coding = codingFor(request);
  response.setHeader('Content-Type', type);
  response.setHeader('ETag', coding === 'plain' ? `"${hash}"` : `"${hash}-${coding}"`); // other bytes, another ETag
  response.vary('Accept-Encoding');
  if (coding !== 'plain') response.setHeader('Content-Encoding', coding);
  response.send(coded[coding]);
}

/** Sends a page that was made for this request and holds no secret: quickly compressed, for the bad lines that make up for it many times over. */
export function sendPage(request: Request, response: Response, page: string): void {
  response.type('html').vary('Accept-Encoding');
  if (codingFor(request) !== 'br') {
    response.send(page);
    return;
  }
  response.set('Content-Encoding', 'br').send(brotliCompressSync(page, quality(4, page.length)));
}

function codingFor(request: Request): 'plain' | 'br' | 'gzip' {
  if (request.headers['accept-encoding'] === undefined) return 'plain';
  // By itself: browsers name Brotli late in their list, which does not mean that they like it less.
  if (request.acceptsEncodings('br')) return 'br';
  return request.acceptsEncodings('gzip') ? 'gzip' : 'plain';
}

export interface Shelf<T> {
  /** What is kept under a key, made when it is not there; those who ask meanwhile wait for the same. */
  take(key: string, make: () => Promise<T>): Promise<T>;
}

/** Keeps what was made, the least used leaving first when `most` bytes are reached. A failure is not kept. */
export function openShelf<T>(most: number, sizeOf: (made: T) => number): Shelf<T> {
  const kept = new Map<string, { made: Promise<T>; size: number }>();
  let size = 0;
  const drop = (key: string): void => {
    size -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  };
  return {
    take(key, make) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known); // the last of a Map is the youngest
        return known.made;
      }
      const entry = { made: make(), size: 0 };
      kept.set(key, entry);
      entry.made.then(
        (made) => {
          if (kept.get(key) !== entry) return;
          entry.size = sizeOf(made);
          size += entry.size;
          for (const oldest of kept.keys()) {
            if (size <= most || oldest === key) break;
            drop(oldest);
          }
        },
        () => drop(key),
      );
      return entry.made;
    },
  };
}

export const packedSize = ({ plain, br, gzip: gzipped }: Packed): number => plain.length + br.length + gzipped.length;
