/** The console: what went out, and the caught mails as they were sent. */
import { expect, test } from 'vitest';
import { leaveToken, mailIn, openSite, pictureName, publish, type Site } from './site.ts';

const pageAt = async (site: Site, path: string): Promise<string> => (await fetch(site.url + path)).text();

/** Sets the counts of a send as settle would. */
function count({ db }: Site, id: number, text: string): void {
  db.$client.exec(`UPDATE sends SET ${text} WHERE id = ${id}`);
}

test('before anything is sent the page says how to begin', async () => {
  await using site = await openSite();
  const response = await fetch(`${site.url}/console`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).toContain('href="/console/issues?publication=tidewater"');
});

test('the newest send stands large, with its counts, its bar and the ways to what readers got', async () => {
  await using site = await openSite({ catcher: true });
  const send = publish(site, { rehearsal: true });
  count(
    site,
    send.id,
    "state = 'sent', finished_at = as_of + 5000, prepared = 12345, ready = 0, accepted = 12340, deferred = 0, refused = 3, unknown = 2",
  );
  const token = leaveToken(site.publication.id, 1);
  if (site.catcher) await mailIn(site.catcher, { to: 'r1@example.com', token });
  const page = await pageAt(site, '/console');
  expect(page).toContain('The Tidewater Review 2026-11 has gone out');
  expect(page).toContain('12,340 <small>of 12,345 accepted</small>');
  expect(page).toContain('aria-label="12,340 of 12,345 accepted: 12,340 accepted, 2 unknown, 3 refused"');
  expect(page).toContain('<mark>Rehearsal</mark>');
  expect(page).toContain('22 Nov 2026, 09:00');
  expect(page).toContain('took 5 seconds');
  for (const path of ['/tidewater/2026-11', '/tidewater/2026-11.pdf', `/u/${token}`, '/console/mail']) {
    expect(page, path).toContain(`href="${path}"`);
    expect((await fetch(site.url + path)).status, path).toBe(200);
  }
  expect(page).not.toContain('style=');
});

test('a send over a relay is no rehearsal, and shows no caught mails', async () => {
  await using site = await openSite();
  publish(site);
  const page = await pageAt(site, '/console');
  expect(page).not.toContain('Rehearsal');
  expect(page).not.toContain('mails as sent');
  expect(await pageAt(site, '/console/mail')).toContain('Mail goes to the relay');
});

test('the page renews itself while a send is going, until told to stop, and not afterwards', async () => {
  await using site = await openSite();
  const send = publish(site);
  const going = await fetch(`${site.url}/console`);
  expect(going.headers.get('refresh')).toBe('3');
  expect(await going.text()).toContain('href="/console?still"');
  expect((await fetch(`${site.url}/console?still`)).headers.get('refresh')).toBeNull();
  count(site, send.id, "state = 'sent', finished_at = as_of");
  expect((await fetch(`${site.url}/console`)).headers.get('refresh')).toBeNull();
});

test('earlier sends are listed with their state and counts', async () => {
  await using site = await openSite();
  const first = publish(site, { number: '2026-10' });
  count(site, first.id, "state = 'cancelled', prepared = 9, ready = 0, accepted = 4, cancelled = 5");
  publish(site);
  publish(site);
  const page = await pageAt(site, '/console');
  expect(page).toContain('The Tidewater Review 2026-11 (send 2) is going out');
  expect(page).toContain('was cancelled');
  expect(page).toContain('4<small> of 9</small>');
});

test('caught mails are listed newest first, fifty to a page', async () => {
  await using site = await openSite({ catcher: true });
  expect(await pageAt(site, '/console/mail')).toContain('No mail caught yet');
  await Promise.all(Array.from({ length: 51 }, (_, i) => site.catcher && mailIn(site.catcher, { to: `r${i}@example.com`, token: 'x' })));
  const first = await pageAt(site, '/console/mail');
  expect(first).toContain('51 caught mails');
  expect(first).toContain('1 to 50 of 51');
  const ids = [...first.matchAll(/href="\/console\/mail\/(\d+)"/g)].map((match) => Number(match[1]));
  expect(ids).toEqual(Array.from({ length: 50 }, (_, i) => 51 - i));
  expect(await pageAt(site, '/console/mail?page=2')).toContain('href="/console/mail/000000001"');
  for (const odd of ['0', '-1', '99', 'x', '1e9', '1&page=2'])
    expect((await fetch(`${site.url}/console/mail?page=${odd}`)).status, odd).toBe(200);
});

test('one mail is shown with its headers in the order sent, its text, its HTML in a frame and its source', async () => {
  await using site = await openSite({ catcher: true, baseUrl: 'https://news.example.org' });
  if (site.catcher) await mailIn(site.catcher, { to: 'r1@example.com', token: 'token', baseUrl: 'https://news.example.org' });
  const page = await pageAt(site, '/console/mail/000000001');
  const names = [...page.matchAll(/<dt>([^<]+)<\/dt>/g)].map((match) => match[1]);
  expect(names.indexOf('From')).toBeLessThan(names.indexOf('To'));
  expect(page).toContain(
    '<dt>List-Unsubscribe</dt><dd>&lt;https://news.example.org/u/token&gt;, &lt;mailto:leave@tidewater.example&gt;</dd>',
  );
  expect(page).toContain('Unsubscribe: https://news.example.org/u/token');
  expect(page).toContain('<iframe src="/console/mail/000000001/html"');
  const raw = await fetch(`${site.url}/console/mail/000000001/raw`);
  expect(raw.headers.get('content-type')).toMatch(/^message\/rfc822/);
  expect(raw.headers.get('content-disposition')).toContain('attachment');
  expect(Buffer.from(await raw.arrayBuffer())).toEqual((await site.catcher?.read('000000001'))?.raw);
});

test('the HTML part can run nothing, loads our pictures from here and opens its links elsewhere', async () => {
  await using site = await openSite({ catcher: true, baseUrl: 'https://news.example.org' });
  if (site.catcher) await mailIn(site.catcher, { to: 'r1@example.com', token: 'token', baseUrl: 'https://news.example.org' });
  const part = await fetch(`${site.url}/console/mail/000000001/html`);
  const policy = part.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain('sandbox allow-popups');
  expect(policy).not.toMatch(/script|allow-same-origin/);
  const markup = await part.text();
  expect(markup).toContain(`src="/a/${pictureName}"`);
  expect(markup).toContain('<head><base target="_blank">');
  expect(markup).toContain('https://news.example.org/tidewater/2026-11');
});

test.each(['000000009', 'x', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'constructor'])('a mail %s that was never caught is 404', async (id) => {
  await using site = await openSite({ catcher: true });
  for (const path of ['', '/html', '/raw']) expect((await fetch(`${site.url}/console/mail/${id}${path}`)).status).toBe(404);
});

test('hostile words of a mail are shown as words', async () => {
  await using site = await openSite({ catcher: true });
  if (site.catcher)
    await mailIn(site.catcher, { to: '"<img src=x onerror=alert(1)>" <r1@example.com>', token: '<script>alert(1)</script>' });
  for (const path of ['/console/mail', '/console/mail/000000001']) expect(await pageAt(site, path)).not.toMatch(/<script|<img/);
});
