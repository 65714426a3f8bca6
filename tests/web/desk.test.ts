/** Who may do what on the desk: every declared route is asked by everybody, and what is declared nowhere is answered by nobody. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mayAs, type Role, roles } from '../../src/model/person.ts';
import type { DeskRoute } from '../../src/web/console/desk.ts';
import { signInAs } from './signed.ts';
import { openSite, type Site } from './site.ts';

/** Every `:name` of a path filled with something that may be there. */
const filled = (path: string): string => path.replaceAll(/:\w+/g, '1');

async function ask(site: Site, { method, path }: Pick<DeskRoute, 'method' | 'path'>, cookie?: string): Promise<Response> {
  const headers = { accept: 'text/html', 'sec-fetch-site': 'same-origin', ...(cookie !== undefined && { cookie }) };
  const form = method === 'post' ? { body: new URLSearchParams({ q: '1' }) } : {};
  return fetch(site.url + filled(path), { method: method.toUpperCase(), headers, redirect: 'manual', ...form });
}

const isWayIn = (response: Response): boolean =>
  response.status === 401 || (response.status === 303 && /^\/console\/signin\?back=/.test(response.headers.get('location') ?? ''));

test.each(['nobody', ...roles] as const)(
  'every route asked by %s answers, refuses or leads to the way in, as it was declared',
  async (who) => {
    await using site = await openSite({ catcher: true });
    signInAs(site, 'owner'); // the desk is somebody's
    const cookie = who === 'nobody' ? undefined : signInAs(site, who).cookie;
    expect(site.routes.length).toBeGreaterThan(10);
    for (const route of site.routes) {
      const named = `${route.method} ${route.path}`;
      const own = who !== 'nobody' && route.path === '/console/signout' ? signInAs(site, who).cookie : cookie;
      const response = await ask(site, route, own);
      if (route.access === 'anyone') expect(response.status, named).toBeLessThan(500);
      else if (who === 'nobody') expect(isWayIn(response), `${named}: ${response.status}`).toBe(true);
      else if (!mayAs(who, route.access)) expect(response.status, named).toBe(403);
      else expect([200, 303, 400, 404, 409, 412, 415, 422], `${named}: ${response.status}`).toContain(response.status);
      expect(response.headers.get('cache-control'), named).toContain('no-store');
    }
  },
);

test('what cannot be taken back asks again who it is after ten minutes, whoever is signed in: sending, missed readers, the list, sender and team', async () => {
  await using site = await openSite();
  const { cookie } = signInAs(site, 'owner');
  site.clock.ahead = 10 * 60_000 + 1000;
  const asking: string[] = [];
  for (const route of site.routes.filter(({ access }) => access !== 'anyone')) {
    if (/signout|sessions/.test(route.path)) continue; // they end this very session
    const response = await ask(site, route, cookie);
    if (response.status === 403 && (await response.text()).includes('Show that it is you')) asking.push(`${route.method} ${route.path}`);
  }
  expect(asking).toEqual(site.routes.filter(({ stepUp }) => stepUp).map(({ method, path }) => `${method} ${path}`));
  for (const path of [
    'issues/:id/send',
    'sends/:id/begin',
    'reports/:id/missed',
    'settings/sender',
    'settings/team/:id/role',
    'settings/new',
  ])
    expect(asking).toContain(`post /console/${path}`);
  expect(asking).toContain('get /console/readers/export');
});

test('what was declared nowhere leads nobody but to the way in, and is not there for who is signed in', async () => {
  await using site = await openSite();
  const { cookie } = signInAs(site, 'owner');
  for (const path of ['/console/nothing', '/console/mail/1/2/3', '/CONSOLE/Nothing', '/console/constructor']) {
    expect(isWayIn(await ask(site, { method: 'get', path })), path).toBe(true);
    expect((await ask(site, { method: 'get', path }, cookie)).status, path).toBe(404);
    expect((await ask(site, { method: 'post', path })).status, path).toBe(401);
  }
});

test('no file serves an address of the console but through the desk', () => {
  const folder = join(import.meta.dirname, '../../src/web');
  for (const file of globSync('**/*.ts', { cwd: folder })) {
    const text = readFileSync(join(folder, file), 'utf8');
    const direct = [...text.matchAll(/(\w+)\.(?:get|post|put|patch|delete|all|use|route)\(\s*['"`]\/console/g)].map((match) => match[1]);
    expect(
      direct.filter((by) => by !== 'desk'),
      file,
    ).toEqual(file === 'web.ts' ? ['app'] : file === 'console/desk.ts' ? ['router'] : []);
  }
});

describe('while nobody has joined', () => {
  test('this machine may use the desk without signing in, and is told that it may and how to make it its own', async () => {
    await using site = await openSite();
    const page = await (await fetch(`${site.url}/console`)).text();
    expect(page).toContain('Nobody’s yet');
    expect(page).toContain('href="/console/setup"');
  });

  test('the first to join shuts it to everybody else at once', async () => {
    await using site = await openSite();
    expect((await ask(site, { method: 'get', path: '/console' })).status).toBe(200);
    signInAs(site, 'owner');
    expect(isWayIn(await ask(site, { method: 'get', path: '/console' }))).toBe(true);
  });
});

describe('a session', () => {
  const open = async (site: Site, cookie: string): Promise<number> => (await ask(site, { method: 'get', path: '/console' }, cookie)).status;

  test('is over after fourteen days without use, and goes on as long as it is used', async () => {
    await using site = await openSite();
    const { cookie } = signInAs(site, 'viewer');
    const day = 24 * 3_600_000;
    for (let days = 0; days < 30; days += 10) {
      site.clock.ahead = days * day;
      expect(await open(site, cookie)).toBe(200);
    }
    site.clock.ahead += 15 * day;
    expect(await open(site, cookie)).toBe(303);
  });

  test.each(['', 'x', 'galley=', `galley=${'a'.repeat(43)}`, 'galley=%00', '__Host-galley=x'])(
    'is not made by the cookie %j',
    async (cookie) => {
      await using site = await openSite();
      signInAs(site, 'owner');
      expect(await open(site, cookie)).toBe(303);
    },
  );

  test('does not work under a name that is not ours', async () => {
    await using site = await openSite({ baseUrl: 'https://news.example.org' });
    const { cookie } = signInAs(site, 'owner');
    expect(await open(site, cookie)).toBe(200);
    const { status } = await site.askAs('evil.example', '/console', { cookie });
    expect(status).toBe(403);
  });
});

test.each<[Role, string]>([['viewer', 'This is for editors, and you are a viewer here.']])(
  'who may not is told who may: %s',
  async (role, words) => {
    await using site = await openSite();
    const { cookie } = signInAs(site, role);
    const response = await ask(site, { method: 'post', path: '/console/feedback/undo' }, cookie);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain(words);
  },
);
