/** Subscribing over the wire: the form, a form on another site, the mailed link, and what hostile hands send. */
import { expect, test } from 'vitest';
import { mintToken } from '../../src/model/token.ts';
import { openLanguages } from '../../src/model/words/catalogue.ts';
import { catalogues } from '../../src/model/words/words.ts';
import { consents, readers, requests, subscriptions } from '../../src/store/schema.ts';
import { openSite, publish, ring, type Site } from './site.ts';
import { reviewed } from './words.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** The stamp of a form that was opened so long ago. */
function stampOf(site: Site, ageMs = 5000): string {
  return mintToken(ring, 'form', { publication: 1, reader: Math.floor((site.now() - ageMs) / 1000), send: 0 });
}

async function send(site: Site, fields: Record<string, string>, init: RequestInit = {}): Promise<{ status: number; page: string }> {
  const body = new URLSearchParams({ form: stampOf(site), ...fields }).toString();
  const response = await fetch(`${site.url}/tidewater/subscribe`, { method: 'POST', headers: form, body, redirect: 'manual', ...init });
  return { status: response.status, page: await response.text() };
}

const asked = ({ db }: Site) =>
  db
    .select()
    .from(requests)
    .all()
    .map(({ email }) => email);

/** The path of the link in the newest notice. */
function link(site: Site, kind = 'confirm'): string {
  const facts = site.notices().at(-1)?.facts;
  if (facts?.kind !== kind || !('token' in facts)) throw new Error(`the newest notice is of kind ${facts?.kind}`);
  return `${site.url}/c/${facts.token}`;
}

test('a reader asks, gets a mail, opens its link, presses the button, and is on the list', async () => {
  await using site = await openSite();
  publish(site);
  const opened = await (await fetch(`${site.url}/tidewater/subscribe`)).text();
  expect(opened).toContain('Subscribe to <bdi lang="en">The Tidewater Review</bdi>');
  expect(opened).toContain('Ferries, lamps');
  expect(opened).not.toContain('<script');
  const { status, page } = await send(site, { email: 'ada@example.org' });
  expect([status, page]).toEqual([200, expect.stringContaining('Look in your inbox')]);
  site.answer();
  const path = link(site);
  for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(path, { method })).status).toBe(200); // scanners
  expect(site.db.$client.prepare("SELECT count(*) FROM readers WHERE email = 'ada@example.org'").pluck().get()).toBe(0);
  const ask = await (await fetch(path)).text();
  expect(ask).toContain('Shall we put you on the list?');
  expect(ask).toContain('a…a@example.org');
  expect(ask.match(/<button/g)).toHaveLength(1);
  const done = await (await fetch(path, { method: 'POST' })).text();
  expect(done).toContain('You are on the list');
  expect(done).toMatch(/href="\/p\/[a-z2-7]{34}"/);
  expect(await (await fetch(path, { method: 'POST' })).text()).toContain('This link is no longer good');
  expect(site.db.$client.prepare("SELECT count(*) FROM readers WHERE email = 'ada@example.org'").pluck().get()).toBe(1);
});

test('the words on the page are the words that are kept', async () => {
  await using site = await openSite();
  const opened = await (await fetch(`${site.url}/tidewater/subscribe`)).text();
  await send(site, { email: 'ada@example.org' });
  site.answer();
  await fetch(link(site), { method: 'POST' });
  const kept = String(site.db.$client.prepare('SELECT text FROM consent_texts').pluck().get());
  expect(kept).toContain('The Tidewater Review');
  expect(opened.replace(/<[^>]+>/g, '')).toContain(kept);
  expect(site.db.select().from(consents).all()).toMatchObject([
    { page: 'http://localhost:3000/tidewater/subscribe', network: '127.0.0.0/24' },
    {},
  ]);
});

test.each([
  ['no stamp, as from a form on another site', { form: '' }],
  ['a stamp that was cut', { form: 'abc' }],
])('a form with %s comes back filled in, for one more press on our own page', async (_, fields) => {
  await using site = await openSite();
  const { status, page } = await send(site, { email: 'ada@example.org', ...fields });
  expect([status, asked(site)]).toEqual([200, []]);
  expect(page).toContain('value="ada@example.org"');
  expect(page).toContain('Check the address and press Subscribe.');
});

test.each([
  [0, false],
  [1000, false],
  [4000, true],
  [23 * 3_600_000, true],
  [25 * 3_600_000, false],
  [-60_000, false],
])('a form that is %d ms old: taken %s', async (age, taken) => {
  await using site = await openSite();
  await send(site, { email: 'ada@example.org', form: stampOf(site, age) });
  expect(asked(site)).toEqual(taken ? ['ada@example.org'] : []);
});

test('a stamp of another publication, or of another kind of token, is none', async () => {
  await using site = await openSite();
  const now = Math.floor(site.now() / 1000) - 5;
  for (const token of [
    mintToken(ring, 'form', { publication: 2, reader: now, send: 0 }),
    mintToken(ring, 'leave', { publication: 1, reader: now, send: 0 }),
  ])
    await send(site, { email: 'ada@example.org', form: token });
  expect(asked(site)).toEqual([]);
});

test('who fills in the field nobody sees is answered as everybody, and nothing is written', async () => {
  await using site = await openSite();
  const trapped = await send(site, { email: 'bot@example.org', website: 'https://spam.example' });
  const taken = await send(site, { email: 'ada@example.org' });
  expect(trapped.page.replace('bot@', 'ada@')).toBe(taken.page);
  expect(asked(site)).toEqual(['ada@example.org']);
});

test('an address that cannot be mailed comes back with the reason and what would be right', async () => {
  await using site = await openSite();
  const { status, page } = await send(site, { email: 'ada@@example.org' });
  expect(status).toBe(422);
  expect(page).toContain('It has more than one @: give one address per row.');
  expect(page).toContain('aria-invalid="true"');
  expect(asked(site)).toEqual([]);
});

test('a slip in the name of a provider is asked about; either answer is taken', async () => {
  await using site = await openSite();
  const { page } = await send(site, { email: 'ada@gmial.com' });
  expect(page).toContain('<button class="btn go" name="take" value="ada@gmail.com">');
  expect(page).toContain('<button class="btn" name="keep" value="ada@gmial.com">');
  expect(asked(site)).toEqual([]);
  await send(site, { take: 'ada@gmail.com' });
  await send(site, { keep: 'bob@gmial.com' });
  expect(asked(site)).toEqual(['ada@gmail.com', 'bob@gmial.com']);
});

test('a mailbox of several people is warned of, once', async () => {
  await using site = await openSite();
  expect((await send(site, { email: 'info@example.org' })).page).toContain('several people read');
  expect((await send(site, { keep: 'info@example.org' })).page).toContain('Look in your inbox');
  expect(asked(site)).toEqual(['info@example.org']);
});

test('the answer is letter for letter the same for new, known, departed, suppressed and suspended addresses', async () => {
  await using site = await openSite();
  publish(site);
  site.db.$client.exec(
    "UPDATE subscriptions SET state = 'left' WHERE reader_id = 2; UPDATE subscriptions SET state = 'suspended' WHERE reader_id = 3",
  );
  const pages = [];
  for (const email of ['x9@example.com', 'r1@example.com', 'r2@example.com', 'r3@example.com', 'x9@example.com']) {
    const { status, page } = await send(site, { email });
    pages.push(`${status} ${page.replace(email, 'ADDRESS')}`);
  }
  expect(new Set(pages).size).toBe(1);
  site.answer();
  expect(site.notices().map(({ facts }) => facts.kind)).toEqual(['confirm', 'known', 'confirm']);
});

test('the time of the answer tells nothing: known and new addresses cannot be told apart by it', { retry: 2 }, async () => {
  await using site = await openSite({ trustProxy: 1 });
  publish(site);
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < 240; i += 1) {
    const known = i % 2;
    const headers = { ...form, 'x-forwarded-for': `10.${i}.0.1` };
    const started = performance.now();
    await send(site, { email: known === 1 ? 'r1@example.com' : `n${i}@example.com` }, { headers });
    if (i >= 40) times[known]?.push(performance.now() - started);
  }
  expect(asked(site)).toHaveLength(240);
  expect(Math.abs(rankSum(...times))).toBeLessThan(3.3); // Mann-Whitney: by chance once in a thousand runs, and then twice again
});

/** Mann and Whitney's U of two samples, as standard deviations from what samples of one kind would give. */
function rankSum(a: number[], b: number[]): number {
  const all = [...a.map((value) => ({ value, of: 'a' })), ...b.map((value) => ({ value, of: 'b' }))].sort((x, y) => x.value - y.value);
  const ranks = all.reduce((sum, { of }, i) => sum + (of === 'a' ? i + 1 : 0), 0);
  const u = ranks - (a.length * (a.length + 1)) / 2;
  return (u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
}

test('a thousand sign-ups at once from one network: twenty are taken, the others told to wait, and the page still answers', async () => {
  await using site = await openSite();
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => send(site, { email: `n${i}@example.org` })));
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect([count(200), count(429)]).toEqual([20, 980]);
  expect(answers.find(({ status }) => status === 429)?.page).toContain('Please try again in an hour.');
  expect((await fetch(`${site.url}/tidewater/subscribe`)).status).toBe(200);
});

test('a network is a /24 or a /48, and only a trusted proxy can name it', async () => {
  await using site = await openSite({ trustProxy: 1 });
  const from = (address: string) =>
    send(site, { email: `n${Math.random()}@example.org` }, { headers: { ...form, 'x-forwarded-for': address } });
  for (let i = 0; i < 20; i += 1) await from(`2001:db8:1:${i}::${i}`);
  expect((await from('2001:db8:1:ffff::1')).status).toBe(429);
  expect((await from('2001:db8:2::1')).status).toBe(200);
  await using open = await openSite();
  for (let i = 0; i < 20; i += 1)
    await send(open, { email: `n${i}@example.org` }, { headers: { ...form, 'x-forwarded-for': `10.0.${i}.1` } });
  expect((await send(open, { email: 'x@example.org' }, { headers: { ...form, 'x-forwarded-for': '10.9.9.9' } })).status).toBe(429);
});

test.each([
  ['JSON', { 'content-type': 'application/json' }, '{"email":"ada@example.org"}', 415],
  ['several parts', { 'content-type': 'multipart/form-data; boundary=b' }, '--b--', 415],
  ['nothing said', {}, Buffer.from('email=ada'), 415],
  ['compressed', { ...form, 'content-encoding': 'gzip' }, 'email=ada', 415],
  ['ten megabytes', form, `email=${'a'.repeat(10_000_000)}`, 413],
  ['an address of a megabyte within the form', form, `email=${'a'.repeat(15_000)}`, 422],
  ['half a percent sign', form, 'email=%', 422],
  ['a nul in the address', form, 'email=a%00b@example.org', 422],
  ['a header in the address', form, 'email=a%0d%0aBcc:%20b@example.org', 422],
  ['nothing', form, '', 422],
] as const)('a body of %s is refused with a reason, and nothing is written', async (_, headers, body, status) => {
  await using site = await openSite();
  const response = await fetch(`${site.url}/tidewater/subscribe`, { method: 'POST', headers, body });
  expect(response.status).toBe(status);
  expect(await response.text()).toContain('<h1>');
  expect([asked(site), site.logged]).toEqual([[], []]);
});

test('markup in an address and in a language stays text, and a language that is not offered is not kept', async () => {
  await using site = await openSite();
  const { page } = await send(site, { email: '"><script>alert(1)</script>@example.org', language: '<b>' });
  expect(page).not.toContain('<script');
  await send(site, { email: 'ada@example.org', language: 'xx' });
  expect(site.db.select().from(requests).get()?.language).toBe('en');
});

test.each(['nobody', 'console', '..', '%2e%2e'])('there is no form of a publication "%s"', async (slug) => {
  await using site = await openSite();
  expect((await fetch(`${site.url}/${slug}/subscribe`)).status).toBe(404);
  const headers = { ...form, 'sec-fetch-site': 'same-origin' }; // past the console's guard, whose name one of these is
  expect((await fetch(`${site.url}/${slug}/subscribe`, { method: 'POST', headers, body: 'email=a@b.example' })).status).toBe(404);
});

test.each(['//evil.example', 'https://evil.example', '/\\evil.example'])('no address in a query sends a reader to %s', async (target) => {
  await using site = await openSite();
  for (const name of ['next', 'redirect', 'return', 'url', 'language']) {
    const response = await fetch(`${site.url}/tidewater/subscribe?${name}=${encodeURIComponent(target)}`, { redirect: 'manual' });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('evil');
  }
});

test.each([
  ['cut short', (token: string) => token.slice(1)],
  ['doubled', (token: string) => token + token],
  ['with one letter changed', (token: string) => token.slice(0, -2) + (token.at(-2) === 'a' ? 'b' : 'a') + token.at(-1)],
  ['of another kind', () => mintToken(ring, 'preferences', { publication: 1, reader: 1, send: 0 })],
])('a confirmation token %s finds nothing', async (_, change) => {
  await using site = await openSite();
  await send(site, { email: 'ada@example.org' });
  site.answer();
  const token = link(site).slice(-34);
  for (const method of ['GET', 'POST']) expect((await fetch(`${site.url}/c/${change(token)}`, { method })).status).toBe(404);
  expect(site.db.select().from(readers).all()).toEqual([]);
});

test('fifty presses at once are one confirmation', async () => {
  await using site = await openSite();
  await send(site, { email: 'ada@example.org' });
  site.answer();
  const path = link(site);
  await Promise.all(Array.from({ length: 50 }, () => fetch(path, { method: 'POST' })));
  expect(site.db.select().from(consents).all()).toHaveLength(2);
  expect(site.db.select().from(subscriptions).all()).toHaveLength(1);
});

test('a link that is eight days old says so and leads to the form', async () => {
  await using site = await openSite();
  await send(site, { email: 'ada@example.org' });
  site.answer();
  const path = link(site);
  site.clock.ahead = 7.5 * 86_400_000;
  const page = await (await fetch(path, { method: 'POST' })).text();
  expect(page).toContain('This link is no longer good');
  expect(page).toContain('href="/tidewater/subscribe"');
});

test('an offered language is spoken on the form, kept with the reader, and runs its own way', async () => {
  await using site = await openSite({ languages: openLanguages(catalogues.map(reviewed)) });
  const page = await (await fetch(`${site.url}/tidewater/subscribe?language=ur`)).text();
  expect(page).toContain('<html lang="ur" dir="rtl">');
  expect(page).toContain('<bdi lang="en">The Tidewater Review</bdi> کے رکن بنیں');
  expect(page).toContain('<a href="/tidewater/subscribe?language=ar" lang="ar" hreflang="ar">العربية</a>');
  await send(site, { email: 'ada@example.org', language: 'ur' });
  site.answer();
  const path = link(site);
  expect(await (await fetch(path)).text()).toContain('<html lang="ur" dir="rtl">');
  await fetch(path, { method: 'POST' });
  expect(site.db.select().from(readers).get()?.language).toBe('ur');
});
