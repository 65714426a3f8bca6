/** The queues of batches on BullMQ: serve adds a job per batch, any worker takes it. A job is only a nudge; the rows and the marks decide. */
import { Queue, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import { noSend } from '../model/notice.ts';
import { connect, type RedisUrl, redisOptions } from './connect.ts';

/** One batch as it travels: who gets what, under which tokens. A batch of no send carries a notice, and its reader is the notice's number. */
const batchJob = z.object({
  batch: z.number(),
  send: z.number(),
  epoch: z.number(),
  /** Hash of the message template, kept in Redis beside the jobs, of the rows that name no other. */
  template: z.string(),
  /** Messages per second that all workers together may begin; absent means as fast as it goes. */
  rate: z.number().optional(),
  /** The same by group of domains (`model/pace.ts`). */
  rates: z.record(z.string(), z.number()).optional(),
  rows: z.array(
    z.object({
      reader: z.number(),
      address: z.string(),
      delivery: z.string(),
      leave: z.string().optional(),
      preferences: z.string().optional(),
      pdf: z.string().optional(),
      /** What the reader is called, where the message has a place for it. */
      name: z.string().optional(),
      /** Hash of this row's message template, when its reader gets another format than most. */
      template: z.string().optional(),
      /** This reader was refused for a reason that is ours, and taken back when the send stopped for it. */
      takenBack: z.boolean().optional(),
    }),
  ),
});
export type BatchJob = z.infer<typeof batchJob>;
export type BatchJobRow = BatchJob['rows'][number];

/** Where a batch goes: over the relay, or into the catcher. Each has queues and workers of its own, so that a rehearsal can never reach a reader. */
export type Route = 'deliver' | 'rehearse';

/** What a batch carries. Notices have a queue of their own, so that no send delays them. */
export type Freight = 'issue' | 'notice';

const queueNames = {
  deliver: { issue: 'deliver', notice: 'notice' },
  rehearse: { issue: 'rehearse', notice: 'rehearse-notice' },
} as const satisfies Record<Route, Record<Freight, string>>;

const freightOf = ({ send }: Pick<BatchJob, 'send'>): Freight => (send === noSend ? 'notice' : 'issue');

const jobId = (batch: number): string => `b-${batch}`;

export interface DeliverQueue {
  /** Adds the job of a batch; nothing happens when it is there already. */
  add(job: BatchJob): Promise<void>;
  has(batch: number): Promise<boolean>;
  /** Takes a waiting job out again, whatever its route. False when a worker has it: then the worker ends it. */
  remove(batch: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens the queues of a route for adding. Error when Redis does not answer within 15 s; adding fails at once while it is away. */
export async function openDeliverQueue(url: RedisUrl, route: Route, onError: (error: Error) => void): Promise<DeliverQueue> {
  const redis = await connect(url); // our own: closing one of BullMQ's while Redis is away leaves it trying to connect for ever
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection: redis });
    queue.on('error', onError);
    return queue;
  };
  const [issue, notice] = [open(queueNames[route].issue), open(queueNames[route].notice)];
  const others = Object.values(queueNames[route === 'deliver' ? 'rehearse' : 'deliver']).map(open);
  const queues = { issue, notice };
  const all = [issue, notice, ...others];
  return {
    // A finished job must not stay: its id in any state makes a later add a silent no-op.
    async add(job) {
      await queues[freightOf(job)].add('batch', job, { jobId: jobId(job.batch), removeOnComplete: true, removeOnFail: true });
    },
    async has(batch) {
      const found = await Promise.all([issue, notice].map((queue) => queue.getJob(jobId(batch))));
      return found.some((job) => job !== undefined);
    },
    async remove(batch) {
      for (const each of all) if ((await each.getJob(jobId(batch))) !== undefined && (await each.remove(jobId(batch))) === 0) return false;
      return true;
    },
    async close() {
      await Promise.all(all.map((each) => each.close()));
      redis.disconnect();
    },
  };
}

/** What became of a job: `done`, `back` to the queue for another worker, or let `go` (the sweep brings it back if it is still wanted). */
export type JobEnd = 'done' | 'back' | 'go';

/**
 * Takes batches of a route with one freight, `atOnce` at a time, until closed; closing waits for the running ones, and for nothing else while Redis `isAway`. The lock and the stalled check only decide who tries:
 * a worker that died is followed within 10 to 25 s, and no job is ever given up for having stalled too often.
 */
export function takeBatches(
  url: RedisUrl,
  { route, freight, atOnce }: { route: Route; freight: Freight; atOnce: number },
  deliver: (job: BatchJob) => Promise<JobEnd>,
  { onError, isAway }: { onError: (error: Error) => void; isAway: () => boolean },
): { close(): Promise<void> } {
  const running = new Set<Promise<unknown>>();
  const worker = new Worker(
    queueNames[route][freight],
    async (job, token) => {
      const delivered = deliver(batchJob.parse(job.data));
      running.add(delivered);
      const end = await delivered.finally(() => running.delete(delivered));
      if (end === 'go') throw new Error('let go');
      if (end === 'back') {
        await job.moveToWait(token);
        throw new WaitingError();
      }
    },
    {
      connection: { ...redisOptions(url), maxRetriesPerRequest: null },
      concurrency: atOnce,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 1,
    },
  );
  worker.on('error', onError);
  return {
    async close() {
      if (!isAway()) return worker.close();
      await Promise.allSettled(running);
      await worker.close(true); // BullMQ would wait for Redis to come back; the sweep brings the job back
    },
  };
}
