import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { openGalley, readersCsv } from '../support/galley.ts';
import { programOnPath } from '../support/programs.ts';

const seed = resolve(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');
const sample = resolve(import.meta.dirname, '../../emails/sample/issue.md');
const smtpSink = programOnPath('smtp-sink');

/** Debian's smtp-sink, which keeps each mail it took as a file with the envelope on top. */
async function openSink(): Promise<{ url: string; mails(): string[] } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-'));
  chmodSync(folder, 0o755);
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  chmodSync(kept, 0o777); // as root it gives up its rights before it writes
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  const rights = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const sink: ChildProcess = spawn(smtpSink ?? '', [...rights, '-d', join(kept, '%S.'), `127.0.0.1:${port}`, '1000'], { stdio: 'ignore' });
  const ended = new Promise<void>((done) => sink.once('exit', () => done()));
  while (!(await answers(port))) await sleep(50);
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails: () => readdirSync(kept).map((name) => join(kept, name)),
    async [Symbol.asyncDispose]() {
      sink.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const line = createConnection(port, '127.0.0.1');
    line.once('connect', () => {
      line.end('QUIT\r\n');
      done(true);
    });
    line.once('error', () => done(false));
  });
}

test.skipIf(smtpSink === undefined)(
  'ten thousand readers get one mail each through smtp-sink, each with a token of its own',
  { timeout: 600_000 },
  async () => {
    await using sink = await openSink();
    await using galley = openGalley({ SMTP_URL: sink.url });
    const real = existsSync(seed);
    const [slug, number] = real ? ['durand', '2025-02'] : ['tidewater', '2026-11'];
    writeFileSync(join(galley.folder, 'readers.csv'), readersCsv(10_000));
    await galley.done('publication', 'add', slug, '--name', 'The Review', '--from', 'news@review.example', '--zone', 'Asia/Karachi');
    await galley.done('issue', 'add', real ? seed : sample, '--publication', slug);
    await galley.done('import', 'readers.csv', '--publication', slug, '--consent', 'Signed up on the web site');
    await galley.done('send', `${slug}/${number}`, '--wait', '--waive', 'links=the sources follow');
    expect(JSON.parse(await galley.done('status', '--json'))).toMatchObject({ prepared: 10_000, accepted: 10_000, waiting: 0 });
    const readers = new Set<string>();
    const tokens = new Set<string>();
    let mails = 0;
    for (const file of sink.mails()) {
      const text = readFileSync(file, 'latin1');
      if (!text.includes('\nMessage-ID:')) continue; // our own question whether it is up leaves an empty file
      mails += 1;
      readers.add(/^X-Rcpt-Args: <(.+?)>/m.exec(text)?.[1] ?? '');
      tokens.add(/^Message-ID: <([a-z2-7]{34})@/m.exec(text)?.[1] ?? '');
    }
    expect([mails, readers.size, tokens.size]).toEqual([10_000, 10_000, 10_000]);
    const [file = ''] = sink.mails().filter((name) => readFileSync(name, 'latin1').includes('\nMessage-ID:'));
    await checkParts(readFileSync(file), real);
  },
);

/** The mail as it went: under 80 KB of HTML, and every word of the issue in both parts. */
async function checkParts(bytes: Buffer, real: boolean): Promise<void> {
  const { html = '', text = '' } = await PostalMime.parse(bytes);
  expect(Buffer.byteLength(html)).toBeLessThan(80 * 1024);
  if (!real) return;
  const words = (from: string): string[] =>
    from
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const source = words(readFileSync(seed.replace(/\.md$/, '.txt'), 'utf8'));
  const withoutMarks = html.replace(/<(style|title)[\s\S]*?<\/\1>/g, ' ').replace(/<\/?(a|em|strong|span)\b[^>]*>/g, '');
  const shown = withoutMarks
    .replace(/<[^>]+>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"');
  for (const part of [shown, text]) {
    const has = new Set(words(part));
    expect(new Set(source.filter((word) => !has.has(word)))).toEqual(new Set(['reply'])); // the stray button of the page the text was taken from
  }
}
