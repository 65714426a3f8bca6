/**
 * The pace over a minute, by arrival time at the sink: the real serve with two workers, the relay's rate for everybody and a rate for one provider; then only
 * the provider's, beside readers who wait for nobody. GALLEY_BENCH_SECONDS changes the minute.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeStore, openStore } from '../../src/store/open.ts';
import { type Arrival, mostInASecond, shareOf } from '../support/arrivals.ts';
import { addReaders, count, orderSend, program, shippedFlags, stopped } from '../support/bench.ts';
import { openScriptedRelay } from '../support/relay.ts';

const measuredMs = Number(process.env['GALLEY_BENCH_SECONDS'] ?? 60) * 1000;
/** Every fifth reader is at Google. */
const othersShare = 0.8;
/** What workers need to start is not measured. */
const warmUpMs = 3000;

export async function bench(print: (line: string) => void): Promise<boolean> {
  const both = await sendPaced({ rate: 100, google: 10 });
  const held = [tell(print, 'relay, 100/s', both.all, 100), tell(print, 'google, 10/s', both.google, 10)];
  const one = await sendPaced({ google: 20 });
  held.push(tell(print, 'google, 20/s', one.google, 20));
  print(`others beside it     ${count(one.othersPerSecond)} messages/s`);
  return held.every(Boolean);
}

interface Window {
  arrivals: Arrival[];
  from: number;
}

function tell(print: (line: string) => void, name: string, { arrivals, from }: Window, rate: number): boolean {
  const share = shareOf(arrivals, rate, { from, to: from + measuredMs });
  const most = mostInASecond(arrivals);
  print(
    `${name.padEnd(21)}${(share * 100).toFixed(1)} % over ${measuredMs / 1000} s (98 to 100), at most ${most} in a second (${rate + 1})`,
  );
  return share >= 0.98 && share <= 1 && most <= rate + 1;
}

/** Sends until the window is over. Every fifth reader is at Google, and there are enough of them. */
async function sendPaced({ rate, google }: { rate?: number; google: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  const arrivals: Arrival[] = [];
  const relay = await openScriptedRelay({
    dot: () => {
      arrivals.push({ to: relay.mails.pop()?.to ?? '', at: performance.now() });
      return '250 2.0.0 taken';
    },
  });
  const settings = {
    PATH: process.env['PATH'],
    DATA_DIR: folder,
    SMTP_URL: relay.url,
    PORT: '0',
    LOG_LEVEL: 'error',
    RATE_BY_DOMAIN: `google=${google}`,
    ...(rate !== undefined && { RATE_PER_SECOND: String(rate) }),
  };
  try {
    const inAll = ((measuredMs + 3 * warmUpMs) / 1000) * Math.max(rate ?? 0, 6 * google);
    addReaders(settings, Math.ceil(inAll / othersShare)); // enough of those who are not at Google, who are held back and leave the relay to the others
    const db = openStore(join(folder, 'galley.db'));
    db.$client.exec(`UPDATE readers SET email = 'r' || id || '@gmail.com', email_key = 'r' || id || '@gmail.com' WHERE id % 5 = 0`);
    closeStore(db);
    orderSend(settings);
    const serve = spawn(process.execPath, [...shippedFlags, program, 'serve', '--workers', '2'], { env: settings, stdio: 'inherit' });
    while (arrivals.length === 0) await sleep(50);
    const first = arrivals[0]?.at ?? 0;
    await sleep(warmUpMs + measuredMs + 200);
    await stopped(serve);
    const from = first + warmUpMs;
    const within = arrivals.filter(({ at }) => at >= from && at < from + measuredMs);
    const isGoogle = ({ to }: Arrival): boolean => to.endsWith('@gmail.com');
    const others = arrivals.filter((each) => !isGoogle(each));
    const othersPerSecond = (others.length / ((others.at(-1)?.at ?? 0) - (others[0]?.at ?? 0))) * 1000;
    return { all: { arrivals: within, from }, google: { arrivals: within.filter(isGoogle), from }, othersPerSecond };
  } finally {
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
