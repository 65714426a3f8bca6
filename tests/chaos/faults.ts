/** The plan of a chaos round, all of it from one seed: how large a send, how fast, and which faults strike when. And how many unknowns each fault may leave. */
import { windowFor } from '../../src/fanout/fanout.ts';
import type { RelayOrder } from './relay.ts';

/** What can strike. `loss` is a worker killed and Redis emptied before its batch was taken over: only then a whole window may be unknown. */
export type Fault = 'worker' | 'workers' | 'serve' | 'redis' | 'all' | 'stop' | 'empty' | 'loss' | RelayOrder['fault'];

export interface Strike {
  fault: Fault;
  /** It strikes `ms` after the relay has taken `mails`; with 0 mails `ms` after serve was started. */
  mails: number;
  ms: number;
  /** Milliseconds until serve is started again, a stopped worker goes on, Redis is emptied after its worker's death, or the relay is well again. */
  lasts: number;
  /** Which of the workers. */
  worker: number;
  /** How many lines the relay cuts at most. */
  cuts: number;
}

export interface Plan {
  seed: number;
  readers: number;
  /** Messages a second; undefined for as fast as it goes. */
  rate: number | undefined;
  workers: number;
  connections: number;
  strikes: Strike[];
}

/** All faults, the slow ones (a minute of silence, a lease that must run out) rarely: a run over neighbouring seeds has them in these proportions. */
export const allFaults: readonly Fault[] = [
  ...(['worker', 'serve', 'redis', 'all', 'empty', 'after-dot', 'mid-DATA', 'workers'] as const),
  ...(['worker', 'serve', 'redis', 'all', 'empty', 'after-dot', 'drop', 'stop'] as const),
  ...(['worker', 'serve', 'redis', 'all', 'empty', 'mid-DATA', 'delay', 'loss'] as const),
];

/** Each quick fault once. */
export const quickFaults: readonly Fault[] = [
  ...(['worker', 'serve', 'redis', 'all', 'empty'] as const),
  ...(['workers', 'drop', 'delay', 'mid-DATA', 'after-dot'] as const),
];

/** The plan that a seed stands for: `faults` gives the first strike by turns, a quarter of the rounds has a second one. */
export function planOf(seed: number, { readers, faults }: { readers: readonly number[]; faults: readonly Fault[] }): Plan {
  const random = randomFrom(seed);
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const size = readers[whole(0, readers.length - 1)] ?? 1000;
  const rate = random() < 0.2 ? undefined : Math.ceil(size / whole(4, 8));
  const strike = (fault: Fault): Strike => ({
    fault,
    mails: random() < 0.15 ? 0 : whole(1, Math.floor(size * 0.9)),
    ms: whole(0, 250),
    lasts: fault === 'stop' ? whole(31_000, 38_000) : whole(0, 1500),
    worker: whole(0, 63),
    cuts: whole(1, 6),
  });
  const strikes = [strike(faults[seed % faults.length] ?? 'worker')];
  if (random() < 0.25) strikes.push(strike(quickFaults[whole(0, quickFaults.length - 1)] ?? 'worker'));
  for (const each of strikes) if (each.mails === 0) each.ms = whole(0, 2000);
  strikes.sort((a, b) => a.mails - b.mails);
  return { seed, readers: size, rate, workers: 2, connections: 4, strikes };
}

/** What the strikes of a round met, as far as it decides how many unknowns they may leave. */
export interface Harm {
  /** Workers that were killed. */
  killed: number;
  /** Workers whose lines were all cut at once. */
  cutOff: number;
  /** Lines cut within a message or after its dot. */
  cuts: number;
}

/**
 * The most unknowns a plan may leave (DELIVERY protocol, section 8): the messages in flight at kills and cuts; and when Redis was emptied while some worker
 * that had begun something could no longer say so, what was handed out.
 */
export function mostUnknown({ strikes, rate, workers, connections }: Plan, { killed, cutOff, cuts }: Harm): number {
  const has = (...faults: Fault[]): boolean => strikes.some(({ fault }) => faults.includes(fault));
  const inFlight = (killed + cutOff) * connections + cuts;
  const lost = has('loss') || (has('empty') && has('worker', 'workers', 'serve', 'all', 'stop'));
  if (!lost) return inFlight;
  const { batch, window } = windowFor(workers, rate);
  return inFlight + window + batch;
}

/** The strikes of a plan by name, for tables. */
export const faultsOf = ({ strikes }: Plan): string => strikes.map(({ fault }) => fault).join(' + ');

/** Numbers from 0 to 1, the same for the same seed: xorshift over 32 bits, warmed up so that neighbouring seeds part. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i += 1) next();
  return next;
}
