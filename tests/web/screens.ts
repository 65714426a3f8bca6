/** Every screen of the desk, with where it is found: the one list that is photographed (`npm run pictures`) and walked through for faults (tests/flow/desk-looks.test.ts). */
import type { Page } from 'playwright-core';
import type { DeskRoute } from '../../src/web/console/desk.ts';
import { openBusy, openFresh, openRehearsing, type Room } from './screen-rooms.ts';

export interface Screen {
  /** Names its pictures. */
  name: string;
  /** As the desk declares it; what is nowhere in this list and not in `noScreen` fails a test. */
  route: string;
  room: Room;
  path: string;
  /** Who looks; the room's owner when left out, nobody when empty. */
  cookie?: string;
  /** What is pressed before one looks. */
  open?: (page: Page) => Promise<unknown>;
  /** Shows the same parts as another screen, so that a picture is enough. */
  pictureOnly?: boolean;
}

/** Addresses that answer GET and are no screen of their own. */
export const noScreen: Readonly<Record<string, string>> = {
  '/console/issues/:id/preview/:key/:part': 'a part of the editor, in its frame',
  '/console/issues/:id/proof/:part': 'a part of the proof, in its frame',
  '/console/settings/brand/sample': 'a part of the brand, in its frame',
  '/console/settings/brand/said': 'a sentence of the brand, fetched while one types',
  '/console/mail/:id/html': 'a part of a caught mail, in its frame',
  '/console/mail/:id/raw': 'a file',
  '/console/feedback/mails/:id/raw': 'a file',
  '/console/reports/:id/numbers.csv': 'a file',
  '/console/readers/export': 'a file',
  '/console/readers/import/:token/rejected': 'a file',
  '/console/sends/:id/events': 'the stream of a live page',
};

export interface Screens {
  list: readonly Screen[];
  /** What the desk declared. */
  routes: readonly DeskRoute[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens the desks and says where their screens are. It takes some seconds: proofs are drawn for real. */
export async function openScreens(): Promise<Screens> {
  const [busy, rehearsing, fresh, named] = [
    await openBusy(),
    await openRehearsing(),
    await openFresh({ publication: false }),
    await openFresh({ publication: true }),
  ];
  const { paths } = busy;
  const screen =
    (room: Room) =>
    (name: string, route: string, path: string, rest: Partial<Screen> = {}): Screen => ({ name, route, room, path, ...rest });
  const [at, caught, first, begun] = [screen(busy), screen(rehearsing), screen(fresh), screen(named)];
  const issue = '/console/issues/:id';
  const send = '/console/sends/:id';
  const settings = '/console/settings';
  const one = '?publication=tidewater';
  const looked = (label: string) => async (page: Page) => {
    const part = page.locator('.seg').getByText(label, { exact: true });
    if (!(await part.isVisible())) await page.locator('.tabs [data-pane=look]').click();
    await part.click();
    await drawn(page);
  };
  const pane = (name: string) => async (page: Page) => {
    const tab = page.locator(`.tabs [data-pane=${name}]`);
    if (await tab.isVisible()) await tab.click();
    await drawn(page);
  };

  const list: Screen[] = [
    first('setup', '/console/setup', '/console/setup'),
    first('setup-refused', '/console/setup', '/console/setup', { open: refuseSetUp, pictureOnly: true }),
    first('new-publication', `${settings}/new`, '/console'),
    begun('first-steps', '/console', '/console?still'),
    begun('issues-none', '/console/issues', '/console/issues'),
    begun('readers-none', '/console/readers', '/console/readers'),
    begun('reports-none', '/console/reports', '/console/reports'),
    begun('feedback-none', '/console/feedback', '/console/feedback'),
    begun('mail-none', '/console/mail', '/console/mail'),
    begun('tray-none', '/console/feedback/tray', '/console/feedback/tray', { pictureOnly: true }),
    begun('leaving-none', '/console/leaving', '/console/leaving', { pictureOnly: true }),
    begun('imports-none', '/console/readers/imports', '/console/readers/imports', { pictureOnly: true }),

    at('signin', '/console/signin', '/console/signin', { cookie: '' }),
    at('signin-link', '/console/link/:token', paths.link, { cookie: '' }),
    at('invited', '/console/link/:token', paths.invitation, { cookie: '' }),
    at('link-used-up', '/console/link/:token', `/console/link/${'a'.repeat(43)}`, { cookie: '', pictureOnly: true }),
    at('prove', '/console/prove', '/console/prove?back=/console/readers', { cookie: paths.stale }),

    at('sends', '/console', '/console?still'),
    at('issues', '/console/issues', `/console/issues${one}`),
    at('issues-all', '/console/issues', '/console/issues', { pictureOnly: true }),
    at('issue-new', '/console/issues/new', `/console/issues/new${one}`),
    at('editor', issue, paths.sample, { open: drawn }),
    ...['Phone', 'Dark', 'Light', 'Text', 'Page', 'PDF'].map((label) =>
      at(`editor-${label.toLowerCase()}`, issue, paths.sample, { open: looked(label), pictureOnly: true }),
    ),
    at('editor-checks', issue, paths.wrong, { open: pane('checks') }),
    at('editor-urdu', issue, paths.urdu, { open: pane('look') }),
    at('editor-viewer', issue, paths.sample, { cookie: paths.viewer, pictureOnly: true }),
    at('conflict', issue, paths.contested, { open: fasterSaved(paths.contested), pictureOnly: true }),
    at('checks', `${issue}/checks`, `${paths.wrong}/checks`),
    at('history', `${issue}/history`, `${paths.approved}/history`),
    at('comparison', `${issue}/history/:revision`, `${paths.approved}/history/1`),
    at('proof-none', `${issue}/proof`, `${paths.wrong}/proof`, { pictureOnly: true }),
    at('proof', `${issue}/proof`, `${paths.approved}/proof`),
    at('proof-scheduled', `${issue}/proof`, `${paths.scheduled}/proof`),
    at('calendar', '/console/calendar', '/console/calendar'),
    at('customs', '/console/calendar/:slug', '/console/calendar/tidewater'),

    at('sending', send, `/console/sends/${paths.sends.going.id}`),
    at('sending-paused', send, `/console/sends/${paths.sends.paused.id}`),
    at('sending-stopped', send, `/console/sends/${paths.sends.stopped.id}`),
    at('sending-coming', send, `/console/sends/${paths.sends.coming.id}`),
    at('sending-million', send, `/console/sends/${paths.sends.million.id}`),
    at('sending-sent', send, `/console/sends/${paths.sends.sent.id}`),
    caught('sending-rehearsal', send, `/console/sends/${rehearsing.send.id}`),

    at('reports', '/console/reports', '/console/reports'),
    at('report', '/console/reports/:id', `/console/reports/${paths.sends.sent.id}`),
    at('report-stopped', '/console/reports/:id', `/console/reports/${paths.sends.stopped.id}`, { pictureOnly: true }),
    at('who-got-it', '/console/reports/:id/readers', `/console/reports/${paths.sends.sent.id}/readers?state=accepted`, {
      pictureOnly: true,
    }),
    at('refused', '/console/reports/:id/readers', `/console/reports/${paths.sends.sent.id}/readers?state=refused`),

    at('readers', '/console/readers', `/console/readers${one}`),
    at('readers-all', '/console/readers', '/console/readers', { pictureOnly: true }),
    caught('readers-found', '/console/readers', '/console/readers?q=r'),
    at('reader', '/console/readers/:id', '/console/readers/599'),
    caught('reader-suppressed', '/console/readers/:id', '/console/readers/1'),
    at('reader-pashto', '/console/readers/:id', '/console/readers/600', { pictureOnly: true }),
    at('reader-add', '/console/readers/add', `/console/readers/add${one}`),
    at('import', '/console/readers/import', `/console/readers/import${one}`),
    at('import-columns', '/console/readers/import/:token', paths.choosing),
    at('import-tried', '/console/readers/import/:token', paths.tried),
    at('imports', '/console/readers/imports', '/console/readers/imports'),
    at('imported', '/console/readers/imports/:id', paths.imported),
    caught('leaving', '/console/leaving', '/console/leaving'),

    caught('sends-rehearsal', '/console', '/console?still'),
    caught('mail', '/console/mail', '/console/mail'),
    caught('mail-one', '/console/mail/:id', '/console/mail/000000001'),
    caught('feedback', '/console/feedback', '/console/feedback'),
    caught('tray', '/console/feedback/tray', '/console/feedback/tray'),
    caught('feedback-mail', '/console/feedback/mails/:id', `/console/feedback/mails/${rehearsing.inbound}`),
    caught('undo', '/console/feedback/undo', '/console/feedback/undo?from=2020-01-01T00:00&to=2099-01-01T00:00'),

    at('settings', settings, `${settings}${one}`),
    at('settings-which', settings, settings),
    at('settings-viewer', settings, `${settings}${one}`, { cookie: paths.viewer, pictureOnly: true }),
    at('brand', `${settings}/brand`, `${settings}/brand${one}`),
    at('delivery', `${settings}/delivery`, `${settings}/delivery`),
    caught('delivery-rehearsal', `${settings}/delivery`, `${settings}/delivery`),
    at('another-publication', `${settings}/new`, `${settings}/new`),
    at('you', `${settings}/you`, `${settings}/you`),
    at('team', `${settings}/team`, `${settings}/team`),
    at('languages', '/console/languages', '/console/languages'),
  ];
  return {
    list,
    routes: busy.site.routes,
    async [Symbol.asyncDispose]() {
      for (const { site } of [busy, rehearsing, fresh, named]) await site[Symbol.asyncDispose]();
    },
  };
}

/** Opens a screen in a page of the browser, as whoever looks at it. */
export async function showScreen(page: Page, { room, path, cookie = room.cookie, open }: Screen): Promise<void> {
  await page.context().clearCookies();
  const [name = '', value = ''] = cookie.split('=');
  if (value !== '') await page.context().addCookies([{ name, value, url: room.base }]);
  await page.goto(room.base + path, { waitUntil: 'load' });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await open?.(page);
}

/** Waits until the editor shows the text as it is drawn. */
async function drawn(page: Page): Promise<void> {
  await page.locator('[data-checks] .checks').waitFor({ state: 'attached', timeout: 20_000 });
  await page.locator('iframe[data-coming]').waitFor({ state: 'detached', timeout: 20_000 });
}

async function refuseSetUp(page: Page): Promise<void> {
  await page.getByLabel('Set-up code').fill('AAAA-AAAA-AAAA');
  await page.getByLabel('Your name').fill('Mira');
  await page.getByLabel('Your email').fill('mira@desk.example');
  await page
    .getByRole('button', { name: /Create my passkey|Begin|Continue/ })
    .first()
    .click();
  await page.getByText('This is not the code').waitFor();
}

/** Somebody else saves while the page is open, and then one types. */
const fasterSaved = (path: string) => async (page: Page) => {
  const tag = await page.locator('#write [name=tag]').inputValue();
  const source = await page.locator('#source').inputValue();
  await page.evaluate(
    ([at, given, theirs]) =>
      fetch(String(at), { method: 'POST', body: new URLSearchParams({ tag: String(given), source: String(theirs) }), redirect: 'manual' }),
    [path, tag, source.replace('sails', 'sails, they say,')],
  );
  await page.locator('#source').fill(source.replace('A tide', 'An ebb'));
  await page.locator('[data-conflict]:not([hidden])').waitFor();
};

/** What the desk declares for GET that is neither a screen nor said to be none. */
export function undrawnOf({ list, routes }: Pick<Screens, 'list' | 'routes'>): string[] {
  const drawn = new Set(list.map(({ route }) => route));
  return routes.filter(({ method, path }) => method === 'get' && !drawn.has(path) && noScreen[path] === undefined).map(({ path }) => path);
}
