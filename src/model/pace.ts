/** How fast mail may go to the domains of one provider: the groups that share a pace, how a group is slowed down, and how it recovers. Pure tables. */
import { domainGroup, isProvider } from './breaker.ts';

/** Messages a second by group: a provider, a domain, or `others` for every domain that is neither, all of them together. */
export type GroupRates = Readonly<Record<string, number>>;

/** The group of all domains that no other group takes. */
export const others = 'others';

/**
 * The group whose pace an address keeps to. A domain that no provider takes is a group of its own where `others` have no rate, and where it is among those that
 * were `slowed` down: one small server that asks for less slows nobody else.
 */
export function paceGroup(address: string, rates: GroupRates, slowed: ReadonlySet<string>): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  if (Object.hasOwn(rates, domain)) return domain;
  const group = domainGroup(address);
  return isProvider(group) || Object.hasOwn(rates, group) || !Object.hasOwn(rates, others) || slowed.has(group) ? group : others;
}

/** The group that is slowed down when the server of an address asks for it; `group` is the one whose pace the address kept to. */
export function pleadingGroup(address: string, group: string): string {
  return group === others ? domainGroup(address) : group;
}

/**
 * Messages a second to a group that has no rate of its own, once it has asked us to slow down: from here on it is halved. Providers publish no numbers;
 * these are starting points that the halving corrects within a minute.
 */
const slowedRates: readonly { groups?: readonly string[]; rate: number; why: string }[] = [
  {
    groups: ['google'],
    rate: 20,
    why: 'takes much of a known sender; 4.7.28 counts by sender, network and link, and passes within minutes',
  },
  { groups: ['microsoft'], rate: 10, why: 'at most 500 connections, and 4.7.650 for whom it does not know yet' },
  { groups: ['yahoo'], rate: 5, why: 'TSS04 defers by complaints, and asks to come back later and slower' },
  { groups: ['apple'], rate: 5, why: 'CS01 and HM08 name no limit, and there is nobody to ask' },
  { rate: 2, why: 'a server of one house: two a second are a hundred readers in a minute' },
];

/** The rate that a group without one is held to after its first plea. */
export function slowedRate(group: string): number {
  const row = slowedRates.find(({ groups }) => groups?.includes(group) ?? true);
  if (row === undefined) throw new Error('the last row of the slowed rates takes every group');
  return row.rate;
}

/** What was under way when a group asked us to slow down says the same again: so long only the first counts. */
export const halveAgainAfterMs = 5_000;

/** Milliseconds without another plea until one halving is taken back, by how many there are: who has been asked often waits longer. The last row is the most. */
export const recoverAfterMs = [60_000, 120_000, 300_000, 600_000, 600_000, 600_000] as const;
