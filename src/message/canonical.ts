/** Headers and bodies in the one form that DKIM signs, whatever a server on the way did to their blanks (RFC 6376 section 3.4). One letter a byte. */
import { createHash, type Hash } from 'node:crypto';

/** A header's value, or a whole field but its name (RFC 6376 section 3.4.2). */
export function relaxed(value: string): string {
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

/** RFC 6376 section 3.4.4: runs of spaces and tabs become one space, none at a line's end, no empty lines at the end. */
export function relaxedBody(body: Buffer): string {
  const lines = withoutEnd(relaxedStretch(body.toString('latin1')));
  return lines === '' ? '' : `${lines}\r\n`;
}

/** Without a blank and empty lines at its end. */
function withoutEnd(text: string): string {
  const lines = text.replace(/ $/, '');
  let end = lines.length;
  while (lines.endsWith('\r\n', end)) end -= 2;
  return lines.slice(0, end);
}

/** The same for a stretch of a body that goes on after it. */
function relaxedStretch(stretch: string): string {
  return stretch.replace(/[ \t]{2,}|\t/g, ' ').replace(/ (?=\r\n)/g, '');
}

/** A body's stretches that are the same for all readers, hashed as far as they can be; between them stand a reader's own. */
export interface BodyHasher {
  /** SHA-256 in base64 of the canonical body with `own` in the places between the stretches, in their order. */
  hash(own: readonly Buffer[]): string;
}

/**
 * Prepares the hash of bodies that differ only in tokens: each fixed stretch is made canonical once, and all before the first token is hashed once. That may be
 * done because a token is no blank, so no run of blanks reaches over it. `stretches` are one more than the tokens; undefined when the last of them holds
 * nothing but line ends, which would have to be read together with what stands before it.
 */
export function openBodyHasher(stretches: readonly Buffer[]): BodyHasher | undefined {
  const canonical = stretches.map((stretch) => relaxedStretch(stretch.toString('latin1')));
  const last = withoutEnd(canonical.pop() ?? '');
  if (last === '') return undefined;
  const [first = '', ...rest] = [...canonical, `${last}\r\n`].map((stretch) => Buffer.from(stretch, 'latin1'));
  const before: Hash = createHash('sha256').update(first);
  return {
    hash(own) {
      const hash = before.copy();
      for (const [i, stretch] of rest.entries()) hash.update(own[i] ?? '').update(stretch);
      return hash.digest('base64');
    },
  };
}
