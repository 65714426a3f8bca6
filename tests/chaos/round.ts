/** One chaos round: a send that is due, serve on it, the strikes of a plan, and when all has settled and serve has stopped, what must hold. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SendStatus } from '../../src/model/send.ts';
import type { Build } from './build.ts';
import { changeMinds, check, type Ledger, readLedger, type Verdict } from './check.ts';
import { type Harm, mostUnknown, type Plan } from './faults.ts';
import { addNotices, checkNotices, noticesLeft } from './notices.ts';
import { type ChaosRelay, openChaosRelay } from './relay.ts';
import { type Resolved, resolveUnknowns } from './resolve.ts';
import { type Folders, processesOf, runCommand, type Serve, startServe, timesUp, untilUp } from './service.ts';
import { strike } from './strike.ts';

export interface RoundResult extends Verdict, Omit<Resolved, 'failures'> {
  plan: Plan;
  /** How many unknowns the faults were allowed, by what they met. */
  mostUnknown: number;
  /** Milliseconds from the start of serve until all had settled. */
  took: number;
  /** Milliseconds from SIGTERM to the end of serve. */
  stop: number;
  /** The round's folder, kept because something failed; undefined when all held. */
  folder: string | undefined;
}

/** Longer than the slowest legal way: a lease that runs out, a minute of silence, a batch taken over. */
const settleMs = 180_000;
/** A stop may take this long (DELIVERY protocol, section 4). */
const stopMs = 30_000;

/** Plays a plan. Its folder is removed when all held. Rejects only when the round itself could not be played. */
export async function playRound(plan: Plan, { build, folders }: { build: Build; folders: Folders }): Promise<RoundResult> {
  const folder = folders.copy(plan.readers);
  addNotices(folder);
  const failures: string[] = [];
  const harm: Harm = { killed: 0, cutOff: 0, cuts: 0 };
  await using relay = await openChaosRelay(folder);
  const settings = {
    SMTP_URL: relay.url,
    SMTP_CONNECTIONS: String(plan.connections),
    ...(plan.rate !== undefined && { RATE_PER_SECOND: String(plan.rate) }),
  };
  const start = () => startServe(build.program, folder, plan.workers, settings);
  const began = Date.now();
  let serve = start();
  const target = {
    folder,
    relay,
    harm,
    async restartServe(ms: number) {
      const end = await serve.ended;
      if (end !== 'SIGKILL') failures.push(`serve ended by itself with ${end} before it was killed`);
      await sleep(ms);
      serve = start();
    },
  };
  try {
    for (const each of plan.strikes) {
      await reached(relay, each.mails, () => isOver(readLedger(folder)) || Date.now() - began > settleMs);
      await sleep(each.ms);
      changeMinds(folder);
      await strike(target, each);
    }
    const allowed = () => mostUnknown(plan, { ...harm, cuts: relay.cuts() });
    await settled(folder, began + settleMs, allowed);
    const took = Date.now() - began;
    const stop = await stopServe(serve, folder, failures);
    const run = (...args: string[]) => runCommand(build.program, folder, args, settings);
    const status: SendStatus = JSON.parse((await run('status', '--json')).out);
    const verdict = check(folder, relay, status, { readers: plan.readers, mostUnknown: allowed() });
    failures.push(...verdict.failures, ...checkNotices(folder, relay.notices(), allowed()));
    const resolved = await resolveUnknowns({
      folder,
      seed: plan.seed,
      relay,
      run,
      async serve() {
        const earlier = timesUp(folder);
        serve = start();
        await untilUp(folder, earlier); // a signal before would end it unheard
        await settled(folder, Date.now() + settleMs, () => 0);
        await stopServe(serve, folder, failures);
      },
    });
    failures.push(...resolved.failures);
    if (failures.length === 0) rmSync(folder, { recursive: true, force: true });
    const outcome = { ...verdict, ...resolved, failures, mostUnknown: allowed(), took, stop };
    return { ...outcome, plan, folder: failures.length === 0 ? undefined : folder };
  } finally {
    for (const { pid } of processesOf(folder)) process.kill(pid, 'SIGKILL'); // a round that failed leaves nothing running
  }
}

/** Stops serve as a service manager does; returns the milliseconds it took, and adds what was wrong with it. */
async function stopServe(serve: Serve, folder: string, failures: string[]): Promise<number> {
  const stopping = Date.now();
  if (!serve.child.kill('SIGTERM')) failures.push(`serve had ended by itself with ${await serve.ended}`);
  const end = await serve.ended;
  const stop = Date.now() - stopping;
  if (end !== 0) failures.push(`serve ended with ${end} after SIGTERM`);
  if (stop > stopMs) failures.push(`serve took ${stop} ms to stop`);
  failures.push(...(await leftRunning(folder)));
  return stop;
}

/** Waits until the relay has taken so many mails, or will not any more; asks the latter rarely, it costs a look into the file. */
async function reached(relay: ChaosRelay, mails: number, hopeless: () => boolean): Promise<void> {
  for (let look = 1; relay.taken() < mails; look += 1) {
    if (look % 100 === 0 && hopeless()) return;
    await sleep(5);
  }
}

const isOver = ({ state, openBatches, rows }: Ledger): boolean =>
  state === 'sent' && openBatches === 0 && !rows['ready'] && !rows['queued'] && !rows['deferred'];

/** Waits until nothing is under way, and gives unknowns that may still heal a moment to do so; gives up at `until`, then the check says what is wrong. */
async function settled(folder: string, until: number, allowed: () => number): Promise<void> {
  let overSince: number | undefined;
  while (Date.now() < until) {
    const ledger = readLedger(folder);
    overSince = isOver(ledger) && noticesLeft(folder) === 0 ? (overSince ?? Date.now()) : undefined;
    const quiet = overSince === undefined ? 0 : Date.now() - overSince;
    if (quiet > ((ledger.rows['unknown'] ?? 0) <= allowed() ? 500 : 5000)) return;
    await sleep(100);
  }
}

/** A line for each process of the folder that outlives serve. */
async function leftRunning(folder: string): Promise<string[]> {
  for (let look = 0; look < 20 && processesOf(folder).length > 0; look += 1) await sleep(100);
  return processesOf(folder).map(({ pid, args }) => `left running: ${pid} ${args}`);
}
