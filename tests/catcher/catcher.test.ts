import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCatcher } from '../../src/catcher/catcher.ts';
import { openTransport } from '../../src/deliver/transport.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'galley-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder: string, keep?: number) {
  const catcher = await openCatcher({ folder, ...(keep !== undefined && { keep }) });
  onTestFinished(() => catcher.close());
  return catcher;
}

/** Sends mails with these subjects over real SMTP; all must be accepted. */
async function send(url: string, subjects: readonly string[], connections = 1): Promise<void> {
  const transport = openTransport({ url, connections });
  const outcomes = await Promise.all(
    subjects.map((subject, i) => {
      const bytes = Buffer.from(
        `From: "N" <news@example.org>\r\nTo: <reader${i}@example.com>\r\nSubject: ${subject}\r\nX-One: a\r\nx-one: b\r\n\r\nhello ${i}\r\n`,
      );
      return transport.send({ envelope: { from: 'b+t@bounce.example.org', to: `reader${i}@example.com`, envid: 't' }, bytes }, () => true);
    }),
  );
  await transport.close();
  expect(outcomes.filter(({ kind }) => kind !== 'accepted')).toEqual([]);
}

test('a caught mail is listed, and read as it was sent: headers in order, parts, bytes', async () => {
  const catcher = await open(await newFolder());
  await send(catcher.url, ['=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=']);
  const [mail] = catcher.list();
  expect(mail).toMatchObject({ id: '000000001', to: 'reader0@example.com', from: 'news@example.org', subject: 'Grüße' });
  expect(mail?.envelope).toEqual({ from: 'b+t@bounce.example.org', to: ['reader0@example.com'] });
  const whole = await catcher.read('000000001');
  expect(whole?.headers.map(({ name }) => name)).toEqual(['From', 'To', 'Subject', 'X-One', 'x-one']);
  expect(whole?.text).toBe('hello 0\n');
  expect(whole?.html).toBeUndefined();
  expect(whole?.raw.toString()).toMatch(/^From: "N" <news@example\.org>\r\n[\s\S]*hello 0\r\n$/);
  expect(whole?.bytes).toBe(whole?.raw.length);
});

test('a mail is on disk before its 250', async () => {
  const folder = await newFolder();
  const catcher = await open(folder);
  await send(catcher.url, ['one']);
  expect(await readdir(folder)).toContain('000000001.eml');
  expect(await readFile(join(folder, 'index.jsonl'), 'utf8')).toContain('"subject":"one"');
});

test('the newest are kept, all are counted, over a restart too', async () => {
  const folder = await newFolder();
  const first = await openCatcher({ folder, keep: 5 });
  await send(
    first.url,
    Array.from({ length: 130 }, (_, i) => `mail ${i}`),
  );
  await first.close();
  const again = await open(folder, 5);
  expect(again.count()).toBe(130);
  expect(again.kept()).toBe(5);
  expect(again.list().map(({ subject }) => subject)).toEqual(['mail 129', 'mail 128', 'mail 127', 'mail 126', 'mail 125']);
  expect(again.list({ offset: 1, limit: 2 }).map(({ subject }) => subject)).toEqual(['mail 128', 'mail 127']);
  expect((await readdir(folder)).filter((name) => name.endsWith('.eml'))).toHaveLength(5);
  expect(await again.read('000000001')).toBeUndefined();
  await send(again.url, ['next']);
  expect(again.list({ limit: 1 })[0]).toMatchObject({ id: '000000131', subject: 'next' });
});

test('mails that arrive at once, doubles included, are an entry each', async () => {
  const catcher = await open(await newFolder());
  await send(
    catcher.url,
    Array.from({ length: 60 }, () => 'the same'),
    6,
  );
  expect(catcher.count()).toBe(60);
  expect(new Set(catcher.list({ limit: 100 }).map(({ to }) => to)).size).toBe(60);
  expect(catcher.list({ limit: 100 }).map(({ id }) => Number(id))).toEqual(Array.from({ length: 60 }, (_, i) => 60 - i));
});

test('a mail without its index line, a torn index line and a half-written file are cleared up at the next start', async () => {
  const folder = await newFolder();
  const first = await openCatcher({ folder });
  await send(first.url, ['one']);
  await first.close();
  await writeFile(join(folder, '000000002.eml'), 'To: <late@example.com>\r\nSubject: two\r\n\r\nbody\r\n');
  await writeFile(join(folder, '000000003.new'), 'To: <half');
  await appendFile(join(folder, 'index.jsonl'), '{"id":"0000000');
  const again = await open(folder);
  expect(again.list().map(({ subject, to }) => [subject, to])).toEqual([
    ['two', 'late@example.com'],
    ['one', 'reader0@example.com'],
  ]);
  expect((await readdir(folder)).sort()).toEqual(['000000001.eml', '000000002.eml', 'index.jsonl']);
  await send(again.url, ['three']);
  expect(again.count()).toBe(3);
});

test.each(['', '1', '../../etc/passwd', '000000002', 'index.jsonl'])('%j names no mail', async (id) => {
  const catcher = await open(await newFolder());
  await send(catcher.url, ['one']);
  expect(await catcher.read(id)).toBeUndefined();
});

test('what is not a mail at all is kept and shown by its source', async () => {
  const catcher = await open(await newFolder());
  const transport = openTransport({ url: catcher.url, connections: 1 });
  const bytes = Buffer.concat([Buffer.from([0xff, 0x00, 0x0d, 0x0a]), Buffer.alloc(5000, 'x'), Buffer.from('\r\n')]);
  expect(await transport.send({ envelope: { from: 'a@example.org', to: 'b@example.com', envid: 't' }, bytes }, () => true)).toMatchObject({
    kind: 'accepted',
  });
  await transport.close();
  expect(catcher.list()[0]).toMatchObject({ to: 'b@example.com', subject: '' });
  expect((await catcher.read('000000001'))?.raw).toEqual(bytes);
});
