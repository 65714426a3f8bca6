/**
 * A relay 50, 100 and 200 ms away (there and back): whether a send keeps its configured rate, and with how many connections, beside what the rate times the
 * time of one message makes necessary. That time is measured first, over one connection. At the start more are opened, because opening takes longer than a
 * message; those not needed are closed after 15 seconds without one.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { addReaders, orderSend, program, type Settings, shippedFlags, stopped } from '../support/bench.ts';
import { type FarRelay, openFarRelay } from '../support/far-relay.ts';
import type { Plot } from '../support/measured.ts';
import { openSink } from '../support/sink.ts';

const roundTrips = [50, 100, 200];
const rate = 40;
/** Under way, after what was opened too many is closed. */
const [settling, seconds] = [45, 15];
const bounds = { ofRate: 0.9, connections: 1.5 };

export async function bench(print: (line: string) => void, plot: (plot: Plot) => void): Promise<boolean> {
  await using sink = await openSink({ keep: false });
  const drawn: Plot['rows'] = [];
  let holds = true;
  for (const roundTrip of roundTrips) {
    const one = await send(sink.port, roundTrip, { SMTP_CONNECTIONS: '1' });
    const needed = Math.max(1, Math.ceil(rate / one.perSecond));
    const { perSecond, atFirst, connections } = await send(sink.port, roundTrip, {
      SMTP_CONNECTIONS: '100',
      RATE_PER_SECOND: String(rate),
    });
    const kept = perSecond / rate;
    print(
      `${String(roundTrip).padStart(3)} ms away  ${perSecond.toFixed(1)} messages/s of ${rate} (${(kept * 100).toFixed(0)} %, bound ${bounds.ofRate * 100} %) over ${connections} connections, ${atFirst} at first; a message takes ${(1000 / one.perSecond).toFixed(0)} ms, so ${needed} are needed (bound ${bounds.connections} ×)`,
    );
    drawn.push([`${roundTrip} ms`, Math.round(perSecond * 10) / 10]);
    holds &&= kept >= bounds.ofRate && connections <= Math.ceil(needed * bounds.connections);
  }
  plot({ of: 'distance of the relay', number: `messages a second of ${rate}`, rows: drawn });
  return holds;
}

interface Sent {
  perSecond: number;
  /** The most connections at once while the send settled, and once it was under way. */
  atFirst: number;
  connections: number;
}

async function send(port: number, roundTrip: number, more: Record<string, string>): Promise<Sent> {
  const dataDir = mkdtempSync(join(tmpdir(), 'galley-test-bench-'));
  await using far: FarRelay = await openFarRelay(port, roundTrip);
  const settings: Settings = { PATH: process.env['PATH'], DATA_DIR: dataDir, SMTP_URL: far.url, PORT: '0', LOG_LEVEL: 'error', ...more };
  try {
    addReaders(settings, rate * (settling + seconds + 15));
    orderSend(settings);
    const serve = spawn(process.execPath, [...shippedFlags, program, 'serve'], { env: settings, stdio: 'ignore' });
    const db = new Database(join(dataDir, 'galley.db'), { readonly: true });
    const accepted = (): number => db.prepare('SELECT accepted FROM sends').pluck().get() as number;
    try {
      while (accepted() < 5) await sleep(50);
      await sleep(settling * 1000);
      const atFirst = far.mostConnections();
      const [before, began] = [accepted(), performance.now()];
      await sleep(seconds * 1000);
      return { perSecond: ((accepted() - before) * 1000) / (performance.now() - began), atFirst, connections: far.mostConnections() };
    } finally {
      db.close();
      await stopped(serve);
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
