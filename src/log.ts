/** The log: one line per event, with a name for machines and facts beside it. No token, address or network leaves this file whole. */
import { isIPv4, isIPv6 } from 'node:net';
import { tokenLength } from './model/token.ts';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `event` is a stable name, room first: `send.started`. Facts are numbers, short texts, errors. */
type Say = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

export interface Log {
  debug: Say;
  info: Say;
  warn: Say;
  error: Say;
}

interface LogOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel;
  /** Takes one line with its line end. */
  readonly write: (line: string) => void;
  /** A short line for a person at a terminal instead of JSON. */
  readonly human?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Opens a log. Every text in an event's facts is redacted, errors' messages and stacks included. */
export function openLog({ level, write, human = false, now = Date.now }: LogOptions): Log {
  const lowest = logLevels.indexOf(level);
  const say = (at: LogLevel): Say =>
    logLevels.indexOf(at) < lowest
      ? () => {}
      : (event, facts = {}) => {
          const time = new Date(now()).toISOString();
          const shown = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, shownValue(value)]));
          write(human ? humanLine(time, at, event, shown) : `${JSON.stringify({ time, level: at, event, ...shown })}\n`);
        };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

/**
 * Cuts what names a person out of a text: `rabia@example.org` → `r…@example.org`, a token → its first four letters, an IPv4 address → its /24,
 * an IPv6 address → its /48, a URL's user and password → `…`. Loopback addresses stay.
 */
export function redact(text: string): string {
  return text
    .replace(/(?<=:\/\/)[^\s/@]*:[^\s/]*@/g, '…@')
    .replace(addressPattern, (_, first: string, domain: string) => `${first}…@${domain}`)
    .replace(tokenPattern, (token) => `${token.slice(0, 4)}…`)
    .replace(/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)/g, shortNetwork)
    .replace(/(?<![\w:])[\da-f]*:[\da-f]*:[\da-f:]*(?![\w:]|\.\d)/gi, shortNetwork);
}

/** A local part of any letters (RFC 6531 allows more than ASCII) and a domain or an address literal. */
const addressPattern = /([^\s<>()[\]",;:@\\…])[^\s<>()[\]",;:@\\…]*@([\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?)/gu;

/** Our own tokens, and anything else that stands where a token stands in an address of a reader's page. */
const tokenPattern = new RegExp(`(?<![a-z0-9])[a-z2-7]{${tokenLength}}(?![a-z0-9])|(?<=/[upc]/|/link/)[\\w-]{8,}`, 'gi');

function shortNetwork(found: string): string {
  if (isIPv4(found)) return found.startsWith('127.') ? found : `${found.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(found) || found === '::1' || found === '::') return found;
  const [left = '', right] = found.split('::');
  const groups = left.split(':').filter(Boolean);
  const rest = right?.split(':').filter(Boolean) ?? [];
  const whole = right === undefined ? groups : [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return `${whole.slice(0, 3).join(':')}::/48`;
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) {
    const code = 'code' in value && typeof value.code === 'string' ? { code: value.code } : {};
    const cause = value.cause === undefined ? {} : { cause: shownValue(value.cause) };
    return { ...code, message: redact(value.message), stack: redact(value.stack ?? ''), ...cause };
  }
  if (Array.isArray(value)) return value.map(shownValue);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shownValue(part)]));
  return value;
}

/** `09:30:05 warn  send.paused send=durand/2025-02`; an error's message alone, its stack only at level error. */
function humanLine(time: string, level: LogLevel, event: string, facts: Record<string, unknown>): string {
  const stacks: string[] = [];
  const parts = Object.entries(facts).map(([name, value]) => {
    if (value !== null && typeof value === 'object' && 'stack' in value && 'message' in value) {
      if (level === 'error') stacks.push(String(value.stack));
      return `${name}=${JSON.stringify(value.message)}`;
    }
    return `${name}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`;
  });
  return `${[time.slice(11, 19), level.padEnd(5), event, ...parts].join(' ')}\n${stacks.map((stack) => `${stack}\n`).join('')}`;
}
