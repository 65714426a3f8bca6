/** A reader's own page over the wire: what `/p/TOKEN` shows, and what its buttons do. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { consents, readers, subscriptions } from '../../src/store/schema.ts';
import { leaveToken, openSite, preferencesToken, publish, type Site } from './site.ts';

async function siteWithReader(): Promise<{ site: Site; token: string; address: string }> {
  const site = await openSite();
  publish(site);
  const token = preferencesToken(site.publication.id, 1);
  return { site, token, address: `${site.url}/p/${token}` };
}

const stateOf = ({ db }: Site, reader = 1) => db.select().from(subscriptions).where(eq(subscriptions.readerId, reader)).get()?.state;
const waysOf = ({ db }: Site) =>
  db
    .select()
    .from(consents)
    .where(eq(consents.readerId, 1))
    .all()
    .map(({ event, way, sendId }) => `${event} ${way} ${sendId}`);
const post = async (address: string) => (await fetch(address, { method: 'POST' })).text();

test('it shows the publication and the address masked, and changes nothing; scanners may open it as often as they like', async () => {
  const { site, token, address } = await siteWithReader();
  await using _site = site;
  for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(address, { method })).status).toBe(200);
  const response = await fetch(address);
  const page = await response.text();
  expect(page).toContain('Preferences for <bdi lang="en">The Tidewater Review</bdi>');
  expect(page).toContain('r…@example.com');
  expect(page).not.toContain('r1@example.com');
  expect(Array.from(page.matchAll(/action="([^"]+)"/g), ([, action]) => action)).toEqual([
    `/p/${token}`,
    ...['pause', 'leave', 'own'].map((way) => `/p/${token}/${way}`),
  ]);
  expect(page).not.toContain('name="language"'); // with one language there is nothing to choose
  expect(page).toContain('<input type="radio" name="format" value="full" checked>');
  expect(page).not.toContain('<script');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-robots-tag')).toBe('none');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('set-cookie')).toBeNull();
  expect([stateOf(site), waysOf(site)]).toEqual(['active', []]);
});

test.each(['light', 'text', 'full'])(
  'the format %s is kept and shown as chosen, by itself and for this publication alone',
  async (format) => {
    const { site, address } = await siteWithReader();
    await using _site = site;
    const page = await (await fetch(address, { method: 'POST', body: new URLSearchParams({ format }) })).text();
    expect(page).toContain(`<input type="radio" name="format" value="${format}" checked>`);
    expect(page.match(/ checked>/g)).toHaveLength(2); // and the first of the months to pause
    const formats = site.db
      .select()
      .from(subscriptions)
      .all()
      .map((row) => row.format);
    expect(formats).toEqual([format, 'full', 'full']);
    expect(waysOf(site)).toEqual([]); // no event of consent
  },
);

test.each(['', 'postcard', 'LIGHT', 'light\0', '../light'])('a format that there is not, %j, changes nothing', async (format) => {
  const { site, address } = await siteWithReader();
  await using _site = site;
  expect((await fetch(address, { method: 'POST', body: new URLSearchParams({ format }) })).status).toBe(200);
  expect(site.db.select().from(subscriptions).get()?.format).toBe('full');
});

test('its buttons leave and put back, each once however often they are pressed', async () => {
  const { site, token, address } = await siteWithReader();
  await using _site = site;
  for (let i = 0; i < 2; i += 1) {
    const left = await post(`${address}/leave`);
    expect(left).toContain('You have left');
    expect(left).toContain(`<form method="post" action="/p/${token}/back">`);
  }
  expect([stateOf(site), waysOf(site)]).toEqual(['left', ['leave page 1']]);
  for (let i = 0; i < 2; i += 1) expect(await post(`${address}/back`)).toContain(`action="/p/${token}/leave"`);
  expect([stateOf(site), waysOf(site)]).toEqual(['active', ['leave page 1', 'undo page 1']]);
  expect(stateOf(site, 2)).toBe('active');
});

test('after the days for an undo nobody is put back, and the page says how to come back', async () => {
  const { site, address } = await siteWithReader();
  await using _site = site;
  await post(`${address}/leave`);
  site.db.update(subscriptions).set({ changedAt: 0 }).run();
  const page = await (await fetch(address)).text();
  expect(page).toContain('<a href="/tidewater/subscribe">');
  expect(page).not.toContain('/back"');
  expect(await post(`${address}/back`)).toContain('can no longer put you back');
  expect(stateOf(site)).toBe('left');
});

test('who is on the list and gets nothing is told so, and leaving and coming back does not change that', async () => {
  const { site, address } = await siteWithReader();
  await using _site = site;
  site.db.update(subscriptions).set({ state: 'suspended' }).run();
  expect(await (await fetch(address)).text()).toContain('Nothing is sent to this address at present.');
  await post(`${address}/leave`);
  await post(`${address}/back`);
  expect(stateOf(site)).toBe('suspended');
});

test.each([
  ['a token for leaving', () => leaveToken(1, 1)],
  ['a token cut short', (token: string) => token.slice(0, -1)],
  ['words', () => 'my%20settings'],
])('%s finds nothing and changes nothing', async (_, change) => {
  const { site, token } = await siteWithReader();
  await using _site = site;
  for (const [path, method] of [
    ['', 'GET'],
    ['', 'POST'],
    ['/leave', 'POST'],
    ['/back', 'POST'],
    ['/pause', 'POST'],
    ['/resume', 'POST'],
    ['/own', 'POST'],
  ] as const) {
    const response = await fetch(`${site.url}/p/${change(token)}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('This link is not complete');
  }
  expect([stateOf(site), site.logged]).toEqual(['active', []]);
});

test('a token for preferences is none for leaving: its page cannot be called by a mail program’s one click', async () => {
  const { site, token } = await siteWithReader();
  await using _site = site;
  expect((await fetch(`${site.url}/u/${token}`, { method: 'POST' })).status).toBe(404);
  expect(stateOf(site)).toBe('active');
});

test('a token works when the rows are gone: 200 and calm words', async () => {
  const { site, address } = await siteWithReader();
  await using _site = site;
  site.db.delete(subscriptions).run();
  site.db.delete(readers).run();
  expect(await (await fetch(address)).text()).toContain('You are not on this list');
  for (const way of ['leave', 'back', 'pause', 'resume', 'own'])
    expect(await post(`${address}/${way}`)).toContain('You are not on this list');
});
