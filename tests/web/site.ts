/** A running site for tests: a real store with one published issue and a reader, the real pages on a free port, a real catcher when asked for. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { answerRequests, type ReaderDeps } from '../../src/audience/audience.ts';
import { type Catcher, openCatcher } from '../../src/catcher/catcher.ts';
import { openLog } from '../../src/log.ts';
import type { IssueTree } from '../../src/model/issue.ts';
import type { NoticeFacts } from '../../src/model/notice.ts';
import { mintToken } from '../../src/model/token.ts';
import type { Languages } from '../../src/model/words/catalogue.ts';
import { languages as asReviewed } from '../../src/model/words/words.ts';
import { storeAsset } from '../../src/store/assets.ts';
import { saveEdition } from '../../src/store/editions.ts';
import { saveRevision } from '../../src/store/issues.ts';
import { closeStore, type Db, openStore } from '../../src/store/open.ts';
import type { Publication } from '../../src/store/publications.ts';
import { notices } from '../../src/store/schema.ts';
import { addSend, freezeChunk, type Send, startSend } from '../../src/store/sends.ts';
import type { DeskRoute } from '../../src/web/console/desk.ts';
import { openWeb, type WebDeps } from '../../src/web/web.ts';
import { readerDeps, samplePublication, sampleReaders, sampleTree, t0, testRing } from '../support/store.ts';

export const ring = testRing;
/** Makes the code of the first start. */
export const sessionsKey = new Uint8Array(32).fill(9);

/** Milliseconds after which what readers did is counted in the store. */
export const writtenAfterMs = 100;

export interface Site {
  url: string;
  db: Db;
  /** What its pages work with. */
  readers: ReaderDeps;
  publication: Publication;
  /** The clock of its pages, in milliseconds ahead of the real one. */
  clock: { ahead: number };
  /** The instant its pages think it is. */
  now(): number;
  /** Looks at what was asked for, as serve does several times a second. */
  answer(): void;
  /** The notices that were written, the oldest first. */
  notices(): { address: string; facts: NoticeFacts }[];
  catcher: Catcher | undefined;
  /** Lines of the log. */
  logged: string[];
  /** What its desk declared. */
  routes: readonly DeskRoute[];
  /** Asks under another name than the site's own; with a body it is a POST. */
  askAs(host: string, path: string, headers?: Record<string, string>, body?: string): Promise<RawAnswer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RawAnswer {
  status: number | undefined;
  body: string;
  /** The lines that set cookies. */
  cookies: string[];
}

export interface SiteOptions {
  baseUrl?: string;
  catcher?: boolean;
  languages?: Languages;
  apiOrigins?: readonly string[];
  trustProxy?: false | number;
  /** Whether the store is a file, which an import needs. */
  file?: boolean;
  /** The relay that mail would go to; only a test of it uses it. */
  smtp?: { url: string; connections: number };
  dkim?: WebDeps['dkim'];
  lookUpTxt?: WebDeps['lookUpTxt'];
}

/** Opens the pages over an empty store that has one publication, `tidewater`. */
export async function openSite({
  baseUrl = 'http://localhost:3000',
  catcher: caught = false,
  languages = asReviewed,
  file = false,
  dkim,
  lookUpTxt,
  ...rest
}: SiteOptions = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'galley-test-web-'));
  const db = openStore(file ? join(folder, 'galley.db') : ':memory:');
  const publication = samplePublication(db);
  const catcher = caught ? await openCatcher({ folder }) : undefined;
  const clock = { ahead: 0 };
  const now = () => Date.now() + clock.ahead;
  const readers = readerDeps(db, { languages, rehearsal: caught, dataDir: folder });
  const logged: string[] = [];
  const log = openLog({ level: 'debug', write: (line) => logged.push(line) });
  const config = { host: '127.0.0.1', port: 0, baseUrl, oldBaseUrls: [], ...rest };
  const web = await openWeb({
    readers,
    sessionsKey,
    config,
    dkim,
    lookUpTxt,
    relayTestMs: 1000,
    catcher,
    log,
    now,
    countsEveryMs: writtenAfterMs / 5,
  });
  return {
    url: web.url,
    db,
    readers,
    publication,
    clock,
    now,
    answer: () => void answerRequests(readers, 1000, now()),
    notices: () => db.select().from(notices).orderBy(notices.id).all(),
    catcher,
    logged,
    routes: web.routes,
    askAs: (host, path, headers = {}, body) => askAs(web.url + path, { ...headers, host }, body),
    async [Symbol.asyncDispose]() {
      await web.close();
      await catcher?.close();
      closeStore(db);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function askAs(url: string, headers: Record<string, string>, sent: string | undefined): Promise<RawAnswer> {
  const form = sent === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: sent === undefined ? 'GET' : 'POST', headers: { ...form, ...headers } }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, body, cookies: response.headers['set-cookie'] ?? [] });
    });
    asked.once('error', reject).end(sent);
  });
}

/** The token of reader number `reader` for leaving the publication, as mails of send 1 carry it. */
export function leaveToken(publication: number, reader: number): string {
  return mintToken(ring, 'leave', { publication, reader, send: 1 });
}

/** The token of reader number `reader` for their own page. */
export function preferencesToken(publication: number, reader: number): string {
  return mintToken(ring, 'preferences', { publication, reader, send: 1 });
}

const picture = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#0a656c"/></svg>',
);
export const pictureName = `${createHash('sha256').update(picture).digest('hex')}.svg`;
export const pdf = Buffer.from('%PDF-1.7\n0123456789\n%%EOF\n');

/** A page as the render room draws them: our style sheet, a brand's colour, a picture by its full address, a chart of shapes with style attributes. */
function samplePage(baseUrl: string): string {
  return `<!doctype html><html lang="en" dir="ltr" style="--accent:light-dark(#8a1f3d,#ffb3c6)"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>November 2026</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/reader.css"></head><body>
<header class="masthead"><div><span class="name">The Tidewater Review</span></div></header>
<main id="content" class="issue"><header class="opening"><h1>November 2026</h1></header><div class="paper"><section id="ferries"><h2>Ferries</h2>
<img id="picture" src="${baseUrl}/a/${pictureName}" width="40" height="20" alt="A bar">
<svg viewBox="0 0 40 20" width="40" role="img" aria-label="Two bars"><rect id="bar" width="20" height="20" style="fill: rgb(1, 2, 3)"/></svg></section></div></main></body></html>`;
}

export const sampleLightPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>November 2026</title><link rel="icon" href="data:,">
<style>h1{color:rgb(1,2,3)}</style></head><body><main><h1>November 2026, lightly</h1>${'<p>Ferries and lamps.</p>'.repeat(50)}</main></body></html>`;

/** Publishes an issue: a send of it to three readers has started at `at`. */
export function publish(
  { db, publication }: Pick<Site, 'db' | 'publication'>,
  {
    tree = sampleTree,
    number = tree.number,
    rehearsal = false,
    baseUrl = 'http://localhost:3000',
    page = samplePage(baseUrl),
    at = t0,
  }: { tree?: IssueTree; number?: string; rehearsal?: boolean; baseUrl?: string; page?: string; at?: number } = {},
): Send {
  const revision = saveRevision(db, {
    publicationId: publication.id,
    tree: { ...tree, number },
    source: number,
    stops: [],
    hash: `tree ${number}`,
    now: t0,
  });
  storeAsset(db, { name: pictureName, type: 'image/svg+xml', width: 40, height: 20, bytes: picture });
  const same = {
    issueId: revision.issueId,
    revision: revision.revision,
    language: tree.language,
    subject: 'Ferries, lamps & the price of a tide',
    email: '<p>Welcome.</p>',
    plainText: 'Welcome.\n',
    masthead: 'm',
    createdAt: t0,
  };
  const hash = createHash('sha256').update(publication.slug).update(number).digest('hex');
  const edition = saveEdition(db, { ...same, format: 'full', hash, page, pdf });
  saveEdition(db, { ...same, format: 'light', hash: `light ${number}`, page: sampleLightPage, pdf: Buffer.of() });
  if (db.$client.prepare('SELECT count(*) FROM readers').pluck().get() === 0) sampleReaders(db, publication.id, 3);
  const issue = `${publication.slug}/${number}`;
  const send = addSend(db, {
    issue,
    publicationId: publication.id,
    issueId: revision.issueId,
    editionId: edition.id,
    rehearsal,
    waived: {},
    scheduledFor: t0,
    now: t0,
  });
  startSend(db, send.id, at);
  freezeChunk(db, send.id, 1000, t0);
  return send;
}

/** Hands the catcher a mail of a send, as a delivery worker would. */
export async function mailIn(
  catcher: Catcher,
  { to, token, baseUrl = 'http://localhost:3000' }: { to: string; token: string; baseUrl?: string },
): Promise<void> {
  const transport = createTransport(catcher.url);
  await transport.sendMail({
    from: 'The Tidewater Review <news@tidewater.example>',
    to,
    subject: 'The Tidewater Review: November 2026',
    text: `Welcome.\n\nUnsubscribe: ${baseUrl}/u/${token}\n`,
    html: `<!doctype html><html lang="en"><head><title>November</title><style>h1 { color: rgb(1, 2, 3); }</style></head><body><h1>Ferries</h1><img src="${baseUrl}/a/${pictureName}" alt="A bar" width="40" height="20"><script>document.title = 'ran'</script><p><a href="${baseUrl}/tidewater/2026-11">Read on the web</a></p></body></html>`,
    headers: {
      'List-Unsubscribe': `<${baseUrl}/u/${token}>, <mailto:leave@tidewater.example>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  });
  transport.close();
}
