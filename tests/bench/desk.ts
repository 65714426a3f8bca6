/**
 * The desk by requests to a warm server: the first useful paint of each page (it is whole, needs no script and one style sheet) against a bare Express page of
 * the same size in the same run; and the lists of readers over a million of them against the same over ten thousand. GALLEY_BENCH_READERS changes the million.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeStore, openStore } from '../../src/store/open.ts';
import { takeNames } from '../../src/store/reader-search.ts';
import { freezeChunk, startSend } from '../../src/store/sends.ts';
import { count, median } from '../support/bench.ts';
import { bringIssue, own } from '../support/issue-on-desk.ts';
import { samplePublication, sampleSend, t0 } from '../support/store.ts';

const many = Number(process.env['GALLEY_BENCH_READERS'] ?? 1_000_000);
const few = 10_000;
const bound = { paint: 3, lists: 2 };
const asked = { warm: 60, paint: 200, lists: 400 };

const first = ['Mira', 'Amina', 'Noor', 'Jürgen', 'José', 'Fatima', 'Ana María', 'Yusuf', 'Elena', 'Ivan', 'Layla'];
const last = ['Kohl', 'Karimi', 'Müller', 'López', 'Haddad', 'Durand', 'Okafor', 'Nagy', 'Shah', 'Berg', 'Costa', 'Weiss', 'Ito'];

interface Server {
  desk: string;
  bare: string;
}

export async function bench(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  try {
    const [small, large] = [prepare(join(folder, 'few.db'), few), prepare(join(folder, 'many.db'), many)];
    const paints = await withServer(large, (server) => benchPaint(server, print));
    const lists = await withServer(small, (atFew) => withServer(large, (atMany) => benchLists(atFew, atMany, print)));
    return paints && lists;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A store with so many readers, a hundredth of them suspended and a hundredth paused, and a send to all that is on its way. */
function prepare(file: string, readers: number): string {
  const db = openStore(file);
  const publication = samplePublication(db);
  db.$client.exec(`BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${readers})
      INSERT INTO readers (email, email_key, name, created_at) SELECT 'r' || i || '@mail' || (i % 3000) || '.example.org', 'r' || i || '@mail' || (i % 3000) || '.example.org',
        json_extract('${JSON.stringify(first)}', '$[' || (i * 7919 % ${first.length}) || ']') || ' ' || json_extract('${JSON.stringify(last)}', '$[' || (i * 104729 / 7 % ${last.length}) || ']') || char(97 + i % 26, 97 + i / 26 % 26), 0 FROM n;
    INSERT INTO subscriptions (publication_id, reader_id, state, changed_at)
      SELECT ${publication.id}, id, iif(id % 100 = 0, 'suspended', iif(id % 100 = 1, 'paused', 'active')), 0 FROM readers;
    COMMIT`);
  while (takeNames(db));
  const send = sampleSend(db, publication);
  startSend(db, send.id, t0);
  while (freezeChunk(db, send.id, 5000, t0));
  db.$client.exec(`UPDATE deliveries SET state = iif(reader_id % 50 = 0, 'refused', 'accepted'), reply = '550 5.1.1 No such user';
    UPDATE sends SET ready = 0, refused = (SELECT count(*) FROM deliveries WHERE state = 'refused'), accepted = prepared - (SELECT count(*) FROM deliveries WHERE state = 'refused')`);
  closeStore(db);
  return file;
}

const pages = [
  '/console',
  '/console/sends/1',
  '/console/reports',
  '/console/reports/1',
  '/console/reports/1/readers?state=refused',
  '/console/readers',
  '/console/readers/7',
  '/console/readers/add',
  '/console/readers/imports',
  '/console/readers?q=mira',
  '/console/feedback',
  '/console/feedback/tray',
  '/console/leaving',
  '/console/issues',
  '/console/issues/new',
  '/console/calendar',
  '/console/calendar/tidewater',
  '/console/settings',
  '/console/settings/brand',
  '/console/settings/delivery',
  '/console/settings/new',
  '/console/languages',
];
/** Pages of one issue, below its own. */
const issuePages = ['', '/history', '/checks', '/proof'];
const sample = resolve(import.meta.dirname, '../../emails/sample/issue.md');

async function benchPaint({ desk, bare }: Server, print: (line: string) => void): Promise<boolean> {
  let worst = 0;
  const issue = await bringIssue(desk, sample, readFileSync(sample, 'utf8').replaceAll('2026-11', '2026-12')); // the month of its own is taken by the send
  await fetch(`${desk}${issue}/proof`, { method: 'POST', headers: own }); // drawn, so that there is something to approve
  const all = [...pages, ...issuePages.map((page) => issue + page)];
  for (const path of all) {
    const body = await (await fetch(desk + path)).text();
    const whole = body.includes('</main>') && !/<script(?![^>]*type="module")/.test(body);
    const [page, plain] = await paired([desk + path, `${bare}/bare/${Buffer.byteLength(body)}`], asked.paint);
    const ratio = median(page) / median(plain);
    worst = Math.max(worst, whole ? ratio : Number.POSITIVE_INFINITY);
    print(
      `paint ${path.padEnd(42)}${ratio.toFixed(2)}    (${median(page).toFixed(2)} ms, a bare page of ${count(body.length)} octets ${median(plain).toFixed(2)} ms)`,
    );
  }
  print(`worst of ${all.length} pages      ${worst.toFixed(2)}    (bound ${bound.paint})`);
  return worst <= bound.paint;
}

/** Each list asked for at places all over it. `of` is how many readers there are. */
const lists: Record<string, (of: number) => string> = {
  'all readers': (of) => `/console/readers?before=${place(of)}`,
  reading: (of) => `/console/readers?publication=tidewater&state=active&before=${place(of)}`,
  suspended: (of) => `/console/readers?publication=tidewater&state=suspended&before=${place(of)}`,
  'found by its beginning': (of) => `/console/readers?q=r${place(of)}`,
  'found by a name': () => `/console/readers?q=${first[Math.floor(Math.random() * first.length)]}`,
  'found by two words': () =>
    `/console/readers?q=${encodeURIComponent(`${last[Math.floor(Math.random() * last.length)]} ${first[Math.floor(Math.random() * first.length)]}`)}`,
  'who got it': (of) => `/console/reports/1/readers?state=accepted&after=${place(of)}`,
  'who was refused': (of) => `/console/reports/1/readers?state=refused&after=${place(of)}`,
};

const place = (of: number): number => 1 + Math.floor(Math.random() * of);

async function benchLists(atFew: Server, atMany: Server, print: (line: string) => void): Promise<boolean> {
  let worst = 0;
  for (const [name, path] of Object.entries(lists)) {
    const rounds: { ratio: number; large: number[]; small: number[] }[] = [];
    for (let round = 0; round < 3; round += 1) {
      const [large, small] = await paired([() => atMany.desk + path(many), () => atFew.desk + path(few)], asked.lists);
      rounds.push({ ratio: p99(large) / p99(small), large, small });
    }
    const { ratio, large, small } = rounds.toSorted((a, b) => a.ratio - b.ratio)[1] ?? { ratio: Number.NaN, large: [], small: [] }; // one round may meet other work of the machine
    worst = Math.max(worst, ratio);
    print(
      `${name.padEnd(24)}${ratio.toFixed(2)}    (p99 ${p99(large).toFixed(2)} ms at ${count(many)}, ${p99(small).toFixed(2)} ms at ${count(few)}; p50 ${median(large).toFixed(2)}, ${median(small).toFixed(2)})`,
    );
  }
  print(`worst of the lists      ${worst.toFixed(2)}    (bound ${bound.lists})`);
  return worst <= bound.lists;
}

/** Times of two addresses in milliseconds, asked in turn so that whatever else the machine does falls on both. */
async function paired(addresses: readonly [Address, Address], times: number): Promise<[number[], number[]]> {
  const taken: [number[], number[]] = [[], []];
  for (let i = -asked.warm; i < times; i += 1) {
    for (const side of [0, 1] as const) {
      const address = addresses[side];
      const url = typeof address === 'string' ? address : address();
      const began = performance.now();
      const response = await fetch(url);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      if (i >= 0) taken[side].push(performance.now() - began);
    }
  }
  return taken;
}

type Address = string | (() => string);

const p99 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;

async function withServer<T>(file: string, work: (server: Server) => Promise<T>): Promise<T> {
  const child: ChildProcess = fork(resolve(import.meta.dirname, '../support/desk-server.ts'), [file]);
  try {
    const [server] = (await once(child, 'message')) as [Server];
    return await work(server);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}
