/** The table of settings: what each variable is for, what it takes, what holds without it, and the rule that reads it. */
import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { logLevels } from './log.ts';
import { domainGroup, providerNames } from './model/breaker.ts';
import { type GroupRates, others } from './model/pace.ts';

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine((number) => number >= least && number <= most);

/** A URL of one of these protocols, with a host and nothing after it but what `tail` allows. */
const url = (protocols: readonly string[], tail = /^\/?$/) =>
  z.string().refine((text) => {
    const { protocol = '', hostname = '', pathname = '', search = '', hash = '' } = URL.parse(text) ?? {};
    return protocols.includes(protocol.slice(0, -1)) && hostname !== '' && tail.test(pathname) && search === '' && hash === '';
  });

const domain = z
  .string()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/);

/** A provider, `others`, or a domain that no provider takes. */
const isGroup = (name: string): boolean =>
  name === others || providerNames.includes(name) || (domain.safeParse(name).success && domainGroup(name) === name);

/** An address, a network or one of the names Express knows. */
const proxy = z.string().refine((text) => {
  const [address = '', bits = '0', ...more] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return (
    ['loopback', 'linklocal', 'uniquelocal'].includes(text) || (most > 0 && more.length === 0 && /^\d+$/.test(bits) && Number(bits) <= most)
  );
});

const list = (text: string) => text.split(/[\s,]+/).filter(Boolean);
const withoutSlash = (text: string) => text.replace(/\/+$/, '');

/** A setting: what it is for, what it takes and what holds without it, in words, and the rule that reads it. */
export interface Setting<T extends z.ZodType = z.ZodType> {
  readonly about: string;
  readonly takes: string;
  readonly without: string;
  readonly rule: T;
  /** Never printed. `url`: a URL that may hold a password, of which the rest may be shown. */
  readonly secret?: 'whole' | 'url';
}

/** Every setting by its name in the environment. */
export const settings = {
  DATA_DIR: {
    about: 'Folder of the SQLite file, the pictures and the keys.',
    takes: 'a folder that can be made and written',
    without: './data',
    rule: z.string(),
  },
  PORT: {
    about: 'Port of the web service.',
    takes: 'a whole number from 0 (any free port) to 65535',
    without: '3000',
    rule: wholeNumber(0, 65535),
  },
  HOST: {
    about: 'Address the web service listens on.',
    takes: 'an IP address or a host name, without a port',
    without: '127.0.0.1',
    rule: z.string().refine((text) => isIPv6(text) || /^[a-z0-9.-]+$/i.test(text)),
  },
  BASE_URL: {
    about: 'Where readers reach Galley; it stands in every mail. A relay off this machine needs https.',
    takes: 'an http or https address without a path, such as https://news.example.org',
    without: 'http://localhost:PORT',
    rule: url(['http', 'https']).transform(withoutSlash),
  },
  BASE_URLS_OLD: {
    about: 'Earlier BASE_URLs that old mails still point to; they are served, and a POST to one is not redirected.',
    takes: 'http or https addresses without a path, separated by commas',
    without: 'none',
    rule: z
      .string()
      .transform(list)
      .pipe(z.array(url(['http', 'https']).transform(withoutSlash))),
  },
  API_ORIGINS: {
    about: 'Other sites whose pages may call the sign-up API from a browser.',
    takes: 'origins separated by commas, such as https://www.example.org',
    without: 'only our own pages may',
    rule: z
      .string()
      .transform(list)
      .pipe(z.array(url(['http', 'https']).transform((text) => new URL(text).origin))),
  },
  TRUST_PROXY: {
    about: 'The reverse proxies in front of Galley, whose X-Forwarded-For is believed.',
    takes: 'the number of proxies, or their addresses or networks separated by commas, such as loopback or 10.0.0.0/8',
    without: 'none is believed',
    rule: z.union([
      wholeNumber(0, 16).transform((hops) => (hops === 0 ? (false as const) : hops)),
      z.string().transform(list).pipe(z.array(proxy).min(1)),
    ]),
  },
  SECRET_KEY: {
    about: 'Wraps the keys in the SQLite file. Made once, never changed.',
    takes: 'at least 32 letters that nobody can guess, such as the output of `openssl rand -base64 32`',
    without: 'one is made and kept in DATA_DIR',
    rule: z.string().min(32),
    secret: 'whole',
  },
  REDIS_URL: {
    about: 'The Redis, Valkey or Dragonfly that all processes share.',
    takes:
      'redis://HOST:PORT or unix:/PATH/redis.sock on this machine; elsewhere rediss://:PASSWORD@HOST:PORT, encrypted and with a password',
    without: 'serve runs a private one',
    rule: z.union([
      z.string().regex(/^unix:\/./),
      url(['redis', 'rediss'], /^\/?\d*$/).refine(
        (text) => isLoopback(text) || (text.startsWith('rediss:') && new URL(text).password !== ''),
      ),
    ]),
    secret: 'url',
  },
  SMTP_URL: {
    about: 'The relay that takes our mail.',
    takes: 'smtp://USER:PASSWORD@HOST:PORT (STARTTLS when offered) or smtps://USER:PASSWORD@HOST:PORT',
    without: 'mail goes to the built-in catcher: every send is a rehearsal',
    rule: url(['smtp', 'smtps']),
    secret: 'url',
  },
  SMTP_CONNECTIONS: {
    about:
      'Connections to the relay that a worker keeps open for sends at most; it has one more for notices. Those of all workers together are no more than the relay takes: of one machine Postfix takes 50 unless told otherwise, Exim 20.',
    takes: 'a whole number from 1 to 100',
    without: '8',
    rule: wholeNumber(1, 100),
  },
  RATE_PER_SECOND: {
    about: 'Messages a second for all workers together.',
    takes: 'a number above 0, such as 14 or 0.5',
    without: 'as fast as the relay takes them',
    rule: z
      .string()
      .regex(/^\d{1,7}(\.\d{1,4})?$/)
      .transform(Number)
      .refine((rate) => rate > 0),
  },
  RATE_BY_DOMAIN: {
    about: 'Messages a second to the domains of one provider, for all workers together.',
    takes: `a list such as google=20, microsoft=10, example.org=1, others=30: each of ${providerNames.join(', ')} or a domain that is none of theirs, or others`,
    without: 'no provider has a limit, until it asks for less',
    rule: z
      .string()
      .transform(list)
      .pipe(z.array(z.string().regex(/^[a-z0-9.-]+=\d{1,7}(\.\d{1,4})?$/i)).min(1))
      .transform((pairs) => pairs.map((pair) => pair.toLowerCase().split('=')).map(([group = '', rate]) => [group, Number(rate)] as const))
      .refine((pairs) => pairs.every(([group, rate]) => rate > 0 && isGroup(group)))
      .refine((pairs) => new Set(pairs.map(([group]) => group)).size === pairs.length)
      .transform((pairs): GroupRates => Object.fromEntries(pairs)),
  },
  BOUNCE_DOMAIN: {
    about:
      'Domain of the envelope senders, to which bounces return, and mails of readers who leave. Set it once its mail is handed to Galley.',
    takes: 'a domain name, such as bounces.example.org',
    without: "the domain of the publication's sender",
    rule: domain,
  },
  INBOUND_PORT: {
    about: 'Port on which bounces, complaints and mails to leave come in.',
    takes: 'a whole number from 0 (any free port) to 65535, such as 25 or 2525',
    without: 'no mail is taken, only what `galley feedback take` is given',
    rule: wholeNumber(0, 65535),
  },
  INBOUND_HOST: {
    about: 'Address that port is opened on.',
    takes: 'an IP address or a host name, without a port; 0.0.0.0 for every address of this machine',
    without: '127.0.0.1',
    rule: z.string().refine((text) => isIPv6(text) || /^[a-z0-9.-]+$/i.test(text)),
  },
  INBOUND_PROTOCOL: {
    about: 'What is spoken there: SMTP for other mail servers, LMTP for the one that hands us its mail.',
    takes: 'smtp or lmtp',
    without: 'smtp',
    rule: z.enum(['smtp', 'lmtp']),
  },
  INBOUND_CERT_FILE: {
    about: 'Certificate (with its chain) for STARTTLS there, PEM.',
    takes: 'the path of a file',
    without: 'mail comes in unencrypted',
    rule: z.string(),
  },
  INBOUND_KEY_FILE: {
    about: 'Private key of that certificate, PEM.',
    takes: 'the path of a file',
    without: 'mail comes in unencrypted',
    rule: z.string(),
  },
  DKIM_DOMAIN: {
    about: 'Domain that signs our mail (d=).',
    takes: 'a domain name',
    without: 'mail is not signed',
    rule: domain,
  },
  DKIM_SELECTOR: {
    about: 'Name of the key in the DNS (s=); two with a comma to sign with an RSA key and an Ed25519 key.',
    takes: 'letters, digits, dots and dashes, such as galley1',
    without: 'mail is not signed',
    rule: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?(, ?[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?)?$/i),
  },
  DKIM_KEY_FILE: {
    about: 'File of the private key, PEM; of both, with a comma, in the order of the selectors. `galley keys dkim` makes one.',
    takes: 'the path of a file',
    without: 'mail is not signed',
    rule: z.string(),
  },
  UNKNOWN_POLICY: {
    about: 'What becomes of a mail when nobody knows whether it arrived.',
    takes: 'hold (a person resends or dismisses it) or retry (it is sent again once, after 30 minutes)',
    without: 'hold',
    rule: z.enum(['hold', 'retry']),
  },
  LOG_LEVEL: {
    about: 'The lowest level that is logged.',
    takes: `one of ${logLevels.join(', ')}`,
    without: 'info',
    rule: z.enum(logLevels),
  },
} satisfies Record<string, Setting>;

/** True when a URL's host is this machine. `URL` keeps the brackets of an IPv6 host. */
export function isLoopback(text: string): boolean {
  const host = URL.parse(text)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
