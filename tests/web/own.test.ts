/** A reader's own data over the wire: the link mailed afresh, what it opens for half an hour, and erasing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { exportReaders } from '../../src/audience/audience.ts';
import { mintToken } from '../../src/model/token.ts';
import { claimBatch } from '../../src/store/deliveries.ts';
import { consents, feedback, inbound, notices, readers, requests, subscriptions } from '../../src/store/schema.ts';
import { suppressionHash } from '../../src/store/suppressions.ts';
import { samplePublication } from '../support/store.ts';
import { openSite, publish, ring, type Site } from './site.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const minute = 60_000;

const preferences = (site: Site, reader = 1) => `${site.url}/p/${mintToken(ring, 'preferences', { publication: 1, reader, send: 1 })}`;
const post = (address: string, fields: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(address, { method: 'POST', headers: form, body: new URLSearchParams(fields).toString(), ...init });
const readerOf = (site: Site, id = 1) => site.db.select().from(readers).where(eq(readers.id, id)).get();

/** The link of the newest notice of a kind. */
function mailed(site: Site, kind: 'own' | 'new-address'): string {
  const facts = site.notices().findLast((notice) => notice.facts.kind === kind)?.facts;
  if (facts === undefined || !('token' in facts)) throw new Error(`no notice of kind ${kind}`);
  return `${site.url}/c/${facts.token}`;
}

/** Asks for the link, opens it, and returns the address of the page it opens. */
async function open(site: Site, reader = 1): Promise<string> {
  await post(`${preferences(site, reader)}/own`);
  site.answer();
  const opened = await post(mailed(site, 'own'), {}, { redirect: 'manual' });
  expect(opened.status).toBe(303);
  return `${site.url}${opened.headers.get('location')}`;
}

async function siteWithReaders(): Promise<Site> {
  const site = await openSite();
  publish(site);
  site.db
    .update(readers)
    .set({ name: 'Ada', attributes: { City: 'Gwadar' } })
    .where(eq(readers.id, 1))
    .run();
  return site;
}

test('the link in a mail shows nothing personal and mails a fresh link to the address itself', async () => {
  await using site = await siteWithReaders();
  const page = await (await post(`${preferences(site)}/own`)).text();
  expect(page).toContain('A link goes to');
  for (const secret of ['Ada', 'Gwadar', 'r1@example.com']) expect(page).not.toContain(secret);
  site.answer();
  expect(site.notices()).toMatchObject([{ address: 'r1@example.com', facts: { kind: 'own', minutes: 30 } }]);
});

test('the mailed link opens once, by its button, within 30 minutes, and for 30 minutes', async () => {
  await using site = await siteWithReaders();
  await post(`${preferences(site)}/own`);
  site.answer();
  const link = mailed(site, 'own');
  for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
  const first = await fetch(link, { method: 'POST', redirect: 'manual' });
  const own = `${site.url}${first.headers.get('location')}`;
  expect(await (await fetch(own)).text()).toContain('r1@example.com');
  expect(await (await fetch(link, { method: 'POST' })).text()).toContain('This link is used up');
  site.clock.ahead = 31 * minute;
  expect((await fetch(own)).status).toBe(410);
  expect((await post(`${own}/name`, { name: 'Eve' })).status).toBe(410);
  expect(readerOf(site)?.name).toBe('Ada');
});

test('a mailed link of 31 minutes ago opens nothing', async () => {
  await using site = await siteWithReaders();
  await post(`${preferences(site)}/own`);
  site.answer();
  site.clock.ahead = 31 * minute;
  expect(await (await fetch(mailed(site, 'own'), { method: 'POST' })).text()).toContain('This link is used up');
});

test('whoever got a forwarded copy cannot fill the mailbox with links: three a day', async () => {
  await using site = await siteWithReaders();
  for (let i = 0; i < 6; i += 1) await post(`${preferences(site)}/own`);
  site.answer();
  expect(site.notices()).toHaveLength(3);
});

test('a token that only opens the preferences opens no data, nor does a mailed token before its button was pressed', async () => {
  await using site = await siteWithReaders();
  await post(`${preferences(site)}/own`);
  site.answer();
  const unopened = mintToken(ring, 'own', { publication: 1, reader: 1, send: 0 });
  expect((await fetch(`${site.url}/p/own/${unopened}`)).status).toBe(410);
  for (const token of [preferences(site).slice(-34), mailed(site, 'own').slice(-34), 'x'])
    expect((await fetch(`${site.url}/p/own/${token}`)).status).toBe(404);
});

test('a name is changed and taken away; markup, headers and formulas in it harm nothing', async () => {
  await using site = await siteWithReaders();
  const own = await open(site);
  const name = '=cmd|"/c calc"!A1 <script>alert(1)</script>\r\nBcc: x@example.org';
  const page = await (await post(`${own}/name`, { name })).text();
  expect(page).toContain('Saved.');
  expect(page).not.toContain('<script');
  expect(readerOf(site)?.name).toBe('=cmd|"/c calc"!A1 <script>alert(1)</script> Bcc: x@example.org');
  const csv: string[] = [];
  await exportReaders(site.db, 1, (text) => void csv.push(text));
  expect(csv.join('')).toContain(`"'=cmd|""/c calc""!A1`);
  await post(`${own}/name`, { name: ' ' });
  expect(readerOf(site)?.name).toBeNull();
});

test('a new address counts once it has confirmed, and the reader stays the same person', async () => {
  await using site = await siteWithReaders();
  const own = await open(site);
  expect(await (await post(`${own}/address`, { email: 'Ada@New.Example' })).text()).toContain(
    'We write to <b><bdi dir="ltr">Ada@new.example</bdi></b>',
  );
  expect(readerOf(site)?.email).toBe('r1@example.com');
  site.answer();
  expect(site.notices().at(-1)).toMatchObject({ address: 'Ada@new.example', facts: { kind: 'new-address' } });
  const link = mailed(site, 'new-address');
  await fetch(link);
  expect(readerOf(site)?.email).toBe('r1@example.com');
  expect(await (await fetch(link, { method: 'POST' })).text()).toContain('Your address is changed');
  expect(readerOf(site)).toMatchObject({ id: 1, email: 'Ada@new.example', emailKey: 'ada@new.example' });
});

test('an address of another reader is not taken over, and only its owner learns that it is one', async () => {
  await using site = await siteWithReaders();
  const own = await open(site);
  const page = await (await post(`${own}/address`, { email: 'r2@example.com' })).text();
  expect(page).toContain('The change counts once it is confirmed there.');
  site.answer();
  expect(await (await fetch(mailed(site, 'new-address'), { method: 'POST' })).text()).toContain('on our lists already');
  expect(readerOf(site)?.email).toBe('r1@example.com');
});

test('an address that cannot be mailed is refused with the reason', async () => {
  await using site = await siteWithReaders();
  const response = await post(`${await open(site)}/address`, { email: 'nobody' });
  expect([response.status, await response.text()]).toEqual([422, expect.stringContaining('It has no @: write it as name@example.org.')]);
});

test('other publications are joined and left there, with the words agreed to', async () => {
  await using site = await siteWithReaders();
  const other = samplePublication(site.db, 'lanterns');
  const own = await open(site);
  await post(`${own}/publications`, { publication: String(other.id) });
  const states = () =>
    site.db
      .select()
      .from(subscriptions)
      .where(eq(subscriptions.readerId, 1))
      .all()
      .map(({ state }) => state);
  expect(states()).toEqual(['left', 'active']);
  expect(
    site.db
      .select()
      .from(consents)
      .all()
      .map(({ event, way, publicationId }) => `${event} ${way} ${publicationId}`),
  ).toEqual(['leave own 1', `subscribe own ${other.id}`, `confirm own ${other.id}`]);
  expect(site.notices().filter(({ facts }) => facts.kind === 'left')).toEqual([]); // it is the owner of the mailbox who did it
  for (const nonsense of ['99', 'x', '-1']) await post(`${own}/publications`, { publication: nonsense });
  expect(states()).toEqual(['left', 'left']);
});

test('all that is known is downloaded as JSON: the history with its words too', async () => {
  await using site = await siteWithReaders();
  const own = await open(site);
  const response = await post(`${own}/data`);
  expect(response.headers.get('content-disposition')).toBe('attachment; filename=my-data.json');
  expect(await response.json()).toMatchObject({
    address: 'r1@example.com',
    name: 'Ada',
    attributes: { City: 'Gwadar' },
    subscriptions: [{ publication: 'tidewater', state: 'active', format: 'full' }],
    history: [],
  });
});

test('erasing asks once more, then nothing in the store names the reader; the number, the history and a keyed hash stay', async () => {
  await using site = await siteWithReaders();
  await post(`${preferences(site)}/leave`);
  await post(`${preferences(site)}/back`);
  const raw = Buffer.from('Final-Recipient: rfc822; r1@example.com');
  const way = { way: 'pipe', sender: 'r1@example.com', bytes: raw.length, raw, state: 'read', dueAt: 0, tries: 0, receivedAt: 0 } as const;
  const mail = site.db
    .insert(inbound)
    .values({ ...way, recipients: [] })
    .returning()
    .get();
  const heard = { source: 'pipe', kind: 'bounce', reason: 'mailbox-full', scope: 'recipient', class: 'soft', foundBy: 'mail' } as const;
  const evidence = { inboundId: mail.id, readerId: 1, diagnostic: '<r1@example.com>: full', proven: true } as const;
  site.db
    .insert(feedback)
    .values({ ...heard, ...evidence, at: 0, charge: 'none', effect: 'none', why: 'w' })
    .run();
  const own = await open(site);
  await post(`${own}/address`, { email: 'second@new.example' });
  site.answer();
  expect(await (await post(`${own}/erase`)).text()).toContain('Really delete everything?');
  expect(readerOf(site)?.email).toBe('r1@example.com');
  expect(await (await post(`${own}/erase`, { sure: 'yes' })).text()).toContain('Everything is deleted');
  expect(readerOf(site)).toMatchObject({ id: 1, email: '', name: null, language: null, attributes: null });
  expect(
    site.db
      .select()
      .from(consents)
      .where(eq(consents.readerId, 1))
      .all()
      .map(({ event, network }) => [event, network]),
  ).toEqual([
    ['leave', null],
    ['undo', null],
    ['erase', null],
  ]);
  expect(site.db.select().from(requests).all()).toEqual([]);
  expect(
    site.db
      .select()
      .from(notices)
      .all()
      .map(({ address }) => address),
  ).toEqual(['', '', '']);
  const hash = suppressionHash(site.readers.suppressionKey, 'r1@example.com');
  expect(site.db.$client.prepare('SELECT hash, publication_id, reason FROM suppressions').all()).toEqual([
    { hash, publication_id: 0, reason: 'erase' },
  ]);
  expect(readFileSync(join(site.readers.dataDir, 'erased'), 'utf8')).toBe(`${hash.toString('hex')}\n`);
  const bytes = Buffer.from(site.db.$client.serialize()).toString('latin1');
  for (const trace of ['r1@example.com', 'Gwadar', 'second@new.example']) expect(bytes).not.toContain(trace);
});

test('after an erase the links of old mails answer calmly, the send goes on without the reader', async () => {
  await using site = await siteWithReaders();
  const own = await open(site);
  await post(`${own}/erase`, { sure: 'yes' });
  expect((await fetch(own)).status).toBe(410);
  expect((await fetch(preferences(site))).status).toBe(200);
  expect(
    (await fetch(`${site.url}/u/${mintToken(ring, 'leave', { publication: 1, reader: 1, send: 1 })}`, { method: 'POST' })).status,
  ).toBe(200);
  expect(await (await post(`${preferences(site)}/back`)).text()).not.toContain('r1@');
  claimBatch(site.db, 1, 10, site.now());
  expect(site.db.$client.prepare('SELECT state FROM deliveries WHERE reader_id = 1').pluck().get()).toBe('cancelled');
});

test.each(['name', 'address', 'publications', 'erase'])('a body that is no form, or ten megabytes, changes nothing at %s', async (way) => {
  await using site = await siteWithReaders();
  const own = await open(site);
  const before = site.db.$client.serialize();
  expect(
    (await fetch(`${own}/${way}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"sure":"yes"}' })).status,
  ).toBe(415);
  expect((await fetch(`${own}/${way}`, { method: 'POST', headers: form, body: `sure=yes&name=${'x'.repeat(10_000_000)}` })).status).toBe(
    413,
  );
  expect(site.db.$client.serialize().equals(before)).toBe(true);
});
