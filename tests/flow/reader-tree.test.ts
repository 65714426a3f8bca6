/** What somebody hears who cannot see the pages to subscribe, confirm and leave: Chromium's accessibility tree, read in its order. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintToken } from '../../src/model/token.ts';
import { browserNote, chromiumPath, openBrowser } from '../support/browser.ts';
import { openSite, publish, ring, type Site } from '../web/site.ts';

/** A node of the tree (Chrome DevTools Protocol, Accessibility.AXNode), as far as it is read here. */
interface AxNode {
  nodeId: string;
  ignored: boolean;
  childIds?: string[];
  role?: { value: string };
  name?: { value: string };
  description?: { value: string };
  properties?: { name: string; value: { value?: unknown } }[];
}

/** Boxes without a meaning of their own, and the pieces of a text that its parent already says. */
const silent = ['generic', 'none', 'InlineTextBox', 'LayoutTable', 'LabelText', 'ListMarker'];

/** The same on every page, before its own words. */
const masthead = [
  'link Skip to content',
  'banner',
  'link The Tidewater Review',
  'navigation Newsletters',
  'link Archive',
  'link Subscribe',
  'main',
];

describe.skipIf(chromiumPath === undefined)(`readers’ pages by ear${browserNote}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let site: Site;
  beforeAll(async () => {
    const opened = await openBrowser();
    browser = opened.browser;
    closeBrowser = () => opened[Symbol.asyncDispose]();
    site = await openSite();
    publish(site);
  }, 60_000);
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await closeBrowser();
  });

  /** What is heard, a line per thing: its role, its name, and in brackets what else is said of it. */
  async function heard(path: string): Promise<string[]> {
    const context = await browser.newContext({ javaScriptEnabled: false });
    try {
      const page = await context.newPage();
      await page.goto(site.url + path);
      const { nodes } = (await (await context.newCDPSession(page)).send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
      const byId = new Map(nodes.map((node) => [node.nodeId, node]));
      const say = (node: AxNode): string[] => {
        const role = node.role?.value ?? '';
        const name = (node.name?.value ?? '').replace(/\s+/g, ' ').trim();
        const more = (node.properties ?? [])
          .filter(({ name: property, value }) => ['required', 'level', 'checked'].includes(property) && Boolean(value.value))
          .map(({ name: property, value }) => (value.value === true ? property : `${property} ${String(value.value)}`))
          .concat(node.description?.value ? [`“${node.description.value}”`] : []);
        const inner = (node.childIds ?? []).flatMap((id) => say(byId.get(id) as AxNode));
        if (node.ignored || silent.includes(role)) return inner;
        const line = `${role} ${name}${more.length > 0 ? ` (${more.join(', ')})` : ''}`.trim();
        // a name made of its own text is said once
        return [line, ...inner.filter((each) => each !== `StaticText ${name}`)];
      };
      const [root] = nodes;
      return root === undefined ? [] : say(root);
    } finally {
      await context.close();
    }
  }

  test('subscribe', async () => {
    expect(await heard('/tidewater/subscribe')).toEqual([
      'RootWebArea Subscribe · The Tidewater Review',
      ...masthead,
      'heading Subscribe to The Tidewater Review (level 1)',
      'StaticText Subscribe to',
      'StaticText The Tidewater Review',
      'form',
      'StaticText Your email',
      'textbox Your email (required)',
      'paragraph',
      'StaticText Send me',
      'StaticText The Tidewater Review',
      'StaticText by email. I can leave at any time with one click, in every mail.',
      'button Subscribe (“Send me The Tidewater Review by email. I can leave at any time with one click, in every mail.”)',
      'paragraph',
      'StaticText We send one email to check that the address is yours. No tracking, no sharing.',
      'complementary Latest issue',
      'paragraph',
      'heading Ferries, lamps & the price of a tide (level 2)',
      'link Ferries, lamps & the price of a tide',
    ]);
  });

  test('confirm', async () => {
    const stamp = mintToken(ring, 'form', { publication: 1, reader: Math.floor(Date.now() / 1000) - 9, send: 0 });
    await fetch(`${site.url}/tidewater/subscribe`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email: 'ada@example.org', form: stamp }).toString(),
    });
    site.answer();
    const facts = site.notices().at(-1)?.facts;
    expect(await heard(`/c/${facts !== undefined && 'token' in facts ? facts.token : ''}`)).toEqual([
      'RootWebArea Shall we put you on the list? · The Tidewater Review',
      ...masthead,
      'heading Shall we put you on the list? (level 1)',
      'paragraph',
      'StaticText The Tidewater Review',
      'StaticText will come to',
      'StaticText a…a@example.org',
      'StaticText .',
      'form',
      'button Yes, subscribe me (“The Tidewater Review will come to a…a@example.org .”)',
      'paragraph',
      'StaticText If you did not ask for this, close the page. Without your yes we delete the address after 7 days.',
    ]);
  });

  test('leave', async () => {
    expect(await heard(`/u/${mintToken(ring, 'leave', { publication: 1, reader: 1, send: 1 })}`)).toEqual([
      'RootWebArea Unsubscribe · The Tidewater Review',
      ...masthead,
      'heading Leave The Tidewater Review ? (level 1)',
      'StaticText Leave',
      'StaticText The Tidewater Review',
      'StaticText ?',
      'paragraph',
      'StaticText We stop writing to',
      'StaticText r…@example.com',
      'StaticText right away.',
      'form',
      'button Unsubscribe (“We stop writing to r…@example.com right away.”)',
      'paragraph',
      'link Or pause it, or change what you get',
    ]);
  });
});
