import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { openGalley, readersCsv } from '../support/galley.ts';
import { openSink, smtpSink } from '../support/sink.ts';

const seed = resolve(import.meta.dirname, '../../../shared/seed/durand-dispatch-2025-02.md');
const sample = resolve(import.meta.dirname, '../../emails/sample/issue.md');

test.skipIf(smtpSink === undefined)(
  'ten thousand readers get one mail each through smtp-sink, each with a token of its own',
  { timeout: 600_000 },
  async () => {
    await using sink = await openSink({ keep: true });
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
