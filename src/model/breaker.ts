/** When bounces say more about a provider, or about a send, than about readers. Pure: numbers in, a decision out. */

/** Domains whose mail one provider takes: they fail together. Any other domain is a group of its own. */
const providers: Record<string, readonly string[]> = {
  google: ['gmail.com', 'googlemail.com'],
  microsoft: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'hotmail.co.uk', 'hotmail.fr', 'hotmail.de', 'outlook.de', 'outlook.fr'],
  yahoo: ['yahoo.com', 'ymail.com', 'rocketmail.com', 'aol.com', 'yahoo.co.uk', 'yahoo.fr', 'yahoo.de', 'yahoo.co.in'],
  apple: ['icloud.com', 'me.com', 'mac.com'],
  gmx: ['gmx.de', 'gmx.net', 'gmx.at', 'gmx.ch', 'gmx.com', 'web.de'],
  mailru: ['mail.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'internet.ru'],
  yandex: ['yandex.ru', 'yandex.com', 'ya.ru'],
  netease: ['163.com', '126.com', 'yeah.net'],
  tencent: ['qq.com', 'foxmail.com'],
  proton: ['proton.me', 'protonmail.com', 'pm.me'],
};

const groups = new Map(Object.entries(providers).flatMap(([group, domains]) => domains.map((domain) => [domain, group] as const)));

/** The group of an address's domain: the provider where it is one of the large ones, else the domain itself. */
export function domainGroup(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return groups.get(domain) ?? domain;
}

/** The names of the groups that are no domains. */
export const providerNames: readonly string[] = Object.keys(providers);

/** Whether a group is one of the providers, and not a domain. */
export function isProvider(group: string): boolean {
  return Object.hasOwn(providers, group);
}

/** The provider's number, as deliveries and counts carry it; 0 is everybody else. They are stored: a new provider goes to the end of its table. */
const numbered = ['', ...Object.keys(providers)];

/** The number of the provider that takes an address's mail. */
export function providerNumber(address: string): number {
  return Math.max(0, numbered.indexOf(domainGroup(address)));
}

/** The group of domains that a number stands for; undefined for everybody else. */
export function providerAt(number: number): string | undefined {
  return numbered[number] || undefined;
}

/** The domains of a group. */
export function domainsOf(group: string): readonly string[] {
  return providers[group] ?? [group];
}

const minute = 60_000;
const hour = 60 * minute;

/** The times looked at: a sudden failure shows in the first, one of a slow send in the second. */
export const breakerWindows = [15 * minute, 24 * hour] as const;

/** An outage goes on for so long after the last hard bounce of its group. */
export const outageLastsMs = hour;

/** An outage so soon after another of its group is the same trouble, and is told once. */
export const tellOutageAgainAfterMs = 24 * hour;

/** So far back before what an outage takes back by itself a person is shown how to take back more. */
export const suspectedBeforeMs = 72 * hour;

/** What was parked is tried once more so long afterwards: Google's outage of December 2020 came back a day later, and found every strike still single. */
export const retryParkedAfterMs = 24 * hour;

/** Parked longer than this, because nothing ran meanwhile, a mail is not tried again: it would come too late. */
export const retryParkedWithinMs = 7 * 24 * hour;

/** What a group answered in a window. */
export interface GroupCounts {
  /** Hard bounces. */
  hard: number;
  /** Of those, addresses that took a mail before. */
  proven: number;
  /** Mails to the group that the relay has answered. */
  attempts: number;
}

/**
 * Whether a group's hard bounces look like an outage: more than 5 % of what it was sent, and at least 10 of them, or 3 from addresses that took mail before.
 * The rate is asked for in both cases: of a hundred thousand readers a few dozen leave their address every month.
 */
export function looksLikeOutage({ hard, proven, attempts }: GroupCounts): boolean {
  return (hard >= 10 || proven >= 3) && hard > attempts * 0.05;
}

/** What a send drew so far. `attempts`: mails the relay has answered. */
export interface SendCounts {
  hard: number;
  complaints: number;
  attempts: number;
}

/** Why a send should stop itself, or undefined: more than 5 % hard bounces (and 10), or more than 0.2 % complaints (and 3). */
export function alarmOf({ hard, complaints, attempts }: SendCounts): 'bounces' | 'complaints' | undefined {
  if (hard >= 10 && hard > attempts * 0.05) return 'bounces';
  if (complaints >= 3 && complaints > attempts * 0.002) return 'complaints';
  return undefined;
}
