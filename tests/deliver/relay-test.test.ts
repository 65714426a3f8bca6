/** A relay tried out by hand: it says EHLO, signs in and leaves within its time, never mails, and every trouble comes with what to do. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { describeRelay, testRelay } from '../../src/deliver/deliver.ts';
import { openPostOffice, openScriptedRelay } from '../support/relay.ts';

test('a relay that is ready is told so after EHLO and QUIT, without a mail', async () => {
  await using relay = await openScriptedRelay();
  expect(await testRelay(relay.url, { name: 'news.example.org' })).toMatchObject({ trouble: undefined, advice: '' });
  await expect.poll(() => relay.commands).toEqual(['EHLO news.example.org', 'QUIT']);
});

test('it signs in as the address says; a wrong password is told without being shown', async () => {
  const passwords: string[] = [];
  await using office = await openPostOffice({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      passwords.push(password ?? '');
      if (password === 'right') done(null, { user: username });
      else done(Object.assign(new Error('Wrong password'), { responseCode: 535 }));
    },
  });
  const url = (password: string): string => office.url.replace('//', `//desk:${password}@`);
  expect(await testRelay(url('right'))).toMatchObject({ trouble: undefined });
  const refused = await testRelay(url('secret-slip'));
  expect(refused.trouble).toMatch(/^login refused at 127\.0\.0\.1:\d+: 535/);
  expect(refused.advice).toContain('Check user and password');
  expect(JSON.stringify(refused)).not.toContain('secret-slip');
  expect(passwords).toEqual(['right', 'secret-slip']);
  expect(office.mails).toEqual([]);
});

test('a relay that says nothing is given up at the limit', async () => {
  await using relay = await openScriptedRelay({ greeting: 'silence' });
  const began = performance.now();
  const { trouble, advice } = await testRelay(relay.url, { limitMs: 800 });
  expect(trouble).toMatch(/^no answer from 127/);
  expect(advice).toContain('port 25');
  expect(performance.now() - began).toBeLessThan(2000);
});

test('one that drips its greeting letter by letter is given up too', async () => {
  const server = createServer((socket) => {
    const drip = setInterval(() => socket.write('2'), 50);
    socket.on('close', () => clearInterval(drip)).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const began = performance.now();
  expect((await testRelay(`smtp://127.0.0.1:${port}`, { limitMs: 900 })).trouble).toMatch(/^no answer from/);
  expect(performance.now() - began).toBeLessThan(2000);
  server.close();
});

test.each([
  ['554 go away', /^turned away at .*554 go away/, /ask who runs it/],
  ['hang up', /without a greeting$/, /hung up at once/],
])('a greeting %j', async (greeting, trouble, advice) => {
  await using relay = await openScriptedRelay({ greeting });
  const told = await testRelay(relay.url, { limitMs: 3000 });
  expect(told.trouble).toMatch(trouble);
  expect(told.advice).toMatch(advice);
});

// 0.0.0.0 reaches this machine and yet is no loopback address, so that the line has to be encrypted
test.skipIf(process.platform !== 'linux')('off this machine a line that is not encrypted, or not verified, is told as that', async () => {
  await using bare = await openScriptedRelay();
  const clear = await testRelay(`smtp://0.0.0.0:${bare.port}`);
  expect(clear.trouble).toMatch(/^the line cannot be encrypted/);
  expect(clear.advice).toContain('does not encrypt on that port');
  const other = await testRelay(`smtps://0.0.0.0:${bare.port}`, { limitMs: 3000 });
  expect(other.trouble).toBe(`0.0.0.0:${bare.port} and Galley do not agree on TLS and plain text`);
  expect(other.advice).toContain('Port 465 goes with smtps://');
  await using office = await openPostOffice({ disabledCommands: ['AUTH'] });
  const forged = await testRelay(`smtp://0.0.0.0:${office.port}`);
  expect(forged.trouble).toMatch(/certificate/);
  expect(forged.advice).toContain('certificate');
});

test('a host that is nowhere', async () => {
  expect((await testRelay('smtp://no-such-host.invalid')).advice).toContain('how the host is spelt');
});

test('nothing listens there', async () => {
  const told = await testRelay('smtp://127.0.0.1:1', { limitMs: 3000 });
  expect(told.trouble).toBe('connection refused at 127.0.0.1:1');
  expect(told.advice).toContain('that the relay runs');
});

test('a relay is described without its password', () => {
  expect(describeRelay('smtps://desk:p%40ss@mail.example.org')).toEqual({ place: 'mail.example.org:465', user: 'desk', line: 'tls' });
  expect(describeRelay('smtp://mail.example.org')).toEqual({ place: 'mail.example.org:587', user: undefined, line: 'starttls' });
  expect(describeRelay('smtp://127.0.0.1:2525')).toEqual({ place: '127.0.0.1:2525', user: undefined, line: 'near' });
});
