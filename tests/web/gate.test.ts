/** Who may see the console: this machine, under its own name, without a proxy in between. */
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { whyNotConsole } from '../../src/web/console/gate.ts';
import { openSite } from './site.ts';

interface Asked {
  remoteAddress?: string | undefined;
  httpVersion?: string;
  headers?: Record<string, string>;
}

function ask({ remoteAddress = '127.0.0.1', httpVersion = '1.1', headers = {} }: Asked): string | undefined {
  const all: Record<string, string> = { host: 'localhost:3000', ...headers };
  return whyNotConsole({ remoteAddress, httpVersion, header: (name) => all[name] });
}

test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('%s is this machine', (remoteAddress) => {
  expect(ask({ remoteAddress })).toBeUndefined();
});

test.each(['192.168.1.4', '10.0.0.1', '172.17.0.1', '::ffff:10.0.0.1', 'fe80::1', '1127.0.0.1', ''])('%j is not', (remoteAddress) => {
  expect(ask({ remoteAddress })).toContain('only on the machine Galley runs on');
});

test.each(['localhost', 'LocalHost:8080', '127.0.0.1:3000', '[::1]:3000', 'galley.localhost:3000'])(
  '%s is a name of this machine',
  (host) => {
    expect(ask({ headers: { host } })).toBeUndefined();
  },
);

test.each([
  'evil.example',
  'localhost.evil.example',
  'news.example.org',
  '127.0.0.1.nip.example',
  'localhost:3000@evil.example',
  'notlocalhost',
  '',
])('%j is not: a foreign page may have pointed it here', (host) => {
  expect(ask({ headers: { host } })).toContain('only as localhost');
});

test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'])(
  'a request with %s came through a proxy',
  (name) => {
    expect(ask({ headers: { [name]: '127.0.0.1' } })).toContain('came through a proxy');
  },
);

test('a request in HTTP/1.0 came through a proxy: browsers speak 1.1', () => {
  expect(ask({ httpVersion: '1.0' })).toContain('came through a proxy');
});

test.each([
  '/console',
  '/console/mail',
  '/console/mail/000000001',
  '/console/mail/000000001/html',
  '/console/mail/000000001/raw',
  '/console/feedback',
  '/console/feedback/mails/1/raw',
  '/console/readers/1',
  '/console/',
  '/CONSOLE/mail',
  '//console',
])('%s is shut to a foreign name over the wire, and says why', async (path) => {
  await using site = await openSite({ catcher: true });
  const { status, body } = await site.askAs('evil.example', path);
  expect(status === 403 ? body : String(status)).toMatch(/Not from here|^404$/);
});

test('a plain nginx in front, which hides the reader and speaks HTTP/1.0, is noticed', async () => {
  await using site = await openSite();
  const { port } = new URL(site.url);
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const line = createConnection(Number(port), '127.0.0.1', () =>
      line.write(`GET /console HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`),
    );
    line
      .on('data', (chunk) => (text += chunk))
      .once('end', () => resolve(text))
      .once('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});
