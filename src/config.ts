/** The settings: environment → Config, once, with every mistake named at the same time. */
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import { AppError } from './errors.ts';
import type { LogLevel } from './log.ts';
import { nearest } from './model/nearest.ts';
import type { GroupRates } from './model/pace.ts';
import { isLoopback, type Setting, settings } from './settings.ts';

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
  /** Origins of other sites whose pages may call the API. */
  readonly apiOrigins: readonly string[];
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
  /** The same by group of domains: `google`, `example.org`, `others`. */
  readonly ratesByDomain?: GroupRates;
  /** The domain of envelope senders, when it is not the publication's own. */
  readonly bounceDomain?: string;
  /** Absent: no mail is taken. */
  readonly inbound?: {
    readonly port: number;
    readonly host: string;
    readonly protocol: 'smtp' | 'lmtp';
    readonly tls?: { readonly certFile: string; readonly keyFile: string };
  };
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly keyFile: string };
  /** What becomes of unknowns: a person decides, or they are sent again once after 30 minutes. */
  readonly unknownPolicy: 'hold' | 'retry';
  readonly logLevel: LogLevel;
}

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
  const connections = read('SMTP_CONNECTIONS') ?? 8;
  const redisUrl = read('REDIS_URL');
  const secretKey = read('SECRET_KEY');
  const ratePerSecond = read('RATE_PER_SECOND');
  const ratesByDomain = read('RATE_BY_DOMAIN');
  const bounceDomain = read('BOUNCE_DOMAIN');
  const inboundPort = read('INBOUND_PORT');
  const inbound = { host: read('INBOUND_HOST') ?? '127.0.0.1', protocol: read('INBOUND_PROTOCOL') ?? 'smtp' } as const;
  const tls = { certFile: read('INBOUND_CERT_FILE'), keyFile: read('INBOUND_KEY_FILE') };
  const dkim = { domain: read('DKIM_DOMAIN'), selector: read('DKIM_SELECTOR'), keyFile: read('DKIM_KEY_FILE') };
  const config: Config = {
    dataDir: read('DATA_DIR') ?? './data',
    port,
    host: read('HOST') ?? '127.0.0.1',
    baseUrl,
    oldBaseUrls: read('BASE_URLS_OLD') ?? [],
    apiOrigins: read('API_ORIGINS') ?? [],
    trustProxy: read('TRUST_PROXY') ?? false,
    ...(secretKey && { secretKey }),
    ...(redisUrl && { redis: { url: redisUrl } }),
    ...(smtpUrl && { smtp: { url: smtpUrl, connections } }),
    rehearsal: smtpUrl === undefined,
    ...(ratePerSecond && { ratePerSecond }),
    ...(ratesByDomain && { ratesByDomain }),
    ...(bounceDomain && { bounceDomain }),
    ...(inboundPort !== undefined && {
      inbound: {
        port: inboundPort,
        ...inbound,
        ...(tls.certFile && tls.keyFile && { tls: { certFile: tls.certFile, keyFile: tls.keyFile } }),
      },
    }),
    ...(dkim.domain && dkim.selector && dkim.keyFile && { dkim: { domain: dkim.domain, selector: dkim.selector, keyFile: dkim.keyFile } }),
    unknownPolicy: read('UNKNOWN_POLICY') ?? 'hold',
    logLevel: read('LOG_LEVEL') ?? 'info',
  };
  if (pages && smtpUrl && !isLoopback(smtpUrl) && URL.canParse(baseUrl) && !baseUrl.startsWith('https:')) {
    mistakes.push(
      `BASE_URL is ${shown('BASE_URL', baseUrl)}: with a relay off this machine it takes an https address, which readers can open`,
    );
  }
  const together = [
    ['signing', names.filter((name) => name.startsWith('DKIM_'))],
    ['STARTTLS', ['INBOUND_CERT_FILE', 'INBOUND_KEY_FILE']],
  ] as const;
  for (const [what, needs] of together) {
    const absent = needs.filter((name) => !env[name]?.trim());
    if (absent.length === 0 || absent.length === needs.length) continue;
    mistakes.push(
      `${absent.join(' and ')} ${absent.length > 1 ? 'are' : 'is'} not set: ${what} takes all of ${needs.join(', ')}, or none of them`,
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
