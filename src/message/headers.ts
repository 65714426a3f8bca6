/** Header text made safe and short: cleaned words, RFC 2047 encoded words, folding, checked addresses. Nothing that goes in here can start a header of its own. */
import { domainToASCII } from 'node:url';
import { AppError } from '../errors.ts';

/** RFC 2047 section 2: a line that holds encoded words has at most 76 letters, an encoded word at most 75. */
const encodedLine = 76;
const wordOverhead = '=?UTF-8?Q??='.length;
/** RFC 5322 section 2.1.1: a line should have at most 78 letters, and must have at most 998. */
const niceLine = 78;

/** One line of words: line breaks, tabs and other controls become spaces, runs of spaces one, halves of a surrogate pair U+FFFD. */
export function clean(words: string): string {
  const line = words.toWellFormed().replace(/[\s\p{Cc}]+/gu, ' ');
  return line.trim();
}

/** The value of an unstructured field such as Subject, folded, ready to stand behind `Name: `. */
export function unstructured(field: string, words: string): string {
  const value = clean(words);
  return needsEncoding(value) ? encodedWords(value, field.length + 2) : folded(field, value.split(' '));
}

/** Parts joined by a space, or by a fold where the line would grow past 78 letters. No part is ever broken. */
export function folded(field: string, parts: readonly string[]): string {
  let value = '';
  let column = field.length + 1;
  for (const part of parts) {
    const fits = column + 1 + part.length <= niceLine;
    if (value !== '') value += fits ? ' ' : '\r\n ';
    value += part;
    column = fits || value === part ? column + 1 + part.length : 1 + part.length;
  }
  return value;
}

/** `phrase <inside>` as in From and List-Id. A name in plain letters is quoted when `quoted` or when its letters ask for it; no name gives `<inside>` alone. */
export function named(field: string, name: string, inside: string, { quoted }: { quoted: boolean }): string {
  const words = clean(name);
  if (words === '') return `<${inside}>`;
  if (needsEncoding(words) || words.length > 60) {
    const phrase = encodedWords(words, field.length + 2);
    const lastLine = phrase.length - (phrase.lastIndexOf('\n') + 1) + (phrase.includes('\n') ? 0 : field.length + 2);
    return `${phrase}${lastLine + inside.length + 3 <= encodedLine ? ' ' : '\r\n '}<${inside}>`;
  }
  const plain = !quoted && /^[\w!#$%&'*+\-/=?^`{|}~ ]+$/.test(words);
  return folded(field, [plain ? words : `"${words.replace(/["\\]/g, '\\$&')}"`, `<${inside}>`]);
}

/** True when words cannot stand as they are: not ASCII, already looking like an encoded word, or with a word too long to fold. */
function needsEncoding(words: string): boolean {
  return !/^\p{ASCII}*$/u.test(words) || words.includes('=?') || words.split(' ').some((word) => word.length > 64);
}

/** RFC 2047 words, each of whole code points: Q, which people can nearly read, unless it is twice as long as B. `column` is where the first one starts. */
export function encodedWords(words: string, column: number): string {
  const letters = [...words].map((letter) => ({ bytes: Buffer.byteLength(letter), letter, q: quoted(letter) }));
  const base64 = Math.ceil(letters.reduce((sum, { bytes }) => sum + bytes, 0) / 3) * 4;
  const useBase64 = base64 * 2 < letters.reduce((sum, { q }) => sum + q.length, 0);
  const done: string[] = [];
  let word = '';
  let size = 0;
  const write = (): void => {
    done.push(useBase64 ? `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=` : `=?UTF-8?Q?${word}?=`);
    word = '';
    size = 0;
  };
  for (const { bytes, letter, q } of letters) {
    const room = encodedLine - wordOverhead - (done.length === 0 ? column : 1);
    const grown = useBase64 ? Math.ceil((size + bytes) / 3) * 4 : size + q.length;
    if (word !== '' && grown > room) write();
    word += useBase64 ? letter : q;
    size += useBase64 ? bytes : q.length;
  }
  write();
  return done.join('\r\n ');
}

/** Q encoding with the letters that are safe in a phrase too (RFC 2047 section 5, rule 3). */
function quoted(letter: string): string {
  if (letter === ' ') return '_';
  return /^[A-Za-z0-9!*+\-/]$/.test(letter)
    ? letter
    : [...Buffer.from(letter)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

const plainDomain = /^(?!-)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const dotString = /^[^\s<>()[\]:;@\\,"]+$/;
const quotedString = /^"(?:[^"\\<>]|\\[^<>])*"$/;

/**
 * An address fit for an envelope and for angle brackets, its domain as A-labels (RFC 5890). The local part stays as given.
 * Throws AppError `message.address` for anything else: controls, spaces, brackets, a local part over 64 or an address over 254 octets (RFC 5321 section 4.5.3.1).
 */
export function mailbox(address: string): string {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = asciiDomain(address.slice(at + 1));
  const clear =
    at > 0 && address.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(local) && (dotString.test(local) || quotedString.test(local));
  const whole = `${local}@${domain}`;
  if (!clear || domain === '' || Buffer.byteLength(local) > 64 || Buffer.byteLength(whole) > 254) {
    throw new AppError(
      'message.address',
      `${JSON.stringify(address.slice(0, 100))} is not an address that mail can be sent to, such as name@example.org`,
    );
  }
  return whole;
}

/** As `mailbox`, for addresses of ours: plain letters only, because every reader's server must be able to read them. */
export function ownMailbox(what: string, address: string): string {
  const whole = mailbox(address);
  if (/^\p{ASCII}*$/u.test(whole)) return whole;
  throw new AppError(
    'message.address',
    `${what} ${JSON.stringify(address)} must have plain letters (ASCII) before the @, such as news@example.org`,
  );
}

/** A domain as A-labels, or '' when it is none. */
export function asciiDomain(domain: string): string {
  const ascii = plainDomain.test(domain) ? domain : domainToASCII(domain);
  return plainDomain.test(ascii) ? ascii : '';
}
