/** What the log writes, and what it keeps to itself. */
import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { openLog, redact } from '../src/log.ts';
import { mintToken } from '../src/model/token.ts';

const noon = () => Date.UTC(2025, 1, 3, 12);

function lines(options: Partial<Parameters<typeof openLog>[0]> = {}) {
  const written: string[] = [];
  return { written, log: openLog({ level: 'info', write: (line) => written.push(line), now: noon, ...options }) };
}

test('an event is one line of JSON with its time, level, name and facts', () => {
  const { log, written } = lines();
  log.info('send.started', { send: 'durand/2025-02', prepared: 200, rehearsal: true });
  expect(written).toEqual([
    `{"time":"2025-02-03T12:00:00.000Z","level":"info","event":"send.started","send":"durand/2025-02","prepared":200,"rehearsal":true}\n`,
  ]);
});

test('events below the level are not written', () => {
  const { log, written } = lines({ level: 'warn' });
  log.debug('a.b');
  log.info('a.b');
  log.warn('a.b');
  log.error('a.b');
  expect(written.map((line) => JSON.parse(line).level)).toEqual(['warn', 'error']);
});

test('a person at a terminal gets a short line', () => {
  const { log, written } = lines({ human: true });
  log.warn('relay.down', { send: 'durand/2025-02', why: 'connection refused', error: new Error('no way') });
  expect(written).toEqual(['12:00:00 warn  relay.down send=durand/2025-02 why="connection refused" error="no way"\n']);
});

test('an error is written with its code, its cause and its stack, all redacted', () => {
  const { log, written } = lines();
  const cause = Object.assign(new Error('550 <rabia@example.org> unknown'), { code: 'EENVELOPE' });
  log.error('deliver.failed', { error: new Error('cannot send to rabia@example.org', { cause }) });
  const { error } = JSON.parse(written[0] ?? '');
  expect(error).toMatchObject({
    message: 'cannot send to r…@example.org',
    cause: { code: 'EENVELOPE', message: '550 <r…@example.org> unknown' },
  });
  expect(written[0]).toContain('log.test.ts');
  expect(written[0]).not.toContain('rabia');
});

test('facts are redacted however deep they lie', () => {
  const { log, written } = lines();
  log.info('import.read', { rows: [{ email: 'rabia@example.org' }], from: '192.0.2.44' });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ rows: [{ email: 'r…@example.org' }], from: '192.0.2.0/24' });
});

const token = mintToken({ current: 1, keys: new Map([[1, createSecretKey(Buffer.alloc(32))]]) }, 'leave', {
  publication: 1,
  reader: 77,
  send: 3,
});

test.each([
  ['rabia@example.org', 'r…@example.org'],
  ['"Rabia" <rabia.k+news@mail.example.org>, gul@example.com', '"Rabia" <r…@mail.example.org>, g…@example.com'],
  ['ربیعہ@مثال.پاک', 'ر…@مثال.پاک'],
  [`GET /u/${token}`, `GET /u/${token.slice(0, 4)}…`],
  [`<${token}@example.org>`, `<${token[0]}…@example.org>`],
  [`b+${token.toUpperCase()}@bounces.example.org`, 'b…@bounces.example.org'],
  ['POST /p/not-quite-a-token', 'POST /p/not-…'],
  ['smtp://me:secret@relay.example.org:587', 'smtp://…@relay.example.org:587'],
  ['redis://:se@cret@redis.example.org', 'redis://…@redis.example.org'],
  ['it came from 2001:db8:7:9::1.', 'it came from 2001:db8:7::/48.'],
  ['from 203.0.113.77:4431', 'from 203.0.113.0/24:4431'],
  ['[2001:db8:7:9::1]', '[2001:db8:7::/48]'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['::ffff:203.0.113.77', '::ffff:203.0.113.0/24'],
])('%s is written as %s', (text, written) => {
  expect(redact(text)).toBe(written);
});

test.each([
  '127.0.0.1:3000',
  '::1',
  'v24.21.0',
  'durand/2025-02',
  '12:30:45',
  'a sentence: with, commas; and so on.',
  '250 2.0.0 Ok: queued as 4D1F',
  '10 in 5 s',
])('%s is written as it is', (text) => {
  expect(redact(text)).toBe(text);
});
