/** The light page over the wire: at an address of its own, packed, complete in one answer, and frozen like the full one. */
import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { editions } from '../../src/store/schema.ts';
import { browserNote, chromiumPath, openBrowser, visit } from '../support/browser.ts';
import { openSite, publish, sampleLightPage } from './site.ts';

/** A GET as it comes off the wire: fetch would unpack it and ask with headers of its own. */
function wire(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }));
    }).once('error', reject);
  });
}

test('the light page is the stored one, packed for who can unpack it and plain for who cannot; who has it gets 304 either way', async () => {
  await using site = await openSite();
  publish(site);
  const url = `${site.url}/tidewater/2026-11.light`;
  const packed = await wire(url, { 'accept-encoding': 'gzip, br' });
  expect(packed.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-encoding': 'gzip',
    'content-length': String(packed.bytes.length),
    vary: expect.stringMatching(/accept-encoding/i),
    etag: 'W/"light 2026-11"',
  });
  expect(gunzipSync(packed.bytes).toString()).toBe(sampleLightPage);
  expect(packed.bytes.length).toBeLessThan(sampleLightPage.length / 4);
  for (const encoding of ['identity', 'br', 'gzip;q=0']) {
    const plain = await wire(url, { 'accept-encoding': encoding });
    expect([encoding, plain.headers['content-encoding'], plain.bytes.toString()]).toEqual([encoding, undefined, sampleLightPage]);
  }
  for (const encoding of ['gzip', 'identity']) {
    const again = await wire(url, { 'accept-encoding': encoding, 'if-none-match': String(packed.headers['etag']) });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
  }
});

test('its policy lets the style in its head stand, and nothing be fetched or run', async () => {
  await using site = await openSite();
  publish(site);
  const policy = (await fetch(`${site.url}/tidewater/2026-11.light`)).headers.get('content-security-policy');
  expect(policy).toBe(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'; img-src data:",
  );
});

test('it is public when the issue is, and an issue that was frozen without one has none', async () => {
  await using site = await openSite();
  publish(site);
  const status = async (path = '/tidewater/2026-11.light') => (await fetch(site.url + path)).status;
  expect(await status()).toBe(200);
  site.db.$client.exec("UPDATE sends SET as_of = NULL, state = 'scheduled'");
  expect(await status()).toBe(404);
  site.db.$client.exec("UPDATE sends SET as_of = 1, state = 'sending'");
  site.db.delete(editions).where(eq(editions.format, 'light')).run();
  expect(await status()).toBe(404);
  expect(await status('/tidewater/2026-11')).toBe(200);
});

test('an item called light keeps its permanent address', async () => {
  await using site = await openSite();
  publish(site);
  site.db.$client.exec(`UPDATE editions SET page = replace(page, 'id="ferries"', 'id="light"')`);
  const answer = await fetch(`${site.url}/tidewater/2026-11/light`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/tidewater/2026-11#light']);
});

test.each([
  '/tidewater/2026-12.light',
  '/nowhere/2026-11.light',
  '/tidewater/.light',
  '/tidewater/2026-11.light.light',
  '/tidewater/%00.light',
])('%s is not there', async (path) => {
  await using site = await openSite();
  publish(site);
  expect((await fetch(site.url + path)).status).toBe(404);
});

describe.skipIf(chromiumPath === undefined)(`in a browser${browserNote}`, () => {
  test('it has its style and asks for nothing more', async () => {
    await using site = await openSite();
    await using chromium = await openBrowser();
    publish(site);
    const asked: string[] = [];
    const complaints = await visit(chromium.browser, `${site.url}/tidewater/2026-11.light`, async (page) => {
      page.on('request', (request) => asked.push(request.url()));
      await page.reload({ waitUntil: 'load' });
      expect(await page.evaluate(`getComputedStyle(document.querySelector('h1')).color`)).toBe('rgb(1, 2, 3)');
    });
    expect(complaints).toEqual([]);
    expect(asked.filter((address) => !address.startsWith('data:'))).toEqual([`${site.url}/tidewater/2026-11.light`]);
  });
});
