/** Going out: what the page of a send says, its stream, and what its buttons do and refuse. */
import { expect, test } from 'vitest';
import { getSend } from '../../src/store/sends.ts';
import { openLive } from '../../src/web/console/live.ts';
import { halfOut, settleBatch } from './sending.ts';
import { signInAs } from './signed.ts';
import { openSite, publish, type Site } from './site.ts';

const own = { 'sec-fetch-site': 'same-origin' };
const pageAt = async (site: Site, path: string): Promise<string> => (await fetch(site.url + path)).text();
const press = (site: Site, path: string, fields: Record<string, string> = {}) =>
  fetch(site.url + path, { method: 'POST', headers: own, body: new URLSearchParams(fields), redirect: 'manual' });

/** Reads a stream until it has said so many messages; what they hold. */
async function listen(
  site: Site,
  path: string,
  messages: number,
  meanwhile: () => unknown = () => {},
  cookie = '',
): Promise<{ said: string[]; headers: Headers }> {
  const over = new AbortController();
  const response = await fetch(site.url + path, { signal: over.signal, headers: { cookie } });
  const said: string[] = [];
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (!block.startsWith('data: ')) continue;
      said.push(block.replaceAll(/^data: /gm, ''));
      if (said.length === 1) await meanwhile();
    }
    if (said.length >= messages) break;
  }
  over.abort();
  return { said, headers: response.headers };
}

test('the page says how far a send is: counts, pace with its numbers as text, by mailbox, and what happened, without one whole address', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const page = await pageAt(site, `/console/sends/${send.id}`);
  const { accepted, prepared } = getSend(site.db, send.id);
  expect(page).toContain(`${accepted.toLocaleString('en-GB')} <small>of ${prepared.toLocaleString('en-GB')} accepted</small>`);
  for (const words of [
    'Messages a minute',
    'Show the numbers',
    'By mailbox',
    'Microsoft',
    'Everyone else',
    'A quarter is accepted.',
    'put mails off',
    'nobody knows about',
  ])
    expect(page, words).toContain(words);
  expect(page).not.toMatch(/reader\d+@/);
  expect(page).toContain('<noscript><meta http-equiv="refresh" content="3"></noscript>');
  expect(page).not.toContain('style=');
});

test('a rehearsal says so in the head, in the title and to who hears the page', async () => {
  await using site = await openSite({ catcher: true });
  const page = await pageAt(site, `/console/sends/${publish(site, { rehearsal: true }).id}`);
  expect(page).toContain('<mark>Rehearsal</mark>');
  expect(page).toMatch(/<title>[^<]*rehearsal/);
  expect(page).toMatch(/role="status"[^>]*>[^<]*This is a rehearsal\./);
});

test('the stream tells the whole state at once, and again when it has changed, in no store and through no buffer', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const { said, headers } = await listen(site, `/console/sends/${send.id}/events`, 2, () => settleBatch(site, send, site.now()));
  expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect([headers.get('cache-control'), headers.get('x-accel-buffering')]).toEqual(['no-store', 'no']);
  expect(said[0]).toContain('id="live-head"');
  const page = await pageAt(site, `/console/sends/${send.id}`);
  const run = (markup = '') => /<section class="run".*?<\/section>/s.exec(markup)?.[0];
  expect(run(said[1])).toBe(run(page)); // what the stream says last is what a reload shows
  expect(run(said[1])).not.toBe(run(said[0]));
});

test('it is drawn once for all who look, at most twice a second, and not at all while nothing changes', async () => {
  let version = 0;
  let drawn = 0;
  const live = openLive({
    mark: () => String(version),
    draw: () => {
      drawn += 1;
      return `<p>${version}</p>`;
    },
  });
  const express = (await import('express')).default;
  const app = express().get('/', (_request, response) => live.stream(response, '1', () => true));
  const server = app.listen(0);
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  const over = new AbortController();
  const told = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { body } = await fetch(url, { signal: over.signal });
      const mine = { text: '' };
      (async () => {
        for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) mine.text += new TextDecoder().decode(chunk);
      })().catch(() => {});
      return mine;
    }),
  );
  await expect.poll(() => told.every(({ text }) => text.includes('<p>0</p>'))).toBe(true);
  expect(live.viewers).toBe(10);
  const began = performance.now();
  while (performance.now() - began < 1600) {
    version += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await expect.poll(() => told.every(({ text }) => text.includes(`<p>${version}</p>`))).toBe(true);
  expect(drawn).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 500)); // the first, and one each half second
  const before = drawn;
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(drawn).toBe(before);
  over.abort();
  await expect.poll(() => live.viewers).toBe(0);
  server.closeAllConnections();
  server.close();
});

test('paused and stopped are said when the workers have given back what they had, and not before', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const path = `/console/sends/${send.id}`;
  site.db.$client.exec('UPDATE sends SET ready = ready - 7, queued = 7');
  expect((await press(site, `${path}/pause`)).headers.get('location')).toBe(path);
  expect(await pageAt(site, path)).toMatch(/is being paused.*7 messages still out at the workers/s);
  site.db.$client.exec('UPDATE sends SET ready = ready + 7, queued = 0');
  expect(await pageAt(site, path)).toMatch(/is paused<.*given back what they had/s);
  expect((await press(site, `${path}/pause`)).status).toBe(303); // a double press
  await press(site, `${path}/resume`);
  expect(await pageAt(site, path)).toContain('is going out');
  await press(site, `${path}/stop`);
  expect(await pageAt(site, path)).toContain('is being stopped');
  site.db.$client.exec('UPDATE sends SET cancelled = cancelled + ready + deferred, ready = 0, deferred = 0, finished_at = 1');
  expect(await pageAt(site, path)).toContain('was stopped');
  expect(site.db.$client.prepare("SELECT group_concat(action, ' ') FROM audit").pluck().get()).toBe('pause resume cancel');
});

test('stop pressed after the end changes nothing and says that it is over', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  site.db.$client.exec("UPDATE sends SET state = 'sent', finished_at = 1");
  const late = await press(site, `/console/sends/${send.id}/stop`);
  expect(late.status).toBe(409);
  expect(await late.text()).toContain('cannot be cancelled: it has gone out. Nothing was changed.');
  expect(getSend(site.db, send.id).state).toBe('sent');
});

test('unknown mails are let be or sent again by name; one of a moment ago waits, and none ticked is said', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const path = `/console/sends/${send.id}/unknowns`;
  const unknown = () =>
    site.db.$client.prepare("SELECT reader_id FROM deliveries WHERE state = 'unknown' ORDER BY changed_at").pluck().all() as number[];
  const [oldest = 0, second = 0] = unknown();
  const none = await press(site, path, { answer: 'resend' });
  expect([none.status, (await none.text()).includes('Tick the mails')]).toEqual([422, true]);
  expect((await press(site, path, { answer: 'dismiss', reader: String(oldest) })).status).toBe(303);
  expect((await press(site, path, { answer: 'dismiss', reader: String(oldest) })).status).toBe(303); // a double press
  expect(unknown()).not.toContain(oldest);
  await press(site, path, { answer: 'resend', reader: String(second) });
  expect(unknown()).toContain(second); // unknown for less than a quarter of an hour: word of it may still come
  site.clock.ahead = 20 * 60_000;
  await press(site, path, { answer: 'resend-all' });
  expect(unknown()).toEqual([]);
  expect((await press(site, path, { answer: 'burn' })).status).toBe(400);
});

test('a viewer sees it move and is given no button, by page or by stream; a session that ends gets no further', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const { cookie } = signInAs(site, 'viewer');
  const path = `/console/sends/${send.id}`;
  const page = await (await fetch(site.url + path, { headers: { cookie } })).text();
  const { said } = await listen(site, `${path}/events`, 1, undefined, cookie);
  const editors = await listen(site, `${path}/events`, 1, undefined, signInAs(site, 'editor').cookie);
  expect(said[0]).toContain('id="live-run"');
  expect(said[0]).not.toContain('<button');
  expect(editors.said[0]).toContain('Pause sending');
  expect(page).not.toContain('Pause sending');
  const refused = await fetch(`${site.url}${path}/pause`, { method: 'POST', headers: { ...own, cookie } });
  expect([refused.status, getSend(site.db, send.id).state]).toEqual([403, 'sending']);
  site.db.$client.exec('DELETE FROM sessions');
  const signedOut = await fetch(`${site.url}${path}/events`, { headers: { cookie }, redirect: 'manual' });
  expect(signedOut.headers.get('content-type')).not.toContain('event-stream');
});

test('another site can press none of it', async () => {
  await using site = await openSite();
  const send = halfOut(site);
  const foreign = await fetch(`${site.url}/console/sends/${send.id}/stop`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
  expect([foreign.status, getSend(site.db, send.id).state]).toEqual([403, 'sending']);
});
