/** Looking for our DKIM records, in a real DNS on loopback: what is there, what is wrong with it, and what to do. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { openTxtLookup, tellRecords, warnOfRecords } from '../../src/main/dkim-dns.ts';
import { checkRecords, dkimRecord, readDkim } from '../../src/message/message.ts';
import { type DnsAnswer, openDnsServer } from '../support/dns-server.ts';
import { openGalley } from '../support/galley.ts';

const pemOf = (kind: 'rsa' | 'ed25519'): string =>
  (kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
const dkimOf = (selector: string, pem: string) => readDkim({ domain: 'example.org', keys: [{ selector, pem }] });
const rsa = dkimOf('n1', pemOf('rsa'));
const ed = dkimOf('n1', pemOf('ed25519'));
const recordOf = ({ keys: [key] }: typeof rsa) => dkimRecord('example.org', key as (typeof rsa.keys)[number]);
const name = 'n1._domainkey.example.org';
const { value, strings } = recordOf(rsa);
const quick = { timeout: 100, tries: 1 };

/** What is found of a key's record where the DNS says this. */
async function found(answer: DnsAnswer, dkim = rsa) {
  await using dns = await openDnsServer({ [name]: answer });
  const [check] = await checkRecords(openTxtLookup([dns.address], quick), dkim);
  expect(dns.asked[0]).toBe(name);
  return check;
}

test.each<[string, string[][], typeof rsa]>([
  ['as it is printed', [strings], rsa],
  ['in one value with blanks', [[value.slice(0, 200), ' ', value.slice(200)]], rsa],
  ['without version and kind', [[`p=${value.split('p=')[1]?.slice(0, 200)}`, value.split('p=')[1]?.slice(200) ?? '']], rsa],
  [
    'with notes and flags',
    [['v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=s; n=ours; ', value.slice(value.indexOf('p='), 240), value.slice(240)]],
    rsa,
  ],
  ['of an Ed25519 key', [recordOf(ed).strings], ed],
])('a record %s is found', async (_what, answer, dkim) => {
  expect(await found(answer, dkim)).toMatchObject({ state: 'found', finding: `The record ${name} is there and holds the key that signs.` });
});

const p = value.slice(value.indexOf('p=') + 2);
test.each<[string, DnsAnswer, string, RegExp]>([
  ['no such name', 'none', 'missing', /no TXT record .*n1\._domainkey/],
  ['a name without TXT records', [], 'missing', /no TXT record/],
  ['the key of somebody else', [recordOf(dkimOf('n1', pemOf('rsa'))).strings], 'other', /holds another key/],
  ['a key of the other kind', [recordOf(ed).strings], 'other', /holds another key/],
  ['a key that was cut off', [[value.slice(0, 250)]], 'broken', /no whole key: a part of it may have been cut off/],
  ['quotes within the value', [['"v=DKIM1; k=rsa; ', `p=${p.slice(0, 200)}`, `${p.slice(200)}"`]], 'broken', /quotes or backslashes/],
  ['a record of another kind', [['v=spf1 -all']], 'broken', /does not begin with v=DKIM1/],
  ['words', [['hello']], 'broken', /"hello" is none of its parts/],
  ['a key that was withdrawn', [['v=DKIM1; k=rsa; p=']], 'broken', /the key was withdrawn/],
  ['no key', [['v=DKIM1; k=rsa']], 'broken', /no p=/],
  ['two keys in one', [['v=DKIM1; p=AAAA; p=BBBB']], 'broken', /stands there twice/],
  ['old hashes only', [['v=DKIM1; h=sha1; ', `p=${p.slice(0, 200)}`, p.slice(200)]], 'broken', /leaves out sha256/],
  ['two records', [strings, recordOf(ed).strings], 'broken', /2 TXT records/],
  ['a server that fails', 'error', 'unreachable', /gave no answer about .* \(ESERVFAIL\)/],
  ['a server that is silent', 'silence', 'unreachable', /gave no answer about .* \(ETIMEOUT\)/],
])('%s is told with what to do', async (_what, answer, state, words) => {
  const check = await found(answer);
  expect(check).toMatchObject({ state, finding: expect.stringMatching(words), advice: expect.stringMatching(/\.$/) });
});

test('a record that says it is only tried out is found, with what that means', async () => {
  expect(await found([['v=DKIM1; t=y; ', `p=${p.slice(0, 200)}`, p.slice(200)]])).toMatchObject({
    state: 'found',
    advice: expect.stringContaining('t=y'),
  });
});

test('the command prints what is wrong and the record to put there, and ends with 1 unless all are found', async () => {
  await using dns = await openDnsServer({ [name]: [strings] });
  const lookUp = openTxtLookup([dns.address], quick);
  const lines: string[] = [];
  expect(tellRecords((line) => lines.push(line), await checkRecords(lookUp, rsa), false)).toBe(0);
  expect(lines).toEqual([`The record ${name} is there and holds the key that signs.`]);
  expect(tellRecords((line) => lines.push(line), await checkRecords(lookUp, dkimOf('n2', pemOf('rsa'))), false)).toBe(1);
  expect(lines.slice(1).join('\n')).toMatch(
    /There is no TXT record n2\._domainkey\.example\.org[\s\S]*n2\._domainkey\.example\.org\. IN TXT \( "v=DKIM1/,
  );
  const json: string[] = [];
  expect(tellRecords((line) => json.push(line), await checkRecords(lookUp, rsa), true)).toBe(0);
  expect(JSON.parse(json.join(''))).toMatchObject({ records: [{ name, state: 'found' }] });
});

test('`keys dkim --check` without a key that signs says which settings name one', async () => {
  await using galley = openGalley();
  const ended = await galley.run('keys', 'dkim', '--check');
  expect(ended.code).not.toBe(0);
  expect(ended.err).toContain('DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE name them');
});

test.each<[DnsAnswer, number]>([
  ['none', 1],
  [[recordOf(ed).strings], 1],
  [[strings], 0],
  ['error', 0],
])('serve warns of a record that is missing or another, in one line: %j', async (answer, warnings) => {
  await using dns = await openDnsServer({ [name]: answer });
  const lines: string[] = [];
  const log = openLog({ level: 'warn', write: (line) => lines.push(line) });
  await warnOfRecords(log, openTxtLookup([dns.address], quick), rsa, new AbortController().signal);
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(Array(warnings).fill('dkim.record'));
});
