/** Mail addresses: what counts as one, how it is written for SMTP, and when two are the same. */
import { domainToASCII, domainToUnicode } from 'node:url';

/** An address that mail can be sent to. */
export interface Address {
  /** As it stands in an envelope: the local part as given, the domain in lower-case A-labels. */
  address: string;
  /** What makes it the same address: letter case, quotes that change nothing and spellings of the domain are folded away. */
  key: string;
  /** The domain in lower-case A-labels. */
  domain: string;
}

/** Why a text is no address, and what would be right. Both read on after "it": "has no @", "write it as name@example.org". */
export interface AddressProblem {
  problem: string;
  remedy: string;
}

/** Limits in octets: RFC 5321 section 4.5.3.1; 254 is the path of 256 without its angle brackets. */
const longestAddress = 254;
const longestLocal = 64;

/** Nearly every address there is: a plain dot-atom at a plain domain. `xn--` takes the long way, where its punycode is checked. */
const plain =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@((?!xn--|[^@]*\.xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/i;
/** RFC 5321 section 4.1.2 Dot-string, with the letters beyond ASCII that RFC 6531 section 3.3 allows. */
const dotString = /^[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~\u{80}-\u{10ffff}-]+)*$/iu;
/** RFC 5321 section 4.1.2 Quoted-string, without angle brackets: too much software ends the address at one. */
const quotedString = /^"(?:[ !#-;=?-[\]-~\u{80}-\u{10ffff}]|\\[ -;=?-~])*"$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Characters that nobody sees and that make two addresses look the same: zero-width ones, direction marks, the soft hyphen. */
const unseen = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads one address, white space around it ignored. Never throws: what is wrong comes back in plain words.
 * `Name <a@b>` is refused: the callers have a place of its own for the name.
 */
export function parseAddress(text: string): Address | AddressProblem {
  const trimmed = text.trim();
  const domain = trimmed.length <= longestAddress ? plain.exec(trimmed)?.[1]?.toLowerCase() : undefined;
  const at = trimmed.lastIndexOf('@');
  if (domain !== undefined && at <= longestLocal) {
    return { address: `${trimmed.slice(0, at)}@${domain}`, key: `${trimmed.slice(0, at).toLowerCase()}@${domain}`, domain };
  }
  return parseOddAddress(trimmed);
}

/** True for the answer of `parseAddress` that is no address. */
export function isAddressProblem(parsed: Address | AddressProblem): parsed is AddressProblem {
  return 'problem' in parsed;
}

/** An address that its owner recognises and a stranger cannot use: `a…a@example.org`. For pages and logs. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const letters = Array.from(address.slice(0, Math.max(at, 0)));
  const last = letters.length > 2 ? letters.at(-1) : '';
  return `${letters[0] ?? ''}…${last}${at < 0 ? '' : address.slice(at)}`;
}

/** A text with an address in it masked, in any letter case: servers repeat addresses in what they say. */
export function hideAddress(text: string, address: string): string {
  if (address === '') return text;
  const masked = maskAddress(address);
  return text.replace(new RegExp(address.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gi'), () => masked);
}

const anyAddress = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;

/** A text with whatever looks like an address in it masked: for who may see none. */
export function hideAddresses(text: string): string {
  return text.replace(anyAddress, maskAddress);
}

/** A word among addresses that is none, and what is wrong with it. */
export type NoAddress = AddressProblem & { word: string };

/** Addresses as people type several: with commas, semicolons, spaces or line breaks between them. The first word that is none is said. */
export function parseAddresses(typed: string): string[] | NoAddress {
  const addresses: string[] = [];
  for (const word of typed.split(/[\s,;]+/).filter((each) => each !== '')) {
    const read = parseAddress(word);
    if (isAddressProblem(read)) return { ...read, word };
    addresses.push(read.address);
  }
  return addresses;
}

const shape = 'write it as name@example.org';

function parseOddAddress(text: string): Address | AddressProblem {
  const wrong = problemOfWhole(text);
  if (wrong !== undefined) return wrong;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = readDomain(text.slice(at + 1));
  const bad = problemOfLocal(local) ?? (typeof domain === 'string' ? undefined : domain);
  if (bad !== undefined || typeof domain !== 'string') return bad ?? { problem: 'has no domain', remedy: shape };
  const address = `${local}@${domain}`;
  const octets = Buffer.byteLength(address);
  if (octets > longestAddress) return { problem: `is ${octets} octets long`, remedy: `an address has at most ${longestAddress}` };
  return { address, key: `${foldLocal(local)}@${domain}`, domain };
}

function problemOfWhole(text: string): AddressProblem | undefined {
  if (text === '') return { problem: 'is empty', remedy: shape };
  if (controls.test(text)) return { problem: 'has a line break or control character in it', remedy: 'one address on one line' };
  if (unseen.test(text)) return { problem: 'has an invisible character in it', remedy: 'type it afresh' };
  if (/<.*>/.test(text))
    return { problem: 'is a name with an address', remedy: 'give the address alone, and the name in a column of its own' };
  if (/^mailto:/i.test(text)) return { problem: 'begins with mailto:', remedy: 'give the address alone' };
  if (!text.includes('@')) return { problem: 'has no @', remedy: shape };
  if (text.startsWith('"')) return undefined; // a quoted local part may hold nearly anything
  if (/[,;]/.test(text)) return { problem: `has a "${/[,;]/.exec(text)?.[0]}" in it`, remedy: 'give one address per row' };
  if (/\s/.test(text)) return { problem: 'has a space inside', remedy: shape };
  if (text.indexOf('@') !== text.lastIndexOf('@')) return { problem: 'has more than one @', remedy: 'give one address per row' };
  return undefined;
}

function problemOfLocal(local: string): AddressProblem | undefined {
  if (local === '') return { problem: 'has nothing before the @', remedy: shape };
  const octets = Buffer.byteLength(local);
  if (octets > longestLocal) return { problem: `has ${octets} octets before the @`, remedy: `at most ${longestLocal} are allowed there` };
  if (local.startsWith('"')) {
    if (/[<>]/.test(local)) return { problem: 'has a < or > before the @', remedy: 'no mail can be sent there: give another address' };
    return quotedString.test(local) ? undefined : { problem: 'has quotation marks that do not pair up', remedy: shape };
  }
  if (dotString.test(local)) return undefined;
  if (local.startsWith('.') || local.endsWith('.'))
    return { problem: 'has a dot at the edge of the part before the @', remedy: 'leave that dot out' };
  if (local.includes('..')) return { problem: 'has two dots in a row', remedy: 'write one' };
  return {
    problem: 'has a character before the @ that addresses may not have',
    remedy: "letters, digits and . ! # $ % & ' * + - / = ? ^ _ ` { | } ~ may stand there",
  };
}

/** The domain in lower-case A-labels by UTS-46, or what is wrong with it. */
function readDomain(text: string): string | AddressProblem {
  if (text === '') return { problem: 'has nothing after the @', remedy: shape };
  if (/^\[.*\]$/.test(text) || /^[0-9.]+$/.test(text))
    return { problem: 'has a number address instead of a domain', remedy: 'give the name of the mail domain' };
  // domainToASCII reads its input as the host of an address on the web: what would end or unescape a host there must not get so far.
  const foreign = /[ -,/:-@[-`{-~]/.exec(text)?.[0];
  if (foreign !== undefined)
    return { problem: `has a "${foreign}" in its domain`, remedy: 'a domain has letters, digits, hyphens and dots' };
  const domain = domainToASCII(text).toLowerCase();
  const ending = /\.(\d[^.]*)$/.exec(domain === '' ? text : domain)?.[1]; // read as a number address on the web, where it is none
  if (ending !== undefined) return { problem: `has a domain that ends in "${ending}"`, remedy: 'check its ending: domains end in letters' };
  if (domain === '') return { problem: 'has a domain that does not exist in international names', remedy: 'check its spelling' };
  if (domain.startsWith('.') || domain.endsWith('.'))
    return { problem: 'has a dot at the edge of its domain', remedy: 'leave that dot out' };
  if (domain.includes('..')) return { problem: 'has two dots in a row', remedy: 'write one' };
  const labels = domain.split('.');
  if (labels.length < 2) return { problem: 'has no dot in its domain', remedy: `is "${domain}" cut short? ${shape}` };
  const long = labels.find((part) => part.length > 63);
  if (long !== undefined || domain.length > 253)
    return { problem: 'has a domain that is too long', remedy: 'at most 63 letters between two dots, 253 in all' };
  const odd = labels.find((part) => !label.test(part));
  if (odd !== undefined)
    return { problem: `has "${odd}" in its domain`, remedy: 'between the dots stand letters, digits and hyphens, no hyphen at the edge' };
  // A-labels pass domainToASCII unread; only those that decode, and encode to the same again, are names (RFC 5891 section 5.4).
  if (/(^|\.)xn--/.test(domain)) {
    const shown = domainToUnicode(domain);
    if (/(^|\.)xn--/.test(shown) || domainToASCII(shown) !== domain)
      return { problem: 'has a domain with broken punycode (xn--)', remedy: 'check its spelling' };
  }
  return domain;
}

/** Letter case and normal form folded, quotes dropped where the same local part can be written without (RFC 5321 section 4.1.2). */
function foldLocal(local: string): string {
  const folded = local.normalize('NFC').toLowerCase();
  if (!folded.startsWith('"')) return folded;
  const bare = folded.slice(1, -1).replace(/\\(.)/gu, '$1');
  return dotString.test(bare) ? bare : `"${bare.replace(/["\\]/g, '\\$&')}"`;
}
