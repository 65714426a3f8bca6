/**
 * Loaded into a process with `--import`: measures how late its timers come, which is how long anything held its event loop. Writes what it saw to the file
 * named by LOOP_DELAY_FILE at each SIGUSR2, one JSON line, and begins anew. Only in serve, not in the children that inherit the option, and in a witness
 * process that does nothing else, for comparison.
 */
import { appendFileSync } from 'node:fs';
import { createHistogram } from 'node:perf_hooks';

const everyMs = 5;
const file = process.env['LOOP_DELAY_FILE'];
const isWitness = process.env['LOOP_DELAY_WITNESS'] !== undefined;

/** One phase, in milliseconds. */
export interface LoopDelay {
  samples: number;
  p50: number;
  p99: number;
  p999: number;
  max: number;
  /** The most processor time that passed between two looks: what the process held itself, however busy the machine is with others. */
  busiest: number;
}

/** Measures from now on; the function that comes back tells what it saw, and begins anew. */
export function watchLoop(): () => LoopDelay {
  const histogram = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 }); // in microseconds
  let last = performance.now();
  let used = process.threadCpuUsage();
  let busiest = 0;
  setInterval(() => {
    const now = performance.now();
    histogram.record(Math.max(1, Math.round((now - last - everyMs) * 1000)));
    last = now;
    const { user, system } = process.threadCpuUsage(used);
    busiest = Math.max(busiest, user + system);
    used = process.threadCpuUsage();
  }, everyMs).unref();
  return () => {
    const at = (percentile: number) => histogram.percentile(percentile) / 1000;
    const delay: LoopDelay = {
      samples: histogram.count,
      p50: at(50),
      p99: at(99),
      p999: at(99.9),
      max: histogram.max / 1000,
      busiest: busiest / 1000,
    };
    histogram.reset();
    busiest = 0;
    used = process.threadCpuUsage();
    last = performance.now();
    return delay;
  };
}

if (file !== undefined && (isWitness || process.argv[2] === 'serve')) {
  const tell = watchLoop();
  process.on('SIGUSR2', () => appendFileSync(file, `${JSON.stringify(tell())}\n`));
  if (isWitness) setInterval(() => {}, 60_000);
}
