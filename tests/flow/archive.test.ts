/** The archive, its feeds and the full issue's page in a real browser: looks, faults, bytes over the line; and the feeds read by its XML parser. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IssueTree } from '../../src/model/issue.ts';
import { openLanguages } from '../../src/model/words/catalogue.ts';
import { catalogues } from '../../src/model/words/words.ts';
import { openDrawing } from '../../src/render/render.ts';
import { storeAsset } from '../../src/store/assets.ts';
import { addPublication, changePublication } from '../../src/store/publications.ts';
import { browserNote, chromiumPath, faultsInEveryLook, openBrowser, visit } from '../support/browser.ts';
import { readSource } from '../support/issue-site.ts';
import { t0 } from '../support/store.ts';
import { openSite, pdf, publish, type Site } from '../web/site.ts';
import { reviewed } from '../web/words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = [
  { slug: 'tidewater', address: 'Sennet Quay 1', file: `${root}/emails/sample/issue.md` },
  { slug: 'waraq', address: 'Library Lane 3', file: `${root}/tests/fixtures/issues/urdu/issue.md` },
  { slug: 'two-shores', address: 'Gatehouse', file: `${root}/tests/fixtures/issues/mixed/issue.md` },
  { slug: 'durand', address: '1 Example Street', file: `${root}/../shared/seed/durand-dispatch-2025-02.md` },
].filter(({ file }) => existsSync(file));
const hasSeed = sources.some(({ slug }) => slug === 'durand');

/** What crosses the line for a page with all it loads, but pictures. */
const bounds = { subscribe: 30_000, issue: 120_000 };

describe.skipIf(chromiumPath === undefined)(`what readers read on the web${browserNote}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let site: Site;
  const trees = new Map<string, IssueTree>();

  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite({ languages: openLanguages(catalogues.map(reviewed)) });
    const studio = openDrawing();
    try {
      for (const source of sources) {
        const { tree, masthead, figures } = await readSource(studio, source);
        const drawing = await studio.draw(tree, { ...masthead, baseUrl: site.url, pictureBase: `${site.url}/a/` }, figures);
        const { slug, address: postalAddress } = source;
        const values = { fromAddress: 'news@tidewater.example', replyTo: null, zone: 'UTC', slot: null, createdAt: t0 };
        const publication =
          slug === 'tidewater'
            ? site.publication
            : addPublication(site.db, { ...values, slug, name: tree.publication, language: tree.language, postalAddress });
        for (const picture of drawing.pictures) storeAsset(site.db, picture);
        publish({ db: site.db, publication }, { tree, page: drawing.page });
        publish(
          { db: site.db, publication },
          {
            tree: { ...tree, period: '2024-12', title: `${tree.title} & <more>` },
            number: '2024-12',
            page: drawing.page,
            at: t0 - 1e9,
          },
        );
        trees.set(slug, tree);
      }
    } finally {
      await studio.close();
    }
  }, 120_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  const path = (slug: string) => `/${slug}/${trees.get(slug)?.number}`;

  async function look(at: string): Promise<void> {
    const complaints = await visit(browser, site.url + at, async (page) => expect(await faultsInEveryLook(page)).toEqual([]));
    expect(complaints.filter((complaint) => !/403|404/.test(complaint))).toEqual([]); // the status of the page itself, or of a figure that is not stored
  }

  test.each(['/tidewater', '/waraq'])('the archive %s', (at) => look(at));

  test('the page of a full issue that is for readers, in both directions', async () => {
    for (const { slug } of sources.slice(0, 2)) {
      site.db.$client.prepare(`UPDATE publications SET pdf = 'readers' WHERE slug = ?`).run(slug);
      await look(`${path(slug)}.pdf`);
      await look(`/${slug}`);
    }
    site.db.$client.exec(`UPDATE publications SET pdf = 'public'`);
  });

  /** Bytes over the line until the page is at rest: heads and bodies as they came, compressed; pictures left out. `told` says of what. */
  async function transferred(at: string): Promise<{ bytes: number; told: string }> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    try {
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      const asked = new Map<string, { type: string; url: string }>();
      const told: string[] = [];
      let bytes = 0;
      let open = 0;
      session.on('Network.requestWillBeSent', ({ requestId, type = 'Other', request: { url } }) => {
        asked.set(requestId, { type, url });
        open += 1;
      });
      session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
        open -= 1;
        const { type = 'Other', url = '' } = asked.get(requestId) ?? {};
        if (type === 'Image') return;
        bytes += encodedDataLength;
        told.push(`${type} ${url}: ${encodedDataLength}`);
      });
      session.on('Network.loadingFailed', () => {
        open -= 1;
      });
      await page.goto(site.url + at, { waitUntil: 'load' });
      await page.evaluate('document.fonts.ready.then(() => undefined)');
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await page.evaluate('document.fonts.ready.then(() => undefined)');
      await expect.poll(() => open, { timeout: 5000 }).toBe(0);
      return { bytes, told: told.join('\n') };
    } finally {
      await context.close();
    }
  }

  test.each(['', '?language=ar', '?language=ur'])('the form to subscribe comes with all it loads in 30 KB%s', async (language) => {
    const { bytes, told } = await transferred(`/tidewater/subscribe${language}`);
    expect(bytes, told).toBeLessThanOrEqual(bounds.subscribe);
  });

  test.each(sources.map(({ slug }) => [slug]))('an issue page comes with all it loads but pictures in 120 KB: %s', async (slug) => {
    const { bytes, told } = await transferred(path(slug));
    expect(bytes, told).toBeLessThanOrEqual(bounds.issue);
  });

  test.skipIf(!hasSeed)('the seed issue is among them', () => expect(trees.has('durand')).toBe(true));

  /** What Chromium's parser finds in an XML document: each element as [name, attributes, text of its own, children]. */
  type Node = [string, Record<string, string>, string, Node[]];
  async function parseXml(text: string): Promise<Node> {
    const page = await browser.newPage();
    try {
      const tree = `(text) => {
        const document = new DOMParser().parseFromString(text, 'application/xml');
        const read = (node) => ['{' + node.namespaceURI + '}' + node.localName, Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value])), node.children.length === 0 ? node.textContent : '', [...node.children].map(read)];
        return JSON.stringify(read(document.documentElement));
      }`;
      return JSON.parse(String(await page.evaluate(`(${tree})(${JSON.stringify(text)})`))) as Node;
    } finally {
      await page.close();
    }
  }
  const atomNames = (nodes: Node[]) => nodes.map(([name]) => name.replace('{http://www.w3.org/2005/Atom}', ''));
  const all = (nodes: Node[], name: string) => nodes.filter(([full]) => full === `{http://www.w3.org/2005/Atom}${name}`);
  const only = (nodes: Node[], name: string): Node => {
    const found = all(nodes, name);
    expect(found, name).toHaveLength(1);
    return found[0] as Node;
  };
  const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  test.each(sources.map(({ slug }) => [slug]))('the Atom feed of %s is what RFC 4287 asks for', async (slug) => {
    const answer = await fetch(`${site.url}/${slug}/feed.atom`);
    expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const [name, attributes, , parts] = await parseXml(await answer.text());
    expect(name).toBe('{http://www.w3.org/2005/Atom}feed');
    expect(attributes['xml:lang']).toBe(slug === 'waraq' ? 'ur' : 'en');
    for (const needed of ['id', 'title', 'updated']) only(parts, needed); // 4.1.1
    expect(only(parts, 'author')[3].map(([part]) => part)).toContain('{http://www.w3.org/2005/Atom}name');
    const links = all(parts, 'link').map(([, link]) => link);
    expect(links.find(({ rel }) => rel === 'self')?.['href']).toBe(`http://localhost:3000/${slug}/feed.atom`);
    expect(new Set(atomNames(parts))).toEqual(new Set(['id', 'title', 'updated', 'author', 'link', 'entry']));
    const entries = all(parts, 'entry');
    expect(entries).toHaveLength(2);
    const ids = entries.map(([, , , entry]) => only(entry, 'id')[2]);
    expect(new Set([...ids, only(parts, 'id')[2]]).size).toBe(3);
    for (const [, , , entry] of entries) {
      expect(only(entry, 'id')[2]).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(only(entry, 'published')[2]).toMatch(rfc3339);
      expect(only(entry, 'updated')[2]).toMatch(rfc3339);
      expect(only(entry, 'title')[2]).not.toBe('');
      const [, content, html] = only(entry, 'content'); // 4.1.3.3: as type html it is text that reads as HTML
      expect(content['type']).toBe('html');
      expect(html).toMatch(slug === 'waraq' ? /^<div lang="ur" dir="rtl">/ : /^<div lang="en" dir="ltr">/);
      const alternate = all(entry, 'link').map(([, link]) => link);
      expect(alternate.filter(({ rel }) => rel === 'alternate')).toHaveLength(1);
      const enclosure = alternate.find(({ rel }) => rel === 'enclosure');
      expect(enclosure).toMatchObject({ type: 'application/pdf', length: String(pdf.length) });
      expect((await fetch(enclosure?.['href']?.replace('http://localhost:3000', site.url) ?? '')).status).toBe(200);
    }
    expect(only(entries[1]?.[3] ?? [], 'title')[2]).toContain('& <more>');
  });

  test('what the feed leads to is there: every headline its place on the page', async () => {
    const { items } = (await (await fetch(`${site.url}/tidewater/feed.json`)).json()) as { items: { content_html: string; url: string }[] };
    const page = await (await fetch(site.url + path('tidewater'))).text();
    const places = [...(items[0]?.content_html ?? '').matchAll(/href="[^"]*#([^"]+)"/g)].map(([, id = '']) => id);
    expect(places.length).toBeGreaterThan(5);
    for (const id of places) expect(page).toContain(` id="${decodeURIComponent(id)}"`);
  });

  test('the sitemap is XML of its kind', async () => {
    const [name, , , urls] = await parseXml(await (await fetch(`${site.url}/sitemap.xml`)).text());
    expect(name).toBe('{http://www.sitemaps.org/schemas/sitemap/0.9}urlset');
    expect(urls).toHaveLength(sources.length * 3);
    for (const [, , , parts] of urls) expect(parts.map(([part]) => part.replace(/.*\}/, ''))).toEqual(['loc', 'lastmod']);
  });

  test('archive and issue pages lead programs to the feeds', async () => {
    for (const at of ['/tidewater', path('tidewater')]) {
      const found = await visitFor(`${site.url}${at}`);
      expect(found).toEqual([
        ['application/atom+xml', expect.stringMatching(/\/tidewater\/feed\.atom$/)],
        ['application/feed+json', expect.stringMatching(/\/tidewater\/feed\.json$/)],
      ]);
    }
  });

  async function visitFor(url: string): Promise<unknown> {
    let found: unknown;
    await visit(browser, url, async (page) => {
      const links = `[...document.querySelectorAll('link[rel=alternate]')].filter(({ type }) => type !== 'application/pdf').map(({ type, href }) => [type, href])`;
      found = await page.evaluate(links);
    });
    return found;
  }

  test('the public page of an issue that is for readers names no link and no token', async () => {
    const studio = openDrawing();
    try {
      const [source] = sources;
      if (source === undefined) throw new Error('there is no sample issue');
      const { tree, masthead, figures } = await readSource(studio, source);
      const { page, email, text } = await studio.draw(tree, { ...masthead, pdf: 'readers' }, figures);
      expect(page).not.toMatch(/pdftoken|link=/);
      expect(page).not.toContain('type="application/pdf"');
      expect(page).toContain('The full issue as PDF is for readers');
      expect(email).toContain('.pdf?link=pdftoken');
      expect(text).toContain('.pdf?link=pdftoken');
      changePublication(site.db, site.publication.id, { pdf: 'public' });
    } finally {
      await studio.close();
    }
  });
});
