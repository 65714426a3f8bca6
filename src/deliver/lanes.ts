/** Places for messages in flight: as many as there are connections, shared by the batches a worker has in hand. */

export interface Lanes {
  readonly count: number;
  /** Waits for a free place, in the order of asking; what it resolves with gives the place back, once. */
  take(): Promise<() => void>;
}

export function openLanes(count: number): Lanes {
  const waiting: (() => void)[] = [];
  let free = count;
  const give = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next(); // handed on, so that nobody who asks now comes before it
  };
  return {
    count,
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return give;
    },
  };
}
