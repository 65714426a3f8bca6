/** Door of the room: one Express app with the readers' pages and the console, listening on HOST and PORT. */
import { createSecretKey } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { ReaderDeps } from '../audience/audience.ts';
import type { Catcher } from '../catcher/catcher.ts';
import { AppError } from '../errors.ts';
import { openParser } from '../issue/issue.ts';
import type { Log } from '../log.ts';
import type { Dkim, TxtLookup } from '../message/message.ts';
import { openDrawing } from '../render/render.ts';
import { openPreviews } from '../schedule/schedule.ts';
import { listPublications } from '../store/publications.ts';
import { errorAnswers, nothingHere } from './answers.ts';
import { apiRoutes } from './api.ts';
import { assetRoutes, readAssets } from './assets.ts';
import { openAsking } from './console/ask-who.ts';
import { beginningRoutes } from './console/beginning.ts';
import { brandRoutes } from './console/brand.ts';
import { calendarRoutes } from './console/calendar.ts';
import { type DeliverySettings, deliveryRoutes } from './console/delivery.ts';
import { type DeskRoute, openDesk } from './console/desk.ts';
import { editorRoutes } from './console/editor.ts';
import { entryGate } from './console/entry.ts';
import { feedbackRoutes } from './console/feedback.ts';
import { historyRoutes } from './console/history.ts';
import { importRoutes } from './console/imports.ts';
import { issuesRoutes } from './console/issues.ts';
import { languageRoutes } from './console/languages.ts';
import { leavingRoutes } from './console/leaving.ts';
import { mailRoutes } from './console/mail.ts';
import { measureRoutes } from './console/measure.ts';
import { previewRoutes } from './console/previews.ts';
import { readerChangeRoutes } from './console/reader-changes.ts';
import { readerRoutes } from './console/readers.ts';
import { reportRoutes } from './console/reports.ts';
import { sameOriginGate } from './console/same-origin.ts';
import { sendingRoutes } from './console/sending.ts';
import { sendRoutes } from './console/sends.ts';
import { settingsRoutes } from './console/settings.ts';
import { pageShower } from './console/show.ts';
import { signInRoutes } from './console/sign-in.ts';
import { signOffRoutes } from './console/signoff.ts';
import { teamRoutes } from './console/team.ts';
import { undoRoutes } from './console/undo.ts';
import { youRoutes } from './console/you.ts';
import { type Counter, openCounter } from './counter.ts';
import { openShelf, packedSize } from './packed.ts';
import { commonHeaders } from './policies.ts';
import { archiveRoutes, onePath } from './reader/archive.ts';
import { openArchives } from './reader/archives.ts';
import { confirmRoutes } from './reader/confirm.ts';
import { frontRoutes } from './reader/front.ts';
import { issueRoutes } from './reader/issues.ts';
import { leaveRoutes } from './reader/leave.ts';
import { lightRoutes } from './reader/light.ts';
import { downloadCounting, linkRoutes } from './reader/links.ts';
import { ownRoutes } from './reader/own.ts';
import { pdfRoutes } from './reader/pdf.ts';
import { pictureRoutes } from './reader/pictures.ts';
import { preferencesRoutes } from './reader/preferences.ts';
import { subscribeRoutes } from './reader/subscribe.ts';

export interface WebConfig extends DeliverySettings {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Where readers reach us, without a slash at the end. */
  baseUrl: string;
  /** Where they reached us once; pages frozen then name these. */
  oldBaseUrls: readonly string[];
  /** Express's `trust proxy`. */
  trustProxy?: false | number | readonly string[];
  /** Origins of other sites whose pages may call the API. */
  apiOrigins?: readonly string[];
  /** Whether readers may leave by mail to it: the headers of a test say so too. */
  leaveByMail?: boolean;
}

export interface WebDeps {
  readers: ReaderDeps;
  /** The ring's key that makes the code of the first start. */
  sessionsKey: Uint8Array;
  config: WebConfig;
  /** The keys that sign our mail. */
  dkim?: Dkim | undefined;
  /** Asks the DNS for their records; absent: nobody looks. */
  lookUpTxt?: TxtLookup | undefined;
  /** Milliseconds a test of the relay may take. */
  relayTestMs?: number;
  /** The built-in mailbox, when mails go there. */
  catcher?: Catcher | undefined;
  log: Log;
  now?: () => number;
  /** Milliseconds after which counts of links and downloads are written. */
  countsEveryMs?: number;
}

export interface Web {
  /** The address it really listens at. */
  url: string;
  /** What the desk declared: every address of the console with the role it takes. */
  routes: readonly DeskRoute[];
  /** Stops at once, open connections included. */
  close(): Promise<void>;
}

/** Starts answering. Errors: the port is taken or may not be used, HOST is no address of this machine. */
export async function openWeb(deps: WebDeps): Promise<Web> {
  const { host, port } = deps.config;
  const { readers, log, now = Date.now, countsEveryMs } = deps;
  const counter = openCounter({ db: readers.db, rehearsal: readers.rehearsal, log, now, writeEveryMs: countsEveryMs });
  const { app, routes, close } = buildApp(deps, counter);
  const server = createServer({ requestTimeout: 30_000 }, app);
  await listen(server, host, port);
  const address = server.address();
  const real = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${real}`,
    routes,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          counter.close(); // every answer is over by now, so this is all there was to count
          resolve();
        });
      });
      server.closeAllConnections(); // browsers keep theirs open for minutes; waiting for them would hold the process
      await Promise.all([closed, close()]);
    },
  };
}

/** Bytes of compressed issue pages that are kept: a hundred long issues. */
const pagesKept = 16_000_000;

/** The desk's own addresses: `console` is no publication's slug, so readers' pages need not look whether it is. */
const isConsole = /^\/console(?:\/|$)/i;

/** The routes in the order they are asked; those with names of ours come before the publications' own. */
function buildApp(
  { readers, sessionsKey, config, catcher, dkim, lookUpTxt, relayTestMs, log, now = Date.now }: WebDeps,
  counter: Counter,
): { app: Express; routes: readonly DeskRoute[]; close: () => Promise<void> } {
  const { db, languages, rehearsal } = readers;
  const { baseUrl } = config;
  const words = languages.wordsFor('en'); // of pages that are nobody's in particular
  const assets = readAssets();
  const origins = [config.baseUrl, ...config.oldBaseUrls].map((address) => new URL(address).origin);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy ?? false);
  app.use(commonHeaders({ secure: config.baseUrl.startsWith('https:') }));
  app.get('/healthz', (_request, response) => {
    listPublications(db); // a read that fails when the file is gone or broken
    response.set('Cache-Control', 'no-store').json({ ok: true });
  });
  app.use(assetRoutes(assets));
  app.use(pictureRoutes({ db }));
  const pages = { readers, assets, baseUrl, now };
  // What most readers ask for comes early; where no publication has that slug, it passes on.
  const forReaders = express.Router();
  app.use((request, response, next) => (isConsole.test(request.path) ? next() : forReaders(request, response, next)));
  forReaders.use(onePath(db));
  forReaders.use(archiveRoutes({ db, archives: openArchives({ db, rehearsal }), assets, languages, baseUrl }));
  forReaders.use(downloadCounting({ counter }));
  forReaders.use(pdfRoutes(pages));
  forReaders.use(issueRoutes({ db, rehearsal, origins, shelf: openShelf(pagesKept, packedSize) }));
  forReaders.use(leaveRoutes(pages));
  forReaders.use(linkRoutes({ db, counter }));
  forReaders.use(preferencesRoutes(pages));
  forReaders.use(ownRoutes(pages));
  forReaders.use(confirmRoutes(pages));
  forReaders.use(apiRoutes({ readers, origins: [...origins, ...(config.apiOrigins ?? [])], now }));
  app.use('/console', entryGate({ db, baseUrl, now }), sameOriginGate, (_request, response, next) => {
    // With no referrer at all, browsers would keep back the Origin of our own forms too.
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' });
    next();
  });
  const show = pageShower({ db, assets });
  const desk = openDesk({ show, now, askWho: openAsking({ db, show, baseUrl, now }) });
  const team = { db, baseUrl, sessionsKey, rehearsal: readers.rehearsal, now };
  signInRoutes(desk, team);
  youRoutes(desk, team);
  teamRoutes(desk, team);
  const studio = openDrawing();
  const parser = openParser();
  const leaveByMail = config.leaveByMail ?? false;
  const issues = { db, studio, parser, draw: studio.draw, baseUrl, bounceDomain: config.bounceDomain, leaveByMail, rehearsal, now };
  const writing = { ...issues, previews: openPreviews(issues), sheet: assets.address('reader.css') };
  issuesRoutes(desk, writing);
  editorRoutes(desk, writing);
  previewRoutes(desk, writing);
  historyRoutes(desk, writing);
  signOffRoutes(desk, writing);
  calendarRoutes(desk, { db, now });
  settingsRoutes(desk, { db, baseUrl, now });
  beginningRoutes(desk, { db, baseUrl, now });
  brandRoutes(desk, { db, studio, languages, now });
  deliveryRoutes(desk, { db, settings: config, dkim, lookUpTxt, testLimitMs: relayTestMs });
  languageRoutes(desk, { languages });
  sendRoutes(desk, { db, catcher, rehearsal, now });
  measureRoutes(desk, { db, now });
  leavingRoutes(desk, { db });
  const suppressionKey = createSecretKey(readers.suppressionKey);
  const returns = { db, suppressionKey, rehearsal, bounceDomain: config.bounceDomain, log, now };
  undoRoutes(desk, returns);
  feedbackRoutes(desk, returns);
  sendingRoutes(desk, { db, now });
  reportRoutes(desk, { db, now });
  importRoutes(desk, { readers, log, now });
  readerChangeRoutes(desk, { readers, now });
  readerRoutes(desk, returns);
  mailRoutes(desk, { catcher, baseUrl });
  app.use(desk.router);
  app.use(frontRoutes({ db, rehearsal, assets, words }));
  app.use(subscribeRoutes(pages));
  app.use(lightRoutes({ db, rehearsal }));
  app.use(nothingHere);
  app.use(errorAnswers({ log, assets, words }));
  const close = async (): Promise<void> => {
    await Promise.all([studio.close(), parser.close()]);
  };
  return { app, routes: desk.routes, close };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen({ host, port }, resolve);
  });
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new AppError('web.port_taken', `Port ${port} is taken by another program: set PORT to a free one`, { cause });
    case 'EACCES':
      return new AppError('web.port_refused', `Port ${port} may not be opened by this user: set PORT to one above 1023`, { cause });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new AppError(
        'web.host_unknown',
        `HOST is ${host}, which is no address of this machine: set it to 127.0.0.1, or 0.0.0.0 for every address`,
        { cause },
      );
    default:
      return cause;
  }
}
