/** Commands that run the service or part of it: serve, work, send --wait. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { publicationsUnanswered } from '../store/publications.ts';
import type { Data } from './data.ts';
import { readDkimKeys } from './dkim.ts';
import { describeSetUp } from './login.ts';
import { openService, type Service } from './service.ts';
import { aborted } from './stopping.ts';
import type { Arguments, Context } from './table.ts';
import { describeEnd, waitForSend } from './wait.ts';
import { work } from './worker.ts';

export const defaultWorkers = Math.max(1, availableParallelism() - 1);

/** `galley serve`: runs until it is told to stop. */
export async function serve(context: Context, { values }: Arguments): Promise<number> {
  readDkimKeys(context.config); // a wrong key stops the start, not the first mail
  const service = await openService({
    ...context,
    workers: count(values['workers'], 'workers', 0) ?? defaultWorkers,
    web: true,
    command: 'galley serve',
  });
  context.warn(
    `Galley is at ${service.url}${context.config.smtp === undefined ? '; SMTP_URL is not set, so mail goes to the built-in catcher' : ''}`,
  );
  const unanswered = publicationsUnanswered(service.data.db).map(({ slug }) => slug);
  if (unanswered.length > 0) context.warn(askToMeasure(unanswered));
  const setUp = describeSetUp(context.config, service.data);
  if (setUp !== undefined) context.warn(setUp);
  return untilStopped(service, context.stopping);
}

/** The one question of a new publication, for whoever starts the service; the console asks it too. */
function askToMeasure(slugs: readonly string[]): string {
  const [first] = slugs;
  return `Nobody has said yet whether ${slugs.join(', ')} may count how often links are followed and PDFs fetched (per issue, never per reader), so nothing is counted. Answer once, in the console or with: galley publication set ${first} --measure links,downloads, or --measure none`;
}

/** Keeps a service up until a signal or until one of its parts fails. */
export async function untilStopped(service: Service, stopping: AbortSignal): Promise<number> {
  try {
    await Promise.race([service.failed, aborted(stopping)]);
    return 0;
  } finally {
    await service.stop();
  }
}

/** `galley work`: a delivery worker for a serve elsewhere, or the child of one. */
export async function workCommand(context: Context, { values }: Arguments): Promise<number> {
  const connections = count(values['concurrency'], 'concurrency', 1);
  const { smtp } = context.config;
  const config = connections === undefined || smtp === undefined ? context.config : { ...context.config, smtp: { ...smtp, connections } };
  const route = values['rehearsal'] === true ? 'rehearse' : 'deliver';
  await work({ config, dkim: readDkimKeys(config), route, log: context.log, stopping: context.stopping });
  return 0;
}

/**
 * Waits for a send. While no serve runs on this DATA_DIR, runs its parts itself, also when that serve ends meanwhile.
 * Exit code 0 if every row is accepted, refused or cancelled.
 */
export async function sendAndWait(context: Context, { db }: Data, id: number): Promise<number> {
  readDkimKeys(context.config);
  const over = new AbortController();
  let service: Service | undefined;
  const running = serviceWhenFree(context, over.signal, (opened) => {
    service = opened;
  });
  running.catch(() => {}); // told by the race
  try {
    const status = await Promise.race([waitForSend(db, id, context.screen, context.stopping), running]);
    context.warn(describeEnd(db, id, status));
    return status.deferred + status.unknown + status.waiting === 0 ? 0 : 1;
  } finally {
    over.abort();
    await running.catch(() => {});
    await service?.stop();
  }
}

/** Runs the parts of serve as soon as nobody else does. Rejects when they cannot be started or one of them fails; ends with `over`. */
async function serviceWhenFree(context: Context, over: AbortSignal, opened: (service: Service) => void): Promise<never> {
  while (!over.aborted) {
    const service = await openService({ ...context, workers: defaultWorkers, web: false, command: 'galley send --wait' }).catch(
      (error: unknown) => {
        if (error instanceof AppError && error.code === 'lock.held') return undefined; // a serve is running: it does the work
        throw error;
      },
    );
    if (service !== undefined) {
      opened(service);
      await Promise.race([service.failed, aborted(over)]);
      break;
    }
    await sleep(2000, undefined, { signal: over }).catch(() => {});
  }
  throw new Error('no longer waiting');
}

function count(value: Arguments['values'][string], option: string, least: 0 | 1): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < least || number > 64)
    throw new AppError('usage', `--${option} ${value}: take a whole number from ${least} to 64`);
  return number;
}
