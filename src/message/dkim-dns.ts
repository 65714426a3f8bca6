/** Whether receivers find the record that goes with a signing key: what stands in the DNS under its name, compared with what should. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Dkim, DkimKey } from './dkim.ts';
import { type DkimRecord, dkimRecord } from './dkim-record.ts';

/** The TXT records of a name, each in its strings. Rejects with a `code`: ENOTFOUND or ENODATA when there are none, anything else when nobody could tell. */
export type TxtLookup = (name: string) => Promise<string[][]>;

/** `missing`: no record; `other`: one of another key; `broken`: one that receivers cannot read, or several; `unreachable`: the DNS gave no answer. */
export type RecordState = 'found' | 'missing' | 'other' | 'broken' | 'unreachable';

export interface RecordCheck extends DkimRecord {
  state: RecordState;
  /** What is there, a sentence for a person. */
  finding: string;
  /** What to do about it, a sentence; absent when nothing is. */
  advice?: string;
}

/** Looks up the record of each key. Never rejects: a DNS that does not answer is a state. */
export function checkRecords(lookUp: TxtLookup, { domain, keys }: Dkim): Promise<RecordCheck[]> {
  return Promise.all(keys.map((key) => checkRecord(lookUp, domain, key)));
}

async function checkRecord(lookUp: TxtLookup, domain: string, key: DkimKey): Promise<RecordCheck> {
  const record = dkimRecord(domain, key);
  const { name } = record;
  let found: string[][];
  try {
    found = await lookUp(name);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? (error as Error).message);
    if (code !== 'ENOTFOUND' && code !== 'ENODATA')
      return {
        ...record,
        state: 'unreachable',
        finding: `The DNS gave no answer about ${name} (${code}).`,
        advice: 'Nobody knows from here whether the record is there. Look again later, or see to the DNS server of this machine.',
      };
    found = [];
  }
  const values = found.map((strings) => strings.join(''));
  const [value] = values;
  if (value === undefined)
    return {
      ...record,
      state: 'missing',
      finding: `There is no TXT record ${name}, so receivers take the signature for a bad one.`,
      advice: `Put it into the DNS with the value given. Many panels add the domain by themselves: then the name to type is ${key.selector}._domainkey. A new record may take an hour to be seen.`,
    };
  if (values.length > 1)
    return {
      ...record,
      state: 'broken',
      finding: `There are ${values.length} TXT records ${name}, and receivers take whichever they like (RFC 6376 section 3.6.2.2).`,
      advice: 'Leave one of them: the one with the value given.',
    };
  const trouble = recordTrouble(value);
  if (trouble !== undefined)
    return {
      ...record,
      state: 'broken',
      finding: `The record ${name} cannot be used: ${trouble}.`,
      advice: 'Put the value given in its place, whole and without quotes around it, unless the panel asks for them.',
    };
  const tags = tagsOf(value);
  if (!isSameKey(tags, key))
    return {
      ...record,
      state: 'other',
      finding: `The record ${name} holds another key than the one that signs, so every signature is bad.`,
      advice: `Put the value given in its place; or, if mail of another service is signed with that key, make a key with a selector of its own: galley keys dkim --selector NAME.`,
    };
  const testing = (tags.get('t') ?? '').split(':').includes('y');
  return {
    ...record,
    state: 'found',
    finding: `The record ${name} is there and holds the key that signs.`,
    ...(testing && { advice: 'It says t=y, that signing is only tried out, and receivers may look past the signature: take t=y out.' }),
  };
}

const partsOf = (value: string): string[] =>
  value
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The tags of a record, blanks around them off. */
function tagsOf(value: string): Map<string, string> {
  return new Map(partsOf(value).map((tag) => [tag.slice(0, tag.indexOf('=')).trimEnd(), tag.slice(tag.indexOf('=') + 1).trim()]));
}

/** Why no receiver can use a record (RFC 6376 sections 3.2 and 3.6.1), as the end of a sentence; undefined when they can. */
function recordTrouble(value: string): string | undefined {
  if (/["\\]/.test(value)) return 'quotes or backslashes stand in its value';
  const parts = partsOf(value);
  const wrong = parts.find((tag) => !/^[A-Za-z]\w*\s*=/.test(tag));
  if (wrong !== undefined) return `${JSON.stringify(wrong.slice(0, 40))} is none of its parts, which read like k=rsa`;
  const tags = tagsOf(value);
  if (tags.size < parts.length) return 'one of its parts stands there twice';
  const version = tags.get('v');
  if (version !== undefined && (version !== 'DKIM1' || !/^\s*v/.test(value))) return 'it does not begin with v=DKIM1';
  const key = tags.get('p')?.replace(/\s/g, '');
  if (key === undefined) return 'it has no p=, the key';
  if (key === '') return 'its p= is empty, which says that the key was withdrawn';
  const hashes = tags.get('h');
  if (hashes !== undefined && !hashes.split(/\s*:\s*/).includes('sha256')) return 'its h= leaves out sha256';
  const services = tags.get('s')?.split(/\s*:\s*/);
  if (services !== undefined && !services.some((each) => each === '*' || each === 'email')) return 'its s= leaves out email';
  const kind = tags.get('k') ?? 'rsa';
  if (kind !== 'rsa' && kind !== 'ed25519') return `its k=${kind.slice(0, 20)} is no kind of key that signs mail`;
  if (readKey(kind, key) === undefined) return 'its p= is no whole key: a part of it may have been cut off';
  return undefined;
}

function isSameKey(tags: ReadonlyMap<string, string>, { key, algorithm }: DkimKey): boolean {
  const kind = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  if ((tags.get('k') ?? 'rsa') !== kind) return false;
  return readKey(kind, (tags.get('p') ?? '').replace(/\s/g, ''))?.equals(createPublicKey(key)) === true;
}

/** The key of a p=, or undefined when it is none. RSA keys are found in both forms that RFC 6376 has been read to mean. */
function readKey(kind: 'rsa' | 'ed25519', p: string): KeyObject | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(p)) return undefined;
  const bytes = Buffer.from(p, 'base64');
  if (kind === 'ed25519')
    return bytes.length === 32
      ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
      : undefined;
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const key = createPublicKey({ key: bytes, format: 'der', type });
      if (key.asymmetricKeyType === 'rsa') return key;
    } catch {
      // not in this form
    }
  }
  return undefined;
}
