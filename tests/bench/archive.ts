/**
 * Pages of the archive against a bare Express route that sends the same bytes with the same coding: the index of 120 issues and the page of one, each in a
 * process of its own, asked in turns. GALLEY_BENCH_RUNS changes how many.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { openDrawing } from '../../src/render/render.ts';
import { count, median } from '../support/bench.ts';
import { readSource } from '../support/issue-site.ts';
import type { PageOrder, PageSpeed } from '../support/page-load.ts';
import type { ServeOrder } from '../support/page-server.ts';

const runs = Number(process.env['GALLEY_BENCH_RUNS'] ?? 7);
const bound = 0.5;
const issues = 120;
const load = { requests: 4000, connections: 16 };
const sample = resolve(import.meta.dirname, '../../emails/sample/issue.md');

export async function bench(print: (line: string) => void): Promise<boolean> {
  const ours = start('page-server.ts');
  const loader = start('page-load.ts');
  try {
    const base = await tell<string>(ours, { kind: 'ours', issues, page: await samplePage() } satisfies ServeOrder);
    let holds = true;
    for (const [name, path] of [
      [`the index of ${issues} issues`, '/tidewater'],
      ['the page of an issue', '/tidewater/n1'],
    ] as const) {
      const { bytes, headers } = await fetchCoded(base + path);
      const bare = start('page-server.ts');
      try {
        const bareUrl = await tell<string>(bare, { kind: 'bare', bytes: bytes.toString('base64'), headers } satisfies ServeOrder);
        const speed = (url: string, requests = load.requests) => tell<PageSpeed>(loader, { ...load, url, requests } satisfies PageOrder);
        await speed(base + path, 2000); // code gets warm
        await speed(bareUrl, 2000);
        const pairs: { ours: PageSpeed; bare: PageSpeed }[] = [];
        for (let run = 0; run < runs; run += 1) {
          // by turns first, so that what the machine does meanwhile falls on both
          if (run % 2 === 0) pairs.push({ ours: await speed(base + path), bare: await speed(bareUrl) });
          else {
            const second = await speed(bareUrl);
            pairs.push({ bare: second, ours: await speed(base + path) });
          }
        }
        const ratio = median(pairs.map((pair) => pair.ours.perSecond / pair.bare.perSecond));
        const wrong = pairs.reduce((sum, pair) => sum + pair.ours.wrong + pair.bare.wrong, 0);
        const of = (which: 'ours' | 'bare') => count(median(pairs.map((pair) => pair[which].perSecond)));
        print(`${name}: ${of('ours')}/s, bare ${of('bare')}/s, ${count(bytes.length)} bytes; ratio ${ratio.toFixed(2)} (bound ${bound})`);
        if (wrong > 0) print(`${count(wrong)} answers were not the page`);
        holds &&= ratio >= bound && wrong === 0;
      } finally {
        bare.kill();
      }
    }
    return holds;
  } finally {
    ours.kill();
    loader.kill();
  }
}

/** The page of the sample issue, as it is drawn. */
async function samplePage(): Promise<string> {
  const studio = openDrawing();
  try {
    const { tree, masthead, figures } = await readSource(studio, { slug: 'tidewater', address: 'x', file: sample });
    return (await studio.draw(tree, masthead, figures)).page;
  } finally {
    await studio.close();
  }
}

const start = (file: string): ChildProcess => fork(resolve(import.meta.dirname, '../support', file));

async function tell<T>(child: ChildProcess, order: object): Promise<T> {
  child.send(order);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

/** The bytes as they cross the line, with the headers that the bare route must send too: type and coding. */
function fetchCoded(url: string): Promise<{ bytes: Buffer; headers: Record<string, string> }> {
  return new Promise((found, lost) => {
    const asked = request(url, { headers: { 'accept-encoding': 'br' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { 'content-type': type = '', 'content-encoding': coding = '' } = response.headers;
        found({ bytes: Buffer.concat(chunks), headers: { 'Content-Type': type, 'Content-Encoding': coding } });
      });
    });
    asked.once('error', lost);
    asked.end();
  });
}
