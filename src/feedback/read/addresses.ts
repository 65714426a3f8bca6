/** Finding mail addresses in what servers write: `rfc822; a@b`, `<a@b>:`, `RCPT TO:<a@b>`, source routes, letters beyond ASCII. */

// Both sides are bounded, so that no text, however long, makes the search slow.
const local = String.raw`(?:"[^"\n]{1,64}"|[^\s<>()[\]:;,"|\\@\u3000-\u303f\uff00-\uff1f«»“”]{1,120})`;
// A Latin domain ends where another script begins: Chinese and Japanese put no space behind an address.
const latin = String.raw`[\p{Script=Latin}\p{N}_]`;
const domain = String.raw`(?:\[[0-9A-Fa-f:.]{3,45}\]|${latin}(?:(?:${latin}|[.-]){0,250}${latin})?|[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._-]{0,250}[\p{L}\p{M}\p{N}_])?)`;
/** Source of a pattern for one address, without groups of its own. */
export const addressSource = `${local}@${domain}`;
const anywhere = new RegExp(addressSource, 'gu');
const whole = new RegExp(`^${addressSource}$`, 'u');

/** All addresses in a text, in order, tidied. */
export function addressesIn(text: string): string[] {
  return [...text.slice(0, 8000).matchAll(anywhere)].map(([found]) => tidy(found)).filter((found) => found !== '');
}

/**
 * The address in a field such as Final-Recipient (RFC 3464 section 2.3.2, RFC 6533 section 3): the type and its semicolon (or what some write for it) go,
 * and so do brackets, a source route and xtext of ORCPT. What holds no @ is given back as it stands, '' when there is nothing.
 */
export function recipientOf(value: string): string {
  const untyped = value.replace(/^\s*(?:rfc-?\s*822|utf-8|smtp|x400|unknown|local|system|lotus|x-[\w-]+|dns)\s*[;:/]\s*/i, '').trim();
  const found = addressesIn(untyped)[0];
  if (found !== undefined) return decodeXtext(found);
  return tidy(untyped.replace(/\s.*$/s, ''));
}

/** RFC 3461 section 4 xtext, only where it can be nothing else: `+40` or `+3D` between letters of an address is rare, `+2B` is the escaped plus itself. */
function decodeXtext(address: string): string {
  return address.replace(/\+2B/g, '+');
}

/** Without the brackets, quotes and stops that the sentence around an address leaves on it. */
export function tidy(address: string): string {
  const bare = address
    .replace(/^(?:mailto:|smtp[:=]|to:|\w{2,10}=')/i, '')
    .replace(/^[<'`“”„«*=.!?-]+(?=[^@]*@)/u, '')
    .replace(/[>'`“”»*.!?]+$/u, '');
  return bare.length <= 320 ? bare : '';
}

/** True for one address and nothing else. */
export function isAddress(text: string): boolean {
  return whole.test(text);
}

/** Same mailbox for our purposes: letter case aside. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
