/** When mails arrived at a sink: the most of them within a second, and how many there were for what a limit allows. */

export interface Arrival {
  to: string;
  /** Milliseconds of one clock. */
  at: number;
}

/** The most arrivals in any second, wherever it begins. */
export function mostInASecond(arrivals: readonly Arrival[]): number {
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b);
  let first = 0;
  return times.reduce((most, at, last) => {
    while (at - (times[first] ?? at) >= 1000) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}

/** Which part of what `rate` allows between `from` and `to` arrived then. */
export function shareOf(arrivals: readonly Arrival[], rate: number, { from, to }: { from: number; to: number }): number {
  return arrivals.filter(({ at }) => at >= from && at < to).length / ((rate * (to - from)) / 1000);
}
