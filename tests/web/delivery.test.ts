/** Delivery on the desk: what is set is shown without a secret, and the relay is tried out by a press, for owners, without a mail. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { openTxtLookup } from '../../src/main/dkim-dns.ts';
import { dkimRecord, readDkim } from '../../src/message/message.ts';
import { type DnsAnswer, openDnsServer } from '../support/dns-server.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

const path = '/console/settings/delivery';
const smtp = { url: 'smtps://desk:top%20secret@mail.example.org', connections: 4 };

const pageOf = async (site: Site, cookie = ''): Promise<string> => (await fetch(site.url + path, { headers: { cookie } })).text();
const press = (site: Site): Promise<Response> =>
  fetch(`${site.url}${path}/test`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, redirect: 'manual' });

test('the relay is shown without its password; only owners see who logs in, and may test it', async () => {
  await using site = await openSite({ smtp });
  const { cookie } = signInAs(site, 'owner');
  const page = await pageOf(site, cookie);
  for (const fact of ['mail.example.org:465', '>desk</bdi>', 'encrypted from the first word', 'Test the relay'])
    expect(page).toContain(fact);
  const seen = await pageOf(site, signInAs(site, 'viewer').cookie);
  expect(seen).toContain('mail.example.org:465');
  for (const hidden of ['>desk<', 'Test the relay']) expect(seen).not.toContain(hidden);
  expect(page + seen).not.toMatch(/top(?:%20| )secret/);
});

test('without a relay the page says that it is a rehearsal and how to leave it; there is nothing to test', async () => {
  await using site = await openSite({ catcher: true });
  const page = await pageOf(site);
  expect(page).toContain('Nothing leaves this machine');
  expect(page).toContain('SMTP_URL=smtp://USER:PASSWORD@mail.example.org:587');
  expect((await press(site)).headers.get('location')).toBe(path);
});

test('a test of the relay says in a sentence that it is ready, and sends nothing', async () => {
  await using office = await openPostOffice();
  await using site = await openSite({ smtp: { url: office.url, connections: 1 } });
  const page = await (await press(site)).text();
  expect(page).toContain('The relay answers and is ready for mail.');
  expect(office.mails).toEqual([]);
});

test('what is wrong with it is said with what to do; words of the relay are only words', async () => {
  await using relay = await openScriptedRelay({ greeting: '554 <script>alert(1)</script>' });
  await using site = await openSite({ smtp: { url: relay.url, connections: 1 } });
  const page = await (await press(site)).text();
  expect(page).toContain('The relay does not take mail: ');
  expect(page).toContain('ask who runs it to let it in');
  expect(page).not.toContain('<script>alert');
});

test('many presses at once are one test, and a silent relay is given up', async () => {
  await using relay = await openScriptedRelay({ greeting: 'silence' });
  await using site = await openSite({ smtp: { url: relay.url, connections: 1 } });
  const pages = await Promise.all(Array.from({ length: 5 }, async () => (await press(site)).text()));
  for (const page of pages) expect(page).toContain('no answer from 127.0.0.1');
  expect(relay.connections()).toBe(1);
});

test('the records that go with the signing keys are shown, the keys never, and who mails from a domain they do not speak for is told', async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await using site = await openSite({ dkim: readDkim({ domain: 'example.org', keys: [{ selector: 'news1', pem }] }) });
  const page = await pageOf(site);
  expect(page).toContain('news1._domainkey.example.org');
  expect(page).toContain('does not speak for that domain'); // it comes from tidewater.example
  site.db.$client.exec("UPDATE publications SET from_address = 'news@mail.example.org'");
  expect(await pageOf(site)).not.toContain('does not speak');
  expect(page).toContain('v=DKIM1; k=ed25519; p=');
  expect(page).not.toContain(pem.split('\n')[1]);
});

test('each record says whether the DNS has it, without making the page wait for a DNS that is silent', async () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const dkim = readDkim({ domain: 'example.org', keys: [{ selector: 'news1', pem }] });
  const record = dkim.keys.map((key) => dkimRecord('example.org', key))[0];
  const name = 'news1._domainkey.example.org';
  const cases: [DnsAnswer, string][] = [
    [[record?.strings ?? []], `The record ${name} is there and holds the key that signs.`],
    ['none', `There is no TXT record ${name}, so receivers take the signature for a bad one.`],
    [[['<script>alert(1)</script>']], '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['silence', 'The DNS has not answered yet'],
  ];
  for (const [answer, words] of cases) {
    await using dns = await openDnsServer({ [name]: answer });
    await using site = await openSite({ dkim, lookUpTxt: openTxtLookup([dns.address]) });
    const began = performance.now();
    const page = await pageOf(site);
    expect(page).toContain(words);
    expect(page).not.toContain('<script>alert');
    expect(performance.now() - began).toBeLessThan(4000);
  }
});
