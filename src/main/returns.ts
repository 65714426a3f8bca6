/** What comes back, in serve: the listener, the reader that its jobs wake, and what feedback does at each turn of the engine. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { type Listener, listen, openFeedback, openIntake } from '../feedback/feedback.ts';
import type { Log } from '../log.ts';
import type { RedisUrl } from '../queue/connect.ts';
import { openInboundQueue } from '../queue/inbound.ts';
import { anyWaiting } from '../store/inbound.ts';
import { listPublications } from '../store/publications.ts';
import type { Data } from './data.ts';

export interface ReturnsOptions {
  data: Data;
  redisUrl: RedisUrl;
  inbound: Config['inbound'];
  rehearsal: boolean;
  bounceDomain: string | undefined;
  log: Log;
  now: () => number;
}

export interface Returns {
  /** Port of the listener, if there is one. */
  readonly port: number | undefined;
  /** Called at each turn of the engine. */
  turn(): void;
  /** Stops taking mail, and the reading after its present few. */
  close(): Promise<void>;
}

/** Opens what serve does about mail that comes back. A job wakes the reader at once; should one be lost, a turn sees what waits and adds another. */
export async function openReturns({ data, redisUrl, inbound, log, now, ...at }: ReturnsOptions): Promise<Returns> {
  const { db, ring } = data;
  const feedback = openFeedback({ db, suppressionKey: ring.suppression, tokenKeys: ring.tokens, log, now, ...at });
  const closing = new AbortController();
  let reading = false;
  const read = async (): Promise<void> => {
    reading = true;
    try {
      await feedback.readWaiting(closing.signal);
    } finally {
      reading = false;
    }
  };
  const queue = await openInboundQueue(redisUrl, read, (error) => log.debug('feedback.queue', { error: error.message }));
  let listener: Listener | undefined;
  let trouble = '';
  try {
    listener = inbound && (await openListener({ data, inbound, log, now, ...at }, queue.nudge));
  } catch (error) {
    await queue.close();
    throw error;
  }
  if (listener !== undefined) log.info('feedback.listening', { port: listener.port });
  return {
    port: listener?.port,
    turn() {
      try {
        feedback.turn();
        trouble = '';
      } catch (error) {
        const { message } = error as Error; // it must not stop the sending; what was to be done is in the rows
        if (message !== trouble) log.error('feedback.waits', { error });
        trouble = message;
      }
      if (!reading && anyWaiting(db, now())) queue.nudge();
    },
    async close() {
      closing.abort();
      await listener?.close();
      await queue.close();
    },
  };
}

function openListener(
  {
    data: { db, ring },
    inbound,
    bounceDomain,
    log,
    now,
  }: Omit<ReturnsOptions, 'redisUrl' | 'inbound'> & { inbound: NonNullable<Config['inbound']> },
  taken: () => void,
): Promise<Listener> {
  const { tls, ...where } = inbound;
  const domains = (): string[] => {
    const own = listPublications(db).map(({ fromAddress }) => fromAddress.slice(fromAddress.lastIndexOf('@') + 1).toLowerCase());
    return bounceDomain === undefined ? own : [bounceDomain, ...own];
  };
  const pem = tls && { cert: readPem('INBOUND_CERT_FILE', tls.certFile), key: readPem('INBOUND_KEY_FILE', tls.keyFile) };
  return listen({ ...where, tls: pem, tokenKeys: ring.tokens, domains, intake: openIntake(db, { now, taken }), log, now });
}

function readPem(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('feedback.tls', `${setting} ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
