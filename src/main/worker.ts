/** The delivery worker: Redis on one side, the relay on the other, and no database. One process, as a child of serve or on a machine of its own. */
import type { Config } from '../config.ts';
import { deliverBatch } from '../deliver/deliver.ts';
import { openLanes } from '../deliver/lanes.ts';
import { openRelayGate } from '../deliver/relay-gate.ts';
import { openTransport, type Transport } from '../deliver/transport.ts';
import { openTails, waitingBatches } from '../deliver/turns.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Dkim, type MessageTemplate, openSigner } from '../message/message.ts';
import { openRedis, type Redis, untilReady } from '../queue/connect.ts';
import { type Freight, type Route, takeBatches } from '../queue/jobs.ts';
import { type Marks, openMarks } from '../queue/marks.ts';
import { openPace } from '../queue/pace.ts';
import { readTemplate, tellRelayTrouble } from '../queue/relay-news.ts';
import type { WorkerName } from './children.ts';
import { aborted } from './stopping.ts';

/** How long a stop may take in all: what is begun is finished, the rest is handed back. */
const stopMs = 25_000;
/** After this much of it, messages that a silent relay has not got whole are dropped: they count as not sent. */
const patienceMs = 5000;

export interface WorkOptions {
  config: Config;
  dkim: Dkim | undefined;
  /** Which batches it takes. */
  route: Route;
  log: Log;
  stopping: AbortSignal;
}

/** Works until `stopping` is aborted, then finishes what is begun, hands back the rest and resolves. Errors: no Redis, no relay set. */
export async function work({ config: { redis: server, smtp }, dkim, route, log, stopping }: WorkOptions): Promise<void> {
  if (server === undefined || smtp === undefined) {
    throw new AppError(
      'work.settings',
      'A worker needs REDIS_URL and SMTP_URL: the Redis that serve uses, and the relay that takes the mail',
    );
  }
  const redis = openRedis(server.url);
  await untilReady(redis);
  if (stopping.aborted) return redis.disconnect();
  const marks = openMarks(redis, stopping);
  const name: WorkerName = { worker: marks.worker };
  process.send?.(name, () => {}); // a serve that has just died hears nothing
  const shared = { redis, redisUrl: server.url, relayUrl: smtp.url, marks, template: templates(redis), dkim, route, log, stopping };
  const takers = [take(shared, 'issue', smtp.connections), take(shared, 'notice', noticeConnections)];
  log.debug('worker.started', { worker: marks.worker });
  await aborted(stopping);
  const late = new Promise<void>((resolve) => setTimeout(resolve, stopMs).unref());
  const abandon = () => {
    for (const { transport } of takers) transport.abandon();
  };
  setTimeout(abandon, patienceMs).unref();
  await Promise.race([Promise.all(takers.map(({ jobs }) => jobs.close())).then(() => marks.leave(10_000)), late]);
  await Promise.race([Promise.all(takers.map(({ transport }) => transport.close())), late]);
  redis.disconnect();
}

/** Notices have a connection of their own, beside those of SMTP_CONNECTIONS: a relay that is slow with a send must not keep them waiting. */
const noticeConnections = 1;

interface Taking {
  redis: Redis;
  redisUrl: string;
  relayUrl: string;
  marks: Marks;
  template: (hash: string) => Promise<MessageTemplate | undefined>;
  dkim: Dkim | undefined;
  route: Route;
  log: Log;
  stopping: AbortSignal;
}

/** So many batches in hand that no connection waits while one batch ends and the next is fetched, beside those that wait for the pace of a provider. */
const batchesAtOnce = 2 + waitingBatches;

/** Takes batches with one freight and delivers them over connections, and behind a gate, of its own. */
function take(
  { redis, redisUrl, relayUrl, marks, template, dkim, route, log, stopping }: Taking,
  freight: Freight,
  connections: number,
): { jobs: { close(): Promise<void> }; transport: Transport } {
  const transport = openTransport({ url: relayUrl, connections });
  const gate = openRelayGate({
    probe: () => transport.probe(),
    tell: async (trouble) => {
      if (stopping.aborted) return; // our own going is no trouble of the relay
      if (trouble !== undefined) log.warn('relay.trouble', { trouble });
      else log.info('relay.answers', {});
      await tellRelayTrouble(redis, { worker: marks.worker, freight }, trouble);
    },
  });
  const shared = { pace: openPace(redis, freight), tails: openTails(), lanes: openLanes(connections) };
  const deps = { marks, transport, gate, ...shared, template, sign: dkim && openSigner(dkim) };
  const jobs = takeBatches(redisUrl, { route, freight, atOnce: batchesAtOnce }, (job) => deliverBatch(deps, job, stopping), {
    onError: (error) => log.debug('worker.redis', { error: error.message }),
    isAway: () => redis.status !== 'ready',
  });
  return { jobs, transport };
}

/** Templates by hash, the last few kept: all batches of a send share one for each format. */
function templates(redis: Redis): (hash: string) => Promise<MessageTemplate | undefined> {
  const known = new Map<string, MessageTemplate>();
  return async (hash) => {
    const found = known.get(hash);
    if (found !== undefined) return found;
    const json = await readTemplate(redis, hash);
    if (json === undefined) return undefined;
    const template = JSON.parse(json) as MessageTemplate;
    for (const old of known.keys()) if (known.size >= 8) known.delete(old);
    known.set(hash, template);
    return template;
  };
}
