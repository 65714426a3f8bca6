/** The settings: environment → Config, once, with every mistake named at the same time. */
import { isIPv4, isIPv6 } from 'node:net';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { type LogLevel, logLevels } from './log.ts';
import { nearest } from './model/nearest.ts';

/** Settings as they stand in the environment, by name. */
export type Settings = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  /** Where readers reach us; without a final slash. */
  readonly baseUrl: string;
  /** Earlier values of `baseUrl`, still served. */
  readonly oldBaseUrls: readonly string[];
  /** Express's `trust proxy`: hops, or the proxies' addresses and networks; false for none. */
  readonly trustProxy: false | number | readonly string[];
  /** Absent: a key is made and kept in `dataDir`. */
  readonly secretKey?: string;
  /** Absent: a private Redis. */
  readonly redis?: { readonly url: string };
  /** Absent: the built-in catcher. */
  readonly smtp?: { readonly url: string; readonly connections: number };
  /** True without a relay: nothing leaves the machine. */
  readonly rehearsal: boolean;
  /** Messages a second for all workers together; absent: as fast as the relay takes them. */
  readonly ratePerSecond?: number;
  /** The domain of envelope senders, when it is not the publication's own. */
  readonly bounceDomain?: string;
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly keyFile: string };
  readonly logLevel: LogLevel;
}

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
interface Setting<T extends z.ZodType = z.ZodType> {
  readonly about: string;
  readonly takes: string;
  readonly without: string;
  readonly rule: T;
  /** Never printed. `url`: a URL that may hold a password, of which the rest may be shown. */
  readonly secret?: 'whole' | 'url';
}

const settings = {
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
    about: 'Connections to the relay that a worker keeps open at most.',
    takes: 'a whole number from 1 to 100',
    without: '5',
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
  BOUNCE_DOMAIN: {
    about: 'Domain of the envelope senders, to which bounces return.',
    takes: 'a domain name, such as bounces.example.org',
    without: "the domain of the publication's sender",
    rule: domain,
  },
  DKIM_DOMAIN: {
    about: 'Domain that signs our mail (d=).',
    takes: 'a domain name',
    without: 'mail is not signed',
    rule: domain,
  },
  DKIM_SELECTOR: {
    about: 'Name of the key in the DNS (s=).',
    takes: 'letters, digits, dots and dashes, such as galley1',
    without: 'mail is not signed',
    rule: z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i),
  },
  DKIM_KEY_FILE: {
    about: 'File of the private key, PEM.',
    takes: 'the path of a file',
    without: 'mail is not signed',
    rule: z.string(),
  },
  LOG_LEVEL: {
    about: 'The lowest level that is logged.',
    takes: `one of ${logLevels.join(', ')}`,
    without: 'info',
    rule: z.enum(logLevels),
  },
} satisfies Record<string, Setting>;

type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];

/**
 * Reads the settings; an empty value counts as none. Error `config.invalid`: one line for each mistake, with the variable, what it got and what it takes.
 * Passwords and keys are never in it. `pages`: whether readers will meet BASE_URL in mails this process composes; a worker elsewhere only carries them.
 */
export function parseConfig(env: Settings, { pages = true }: { pages?: boolean } = {}): Config {
  const mistakes: string[] = [];
  const read = <N extends Name>(name: N): z.output<(typeof settings)[N]['rule']> | undefined => {
    const text = env[name]?.trim();
    if (!text) return undefined;
    const result = settings[name].rule.safeParse(text);
    if (!result.success) mistakes.push(`${name} is ${shown(name, env[name] ?? '')}: it takes ${settings[name].takes}`);
    return result.data as z.output<(typeof settings)[N]['rule']>;
  };
  const port = read('PORT') ?? 3000;
  const baseUrl = read('BASE_URL') ?? `http://localhost:${port}`;
  const smtpUrl = read('SMTP_URL');
  const connections = read('SMTP_CONNECTIONS') ?? 5;
  const redisUrl = read('REDIS_URL');
  const secretKey = read('SECRET_KEY');
  const ratePerSecond = read('RATE_PER_SECOND');
  const bounceDomain = read('BOUNCE_DOMAIN');
  const dkim = { domain: read('DKIM_DOMAIN'), selector: read('DKIM_SELECTOR'), keyFile: read('DKIM_KEY_FILE') };
  const config: Config = {
    dataDir: read('DATA_DIR') ?? './data',
    port,
    host: read('HOST') ?? '127.0.0.1',
    baseUrl,
    oldBaseUrls: read('BASE_URLS_OLD') ?? [],
    trustProxy: read('TRUST_PROXY') ?? false,
    ...(secretKey && { secretKey }),
    ...(redisUrl && { redis: { url: redisUrl } }),
    ...(smtpUrl && { smtp: { url: smtpUrl, connections } }),
    rehearsal: smtpUrl === undefined,
    ...(ratePerSecond && { ratePerSecond }),
    ...(bounceDomain && { bounceDomain }),
    ...(dkim.domain && dkim.selector && dkim.keyFile && { dkim: { domain: dkim.domain, selector: dkim.selector, keyFile: dkim.keyFile } }),
    logLevel: read('LOG_LEVEL') ?? 'info',
  };
  if (pages && smtpUrl && !isLoopback(smtpUrl) && URL.canParse(baseUrl) && !baseUrl.startsWith('https:')) {
    mistakes.push(
      `BASE_URL is ${shown('BASE_URL', baseUrl)}: with a relay off this machine it takes an https address, which readers can open`,
    );
  }
  const dkimNames = names.filter((name) => name.startsWith('DKIM_'));
  const absent = dkimNames.filter((name) => !env[name]?.trim());
  if (absent.length > 0 && absent.length < dkimNames.length) {
    mistakes.push(
      `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not set: signing takes all of ${dkimNames.join(', ')}, or none of them`,
    );
  }
  if (mistakes.length > 0)
    throw new AppError('config.invalid', `The settings are wrong:\n${mistakes.map((line) => `  ${line}`).join('\n')}`);
  return config;
}

/** The settings of a `.env` file (its text) under those of the environment, which win. */
export function readSettings(envFileText: string, env: Settings): Settings {
  return { ...parseEnv(envFileText), ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) };
}

/** Every setting with what it is for, what it takes and what holds without it. */
export function describeSettings(): { name: string; about: string; takes: string; without: string }[] {
  return names.map((name) => ({ name, about: settings[name].about, takes: settings[name].takes, without: settings[name].without }));
}

/**
 * A line for each variable that looks like a misspelt setting of ours: nothing reads it, and silence would hide that.
 * Short names (PORT, HOST) are too close to other programs' variables to guess from.
 */
export function misspeltSettings(env: Settings): string[] {
  const guessable = names.filter((name) => name.length > 6);
  return Object.keys(env)
    .filter((name) => !(name in settings) && env[name])
    .flatMap((name) => {
      const meant = nearest(name, guessable);
      if (meant !== undefined) return [`${name} is not a setting of Galley and does nothing: did you mean ${meant}?`];
      const alike = names.filter((known) => /^(?:SMTP|DKIM)_/.test(name) && known.startsWith(name.slice(0, 5)));
      return alike.length > 0 ? [`${name} is not a setting of Galley and does nothing: those that begin so are ${alike.join(', ')}`] : [];
    });
}

function shown(name: Name, value: string): string {
  const setting: Setting = settings[name];
  if (setting.secret === 'whole') return `set to a secret of ${value.trim().length} letters`;
  if (setting.secret !== 'url') return JSON.stringify(value);
  const parsed = URL.parse(value.trim());
  if (!parsed?.hostname) return 'not a URL (not shown: it may hold a password)';
  if (parsed.password) parsed.password = '***';
  return JSON.stringify(parsed.href);
}

/** True when a URL's host is this machine. `URL` keeps the brackets of an IPv6 host. */
function isLoopback(text: string): boolean {
  const host = URL.parse(text)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
