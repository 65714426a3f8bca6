/** The JSON API for signing up: what it takes, whom it answers, and that it tells no more than the form does. */
import { expect, test } from 'vitest';
import { confirmRequest } from '../../src/audience/audience.ts';
import { readToken } from '../../src/model/token.ts';
import { readers, requests } from '../../src/store/schema.ts';
import { openSite, publish, ring, type Site } from './site.ts';

const consent = 'Yes, send me The Tidewater Review each month.';
const post = (site: Site, body: unknown, headers: Record<string, string> = {}, slug = 'tidewater') =>
  fetch(`${site.url}/api/v1/publications/${slug}/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('an address is asked by mail, and the words it agreed to are kept as they were sent', async () => {
  await using site = await openSite();
  const response = await post(site, {
    email: 'ada@example.org',
    consent,
    name: '=HYPERLINK("http://evil.example")\r\nBcc: x',
    page: 'https://www.example.org/join',
  });
  expect([response.status, await response.json()]).toEqual([202, { status: 'confirmation by mail' }]);
  site.answer();
  const facts = site.notices()[0]?.facts;
  const subject = facts?.kind === 'confirm' ? readToken(ring, 'request', facts.token) : undefined;
  if (subject === undefined) throw new Error('nobody was asked');
  expect(confirmRequest(site.readers, subject, { network: 'n', now: site.now() })).toMatchObject({ outcome: 'done' });
  expect(site.db.select().from(readers).get()).toMatchObject({
    email: 'ada@example.org',
    name: '=HYPERLINK("http://evil.example") Bcc: x',
  });
  expect(site.db.$client.prepare('SELECT text FROM consent_texts').pluck().get()).toBe(consent);
  expect(site.db.$client.prepare("SELECT way, page FROM consents WHERE event = 'subscribe'").get()).toEqual({
    way: 'api',
    page: 'https://www.example.org/join',
  });
});

test('known, suppressed and new addresses get the same answer', async () => {
  await using site = await openSite();
  publish(site);
  const answers = [];
  for (const email of ['r1@example.com', 'n1@example.com']) {
    const response = await post(site, { email, consent });
    answers.push(`${response.status} ${await response.text()}`);
  }
  expect(new Set(answers).size).toBe(1);
});

test('pages of listed origins may call it, no others, and it sends no cookies’ permission', async () => {
  await using site = await openSite({ apiOrigins: ['https://www.example.org'] });
  const path = `${site.url}/api/v1/publications/tidewater/subscriptions`;
  const ask = (origin: string) => fetch(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  const allowed = await ask('https://www.example.org');
  expect([
    allowed.status,
    allowed.headers.get('access-control-allow-origin'),
    allowed.headers.get('access-control-allow-credentials'),
  ]).toEqual([204, 'https://www.example.org', null]);
  const sent = await post(site, { email: 'ada@example.org', consent }, { origin: 'https://www.example.org' });
  expect([sent.status, sent.headers.get('access-control-allow-origin'), sent.headers.get('vary')]).toEqual([
    202,
    'https://www.example.org',
    'Origin',
  ]);
  for (const origin of ['https://evil.example', 'https://www.example.org.evil.example', 'null', 'http://www.example.org']) {
    const refused = await post(site, { email: 'eve@example.org', consent }, { origin });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect((await ask(origin)).status).toBe(403);
  }
  expect(site.db.select().from(requests).all()).toHaveLength(1);
});

test.each([
  ['an address that is none', { email: 'ada@', consent }, 422, 'has nothing after the @'],
  ['no address', { consent }, 422, 'email'],
  ['no words of consent', { email: 'ada@example.org' }, 422, 'consent'],
  ['words that are none', { email: 'ada@example.org', consent: 'yes' }, 422, 'give the words the person agreed to'],
  ['a field we do not know', { email: 'ada@example.org', consent, admin: true }, 422, 'admin'],
  ['a list', [1], 422, 'the body'],
  ['a page that is a script', { email: 'ada@example.org', consent, page: 'javascript:alert(1)' }, 422, 'page'],
  ['a slip in the provider', { email: 'ada@gmial.com', consent }, 422, 'Did they mean ada@gmail.com?'],
  ['no JSON', '{', 400, 'is not JSON'],
  ['ten megabytes', JSON.stringify({ email: 'a'.repeat(10_000_000) }), 413, 'larger than'],
] as const)('%s is refused with the reason', async (_, body, status, reason) => {
  await using site = await openSite();
  const response = await post(site, body);
  expect(response.status).toBe(status);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message).toContain(reason);
  expect(site.db.select().from(requests).all()).toEqual([]);
});

test('a form sent to the API, and an unknown publication, are told what is wrong', async () => {
  await using site = await openSite();
  const form = await post(site, 'email=ada%40example.org', { 'content-type': 'application/x-www-form-urlencoded' });
  expect([form.status, await form.text()]).toEqual([415, expect.stringContaining('it is taken as application/json')]);
  expect((await post(site, { email: 'ada@example.org', consent }, {}, 'nobody')).status).toBe(404);
});

test('who is sure of an odd address says so; a shared mailbox is taken with a warning', async () => {
  await using site = await openSite();
  expect((await post(site, { email: 'ada@gmial.com', consent, sure: true })).status).toBe(202);
  expect(await (await post(site, { email: 'info@example.org', consent })).json()).toMatchObject({
    warning: 'several people may read this mailbox',
  });
});

test('the limits of a network hold here too', async () => {
  await using site = await openSite();
  const answers = await Promise.all(Array.from({ length: 25 }, (_, i) => post(site, { email: `n${i}@example.org`, consent })));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(20);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
});
