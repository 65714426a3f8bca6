/** A publication's look on the desk: refused where nobody could read it, shown before it is saved, and its logo taken in by the safe way. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { auditOf } from '../../src/store/audit.ts';
import { changePublication, getPublication } from '../../src/store/publications.ts';
import { assets } from '../../src/store/schema.ts';
import { openSite, publish, type Site } from './site.ts';

const path = '/console/settings/brand?publication=tidewater';
const brandOf = (site: Site) => getPublication(site.db, 'tidewater').brand;

async function send(site: Site, fields: Record<string, string>, file?: Blob): Promise<{ status: number; page: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file !== undefined) form.set('file', file, 'logo.png');
  const answer = await fetch(site.url + path, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: form,
    redirect: 'manual',
  });
  return { status: answer.status, page: await answer.text() };
}

const red = async (width = 300): Promise<Blob> =>
  new Blob([
    new Uint8Array(
      await sharp({ create: { width, height: 60, channels: 3, background: '#8a1f3d' } })
        .png()
        .toBuffer(),
    ),
  ]);

test('a look is saved in its one spelling, with its logo redrawn, and taken back field by field', async () => {
  await using site = await openSite();
  expect((await send(site, { accent: '#8A1F3D', fonts: 'sans-heads' }, await red(2000))).status).toBe(303);
  expect(brandOf(site)).toMatchObject({ accent: '#8a1f3d', fonts: 'sans-heads', logo: { width: 1200, height: 36 } });
  expect(auditOf(site.db, 'publication set', 1)).toMatchObject([{ actor: 'console', detail: 'accent, fonts, logo' }]);
  expect((await send(site, { without: 'logo', accent: '' })).status).toBe(303);
  expect(brandOf(site)).toEqual({ fonts: 'sans-heads' });
  expect((await send(site, { fonts: 'serif' })).status).toBe(303);
  expect(brandOf(site)).toEqual({ fonts: 'serif' });
});

test('a colour that is hard to read is refused at its field with the nearest that is not; the logo that came with it is not lost', async () => {
  await using site = await openSite();
  const { status, page } = await send(site, { accent: '#ffcc00', inkDark: 'black' }, await red());
  expect(status).toBe(422);
  expect(page).toMatch(/id="accent-wrong">Accent #ffcc00 is hard to read: .* darker shade that does is #[0-9a-f]{6}/);
  expect(page).toMatch(/id="inkDark-wrong">Ink in the dark &quot;black&quot; is no colour/);
  expect(page).toContain('value="#ffcc00"');
  expect(brandOf(site)).toBeNull();
  const logo = /name="logo" value="([0-9a-f]{64}\.png)"/.exec(page)?.[1] ?? '';
  expect((await send(site, { accent: '#8a1f3d', logo })).status).toBe(303);
  expect(brandOf(site)).toMatchObject({ accent: '#8a1f3d', logo: { asset: logo, width: 300, height: 60 } });
});

test.each([
  ['what is no picture', () => new Blob(['<svg onload="alert(1)"/>']), 422, 'Logo: this is an SVG'],
  ['more than 5 MB', () => new Blob([new Uint8Array(6 * 1024 * 1024)]), 422, 'Logo: it has more than 5 MB'],
])('%s is no logo', async (_, file, status, words) => {
  await using site = await openSite();
  const answer = await send(site, { accent: '#8a1f3d' }, file());
  expect(answer.status).toBe(status);
  expect(answer.page).toContain(words);
  expect(answer.page).toContain('value="#8a1f3d"');
  expect([brandOf(site), site.db.select().from(assets).all()]).toEqual([null, []]);
});

test('a logo by a name that is no stored picture is refused', async () => {
  await using site = await openSite();
  for (const logo of [`${'0'.repeat(64)}.png`, '../../etc/passwd', '"><script>alert(1)</script>']) {
    const { status, page } = await send(site, { logo });
    expect(status).toBe(422);
    expect(page).not.toContain('<script>alert');
  }
});

test('a preview shows the look and saves nothing; the sample is a mail that can do nothing and leads nowhere', async () => {
  await using site = await openSite();
  const { status, page } = await send(site, { accent: '#8a1f3d', do: 'preview' });
  expect([status, brandOf(site)]).toEqual([200, null]);
  const source = (/src="(\/console\/settings\/brand\/sample[^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
  const sample = await fetch(site.url + source);
  expect(sample.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox$/);
  const markup = await sample.text();
  expect(markup).toContain('#8a1f3d');
  expect(markup).not.toMatch(/prefers-color-scheme/);
  expect(await (await fetch(site.url + source.replace('light', 'dark'))).text()).not.toBe(markup);
});

test('the sample has the words that were written last, once there are any', async () => {
  await using site = await openSite();
  const sample = async (): Promise<string> => (await fetch(`${site.url}/console/settings/brand/sample?publication=tidewater`)).text();
  expect(await sample()).toContain('The first issue will be here');
  publish(site);
  expect(await sample()).toContain('Tides, ferries and lamps.');
});

test('the sample shows a colour that would be refused, and never what is no colour', async () => {
  await using site = await openSite();
  const sample = async (accent: string): Promise<string> =>
    (await fetch(`${site.url}/console/settings/brand/sample?${new URLSearchParams({ publication: 'tidewater', accent })}`)).text();
  expect(await sample('#ffcc00')).toContain('#ffcc00');
  expect(await sample('red;}body{display:none')).not.toContain('display:none}');
  const said = await fetch(`${site.url}/console/settings/brand/said?publication=tidewater&accent=%23ffcc00`);
  expect(await said.json()).toMatchObject({ accent: { colour: '#ffcc00', said: expect.stringMatching(/^1\.\d:1 on paper: too little/) } });
});

test('of two people who choose the same field otherwise the later one is told, and nothing is lost', async () => {
  await using site = await openSite();
  changePublication(site.db, site.publication.id, { brand: { accent: '#8a1f3d' } });
  const { status, page } = await send(site, { 'was.accent': '', accent: '#0a656c' });
  expect(status).toBe(409);
  expect(page).toContain('Saved meanwhile: <b><bdi>#8a1f3d</bdi></b>');
  expect(page).toContain('value="#0a656c"');
  expect(brandOf(site)).toEqual({ accent: '#8a1f3d' });
});
