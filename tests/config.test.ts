/** What the settings become, and what a wrong one is told. */
import { describe, expect, test } from 'vitest';
import { describeSettings, misspeltSettings, parseConfig, readSettings, type Settings } from '../src/config.ts';
import type { AppError } from '../src/errors.ts';

/** The lines of the error that these settings cause. */
function mistakes(env: Settings): string[] {
  try {
    parseConfig(env);
  } catch (error) {
    expect((error as AppError).code).toBe('config.invalid');
    return (error as AppError).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

test('without any setting, everything stays on this machine and nothing is sent', () => {
  expect(parseConfig({})).toEqual({
    dataDir: './data',
    port: 3000,
    host: '127.0.0.1',
    baseUrl: 'http://localhost:3000',
    oldBaseUrls: [],
    apiOrigins: [],
    trustProxy: false,
    rehearsal: true,
    unknownPolicy: 'hold',
    logLevel: 'info',
  });
});

test('an empty value counts as none', () => {
  expect(parseConfig({ SMTP_URL: '', PORT: ' ', LOG_LEVEL: '' })).toEqual(parseConfig({}));
});

test('every setting arrives under its own name', () => {
  const config = parseConfig({
    DATA_DIR: '/srv/galley',
    PORT: '8080',
    HOST: '::',
    BASE_URL: 'https://news.example.org/',
    BASE_URLS_OLD: 'http://old.example.org, https://older.example.org/',
    API_ORIGINS: 'https://www.example.org/, http://localhost:8000',
    TRUST_PROXY: '1',
    SECRET_KEY: 'k'.repeat(32),
    REDIS_URL: 'rediss://:word@redis.example.org:6380/1',
    SMTP_URL: 'smtps://me:word@relay.example.org',
    SMTP_CONNECTIONS: '9',
    RATE_PER_SECOND: '0.5',
    BOUNCE_DOMAIN: 'Bounces.Example.org',
    INBOUND_PORT: '0',
    INBOUND_HOST: '0.0.0.0',
    INBOUND_PROTOCOL: 'lmtp',
    INBOUND_CERT_FILE: '/etc/galley/cert.pem',
    INBOUND_KEY_FILE: '/etc/galley/key.pem',
    DKIM_DOMAIN: 'example.org',
    DKIM_SELECTOR: 'galley1',
    DKIM_KEY_FILE: '/etc/galley/dkim.pem',
    UNKNOWN_POLICY: 'retry',
    LOG_LEVEL: 'debug',
  });
  expect(config).toEqual({
    dataDir: '/srv/galley',
    port: 8080,
    host: '::',
    baseUrl: 'https://news.example.org',
    oldBaseUrls: ['http://old.example.org', 'https://older.example.org'],
    apiOrigins: ['https://www.example.org', 'http://localhost:8000'],
    trustProxy: 1,
    secretKey: 'k'.repeat(32),
    redis: { url: 'rediss://:word@redis.example.org:6380/1' },
    smtp: { url: 'smtps://me:word@relay.example.org', connections: 9 },
    rehearsal: false,
    ratePerSecond: 0.5,
    bounceDomain: 'bounces.example.org',
    inbound: { port: 0, host: '0.0.0.0', protocol: 'lmtp', tls: { certFile: '/etc/galley/cert.pem', keyFile: '/etc/galley/key.pem' } },
    dkim: { domain: 'example.org', selector: 'galley1', keyFile: '/etc/galley/dkim.pem' },
    unknownPolicy: 'retry',
    logLevel: 'debug',
  });
});

test('the base address follows the port', () => {
  expect(parseConfig({ PORT: '4000' }).baseUrl).toBe('http://localhost:4000');
});

test.each([
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['HOST', 'localhost:3000'],
  ['BASE_URL', 'news.example.org'],
  ['BASE_URL', 'https://example.org/news'],
  ['BASE_URL', 'ftp://example.org'],
  ['BASE_URLS_OLD', 'https://a.example.org, b.example.org'],
  ['API_ORIGINS', '*'],
  ['API_ORIGINS', 'https://example.org/page'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '10.0.0.0/33'],
  ['SMTP_CONNECTIONS', '0'],
  ['RATE_PER_SECOND', '0'],
  ['RATE_PER_SECOND', 'fast'],
  ['BOUNCE_DOMAIN', 'bounces@example.org'],
  ['INBOUND_PORT', '65536'],
  ['INBOUND_PROTOCOL', 'uucp'],
  ['LOG_LEVEL', 'loud'],
])('%s does not take %s, and says what it got and what it takes', (name, value) => {
  const takes = describeSettings().find((setting) => setting.name === name)?.takes;
  expect(mistakes({ [name]: value })).toEqual([`${name} is ${JSON.stringify(value)}: it takes ${takes}`]);
});

test('all mistakes are named at once', () => {
  const lines = mistakes({
    PORT: 'x',
    LOG_LEVEL: 'y',
    SMTP_URL: 'http://relay.example.org',
    DKIM_DOMAIN: 'example.org',
    RATE_PER_SECOND: '-3',
  });
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['PORT', 'SMTP_URL', 'RATE_PER_SECOND', 'LOG_LEVEL', 'DKIM_SELECTOR']);
});

describe('a relay', () => {
  test('off this machine needs an https base address, which readers can open', () => {
    expect(mistakes({ SMTP_URL: 'smtp://relay.example.org:587' })).toEqual([
      expect.stringMatching(/^BASE_URL is "http:\/\/localhost:3000".*https/),
    ]);
    expect(mistakes({ SMTP_URL: 'smtp://relay.example.org', BASE_URL: 'https://news.example.org' })).toEqual([]);
  });

  test.each(['smtp://127.0.0.1:1025', 'smtp://localhost:25', 'smtp://[::1]:25'])('on this machine does not: %s', (url) => {
    expect(mistakes({ SMTP_URL: url })).toEqual([]);
  });
});

test.each([
  ['redis://127.0.0.1:6379', true],
  ['redis://localhost', true],
  ['redis://redis.example.org', false],
  ['rediss://redis.example.org', false],
  ['redis://:word@redis.example.org', false],
  ['rediss://:word@redis.example.org', true],
])('a Redis elsewhere is encrypted and has a password: %s is taken: %s', (url, taken) => {
  expect(mistakes({ REDIS_URL: url })).toHaveLength(taken ? 0 : 1);
});

test('signing takes all of its settings or none', () => {
  expect(mistakes({ DKIM_DOMAIN: 'example.org', DKIM_SELECTOR: 'a' })).toEqual([expect.stringMatching(/^DKIM_KEY_FILE is not set/)]);
  expect(mistakes({ INBOUND_CERT_FILE: 'c.pem' })).toEqual([expect.stringMatching(/^INBOUND_KEY_FILE is not set: STARTTLS takes all of/)]);
  expect(mistakes({ DKIM_KEY_FILE: 'k.pem' })).toEqual([expect.stringMatching(/^DKIM_DOMAIN and DKIM_SELECTOR are not set/)]);
});

test('no message shows a secret', () => {
  const lines = mistakes({
    SECRET_KEY: 'hunter2-too-short',
    SMTP_URL: 'smtp://me:hunter2@relay.example.org/path',
    REDIS_URL: 'redis://:hunter2@redis.example.org',
  });
  expect(lines).toHaveLength(3);
  expect(lines.join('\n')).not.toContain('hunter2');
  expect(lines.join('\n')).toContain('relay.example.org');
  expect(mistakes({ SMTP_URL: 'me:hunter2@relay' }).join('\n')).not.toContain('hunter2');
});

describe('a .env file', () => {
  test('is read, and the environment wins over it', () => {
    const text = '# relay\nSMTP_URL="smtp://localhost:25"\nPORT=4000\n';
    expect(readSettings(text, { PORT: '5000', HOST: undefined })).toEqual({ SMTP_URL: 'smtp://localhost:25', PORT: '5000' });
  });
});

describe('a variable that nothing reads', () => {
  test.each([
    ['SMTP_URI', 'SMTP_URL'],
    ['DATADIR', 'DATA_DIR'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['SMTP_HOST', 'SMTP_CONNECTIONS'],
    ['DKIM_KEY', 'DKIM_KEY_FILE'],
  ])('is pointed out when it looks like ours: %s names %s', (typed, meant) => {
    expect(misspeltSettings({ [typed]: 'x' })).toEqual([expect.stringMatching(`^${typed} is not a setting .*${meant}`)]);
  });

  test('is nobody’s business otherwise', () => {
    expect(
      misspeltSettings({ PATH: '/bin', HOME: '/root', HOSTNAME: 'h', SHELL: 's', PWD: '/', LANG: 'C', DATA_DIR: 'd', SMTP_URI: undefined }),
    ).toEqual([]);
  });
});

test('every setting is described', () => {
  for (const { name, about, takes, without } of describeSettings()) {
    expect(about, name).toMatch(/^[A-Z].*\.$/);
    expect(takes, name).not.toBe('');
    expect(without, name).not.toBe('');
  }
});
